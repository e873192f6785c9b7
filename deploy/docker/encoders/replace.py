"""Puts the stand-ins in the places of libx264 and libx265 in PyAV's wheel, and says so in the list of its files.

    python replace.py SITE_PACKAGES FOLDER_OF_STAND_INS

Fails where the wheel no longer carries exactly one of each, so that another PyAV is looked at again.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
from pathlib import Path

ENCODERS = ("libx264", "libx265")


def main(packages: Path, stand_ins: Path) -> None:
    """Exits with a message where something is not as expected."""
    for name in ENCODERS:
        found = list((packages / "av.libs").glob(f"{name}-*.so*"))
        if len(found) != 1:
            sys.exit(f"PyAV carries {len(found)} files of {name}, not one: deploy/docker/encoders has to be looked at")
        shutil.copyfile(stand_ins / f"{name}.so", found[0])
        _record(packages, found[0])


def _record(packages: Path, file: Path) -> None:
    (record,) = packages.glob("av-*.dist-info/RECORD")
    digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=").decode()
    path = str(file.relative_to(packages))
    lines = record.read_text(encoding="utf-8").splitlines()
    changed = [f"{path},sha256={digest},{file.stat().st_size}" if line.startswith(f"{path},") else line for line in lines]
    record.write_text("\n".join(changed) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
