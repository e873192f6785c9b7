"""Where cameras, recordings and webhooks may be: addresses that users give are checked before anything connects to them."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from haetae.domain.camera import SourceKind
from haetae.errors import Refused

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_HOST_NAME = re.compile(
    r"(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?"
)
_USB = re.compile(r"/dev/video[0-9]{1,3}")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class PinnedAddress:
    """What a URL led to when it was checked: connect to `ip` and to nothing else; `host` is for headers and certificates."""

    scheme: str
    host: str
    ip: str
    port: int


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What this site allows: networks (CIDR) beyond the public internet, folders with recordings."""

    allowed_networks: tuple[str, ...] = ()
    import_folders: tuple[Path, ...] = ()


def check_source(kind: SourceKind, url: str, *, allowed_networks: Sequence[str], import_folders: Sequence[Path]) -> None:
    """Passes where a camera may have this URL. Raises Refused (422).

    RTSP hosts are resolved, and every address they have must be public or in one of `allowed_networks`; files, folders and
    SDP files must lie below one of `import_folders` after symbolic links are followed; USB devices are /dev/video<N>.
    """
    policy = AddressPolicy(tuple(allowed_networks), tuple(import_folders))
    if kind is SourceKind.RTSP:
        pinned_rtsp(url, policy)
    elif kind is SourceKind.USB:
        if not _USB.fullmatch(url):
            raise _refusal("A USB camera is /dev/video followed by a number.")
    else:
        allowed_path(url, policy)


def pinned_rtsp(url: str, policy: AddressPolicy) -> PinnedAddress:
    """The address that an rtsp or rtsps URL may be fetched from. Raises Refused."""
    return _pinned(url, ("rtsp", "rtsps"), policy.allowed_networks)


def check_webhook(url: str, allowed_networks: Sequence[str]) -> PinnedAddress:
    """The address that a webhook may be posted to. Raises Refused (422)."""
    return _pinned(url, ("http", "https"), allowed_networks)


def allowed_path(path: str, policy: AddressPolicy) -> Path:
    """The real path of a file or folder that may be read. Raises Refused, with the same words for missing and for forbidden."""
    refusal = _refusal("The path is not below one of the folders that recordings may be imported from.")
    if not path or "\x00" in path or "://" in path or not Path(path).is_absolute():
        raise refusal
    try:
        real = Path(path).resolve(strict=True)
        folders = [folder.resolve(strict=True) for folder in policy.import_folders if folder.exists()]
    except (OSError, RuntimeError):
        raise refusal from None
    if not any(real.is_relative_to(folder) for folder in folders):
        raise refusal
    if not (real.is_file() or real.is_dir()):
        raise refusal
    return real


def checked_ip(text: str, allowed_networks: Sequence[str]) -> str:
    """`text` (an IP address) where it may be spoken to. Raises Refused."""
    ip = ipaddress.ip_address(text)
    if not all(_permitted(each, _networks(allowed_networks)) for each in _meanings(ip)):
        raise _refusal("The address leads into a network that is not allowed here.")
    return str(ip)


def _pinned(url: str, schemes: Sequence[str], allowed_networks: Sequence[str]) -> PinnedAddress:
    parts, port = _split(url, schemes)
    host = parts.hostname or ""
    networks = _networks(allowed_networks)
    found = _resolved(host, port)
    for ip in found:
        if not all(_permitted(each, networks) for each in _meanings(ip)):
            raise _refusal("The address leads into a network that is not allowed here.")
    return PinnedAddress(parts.scheme, host, str(found[0]), port)


def _split(url: str, schemes: Sequence[str]) -> tuple[SplitResult, int]:
    if len(url) > 2048 or not url.isascii() or any(c <= " " or c in '\\\x7f<>"^`{|}' for c in url):
        raise _refusal("The URL has characters that do not belong into one.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refusal("This is not a URL.") from None
    if parts.scheme not in schemes or not url.lower().startswith(f"{parts.scheme}://"):
        raise _refusal(f"The URL must begin with {' or '.join(f'{each}://' for each in schemes)}.")
    if "@" in parts.netloc:
        raise _refusal("Credentials are given apart from the URL.")
    if not parts.hostname or parts.fragment or port == 0:
        raise _refusal("The URL has no host or an unusable port.")
    return parts, port or _PORTS[parts.scheme]


def _resolved(host: str, port: int) -> list[IpAddress]:
    """Every address of a host name, or the one that it spells canonically (no decimal, octal or hexadecimal spellings)."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    if not _HOST_NAME.fullmatch(host):
        raise _refusal("The host is neither a name nor an IP address in its usual spelling.")
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refusal("The host's name cannot be resolved.", kind="unresolvable-address") from None
    return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


def _meanings(ip: IpAddress) -> list[IpAddress]:
    """The address and every IPv4 address that is hidden in it."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    hidden: list[IpAddress | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 0xFFFF):
        hidden.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    embedded = [each for each in hidden if each is not None]
    return embedded if ip.ipv4_mapped else [ip, *embedded]


def _permitted(ip: IpAddress, networks: Sequence[_Network]) -> bool:
    if any(ip.version == network.version and ip in network for network in networks):
        return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _networks(texts: Sequence[str]) -> list[_Network]:
    return [ipaddress.ip_network(text, strict=False) for text in texts]


def _refusal(message: str, *, kind: str = "address-not-allowed") -> Refused:
    return Refused(message, status=422, kind=kind)
