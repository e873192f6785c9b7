"""Adds Debian's packages to a list of parts (CycloneDX, JSON), from dpkg's own list in the image where this runs.

    python3 debian_parts.py SBOM [STATUS]

Packages that are in the list already are not added again. Needs Python alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

STATUS = Path("/var/lib/dpkg/status")


def installed(status: str) -> Iterator[dict[str, str]]:
    """The fields of each package that dpkg calls installed, continuation lines left out."""
    for paragraph in status.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line[0].isspace()]
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if fields.get("Status") == "install ok installed":
            yield fields


def component(fields: dict[str, str], distribution: str) -> dict[str, object]:
    """One package as CycloneDX writes it; a scanner goes by the purl."""
    name, version, machine = fields["Package"], fields["Version"], fields["Architecture"]
    purl = f"pkg:deb/debian/{quote(name, safe='')}@{quote(version, safe='.-_~:')}?arch={machine}&distro={distribution}"
    source = fields.get("Source", name).split(" ")[0]
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "supplier": {"name": fields.get("Maintainer", "Debian")},
        "properties": [{"name": "debian:source", "value": source}],
    }


def main(sbom: Path, status: Path = STATUS) -> None:
    """Writes the list anew, in the order of names after what was in it."""
    parts = json.loads(sbom.read_text(encoding="utf-8"))
    known = {part["bom-ref"] for part in parts.setdefault("components", [])}
    found = [component(fields, "debian-12") for fields in installed(status.read_text(encoding="utf-8"))]
    if not found:
        sys.exit(f"{status} names no package")
    added = [part for part in found if part["bom-ref"] not in known]
    parts["components"] += sorted(added, key=lambda part: str(part["bom-ref"]))
    sbom.write_text(json.dumps(parts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(word) for word in sys.argv[1:]))
