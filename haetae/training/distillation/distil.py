"""The whole way from frames to a network that is served and offered to edge agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference
from haetae.models.networks import network
from haetae.models.pull import pull
from haetae.models.spec import Task
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.labels import IGNORED
from haetae.training.distillation import teaching
from haetae.training.distillation.frames import Frames, digest_of_facts
from haetae.training.distillation.recipe import DistilledDetectorRecipe, held_out_frames
from haetae.training.evaluation.boxes import FrameTruth
from haetae.training.evaluation.detecting import LEAST_SCORE, DetectionReport, TrueFrame, detected
from haetae.training.export.bundle import bundled
from haetae.training.export.handing_over import handed_over
from haetae.training.runs.files import write_json
from haetae.training.runs.progress import Told
from haetae.training.runs.run import Run
from haetae.training.trainer import train
from haetae.training.workspace import Workspace

STUDENTS = ("person-detector",)


@dataclass(frozen=True, slots=True)
class Places:
    """Where networks come from and go to."""

    models: Path
    mirror: Path | None
    releases: Path


@dataclass(frozen=True, slots=True)
class Distilled:
    """`reports` by network, as deployed, on held-out frames: the student in f32 and int8, with the teacher's boxes as truth."""

    run: Run
    registered: list[str]
    reports: Mapping[str, DetectionReport]
    cpu_ms: Mapping[str, float]  # a frame, on this machine, teacher included


def taught_frames(
    frames: Frames, teachers: tuple[str, str | None], workspace: Workspace, mirror: Path | None, told: Told
) -> tuple[str, ClipFrames]:
    """The bank's name and the labelled frames; labelled now unless the same frames have been by the same teachers.

    Raises Misconfigured: no detector of that name, nothing to see.
    """
    teacher, second = teachers
    for name in (teacher, *([second] if second else [])):
        if network(name).spec.task is not Task.DETECTION:
            raise Misconfigured(f"'{name}' finds no people: a teacher of a detector is a detector.")
    bank = f"taught-{digest_of_facts(frames.facts, teachers)}"
    folder = workspace.banks / bank
    if not teaching.is_there(folder):
        told.note(f"labelling frames of {', '.join(frames.names)} with {teacher} ...")
        inference = teachers_of(workspace, [name for name in teachers if name], mirror)
        looks, confirming = teaching.looks_of(inference, teacher, second)
        teaching.taught(folder, frames, looks, confirming, _every_hundred(told))
    return bank, teaching.opened(folder)


def distil(
    recipe: DistilledDetectorRecipe,
    name: str,
    workspace: Workspace,
    places: Places,
    told: Told,
    train_how: Mapping[str, Any],
) -> Distilled:
    """Trains the student on `recipe.frames`, exports f32 and int8, registers both, offers them, and measures them as deployed.

    An interrupted run comes back unfinished and unregistered: the same call goes on.
    """
    run = train(recipe, workspace, progress=told, **train_how)
    if not run.finished:
        return Distilled(run, [], {}, {})
    told.note("exporting in f32 and int8 ...")
    learner = recipe.build(workspace)
    bundle = bundled(run, workspace, run.folder / "export", learner=learner)
    told.note("registering, measuring as deployed ...")
    registered = handed_over(run, bundle, name, places.models)
    taught = recipe.taught(workspace)
    inference = LocalInference(places.models)
    threshold = run.measured["threshold"]
    reports = {each: report_of(inference, each, taught, threshold) for each in registered}
    teachers = teachers_of(workspace, [recipe.teacher], places.mirror)
    cpu_ms = {each: report.cpu_ms for each, report in reports.items()}
    cpu_ms[recipe.teacher] = report_of(teachers, recipe.teacher, taught, threshold).cpu_ms
    bundle = replace(bundle, card=bundle.card + _deployed(reports, cpu_ms))
    handed_over(run, bundle, name, places.models, releases=places.releases)
    write_json(run.folder / "deployed.json", {n: _figures(report) for n, report in reports.items()} | {"cpu_ms": cpu_ms})
    return Distilled(run, registered, reports, cpu_ms)


def teachers_of(workspace: Workspace, names: list[str], mirror: Path | None) -> LocalInference:
    """Pulled into the workspace: what lies in the platform's own folder would become its default."""
    folder = workspace.folder / "teachers"
    pull(folder, names, mirror=mirror)
    return LocalInference(folder)


def report_of(inference: LocalInference, name: str, taught: ClipFrames, threshold: float) -> DetectionReport:
    """Of a registered or pulled detector, on every other held-out frame: the others chose the threshold."""
    detector = PersonDetector(inference, name, min_score=LEAST_SCORE, deadline_s=60.0)
    frames = [
        TrueFrame("held-out", frame.pixels, FrameTruth(frame.boxes, frame.flags == IGNORED))
        for frame in held_out_frames(taught)[1::2]
    ]
    return detected(detector, frames, teaching.deployed_size).report(threshold)


def _figures(report: DetectionReport) -> dict[str, float]:
    return {
        "ap50": report.ap.ap50,
        "recall": report.recall,
        "precision": report.precision,
        "threshold": report.threshold,
        "n_frames": report.n_frames,
        "n_people": report.n_people,
    }


def _deployed(reports: Mapping[str, DetectionReport], cpu_ms: Mapping[str, float]) -> str:
    """A section of the card."""
    lines = [
        "",
        "## As deployed",
        "",
        "Input 640 x 384, held-out frames, the teacher's boxes as truth; processor ms a frame.",
        "",
    ]
    lines += ["| network | AP .5 | recall | precision | ms |", "| --- | --- | --- | --- | --- |"]
    for name, ms in cpu_ms.items():
        report = reports.get(name)
        cells = [f"{report.ap.ap50:.3f}", f"{report.recall:.3f}", f"{report.precision:.3f}"] if report else ["", "", ""]
        lines.append(f"| {name} | {' | '.join(cells)} | {ms:.1f} |")
    return "\n".join(lines) + "\n"


def _every_hundred(told: Told) -> Callable[[int], None]:
    def done(n: int) -> None:
        if n % 100 == 0:
            told.note(f"{n} frames labelled")

    return done
