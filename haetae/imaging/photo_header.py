"""What a picture file declares about itself, read from its first bytes without decoding it."""

from __future__ import annotations

from dataclasses import dataclass
from struct import error as StructError
from struct import unpack_from

from haetae.domain.geometry import ImageSize

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Header:
    """Declared size; whether there is more than one frame; scans of a JPEG (0 for other kinds)."""

    size: ImageSize
    animated: bool = False
    n_scans: int = 0


def read_header(data: bytes) -> Header | None:
    """The header of a JPEG, PNG or WebP file; None for anything else, or where it ends too early."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (StructError, IndexError):
        pass
    return None


def _jpeg(data: bytes) -> Header | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _STANDALONE:  # fill byte, or a marker without a body
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _SOF:
            height, width = unpack_from(">HH", data, at + 5)
            return Header(ImageSize(width=width, height=height), n_scans=data.count(b"\xff\xda", at))
        at += 2 + int(unpack_from(">H", data, at + 2)[0])
    return None


def _png(data: bytes) -> Header | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = unpack_from(">II", data, 16)
    return Header(ImageSize(width=width, height=height), animated=_has_png_chunk(data, b"acTL"))


def _has_png_chunk(data: bytes, name: bytes) -> bool:
    at = 8
    while at + 8 <= len(data):
        kind = data[at + 4 : at + 8]
        if kind == name:
            return True
        if kind == b"IDAT":  # an animation declares itself before the first pixels
            return False
        at += 12 + int(unpack_from(">I", data, at)[0])
    return False


def _webp(data: bytes) -> Header | None:
    kind = data[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        return Header(ImageSize(width=width, height=height), animated=bool(data[20] & 0x02))
    if kind == b"VP8L":
        bits = int(unpack_from("<I", data, 21)[0])
        return Header(ImageSize(width=1 + (bits & 0x3FFF), height=1 + (bits >> 14 & 0x3FFF)))
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return Header(ImageSize(width=width & 0x3FFF, height=height & 0x3FFF))
    return None
