"""Fetches networks into the models folder, from a mirror folder or their public sources; trusts no unchecked bytes."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.models.bundle import sums_of
from haetae.models.catalogue import CatalogueEntry, Flavour, NetworkFile
from haetae.models.digest import digest_of
from haetae.models.download import Progress, download
from haetae.models.installed import RECORD, Installed, installed
from haetae.models.measure import measure_ms
from haetae.models.networks import CATALOGUE, network

LOCK = "lock.json"
_MAX_MEMBER_BYTES = 2 << 30

Fetch = Callable[[str, Path, Progress | None], None]


@dataclass(frozen=True, slots=True)
class Pulled:
    """One network after a pull. `pinned` names files whose digest nobody publishes: taken on trust this first time."""

    network: Installed
    origin: str  # "mirror", "public source", "here already" or "built in"
    pinned: tuple[str, ...] = ()


def pull(
    folder: Path,
    names: Sequence[str] | None = None,
    *,
    mirror: Path | None = None,
    progress: Progress | None = None,
    fetch: Fetch = download,
) -> list[Pulled]:
    """Networks (all of the catalogue by default), checked, with the faster engine measured on this machine.

    With `mirror` nothing is fetched from the network: a mirror that lacks a file is an error, not a reason to go elsewhere.
    Raises Misconfigured (unknown name, missing file, wrong digest) and Transient (source away).
    """
    if mirror is not None and not mirror.is_dir():
        raise Misconfigured("The mirror is not a folder.", mirror=mirror)
    folder.mkdir(parents=True, exist_ok=True)
    return [_pull_one(network(name), folder, mirror, progress, fetch) for name in names or tuple(CATALOGUE)]


def _pull_one(entry: CatalogueEntry, folder: Path, mirror: Path | None, progress: Progress | None, fetch: Fetch) -> Pulled:
    if entry.built_in:
        return Pulled(installed(folder, entry.name), "built in")
    here = _intact(entry, folder)
    if here is not None:
        return Pulled(here, "here already")
    flavour = _flavour_of(entry, mirror)
    lock, sums = _read_lock(folder), sums_of(mirror) if mirror is not None else {}
    digests: dict[str, str] = {}
    pinned: list[str] = []
    (folder / entry.name).mkdir(exist_ok=True)
    for file in flavour.files:
        key = f"{entry.name}/{file.name}"
        known = file.digest or lock.get(key, {}).get("digest") or sums.get(file.name)
        digests[file.name] = _bring(file, known, folder / entry.name, mirror, progress, fetch)
        if known is None:
            pinned.append(file.name)
            lock[key] = {"digest": digests[file.name], "url": file.url or "mirror", "pinned_at": datetime.now(UTC).isoformat()}
    if pinned:
        _write_json(folder / LOCK, lock)
    record = {
        "flavour": flavour.name,
        "files": digests,
        "measured_ms": measure_ms(entry, folder / entry.name, flavour),
        "measured_on": f"{os.cpu_count()} cores",
    }
    _write_json(folder / entry.name / RECORD, record)
    return Pulled(installed(folder, entry.name), "mirror" if mirror else "public source", tuple(pinned))


def _intact(entry: CatalogueEntry, folder: Path) -> Installed | None:
    """What is there already, if its bytes are still those of its record and of the catalogue."""
    try:
        found = installed(folder, entry.name)
    except Misconfigured:
        return None
    for file in found.flavour.files:
        recorded = found.digests[file.name]
        if recorded != (file.digest or recorded) or digest_of(found.folder / file.name, recorded.split(":")[0]) != recorded:
            return None
    return found


def _flavour_of(entry: CatalogueEntry, mirror: Path | None) -> Flavour:
    for flavour in entry.flavours:
        if mirror is None and flavour.public:
            return flavour
        if mirror is not None and all((mirror / file.name).is_file() for file in flavour.files):
            return flavour
    wanted = " or ".join(" + ".join(file.name for file in flavour.files) for flavour in entry.flavours)
    where = "has no public source" if mirror is None else f"is not in the mirror, which would need {wanted}"
    raise Misconfigured(f"The network '{entry.name}' {where}.", mirror=mirror)


def _bring(
    file: NetworkFile, digest: str | None, into: Path, mirror: Path | None, progress: Progress | None, fetch: Fetch
) -> str:
    """Puts the checked file under its name and gives its digest. What fails the check is thrown away."""
    target = into / file.name
    algorithm = digest.split(":")[0] if digest else "sha256"
    if digest is not None and target.is_file() and digest_of(target, algorithm) == digest:
        return digest
    fresh = into / f".{file.name}.fetched"  # what a broken download left beside it is gone on from
    if mirror is not None:
        shutil.copyfile(mirror / file.name, fresh)
        _check_listed(fresh, sums_of(mirror).get(file.name), file.name)
    elif file.member is not None:
        archive = into / f".{file.name}.zip"
        fetch(str(file.url), archive, progress)
        _extract(archive, file.member, fresh)
    else:
        fetch(str(file.url), fresh, progress)
    got = digest_of(fresh, algorithm)
    if digest is not None and got != digest:
        fresh.unlink()
        raise Misconfigured(f"{file.name} is not the file that the catalogue means.", expected=digest, got=got)
    fresh.replace(target)
    return got


def _check_listed(fresh: Path, listed: str | None, name: str) -> None:
    """Raises Misconfigured where the mirror's own list says something else of the file."""
    if listed is not None and (got := digest_of(fresh)) != listed:
        fresh.unlink()
        raise Misconfigured(f"{name} is not the file that the mirror's list of checksums means.", expected=listed, got=got)


def _extract(archive: Path, member: str, to: Path) -> None:
    """The one member of that name, wherever in the archive it lies. The archive is removed either way. Raises Misconfigured."""
    try:
        with zipfile.ZipFile(archive) as opened:
            found = [info for info in opened.infolist() if Path(info.filename).name == member and not info.is_dir()]
            if len(found) != 1 or found[0].file_size > _MAX_MEMBER_BYTES:
                raise zipfile.BadZipFile(f"it has {len(found)} files of that name")
            with opened.open(found[0]) as source, to.open("wb") as target:
                shutil.copyfileobj(source, target)
    except zipfile.BadZipFile as error:
        raise Misconfigured(f"{member} cannot be taken out of its archive: {error}.", archive=archive.name) from error
    finally:
        archive.unlink(missing_ok=True)


def _read_lock(folder: Path) -> dict[str, dict[str, str]]:
    try:
        return dict(json.loads((folder / LOCK).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Misconfigured("The models folder's lock file is damaged.", file=folder / LOCK) from error


def _write_json(file: Path, content: Mapping[str, object]) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(json.dumps(content, indent=1), encoding="utf-8")
    fresh.replace(file)
