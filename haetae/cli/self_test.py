"""`haetae self-test`: a photo through the whole path, step by step: networks, gallery, ranking, crops, alerts."""

from __future__ import annotations

import base64
import json
import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import httpx
import typer

from haetae.cli.api import Api, Json
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.trust import trusted
from haetae.errors import HaetaeError, Misconfigured, Transient
from haetae.imaging.jpeg import encode
from haetae.models.drawn_person import street
from haetae.models.spec import DETECTOR_INPUT
from haetae.settings import Settings
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher

_ROLE = "operator"
_DEADLINES = httpx.Timeout(connect=5.0, read=60.0, write=60.0, pool=5.0)
_ASK_EVERY_S = 1.0
_FAILED = 1


def register(app: typer.Typer) -> None:
    app.command("self-test", help="A photo through the whole path, and what was found.")(self_test)


@dataclass(slots=True)
class Report:
    """What each step took and found; `problem` names the step that failed, and why."""

    steps: list[Json] = field(default_factory=list)
    problem: str | None = None

    def step(self, name: str, act: Callable[[], str]) -> None:
        """Does it and notes what `act` says; raises HaetaeError after noting what failed."""
        began_s = time.perf_counter()
        try:
            found = act()
        except HaetaeError as error:
            self.problem = f"{name}: {error.message}"
            found = f"failed: {error.message}"
            raise
        finally:
            self.steps.append({"step": name, "ms": round(1e3 * (time.perf_counter() - began_s), 1), "found": found})


def self_test(
    url: Annotated[str, typer.Option("--url", help="Of search, or of the front door.")],
    alert_url: Annotated[str | None, typer.Option("--alert-url", help="Of alert, where the front door is not asked.")] = None,
    ca_file: Annotated[Path | None, typer.Option("--ca-file", help="PEM of who signed their certificates.")] = None,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait until search is ready.", min=0)] = 0.0,
    as_json: AsJson = False,
) -> None:
    """The photo is drawn. The key is HAETAE_API_KEY; without one, a key is made in the database (HAETAE_POSTGRES__URL) and
    removed afterwards. The query stays stored, as every query does. Ends with 1 where any part does not answer."""
    report = Report()
    verified_by = trusted(ca_file)
    try:
        with _key() as key, _api(url, key, verified_by) as api, _api(alert_url or url, key, verified_by) as alert:
            report.step("ready", lambda: _ready(f"{url.rstrip('/')}/readyz", verified_by, wait))
            _query(report, api)
            report.step("alerts", lambda: f"{len(alert.ask('GET', '/v1/alerts', params={'limit': 1})['items'])} shown")
    except Misconfigured:
        raise
    except HaetaeError as error:
        report.problem = report.problem or error.message
    rows = [(row["step"], row["ms"], row["found"]) for row in report.steps]
    emit({"ok": report.problem is None, "problem": report.problem, "steps": report.steps}, as_json,
         lambda: table_of("Self-test", ["step", "ms", "found"], rows))  # fmt: skip
    if report.problem is not None:
        say(report.problem, style="bold red")
        raise typer.Exit(_FAILED)


def _query(report: Report, api: Api) -> None:
    """Draw, ask, fetch the crop of who was seen, fetch the answer again. Raises HaetaeError."""
    answer: Json = {}
    photo, drawn = street(DETECTOR_INPUT)

    def ask() -> str:
        answer.update(_asked(api, encode(photo, quality=95)))
        (probe,) = answer["probes"]
        steps = ", ".join(f"{name} {ms:.0f} ms" for name, ms in answer["timings_ms"].items())
        of = f"{probe['n_people']} people in a photo of {len(drawn)}, quality {probe['quality']:.2f}"
        return f"{of}; {answer['n_people']} people among {answer['n_gallery']} sightings by {answer['model']} ({steps})"

    def crop() -> str:
        picture = api.fetch(answer["probes"][0]["crop_url"])
        if not picture.startswith(b"\xff\xd8"):
            raise Transient("What came as the photo's crop is no JPEG.")
        return f"{len(picture)} bytes"

    def again() -> str:
        stored = api.ask("GET", f"/v1/queries/{answer['id']}")
        if stored["id"] != answer["id"] or stored["n_people"] != answer["n_people"]:
            raise Transient("The stored answer is not the one that was given.")
        return f"query {answer['id']}"

    report.step("query", ask)
    report.step("crop", crop)
    report.step("stored", again)


def _asked(api: Api, photo: bytes) -> Json:
    query = {"photos": [{"data": base64.b64encode(photo).decode()}], "accept_poor_probes": True, "limit": 5}
    answer = api.ask("POST", "/v1/queries", content=json.dumps(query), headers={"Content-Type": "application/json"})
    if len(answer["probes"]) != 1:
        raise Transient("The answer does not say who was seen in the photo.")
    return answer


def _ready(url: str, verified_by: ssl.SSLContext | bool, wait_s: float) -> str:
    until_s = time.monotonic() + wait_s
    while True:
        try:
            return _told_ready(url, verified_by)
        except Transient:
            if time.monotonic() >= until_s:
                raise
        time.sleep(_ASK_EVERY_S)


def _told_ready(url: str, verified_by: ssl.SSLContext | bool) -> str:
    try:
        answer = httpx.get(url, timeout=_DEADLINES, trust_env=False, verify=verified_by)
        if answer.status_code == 404:
            return "not told here"  # a front door may keep it to itself
        problems = {} if answer.is_success else answer.json()["problems"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise Transient(f"It does not answer ({type(error).__name__}).", address=url) from None
    if problems:
        raise Transient("; ".join(f"{name}: {why}" for name, why in problems.items()))
    return "all parts"


@contextmanager
def _key() -> Iterator[str]:
    given = os.environ.get("HAETAE_API_KEY")
    if given:
        yield given
        return
    name = f"self-test-{token_hex(4)}"
    url = Settings.load().postgres.url.get_secret_value()
    store = open_store(url, cipher=Cipher([]), pool_size=1, application_name="haetae-self-test")
    try:
        with store.begin() as transaction:
            token = transaction.api_keys.add(name, _ROLE)
        try:
            yield token
        finally:
            with store.begin() as transaction:
                transaction.api_keys.remove(name)
    finally:
        store.close()


@contextmanager
def _api(url: str, key: str, verified_by: ssl.SSLContext | bool) -> Iterator[Api]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=_DEADLINES, trust_env=False, verify=verified_by) as client:
        yield Api(client)
