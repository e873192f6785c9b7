"""How well a crop shows its person: what best shots are chosen and embeddings are weighted by."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.tracklet import Quality

FULL_HEIGHT_PX = 256
"""The embedders' input height: more pixels than that are thrown away."""

_GRID_ROWS, _GRID_COLUMNS = 32, 16
_BORDER = 0.005  # a box nearer than this share of the frame touches the border
_SHARPNESS_HEIGHT_PX = 128
_HALF_SHARP = 0.12  # ratio of Laplacian to luma variance that counts as half sharp; measured on crops of real clips


def assess(box: Box, frame_size: ImageSize, others: Sequence[Box], pixels_of_crop: Pixels) -> Quality:
    """The quality of the crop under `box`; `others` are the frame's other people. All parts 0-1, large is good.

    The total is visibility x inside x the mean of size and sharpness: a hidden or cut person stays a bad shot however sharp.
    """
    size = min(1.0, min(box.height_px, pixels_of_crop.shape[0]) / FULL_HEIGHT_PX)
    sharp = sharpness(pixels_of_crop)
    seen = visibility(box, others)
    inside = inside_share(box, frame_size)
    return Quality(size=size, sharpness=sharp, visibility=seen, inside=inside, total=seen * inside * (size + sharp) / 2)


def sharpness(pixels: Pixels) -> float:
    """Detail against contrast at a common height: 0 flat or blurred, towards 1 crisp. Not moved by brightness or contrast."""
    height, width = pixels.shape[:2]
    if height > _SHARPNESS_HEIGHT_PX:
        to = (max(1, round(width * _SHARPNESS_HEIGHT_PX / height)), _SHARPNESS_HEIGHT_PX)
        pixels = np.asarray(cv2.resize(pixels, to, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    luma = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    contrast = float(luma.var())
    if contrast < 1.0:
        return 0.0
    detail = float(cv2.Laplacian(luma, cv2.CV_32F).var()) / contrast
    return detail / (detail + _HALF_SHARP)


def visibility(box: Box, others: Sequence[Box]) -> float:
    """1 - share of `box` that lies under the union of `others`, on a grid of 32 x 16 cells."""
    near = [other for other in others if box.intersection_px(other) > 0]
    if not near or box.area_px <= 0:
        return 1.0
    rows = box.y1 + (np.arange(_GRID_ROWS) + 0.5) * box.height_px / _GRID_ROWS
    columns = box.x1 + (np.arange(_GRID_COLUMNS) + 0.5) * box.width_px / _GRID_COLUMNS
    covered = np.zeros((_GRID_ROWS, _GRID_COLUMNS), dtype=bool)
    for other in near:
        in_rows = (rows >= other.y1) & (rows < other.y2)
        in_columns = (columns >= other.x1) & (columns < other.x2)
        covered |= in_rows[:, None] & in_columns[None, :]
    return 1.0 - float(covered.mean())


def inside_share(box: Box, frame_size: ImageSize) -> float:
    """1 - share of the box's outline that lies on the frame's border, where the person may go on unseen."""
    edge_x, edge_y = _BORDER * frame_size.width, _BORDER * frame_size.height
    outline = 2 * (box.width_px + box.height_px)
    if outline <= 0:
        return 0.0
    on_sides = (box.x1 <= edge_x) + (box.x2 >= frame_size.width - edge_x)
    on_ends = (box.y1 <= edge_y) + (box.y2 >= frame_size.height - edge_y)
    return 1.0 - (on_sides * box.height_px + on_ends * box.width_px) / outline
