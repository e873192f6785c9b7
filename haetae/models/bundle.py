"""The networks that are not built in as one tar, for places without the internet.

Unpacked it is a folder that stands in for the public sources (HAETAE_MODELS__MIRROR): the files, flat, and SHA256SUMS, which a
pull checks beside the catalogue's own digests.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.models.digest import digest_of
from haetae.models.installed import installed
from haetae.models.networks import network

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})[ ][ *]([^/]+)")


def pack(models_folder: Path, names: Sequence[str], into: Path) -> dict[str, str]:
    """Writes the tar, whole or not at all; gives "sha256:..." by file. The same networks give the same bytes.

    Networks that are built in are left out: they are part of this program. Raises Misconfigured where one was not pulled or its
    files are not those that were.
    """
    files: dict[str, Path] = {}
    for name in names:
        if not network(name).built_in:
            files |= _verified(models_folder, name)
    if not files:
        raise Misconfigured("There is nothing to pack: built-in networks are part of the program.", networks=", ".join(names))
    digests = {name: digest_of(file) for name, file in sorted(files.items())}
    fresh = into.with_name(f".{into.name}.new")
    try:
        with tarfile.open(fresh, "w", format=tarfile.PAX_FORMAT) as archive:
            for name in digests:
                _add(archive, name, files[name].read_bytes())
            lines = "".join(f"{digest.removeprefix('sha256:')}  {name}\n" for name, digest in digests.items())
            _add(archive, SUMS, lines.encode())
        fresh.replace(into)
    finally:
        fresh.unlink(missing_ok=True)
    return digests


def sums_of(mirror: Path) -> Mapping[str, str]:
    """The folder's SHA256SUMS, as "sha256:..." by file name; {} where there is none. Raises Misconfigured if damaged."""
    try:
        lines = (mirror / SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured("The mirror's list of checksums cannot be read.", file=mirror / SUMS) from error
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found):
        raise Misconfigured("The mirror's list of checksums is damaged.", file=mirror / SUMS)
    return {match[2]: f"sha256:{match[1]}" for match in found if match}


def _verified(models_folder: Path, name: str) -> dict[str, Path]:
    found = installed(models_folder, name)
    files = {file.name: found.folder / file.name for file in found.flavour.files}
    for file, path in files.items():
        recorded = found.digests[file]
        if digest_of(path, recorded.split(":")[0]) != recorded:
            raise Misconfigured(f"{file} of '{name}' is damaged: run `haetae models pull`.", folder=models_folder)
    return files


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)  # without times, owners and modes of this machine
    entry.size = len(content)
    entry.mode = 0o644
    archive.addfile(entry, io.BytesIO(content))
