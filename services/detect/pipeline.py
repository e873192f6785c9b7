"""The flow of detect: frames of many cameras -> people in them -> tracklets. Pure over ports; nothing is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from haetae.domain.detection import Detection
from haetae.domain.frame import DropReason, FrameRef, Pixels
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.domain.timing import to_us
from haetae.domain.tracklet import Tracklet
from haetae.errors import Poison
from haetae.tracking.follower import Advance, CameraFollowing, Follower
from services.detect.admission import Admission, key_of
from services.detect.photographer import CropKeeper, FramePhotographer
from services.detect.view import FrameView, to_source


class DetectsPeople(Protocol):
    """The detector network."""

    def detect_each(self, images: Sequence[Pixels], input_sizes: Sequence[ImageSize]) -> list[list[Detection]]:
        """The people in each image, boxes in its pixels; what is alike goes through the network together. Raises Transient."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch. `followings` by `admission.key_of`, changed ones only; `fates`: None means looked at."""

    followings: dict[str, CameraFollowing] = field(default_factory=dict)
    tracklets: list[Tracklet] = field(default_factory=list)
    fates: list[tuple[FrameRef, DropReason | None]] = field(default_factory=list)
    n_passing: int = 0  # tracks that ended without ever being sure


class DetectPipeline:
    """Detection in one batch over all cameras, then each camera's frames in their order."""

    def __init__(self, detector: DetectsPeople, follower: Follower, keeper: CropKeeper, admission: Admission) -> None:
        self._detector = detector
        self._follower = follower
        self._keeper = keeper
        self._admission = admission

    def process(self, views: Sequence[FrameView], known: Mapping[str, CameraFollowing]) -> Outcome:
        """The outcome of frames in their order of arrival; `known` has what is known of their cameras.

        Raises Transient: then nothing happened but crops kept, and the same frames can be given again.
        """
        outcome = Outcome()
        admitted = self._admitted(views, known, outcome)
        found = detected(self._detector, [(view.ref, small) for view, small in admitted])
        passing = 0
        for (view, _), people in zip(admitted, found, strict=True):
            key = key_of(view.ref)
            following = outcome.followings.get(key) or known.get(key) or CameraFollowing()
            try:
                advance = self._follower.advance(following, view.ref, people, FramePhotographer(view, self._keeper))
            except Poison:
                outcome.fates.append((view.ref, DropReason.UNREADABLE))
                continue
            outcome.followings[key] = advance.following
            outcome.tracklets.extend(advance.tracklets)
            outcome.fates.append((view.ref, None))
            passing += advance.passing
        self._admission.note_served([view.ref for view, _ in admitted])
        return Outcome(outcome.followings, outcome.tracklets, outcome.fates, passing)

    def close(self, known: Mapping[str, CameraFollowing]) -> Outcome:
        """Everybody still followed in `known` is gone: nothing came from these cameras for too long."""
        ends: dict[str, Advance] = {
            key: self._follower.closed(following, CameraId(key.partition("@")[0])) for key, following in known.items()
        }
        return Outcome(
            {key: end.following for key, end in ends.items()},
            [tracklet for end in ends.values() for tracklet in end.tracklets],
            n_passing=sum(end.passing for end in ends.values()),
        )

    def _admitted(
        self, views: Sequence[FrameView], known: Mapping[str, CameraFollowing], outcome: Outcome
    ) -> list[tuple[FrameView, Pixels]]:
        """The frames to look at, decoded small; the fates of the others go into `outcome`."""
        newest = dict(known)
        admitted = []
        for view in sorted(views, key=lambda view: (view.ref.received_at, view.ref.seq)):
            ref, key = view.ref, key_of(view.ref)
            reason = self._admission.refusal(ref, newest.get(key))
            small = None if reason else _small(view)
            if small is None:
                outcome.fates.append((ref, reason or DropReason.UNREADABLE))
                continue
            newest[key] = _having_seen(ref)
            admitted.append((view, small))
        return admitted


def detected(detector: DetectsPeople, frames: Sequence[tuple[FrameRef, Pixels]]) -> list[list[Detection]]:
    """The people in each frame, boxes in pixels of the source frame. Raises Transient."""
    found = detector.detect_each([pixels for _, pixels in frames], [ref.detector_input for ref, _ in frames])
    return [
        [Detection(to_source(pixels, one.box, ref), one.score) for one in people]
        for (ref, pixels), people in zip(frames, found, strict=True)
    ]


def _small(view: FrameView) -> Pixels | None:
    try:
        return view.small()
    except Poison:
        return None


def _having_seen(ref: FrameRef) -> CameraFollowing:
    """As much as admission needs to know after a frame."""
    return CameraFollowing(boot=ref.boot, seq=ref.seq, received_us=to_us(ref.received_at))
