"""From what callers write about cameras to facts: credentials out of URLs, patches onto what there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from haetae.domain.camera import Camera, Credentials, SourceKind
from haetae.domain.ids import camera_id
from haetae.errors import Refused
from services.search.cameras.schemas import CameraIn, CameraPatch, SourceIn


def split_credentials(kind: SourceKind, url: str) -> tuple[str, Credentials | None]:
    """An RTSP URL without the user and password that people paste with it, and those. Raises Refused (422)."""
    if kind is not SourceKind.RTSP or "@" not in url:
        return url, None
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused("This is not a URL.", status=422, kind="address-not-allowed") from None
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    username, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=host)), Credentials(unquote(username), unquote(password))


def source_of(asked: SourceIn) -> tuple[str, Credentials | None]:
    """The URL without credentials, and the credentials from wherever they were given. Raises Refused (422) on both."""
    return _one_of(*split_credentials(asked.kind, asked.url), asked.credentials.credentials() if asked.credentials else None)


def camera_of(asked: CameraIn) -> tuple[Camera, Credentials | None]:
    """The camera to register, and what it asks for. Raises Refused (422)."""
    url, credentials = source_of(asked)
    camera = Camera(
        id=camera_id(asked.id),
        name=asked.name or asked.id,
        kind=asked.kind,
        url=url,
        transport=asked.transport,
        position=asked.position.point() if asked.position else None,
        sampling=asked.sampling.sampling(),
        enabled=asked.enabled,
        recorded_from=asked.recorded_from,
    )
    return camera, credentials


def patched(camera: Camera, patch: CameraPatch) -> tuple[Camera, Credentials | None]:
    """The camera with the patch on it, and new credentials where the patch brings some. Raises Refused (422)."""
    given = patch.model_fields_set
    kind = patch.kind or camera.kind
    url, from_url = split_credentials(kind, patch.url) if patch.url else (camera.url, None)
    changes: dict[str, Any] = {"kind": kind, "url": url}
    for name in ("name", "transport", "enabled"):
        if getattr(patch, name) is not None:
            changes[name] = getattr(patch, name)
    if "position" in given:
        changes["position"] = patch.position.point() if patch.position else None
    if patch.sampling is not None:
        changes["sampling"] = patch.sampling.sampling()
    if "recorded_from" in given:
        changes["recorded_from"] = patch.recorded_from
    _, credentials = _one_of(url, from_url, patch.credentials.credentials() if patch.credentials else None)
    return replace(camera, **changes), credentials


def _one_of(url: str, from_url: Credentials | None, apart: Credentials | None) -> tuple[str, Credentials | None]:
    if from_url and apart:
        raise Refused("Credentials are given twice: in the URL and apart.", status=422, kind="credentials-twice")
    return url, from_url or apart
