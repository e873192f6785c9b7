"""The video that a session description offers (RFC 4566)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from haetae.media.trouble import CameraTrouble, TroubleKind

_CODECS = {"H264": "h264", "H265": "h265", "HEVC": "h265"}


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """One video stream. `codec` is "h264" or "h265"; `control` as written; `address` and `port` from the c and m lines."""

    codec: str
    payload_type: int
    clock_hz: int
    parameter_sets: tuple[bytes, ...]
    control: str
    base: str  # the session's own control attribute
    address: str
    port: int


def video_track(text: str) -> VideoTrack:
    """The first video stream that can be decoded. Raises CameraTrouble where there is none, naming what is offered."""
    session, *media = _sections(text)
    offered = []
    for section in media:
        if not section[0].startswith("m=video"):
            continue
        track = _track(section, session)
        if track is not None:
            return track
        offered += [_value(line).split(" ")[-1].split("/")[0] for line in section if line.startswith("a=rtpmap:")]
    what = ", ".join(offered)[:80] if offered else "no video"
    raise CameraTrouble(f"The camera offers {what}; H.264 and H.265 are supported.", TroubleKind.UNSUPPORTED)


def _sections(text: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in text.replace("\r", "").split("\n"):
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line.strip())
    return sections


def _track(section: list[str], session: list[str]) -> VideoTrack | None:
    words = section[0].split()
    if len(words) < 4 or not words[1].split("/")[0].isdigit():
        return None
    formats = dict(_value(line).partition(" ")[::2] for line in section if line.startswith("a=fmtp:"))
    for line in section:
        kind, _, encoding = _value(line).partition(" ") if line.startswith("a=rtpmap:") else ("", "", "")
        name, _, rate = encoding.strip().partition("/")
        if name.upper() not in _CODECS or not kind.isdigit():
            continue
        codec = _CODECS[name.upper()]
        hz = rate.split("/")[0]
        return VideoTrack(
            codec=codec,
            payload_type=int(kind),
            clock_hz=int(hz) if hz.isdigit() and int(hz) else 90_000,
            parameter_sets=_parameter_sets(codec, formats.get(kind, "")),
            control=_attribute(section, "control"),
            base=_attribute(session, "control"),
            address=_connection(section) or _connection(session),
            port=int(words[1].split("/")[0]),
        )
    return None


def _parameter_sets(codec: str, parameters: str) -> tuple[bytes, ...]:
    given = {name.strip().lower(): value for name, _, value in (part.partition("=") for part in parameters.split(";"))}
    names = ("sprop-parameter-sets",) if codec == "h264" else ("sprop-vps", "sprop-sps", "sprop-pps")
    sets = []
    for name in names:
        for encoded in given.get(name, "").split(","):
            try:
                sets.append(base64.b64decode(encoded.strip(), validate=False))
            except (binascii.Error, ValueError):
                continue  # the stream itself brings them as a rule
    return tuple(each for each in sets if each)


def _attribute(section: list[str], name: str) -> str:
    prefix = f"a={name}:"
    return next((line[len(prefix) :].strip() for line in section if line.startswith(prefix)), "")


def _connection(section: list[str]) -> str:
    line = next((line for line in section if line.startswith("c=")), "")
    return line.split(" ")[-1].split("/")[0] if line else ""


def _value(line: str) -> str:
    return line.partition(":")[2].strip()
