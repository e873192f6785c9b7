import random
from pathlib import Path

import pytest

from haetae.errors import Misconfigured, Transient
from haetae.models.download import Patience, download
from tests.kit.web_folder import WebFolder, serving

pytestmark = pytest.mark.integration

BODY = random.Random(1).randbytes(300_000)
QUICK = Patience(connect_s=2, read_s=2, tries=4, pause_s=0.01)


def test_a_broken_download_goes_on_where_it_broke(tmp_path: Path) -> None:
    """Two broken connections cost no byte twice, and progress grows to the whole."""
    told: list[tuple[int, int | None]] = []
    with serving(WebFolder({"/net.bin": BODY}, break_after=[100_000, 50_000])) as web:
        download(web.url("/net.bin"), tmp_path / "net.bin", lambda _, done, total: told.append((done, total)), QUICK)
        assert [asked for _, asked in web.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert (tmp_path / "net.bin").read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert list(tmp_path.iterdir()) == [tmp_path / "net.bin"]


def test_a_later_call_goes_on_too(tmp_path: Path) -> None:
    """What one run left behind the next one uses; nothing lies under the final name before it is whole."""
    with serving(WebFolder({"/net.bin": BODY}, break_after=[100_000] + [1] * 3)) as web:
        with pytest.raises(Transient):
            download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
        assert not (tmp_path / "net.bin").exists()
        download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
        assert web.asked[-1][1] == "bytes=100003-"
    assert (tmp_path / "net.bin").read_bytes() == BODY


def test_a_source_that_does_not_resume_is_read_from_the_start(tmp_path: Path) -> None:
    """An answer of 200 to a range is the whole file, not its rest."""
    with serving(WebFolder({"/net.bin": BODY}, resumes=False, break_after=[100_000])) as web:
        download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
    assert (tmp_path / "net.bin").read_bytes() == BODY


def test_a_file_that_shrank_at_its_source_starts_anew(tmp_path: Path) -> None:
    """A rest that cannot be is thrown away."""
    (tmp_path / "net.bin.part").write_bytes(BODY + b"more")
    with serving(WebFolder({"/net.bin": BODY})) as web:
        download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
    assert (tmp_path / "net.bin").read_bytes() == BODY


def test_a_busy_source_is_asked_again(tmp_path: Path) -> None:
    """503 and 429 pass by themselves."""
    with serving(WebFolder({"/net.bin": BODY}, refuse=[503, 429])) as web:
        download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
    assert (tmp_path / "net.bin").read_bytes() == BODY


def test_a_missing_file_is_not_asked_for_again(tmp_path: Path) -> None:
    """404 does not pass by itself."""
    with serving(WebFolder({})) as web:
        with pytest.raises(Misconfigured, match="404"):
            download(web.url("/net.bin"), tmp_path / "net.bin", patience=QUICK)
        assert len(web.asked) == 1


def test_nobody_there_is_transient(tmp_path: Path) -> None:
    """A source that is away is named, after the tries are used up."""
    with serving(WebFolder({})) as web:
        address = web.url("/net.bin")
    with pytest.raises(Transient):
        download(address, tmp_path / "net.bin", patience=QUICK)
