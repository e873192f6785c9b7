"""What the documents tell integrators to type is run as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.search.conftest import Api
from tests.integration.search.live import replica

pytestmark = [pytest.mark.integration, pytest.mark.peer]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "queries.md"


def test_the_commands_of_the_page_on_queries_work(api: Api, tmp_path: Path) -> None:
    """All shell blocks of docs/queries.md, one after the other in one shell, with a real curl: none fails."""
    if shutil.which("curl") is None:
        pytest.skip("curl is missing (apt-get install curl)")
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 9
    (tmp_path / "photo.jpg").write_bytes(api.desk.blobs.get(api.gallery["one"][0].best_shots[-1].blob_key))
    script = "set -euo pipefail\nshopt -s expand_aliases\n" + "\n".join(blocks)
    with replica(api) as client:
        address = str(client.base_url).rstrip("/")
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "API": address, "KEY": api.keys["operator"]},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ran.returncode == 0, (ran.stdout[-1000:], ran.stderr[-1000:])
    told = (tmp_path / "events.txt").read_text()
    assert "event: accepted" in told
    assert "event: answer" in told
