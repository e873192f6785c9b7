"""Reports as rows of a table: what is measured and its figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haetae.training.evaluation.detecting import DetectionReport
    from haetae.training.evaluation.identifying import ReidReport
    from haetae.training.evaluation.posing import PoseReport
    from haetae.training.evaluation.reading import AttributesReport
    from haetae.training.evaluation.routing import RouteReport
    from haetae.training.evaluation.tracks import TrackScores

_RANKS = (1, 5, 10, 20)

Rows = dict[str, object]


def of_detection(report: DetectionReport) -> Rows:
    """Of all frames, then of each source."""
    rows: Rows = {
        "frames / people": f"{report.n_frames} / {report.n_people}",
        "AP .5:.95": report.ap.ap,
        "AP .5": report.ap.ap50,
        "threshold": report.threshold,
        "recall": report.recall,
        "precision": report.precision,
        "false boxes": report.n_false,
        "best F1 here (threshold)": f"{report.best_f1:.3f} ({report.best_threshold:.2f})",
        "processor ms a frame": f"{report.cpu_ms:.1f}",
    }
    for source, its in report.by_source.items():
        told = f"{its.recall:.2f} / {its.precision:.2f}" if its.n_people else f"{its.n_false} false"
        rows[f"recall / precision, {source} ({its.n_frames})"] = told
    rows |= {f"recall, {act} ({n} people)": f"{recall:.2f}" for act, (n, recall) in report.by_act.items()}
    return rows


def of_reid(report: ReidReport) -> Rows:
    """Before and after re-ranking."""
    rows: Rows = {"queries / gallery": f"{report.before.n_queries} / {report.before.n_gallery}"}
    stages = {"": report.before, ", re-ranked": report.after}
    for stage, scores in stages.items():
        if scores is not None:
            rows[f"mAP{stage}"] = scores.mean_average_precision
            rows[f"mINP{stage}"] = scores.mean_inverse_penalty
            rows |= {f"rank-{k}{stage}": scores.rank(k) for k in _RANKS if k <= len(scores.cmc)}
    rows["processor ms a crop"] = f"{report.cpu_ms:.2f}"
    if report.after is not None:
        rows["re-ranking s"] = f"{report.rerank_s:.1f}"
    return rows


def of_attributes(report: AttributesReport) -> Rows:
    """Over all values, without colours, then how often each attribute is right."""
    rows: Rows = {"crops": report.n_crops}
    for which, its in (("", report.scores.everything), (", without colours", report.scores.without_colours)):
        rows[f"mean accuracy{which} ({its.n_labels} labels)"] = its.mean_accuracy
        rows |= {
            f"accuracy{which}": its.accuracy,
            f"precision{which}": its.precision,
            f"recall{which}": its.recall,
            f"F1{which}": its.f1,
        }
    rows |= {f"{name} right": share for name, share in report.scores.correct.items()}
    rows["processor ms a crop"] = f"{report.cpu_ms:.2f}"
    return rows


def of_pose(report: PoseReport) -> Rows:
    """Over all people, then by what they do."""
    rows: Rows = {
        "frames / people": f"{report.n_frames} / {report.n_people}",
        "OKS AP .5:.95": report.ap.ap,
        "OKS AP .5": report.ap.ap50,
        "PCK@.2": report.pck,
    }
    rows |= {f"PCK@.2, {act}": share for act, share in report.pck_by_act.items()}
    rows["processor ms a person"] = f"{report.cpu_ms:.1f}"
    return rows


def of_tracks(scores: TrackScores) -> Rows:
    """Of one film."""
    return {
        "HOTA": scores.hota,
        "DetA": scores.detection_accuracy,
        "AssA": scores.association_accuracy,
        "IDF1": scores.idf1,
        "MOTA": scores.mota,
        "switches": scores.n_switches,
        "people / tracks": f"{scores.n_people} / {scores.n_tracks}",
        "frames": scores.n_frames,
    }


def of_route(report: RouteReport) -> dict[str, Rows]:
    """A column a way of asking."""
    columns = {"photo": report.by_photo, "photo, re-ranked": report.reranked}
    if report.with_attributes is not None:
        columns["photo and attributes, re-ranked"] = report.with_attributes
    return {
        name: {
            **{f"rank-{k}": share for k, share in enumerate(scores.ranks, start=1)},
            "problems": report.n_problems,
            "appearances": scores.n_appearances,
            "of them never followed": scores.n_without_tracklet,
            "tracklets": report.n_followed,
        }
        for name, scores in columns.items()
    }
