"""The verbs `search`, `camera` and `import` against the API over a real socket."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from haetae.cli.main import application
from haetae.domain.recording import RecordingState
from haetae.errors import Misconfigured, Refused, Transient
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.http.serving import Serving
from haetae.imaging.jpeg import decode
from haetae.store.queries import QueryState
from haetae.telemetry.health import Health
from services.search.app import make_app
from tests.integration.search.conftest import Api
from tests.integration.search.live import n_waiting, waiting_gallery
from tests.kit.certificates import Authority
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
WINDOW = ["--from", "2026-05-04T00:00:00+00:00", "--to", "2026-05-05T00:00:00+00:00"]
Haetae = Callable[..., Result]


@pytest.fixture
def haetae(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Haetae]:
    """The command, told of the API by the environment; its caller is an admin."""
    keys = RememberedKeys(api.desk.store.caller, remembered_s=5.0)
    served = serve_in_thread(make_app(api.desk, keys, Health()), "127.0.0.1", 0)
    monkeypatch.setenv("HAETAE_API__URL", f"http://127.0.0.1:{served.port}")
    monkeypatch.setenv("HAETAE_API__TOKEN", api.keys["admin"])

    def run(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(application(words), words, input=input)

    yield run
    served.stop()


def told(result: Result) -> Any:
    """The JSON document on stdout."""
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_search_finds_a_person_and_writes_crops(api: Api, haetae: Haetae, tmp_path: Path) -> None:
    """A photo's person comes first; crops lie in the folder under names that say whose they are."""
    sighting = api.gallery["one"][0]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(api.desk.blobs.get(sighting.best_shots[-1].blob_key))
    words = ["search", "--photo", str(photo), *WINDOW, "--cameras", "one,shop", "--crops", str(tmp_path / "crops"), "--json"]
    answer = told(haetae(*words))
    first = answer["people"][0]["candidates"][0]
    assert first["sighting_id"] == str(sighting.id)
    assert decode(Path(first["crop_file"]).read_bytes()).size > 0
    assert (tmp_path / "crops" / "photo-1.jpg").exists()


def test_search_shows_people_as_a_table(api: Api, haetae: Haetae) -> None:
    """Attributes as people write them; the table is for people, remarks go to stderr."""
    result = haetae("search", "--attributes", "upper_colour=black|grey, not bag=backpack, hat=none!", *WINDOW)
    assert result.exit_code == 0, result.output
    assert "People" in result.stdout
    assert "sightings in" in result.stderr
    assert "sightings in" not in result.stdout


def test_search_lists_people_by_time(api: Api, haetae: Haetae) -> None:
    """By when they were first seen, or the last seen first; each keeps its place by likelihood."""
    words = ["search", "--attributes", "upper_colour=black", *WINDOW, "--limit", "1000", "--json"]
    by_order, by_time, newest = (told(haetae(*words, "--sort", sort))["people"] for sort in ("order", "time", "-time"))
    assert [person["place"] for person in by_order] == list(range(1, len(by_order) + 1))
    first, last = (
        {person["place"]: edge(c["started_at"] for c in person["candidates"]) for person in by_order} for edge in (min, max)
    )
    assert [first[person["place"]][:19] for person in by_time] == sorted(at[:19] for at in first.values())
    assert [last[person["place"]][:19] for person in newest] == sorted((at[:19] for at in last.values()), reverse=True)


def test_search_repeats_a_stored_query(api: Api, haetae: Haetae, tmp_path: Path) -> None:
    """As it is stored the answer is the same and says so; in another window it tells what differs. No photo is needed."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(api.desk.blobs.get(api.gallery["one"][0].best_shots[-1].blob_key))
    first = told(haetae("search", "--photo", str(photo), *WINDOW, "--json"))
    photo.unlink()
    again = told(haetae("search", "--repeat", first["id"], "--json"))
    assert (again["repeat"]["of"], again["repeat"]["same"]) == (first["id"], True)
    assert [person["candidates"] for person in again["people"]] != []
    result = haetae("search", "--repeat", first["id"], "--to", "2026-05-04T00:00:01+00:00", "--crops", str(tmp_path / "crops"))
    assert result.exit_code == 0, result.output
    assert f"differs from query {first['id']}: 0 sightings more, " in result.stderr
    assert (tmp_path / "crops" / "photo-1.jpg").exists()


def test_a_repetition_asks_what_was_asked(haetae: Haetae) -> None:
    """Another person, place or number of candidates is another query: wrong use, before anything is sent. So is an unknown id."""
    nobody = "00000000-0000-4000-8000-000000000000"
    for more in (
        ["--attributes", "hat=none"],
        ["--person", "hat=none"],
        ["--cameras", "one"],
        ["--limit", "5"],
        ["--accept-poor"],
    ):
        assert haetae("search", "--repeat", nobody, *more).exit_code == 2
    assert haetae("search", "--repeat", "yesterday").exit_code == 2
    refused = haetae("search", "--repeat", nobody).exception
    assert isinstance(refused, Refused)
    assert refused.status == 404


def test_search_finds_several_people_at_once(api: Api, haetae: Haetae, tmp_path: Path) -> None:
    """Each by photos, attributes and label of their own; each gets a table, and crops under a name that says whose they are."""
    one, other = (api.gallery[name][0] for name in ("one", "shop"))
    for name, sighting in (("one.jpg", one), ("other.jpg", other)):
        (tmp_path / name).write_bytes(api.desk.blobs.get(sighting.best_shots[-1].blob_key))
    people = [
        f"label=the child, photo={tmp_path / 'one.jpg'}, not bag=backpack",
        f"photo={tmp_path / 'other.jpg'}, rejected={one.id}",
        "upper_colour=black|grey, hat=none!",
    ]
    words = ["search", *(word for text in people for word in ("--person", text)), *WINDOW]
    answer = told(haetae(*words, "--crops", str(tmp_path / "crops"), "--sort", "time", "--json"))
    first, second, third = answer["targets"]
    best = [min((c for p in target["people"] for c in p["candidates"]), key=lambda c: c["order"]) for target in (first, second)]
    assert [candidate["sighting_id"] for candidate in best] == [str(one.id), str(other.id)]
    assert (first["label"], len(third["probes"]), answer["people"]) == ("the child", 0, [])
    asked = answer["asked"]["targets"]
    assert [(target["n_photos"], target["rejected"]) for target in asked] == [(1, []), (1, [str(one.id)]), (0, [])]
    assert asked[2]["attributes"][1] == {"name": "hat", "values": ["none"], "not": False, "required": True}
    assert {path.name for path in (tmp_path / "crops").glob("target-*-photo-1.jpg")} == {
        "target-1-photo-1.jpg",
        "target-2-photo-1.jpg",
    }
    result = haetae(*words)
    assert [title in result.stdout for title in ("the child: People", "target 2: People", "target 3: People")] == [True] * 3
    assert "the child: photo 1: person of quality" in result.stderr


def test_several_people_are_told_apart_from_one(haetae: Haetae, tmp_path: Path) -> None:
    """Words that are no part of a person, files that are not there, both ways at once, more than ten: wrong use."""
    for words in (
        ["--person", "mood=good"],
        ["--person", "red coat"],
        ["--person", f"photo={tmp_path / 'none.jpg'}"],
        ["--person", "confirmed=7"],
        ["--person", "hat=none", "--attributes", "hat=none"],
        ["--person", "hat=none"] * 11,
    ):
        assert haetae("search", *words).exit_code == 2, words
    assert isinstance(haetae("search", "--person", "hat=crown").exception, Refused)


def test_ctrl_c_cancels_the_search(api: Api, haetae: Haetae) -> None:
    """The command ends with 130 and says so, and the query is stored as cancelled."""
    with waiting_gallery(api.desk.store):
        words = ["-c", "from haetae.cli.main import run; run()", "search", "--attributes", "hat=none", *WINDOW]
        command = subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True)
        until(lambda: n_waiting(api.desk.store) > 0, "the query waits in the database")
        remarks = interrupted(command)
        assert (command.returncode, "cancelled" in remarks) == (130, True), remarks
        until(lambda: n_waiting(api.desk.store) == 0, "its statement has ended")

    def newest() -> QueryState:
        with api.desk.store.begin() as transaction:
            return transaction.queries.page(limit=1)[0][0].state

    until(lambda: newest() is QueryState.CANCELLED, "it is stored as cancelled")


def interrupted(command: subprocess.Popen[str]) -> str:
    """What it said until its end. Python drops an interruption that comes while it runs a finalizer: a person presses again."""
    for _ in range(3):
        command.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return command.communicate(timeout=3)[1]
    command.kill()
    return f"It does not end: {command.communicate()[1]}"


def test_search_says_what_is_wrong(haetae: Haetae, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's own words for a text file, an unknown word, a wrong key; where nothing answers, that."""
    text = tmp_path / "photo.txt"
    text.write_text("hello")
    refused = haetae("search", "--photo", str(text), *WINDOW).exception
    assert isinstance(refused, Refused)
    assert refused.kind == "not-a-photo"
    assert isinstance(haetae("search", "--attributes", "mood=good", *WINDOW).exception, Refused)
    assert haetae("search", "--attributes", "hat=hat", "--from", "soon").exit_code == 2
    monkeypatch.setenv("HAETAE_API__TOKEN", "wrong")
    wrong = haetae("search", "--attributes", "hat=hat", *WINDOW).exception
    assert isinstance(wrong, Refused)
    assert wrong.kind == "unauthenticated"
    monkeypatch.setenv("HAETAE_API__URL", "http://127.0.0.1:1")
    assert isinstance(haetae("search", "--attributes", "hat=hat", *WINDOW).exception, Transient)


def test_an_authority_of_ones_own_is_trusted_where_it_is_named(
    api: Api, haetae: Haetae, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The API over TLS answers by HAETAE_API__CA_FILE, not without it or by another's; a file that is none is named."""
    authority = Authority(tmp_path / "ours")
    cert, key = authority.issue(tmp_path / "server")
    keys = RememberedKeys(api.desk.store.caller, remembered_s=5.0)
    served = serve_in_thread(make_app(api.desk, keys, Health()), "127.0.0.1", 0, Serving(cert_file=cert, key_file=key))
    try:
        monkeypatch.setenv("HAETAE_API__URL", f"https://127.0.0.1:{served.port}")
        assert isinstance(haetae("camera", "list").exception, Transient)
        monkeypatch.setenv("HAETAE_API__CA_FILE", str(Authority(tmp_path / "other").certificate))
        assert isinstance(haetae("camera", "list").exception, Transient)
        monkeypatch.setenv("HAETAE_API__CA_FILE", str(key))
        assert isinstance(haetae("camera", "list").exception, Misconfigured)
        monkeypatch.setenv("HAETAE_API__CA_FILE", str(authority.certificate))
        assert told(haetae("camera", "list", "--json"))
    finally:
        served.stop()


def test_without_a_stack_and_an_address_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`haetae up`, or the two variables."""
    monkeypatch.delenv("HAETAE_API__URL", raising=False)
    words = ["search", "--attributes", "hat=hat", "--home", str(tmp_path)]
    error = CliRunner().invoke(application(words), words).exception
    assert isinstance(error, Misconfigured)
    assert "haetae up" in str(error)


def test_cameras_are_added_listed_and_removed(api: Api, haetae: Haetae, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords come by the environment or standard input; in the URL they are refused, because others see a command's words."""
    monkeypatch.setenv("HAETAE_CAMERA_PASSWORD", "canary-in-the-environment")
    added = told(haetae("camera", "add", "north", "rtsp://10.1.2.3/x", "--username", "kim", "--position", "37.5,127", "--json"))
    assert (added["id"], added["position"]["longitude"]) == ("north", 127.0)
    with api.desk.store.begin() as transaction:
        kept = transaction.cameras.credentials(added["id"])
    assert kept is not None
    assert kept.password == "canary-in-the-environment"
    told(
        haetae(
            "camera", "add", "south", "rtsp://10.1.2.4/x", "--username", "lee", "--password-stdin", "--json", input="canary-2\n"
        )
    )
    listed = haetae("camera", "list")
    assert "north" in listed.stdout
    assert "canary" not in listed.output
    refused = haetae("camera", "add", "west", "rtsp://kim:canary@10.1.2.5/x").exception
    assert isinstance(refused, Refused)
    assert "canary" not in str(refused)
    assert told(haetae("camera", "remove", "north", "south", "--json")) == {"removed": ["north", "south"]}
    assert isinstance(haetae("camera", "remove", "north").exception, Refused)


def test_a_source_is_tried_out(api: Api, haetae: Haetae, clips_folder: Path) -> None:
    """A video ends with 0, what is no video with 1."""
    video = api.imports / "tried.mp4"
    shutil.copyfile(clips_folder / "people-detection-preview.mp4", video)
    assert told(haetae("camera", "test", str(video), "--json"))["ok"] is True
    told(haetae("camera", "add", "file-1", str(video), "--json"))
    assert told(haetae("camera", "test", "file-1", "--json"))["width"] == 480
    video.write_text("no video")
    assert haetae("camera", "test", str(video)).exit_code == 1
    told(haetae("camera", "remove", "file-1", "--json"))


def test_import_follows_a_recording_to_its_end(api: Api, haetae: Haetae, clips_folder: Path) -> None:
    """Several files follow each other in time; the verb ends when ingest has read them."""
    files = []
    for name in ("people-detection-preview.mp4", "store-aisle-detection-preview.mp4"):
        files.append(api.imports / name)
        shutil.copy(clips_folder / name, files[-1])
    stop = threading.Event()
    reader = threading.Thread(target=_read_all, args=(api, stop))  # what ingest tells while it reads
    reader.start()
    try:
        words = ["import", *map(str, files), "--camera", "one", "--start", "2026-05-04T12:00:00+09:00", "--json"]
        first, second = told(haetae(*words))
    finally:
        stop.set()
        reader.join()
    assert (first["state"], second["state"]) == ("finished", "finished")
    assert first["recorded_from"] == "2026-05-04T03:00:00Z"
    assert "2026-05-04T03:00:01.9" in second["recorded_from"]


def _read_all(api: Api, stop: threading.Event) -> None:
    while not stop.is_set():
        with api.desk.store.begin() as transaction:
            for recording in transaction.recordings.waiting_or_reading():
                transaction.recordings.progress(UUID(str(recording.id)), RecordingState.FINISHED, 1.0)
        time.sleep(0.05)
