"""`haetae tune search`: re-ranking, weights and thresholds from the matches that operators confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.cli.status import HomeFolder
from haetae.cli.training_extra import training_installed
from haetae.embedded import state as state_file
from haetae.embedded.home import Home
from haetae.errors import Misconfigured

if TYPE_CHECKING:
    from haetae.store.store import Store
    from haetae.training.tuning.search_tuning import Effort, TunedSearch
    from services.search.settings import SearchSettings

_FIGURES = {"map": "mean average precision", "rank1": "first place right", "grouping_f1": "F1 of grouping"}
_MOST_QUERIES = 20_000


def tune_search(  # noqa: PLR0913  # each is a word of the command line
    trials: Annotated[int, typer.Option("--trials", min=1, help="Trials for each fold, and for the choice on all cases.")] = 40,
    folds: Annotated[int, typer.Option("--folds", min=2, max=50, help="Folds of cases.")] = 5,
    cases: Annotated[int, typer.Option("--cases", min=5, max=1000, help="At most so many cases, those asked last.")] = 100,
    nearest: Annotated[int, typer.Option("--nearest", min=10, max=10_000, help="Sightings that are compared for each.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of the folds and the trials.")] = 0,
    apply: Annotated[bool, typer.Option("--apply", help="Search by what was chosen, where it is better.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Search by what counted before; nothing is tuned.")] = False,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Chooses on all folds of cases but one and judges on that one. Without --apply it only shows what it found."""
    if apply and back:
        raise Misconfigured("Either --apply or --back.")
    with training_installed():
        from haetae.training.tuning.search_tuning import Effort
        from services.search.settings import SearchSettings

    settings = SearchSettings.load()
    with _opened(settings, Home.from_environment(home)) as store:
        if back:
            _go_back(store, as_json)
            return
        found = _found(store, settings, (cases, nearest), Effort(trials, folds, seed))
        applied = _apply(store, found) if apply and found.worth_applying else None
    result = {**asdict(found), "worth_applying": found.worth_applying, "applied": applied}
    emit(result, as_json, lambda: table_of(f"Search, tuned on {found.n_cases} cases", ("what", "before", "after"), _rows(found)))
    _tell(found, apply, applied)


def _found(store: Store, settings: SearchSettings, most: tuple[int, int], effort: Effort) -> TunedSearch:
    from haetae.models.calibration import Calibration, calibration_of
    from haetae.training.tuning.search_cases import cases_of, folds_of
    from haetae.training.tuning.search_figures import Measured
    from haetae.training.tuning.search_tasks import commonest_model, material_of
    from haetae.training.tuning.search_tuning import tuned_search
    from services.search.tuning import set_by_operator, tuned

    section, networks, (most_cases, n_nearest) = settings.search, settings.models.names(), most
    with store.begin(consistent=True) as transaction:
        cases = cases_of(transaction.tunings.confirming(_MOST_QUERIES))[:most_cases]
        folds_of(len(cases), effort.n_folds, effort.seed)  # before anything is read where there are too few
        newest = transaction.tunings.newest()
        present = tuned(section, newest.parameters if newest else {})
        model = commonest_model(transaction, cases)
        if model is None:
            raise Misconfigured("None of the confirmed sightings has an embedding any more.")
        embedder = calibration_of(networks.embedder) if model.name == networks.embedder else Calibration()
        reliability = calibration_of(networks.attributes).reliability
        with progress("reading cases", total=len(cases)) as told:
            material = material_of(transaction, cases, model, reliability, n_nearest=n_nearest, told=told)
    measured = Measured(material, embedder.likeness, section.ranking.same_person)
    with progress("trying parameters", total=1.0) as told:
        return tuned_search(measured, present, set_by_operator(section), effort, told)


def _apply(store: Store, found: TunedSearch) -> int:
    now = datetime.now(UTC)
    figures = asdict(found.before), asdict(found.after)
    with store.begin() as transaction:
        newest = transaction.tunings.newest()
        parameters = {**(newest.parameters if newest else {}), **found.worth_applying}
        id = transaction.tunings.put(parameters, figures, found.n_cases, now)
        detail = {**parameters, "n_cases": found.n_cases, "before": newest.id if newest else None}
        transaction.audit.record(_who(), "search_tuned", f"search-tunings/{id}", detail, now, origin="command line")
    return id


def _go_back(store: Store, as_json: bool) -> None:
    now = datetime.now(UTC)
    with store.begin() as transaction:
        withdrawn = transaction.tunings.withdraw_newest(now)
        if withdrawn is None:
            raise Misconfigured("Nothing tuned counts: search works as it is set up.")
        newest = transaction.tunings.newest()
        about = f"search-tunings/{withdrawn}"
        transaction.audit.record(_who(), "search_tuning_withdrawn", about, {}, now, origin="command line")
    counts: Mapping[str, Any] = newest.parameters if newest else {}
    rows = [("withdrawn", withdrawn), ("counts now", newest.id if newest else "as set up"), *counts.items()]
    result = {"withdrawn": withdrawn, "counts": newest.id if newest else None, "parameters": counts}
    emit(result, as_json, lambda: table_of("Search", ("what", "value"), rows))


@contextmanager
def _opened(settings: SearchSettings, home: Home) -> Iterator[Store]:
    from haetae.store.engine import open_store
    from haetae.store.secrets import Cipher

    store = open_store(database_url(settings, home), cipher=Cipher([]), pool_size=1, application_name="haetae-tune")
    try:
        yield store
    finally:
        store.close()


def database_url(settings: SearchSettings, home: Home) -> str:
    """Of the stack that runs on this machine, unless a database is named. Raises Misconfigured."""
    from haetae.embedded.postgres import application_url

    if "url" in settings.postgres.model_fields_set:
        return settings.postgres.url.get_secret_value()
    running = state_file.read(home.state_file)
    port = next((part.port for part in running.parts if part.name == "postgres"), None) if running else None
    if running is None or port is None or not running.is_running:
        raise Misconfigured("No stack runs here: start it with `haetae up`, or name the database by HAETAE_POSTGRES__URL.")
    return application_url(home.secrets().postgres_password, port)


def _who() -> str:
    return f"{getuser()} (command line)"


def _rows(found: TunedSearch) -> Iterator[tuple[str, object, object]]:
    before, after = asdict(found.before), asdict(found.after)
    for name, words in _FIGURES.items():
        yield f"{words}, held out", before[name], after[name]
    yield "cases better : worse", None, f"{found.n_better} : {found.n_worse}"
    present, chosen = asdict(found.present), asdict(found.chosen)
    for name in present:
        chosen_by_folds = sorted({asdict(each)[name] for each in found.by_fold})
        by_folds = ", ".join(f"{value:.3g}" for value in chosen_by_folds)
        yield f"{name} (by fold: {by_folds})", present[name], chosen[name]


def _tell(found: TunedSearch, wanted: bool, applied: int | None) -> None:
    if applied is not None:
        say(f"Applied as {applied}: the next query is answered by it. `haetae tune search --back` goes back.", style="green")
    elif not found.worth_applying:
        say("Nothing is better on cases that had no part in the choice: all stays as it is.")
    elif not wanted:
        say("Nothing was changed: --apply makes search work by it.", style="dim")
