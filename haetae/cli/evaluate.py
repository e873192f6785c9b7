"""`haetae evaluate reid|attributes|detect|pose|track|route|evidence|tables`: how good a network is, by the public definitions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haetae.cli.evaluation import rows
from haetae.cli.evaluation.evidence import evidence
from haetae.cli.evaluation.films import route, track
from haetae.cli.evaluation.options import DEFAULT_INPUT, Data, InputSize, Models, Networks, Threshold, side_by_side, size_of
from haetae.cli.evaluation.tables import tables
from haetae.cli.output import AsJson, emit, progress
from haetae.cli.training_extra import training_installed
from haetae.errors import Misconfigured

if TYPE_CHECKING:
    from haetae.training.evaluation.crops import Crops

_HELP = "How good a network is, by the public definitions."


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("reid", help="CMC, mAP and mINP by Market-1501's protocol, before and after re-ranking.")(reid)
    group.command("attributes", help="mA, and accuracy, precision, recall and F1 by crop.")(attributes)
    group.command("detect", help="Average precision, recall and precision at a threshold, time per frame.")(detect)
    group.command("pose", help="Average precision of key points (OKS), and PCK.")(pose)
    group.command("track", help="HOTA, IDF1 and MOTA of following people through films.")(track)
    group.command("route", help="Rank-1 to 5 of the route of people over a city's cameras.")(route)
    group.command("evidence", help="What distances and read attributes are worth, kept with the networks.")(evidence)
    group.command("tables", help="The paper's tables, measured again, and docs/results.md.")(tables)
    app.add_typer(group, name="evaluate", help=_HELP)


def detect(  # noqa: PLR0913  # each is a word of the command line
    networks: Networks,
    labels: Annotated[Path | None, typer.Option("--labels", help="Labelled frames of clips, COCO's form.")] = None,
    clips: Annotated[Path | None, typer.Option("--clips", help="The folder of those clips.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Instead: a city, COCO, CrowdHuman, MOTChallenge.")] = None,
    threshold: Threshold = 0.35,
    input_size: InputSize = DEFAULT_INPUT,
    every: Annotated[int, typer.Option("--every", min=1, help="Of films: every n-th frame.")] = 15,
    visibility: Annotated[float, typer.Option("--visibility", help="Of films: whoever is seen less is not asked for.")] = 0.25,
    turned: Annotated[bool, typer.Option("--turned", help="Frames turned by 90 degrees: everybody lies.")] = False,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 2 where data or a network is missing."""
    with training_installed():
        from haetae.training.evaluation.detecting import LEAST_SCORE, detected
        from haetae.training.evaluation.measured import detector, sized
        from haetae.training.readers.frames import FrameSource

        frames = FrameSource(labels, clips, data, every, visibility, turned)
        reports = {}
        for name in networks:
            with progress(f"{name} over the frames", frames.count()) as advance:
                done = detected(detector(name, models, min_score=LEAST_SCORE), frames, sized(size_of(input_size)), advance)
            reports[name] = done.report(threshold)
    emit(reports, as_json, lambda: side_by_side("People found", {name: rows.of_detection(r) for name, r in reports.items()}))


def reid(  # noqa: PLR0913  # each is a word of the command line
    networks: Networks,
    data: Data,
    layout: Annotated[
        str, typer.Option("--layout", help="market1501, msmt17, cuhk03-detected, cuhk03-labeled, folder.")
    ] = "folder",
    k1: Annotated[int, typer.Option("--k1", min=1, help="Neighbours of re-ranking.")] = 20,
    k2: Annotated[int, typer.Option("--k2", min=1, help="Neighbours that are averaged.")] = 6,
    weight: Annotated[float, typer.Option("--lambda", min=0.0, max=1.0, help="Weight of the original distance.")] = 0.3,
    rerank: Annotated[bool, typer.Option("--rerank/--no-rerank", help="Also after re-ranking.")] = True,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 2 where data or a network is missing."""
    with training_installed():
        from haetae.ranking import KReciprocal
        from haetae.training.evaluation.identifying import reid_report
        from haetae.training.evaluation.measured import embedder
        from haetae.training.readers.crops import search_in

        search = search_in(data, layout)
        how = KReciprocal(k1, k2, weight) if rerank else None
        reports = {}
        for name in networks:
            with progress(f"{name} over {search.name}", search.queries.n + search.gallery.n) as advance:
                reports[name] = reid_report(embedder(name, models), search, how, advance)
    columns = {name: rows.of_reid(report) for name, report in reports.items()}
    emit(reports, as_json, lambda: side_by_side(f"People found again in {search.name}", columns))


def attributes(
    networks: Networks,
    data: Data,
    layout: Annotated[str, typer.Option("--layout", help="pa100k, market1501.")] = "pa100k",
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Only what both the network and the data set tell is compared. Ends with 2 where data or a network is missing."""
    with training_installed():
        from haetae.training.evaluation.measured import classifier
        from haetae.training.evaluation.reading import attributes_report
        from haetae.training.readers.crops import attributes_in

        crops = _comparable(attributes_in(data, layout))
        reports = {}
        for name in networks:
            with progress(f"{name} over {crops.n} crops", crops.n) as advance:
                reports[name] = attributes_report(classifier(name, models), crops, advance)
    columns = {name: rows.of_attributes(report) for name, report in reports.items()}
    emit(reports, as_json, lambda: side_by_side("Attributes read", columns))


def pose(
    networks: Networks,
    data: Data,
    every: Annotated[int, typer.Option("--every", min=1, help="Every n-th frame that has poses.")] = 5,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """People are cut out by their true boxes. Ends with 2 where data or a network is missing."""
    with training_installed():
        from haetae.training.evaluation.measured import pose_estimator
        from haetae.training.evaluation.posing import pose_report
        from haetae.training.readers.poses import posed_frames

        reports = {}
        for name in networks:
            with progress(f"{name} over the frames") as advance:
                reports[name] = pose_report(pose_estimator(name, models), posed_frames(data, every), advance)
    emit(reports, as_json, lambda: side_by_side("Poses", {name: rows.of_pose(r) for name, r in reports.items()}))


def _comparable(crops: Crops) -> Crops:
    """The crops with what is known of all of them: labels that some crops lack cannot be averaged over crops."""
    if not crops.n:
        raise Misconfigured("The data set has no crops to test on.")
    common = set.intersection(*(set(each) for each in crops.attributes))
    return replace(crops, attributes=[{name: each[name] for name in common} for each in crops.attributes])
