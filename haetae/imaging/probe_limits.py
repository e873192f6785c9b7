"""Which photos show too little of a person to look for anybody by them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """What a photo must show before its distances mean anything; it belongs to the embedding network.

    `least_height_px` of the person in the photo's own pixels, `least_sharpness` 0-1 as `haetae.imaging.quality.sharpness` has it.
    The defaults are of no network: a little more than the built-in one needs.
    """

    least_height_px: float = 24.0
    least_sharpness: float = 0.03

    def __post_init__(self) -> None:
        if not 0.0 <= self.least_height_px < 1e4 or not 0.0 <= self.least_sharpness < 1.0:
            raise ValueError(f"a height in pixels and a sharpness 0-1, not {self}")

    def lacks(self, height_px: float, sharpness: float) -> str | None:
        """What a photo lacks, in words with its numbers; None where it is good enough."""
        if height_px < self.least_height_px:
            return f"the person is {height_px:.0f} pixels tall, and {self.least_height_px:.0f} are needed"
        if sharpness < self.least_sharpness:
            return f"its sharpness is {sharpness:.3f}, and {self.least_sharpness:.3f} is needed"
        return None
