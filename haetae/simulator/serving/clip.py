"""A clip in memory, cut into RTP payloads once: serving it costs no more than sending bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.serving.packets import aggregate, fragment
from haetae.simulator.serving.transcode import Encoding, transcoded

CLOCK_HZ = 90_000
SUFFIXES = (".mp4", ".mov", ".mkv", ".avi", ".m4v", ".ts")
_SERVED = {"h264": "h264", "hevc": "h265"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One coded picture: `pts` and `due` (when a camera would send it) in 1/90000 s from the start of the clip."""

    pts: int
    due: int
    key: bool
    payloads: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A video that can be served without end. `codec` is "h264" or "h265"; `duration` is in 1/90000 s."""

    path: Path
    codec: str
    size: ImageSize
    rate_hz: float
    duration: int
    parameter_sets: tuple[bytes, ...]
    units: tuple[Unit, ...]


def load_clip(
    path: Path, *, cache: Path | None = None, encoding: Encoding | None = None, progress: Callable[[str], None] | None = None
) -> Clip:
    """The clip at `path`, its packets copied as they are.

    A clip of another codec than H.264 or H.265, or any clip where an `encoding` is asked for, is encoded once into a file
    below `cache`. Raises Misconfigured where there is no readable video.
    """
    try:
        if encoding is None and _codec_of(path) in _SERVED:
            return _read(path)
        return _read(transcoded(path, cache, encoding or Encoding(), progress))
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise Misconfigured(f"No video can be read: {error}", path=path) from error


def _codec_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return str(container.streams.video[0].codec_context.name)


def _read(path: Path) -> Clip:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        codec = _SERVED[str(context.name)]
        length_bytes, parameter_sets = _configuration(codec, bytes(context.extradata or b""))
        packets = [packet for packet in container.demux(stream) if packet.size and packet.pts is not None]
        ticks = float(stream.time_base) * CLOCK_HZ
        return _assemble(
            path,
            codec,
            ImageSize(width=context.width, height=context.height),
            parameter_sets,
            [(round(p.pts * ticks), round(p.dts * ticks), p.is_keyframe, _nals(bytes(p), length_bytes)) for p in packets],
        )


def _assemble(
    path: Path, codec: str, size: ImageSize, parameter_sets: tuple[bytes, ...], coded: list[tuple[int, int, bool, list[bytes]]]
) -> Clip:
    """Units from (pts, dts, key, NAL units): starts at 0, and no picture is sent before the instant at which it shows."""
    first = min(pts for pts, _, _, _ in coded)
    last = max(pts for pts, _, _, _ in coded)
    delay = max(pts - dts for pts, dts, _, _ in coded)
    step = max(1, round((last - first) / max(1, len(coded) - 1)))
    sets_payload = aggregate(codec, parameter_sets)
    units = []
    for pts, dts, key, nals in coded:
        payloads = [payload for nal in nals for payload in fragment(codec, nal)]
        units.append(Unit(pts - first, dts + delay - first, key, tuple(([sets_payload] if key else []) + payloads)))
    return Clip(path, codec, size, CLOCK_HZ / step, last - first + step, parameter_sets, tuple(units))


def _nals(sample: bytes, length_bytes: int) -> list[bytes]:
    """The NAL units of one sample, each behind its length (or behind start codes where `length_bytes` is 0)."""
    if length_bytes == 0:
        parts = sample.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
        return [part for part in parts if part]
    nals, at = [], 0
    while at + length_bytes < len(sample):
        length = int.from_bytes(sample[at : at + length_bytes], "big")
        nals.append(sample[at + length_bytes : at + length_bytes + length])
        at += length_bytes + length
    return nals


def _configuration(codec: str, record: bytes) -> tuple[int, tuple[bytes, ...]]:
    """(bytes of a NAL's length, parameter sets) from an avcC (ISO 14496-15, 5.3.3) or hvcC (8.3.3) record."""
    if not record or record[0] != 1:
        parameter_sets = [nal for nal in _nals(record, 0) if nal]
        return 0, tuple(parameter_sets)
    if codec == "h264":
        sets, at = _sets(record, 6, record[5] & 31)
        more, _ = _sets(record, at + 1, record[at])
        return (record[4] & 3) + 1, tuple(sets + more)
    arrays: list[bytes] = []
    at = 23
    for _ in range(record[22]):
        kind = record[at] & 63
        found, at = _sets(record, at + 3, int.from_bytes(record[at + 1 : at + 3], "big"))
        arrays += found if kind in (32, 33, 34) else []
    return (record[21] & 3) + 1, tuple(arrays)


def _sets(record: bytes, at: int, n: int) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    for _ in range(n):
        length = int.from_bytes(record[at : at + 2], "big")
        found.append(record[at + 2 : at + 2 + length])
        at += 2 + length
    return found, at


def clips_in(folder: Path) -> dict[str, Path]:
    """Camera names (from the file names) and clips of a folder, in order of name. Raises Misconfigured where there are none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not found:
        raise Misconfigured(f"No video files ({', '.join(SUFFIXES)})", folder=folder)
    return {_name(path): path for path in found}


def _name(path: Path) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in path.stem.lower())
    return kept.strip("-")[:48] or "camera"
