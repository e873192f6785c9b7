"""Which cameras are down or up for long enough to say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from haetae.domain.camera import CameraReport, CameraState
from haetae.domain.ids import CameraId

_DOWN = (CameraState.STALE, CameraState.BACKING_OFF)
_AT_REST = (CameraState.DISABLED, CameraState.FINISHED)  # switched off or read to its end: nothing to be alarmed about


@dataclass(frozen=True, slots=True)
class CameraChange:
    """A camera is down, or no longer, since `since`."""

    camera_id: CameraId
    down: bool
    since: datetime
    detail: str


class CameraWatch:
    """Remembers reports. A camera that tries to connect again and again is down since it was first."""

    def __init__(self, *, stale_after_s: float, live_after_s: float) -> None:
        self._stale_after = timedelta(seconds=stale_after_s)
        self._live_after = timedelta(seconds=live_after_s)
        self._now: dict[CameraId, CameraChange] = {}
        self._at_rest: set[CameraId] = set()
        self._told: dict[CameraId, bool] = {}  # whether it is down, as it was told last

    def forget(self) -> None:
        """Everything: somebody else has seen the reports since."""
        self._now.clear()
        self._at_rest.clear()
        self._told.clear()

    def see(self, report: CameraReport) -> None:
        """A camera's new state."""
        known = self._now.get(report.camera_id)
        if report.state is CameraState.CONNECTING:
            return  # neither down nor up
        down = report.state in _DOWN
        if known is not None and known.down and down:
            self._now[report.camera_id] = CameraChange(report.camera_id, True, known.since, report.detail or known.detail)
            return
        if known is None or known.down != down or report.state in _AT_REST:
            self._now[report.camera_id] = CameraChange(report.camera_id, down, report.since, report.detail)
        (self._at_rest.add if report.state in _AT_REST else self._at_rest.discard)(report.camera_id)

    def due(self, now: datetime) -> list[CameraChange]:
        """What has lasted long enough and was not told yet. At first, also of cameras that are up."""
        return [
            change
            for change in self._now.values()
            if self._told.get(change.camera_id) != change.down and self._lasted(change, now)
        ]

    def told(self, change: CameraChange) -> None:
        """The change has become an alert, or its end."""
        self._told[change.camera_id] = change.down

    def _lasted(self, change: CameraChange, now: datetime) -> bool:
        if change.camera_id in self._at_rest:
            return True
        return now - change.since >= (self._stale_after if change.down else self._live_after)
