"""`haetae self-test` against the API over a real database and real networks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from haetae.embedded.ports import any_free
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.http.serving import Serving
from haetae.telemetry.health import Health
from services.search.app import make_app
from tests.integration.search.conftest import Api
from tests.kit.certificates import Authority

pytestmark = pytest.mark.integration


def application(api: Api, health: Health) -> FastAPI:
    """Search, and of alert as much as is asked."""
    app = make_app(api.desk, RememberedKeys(api.desk.store.caller, remembered_s=0.0), health)

    @app.get("/v1/alerts")
    def alerts(limit: int) -> dict[str, list[str]]:
        return {"items": ["an alert"][:limit]}

    return app


@pytest.fixture
def address(api: Api, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Where it is served over TLS, and who signed its certificate."""
    authority = Authority(tmp_path / "ca")
    cert, key = authority.issue(tmp_path / "server")
    served = serve_in_thread(application(api, Health()), "127.0.0.1", 0, Serving(cert_file=cert, key_file=key))
    yield f"https://127.0.0.1:{served.port}", authority.certificate
    served.stop()


def self_test(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "haetae.cli.main", "self-test", *map(str, words)]
    told = {name: value for name, value in os.environ.items() if name != "HAETAE_API_KEY"} | environment
    return subprocess.run(command, env=told, capture_output=True, text=True, timeout=120, check=False)


def key_names(api: Api) -> list[str]:
    with api.desk.store.begin() as transaction:
        return [key.name for key in transaction.api_keys.all()]


def url_of(api: Api) -> str:
    return str(api.desk.store._engine.url.render_as_string(hide_password=False))


def test_each_step_is_told_and_the_key_is_gone_afterwards(api: Api, address: tuple[str, Path]) -> None:
    """Drawn people are found by the networks, the answer is stored, its crop is there; nobody had to make a key."""
    before = key_names(api)
    url, ca_file = address
    done = self_test("--url", url, "--ca-file", ca_file, "--json", HAETAE_POSTGRES__URL=url_of(api))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [step["step"] for step in told["steps"]] == ["ready", "query", "crop", "stored", "alerts"]
    assert "2 people in a photo of 2" in told["steps"][1]["found"]
    assert "reid-0288@" in told["steps"][1]["found"]
    assert key_names(api) == before
    assert any(act == "query_asked" for act in api.acts())


def test_a_key_that_is_given_is_used(api: Api, address: tuple[str, Path]) -> None:
    """Then the database is not needed; a wrong key is told and the end is 1."""
    url, ca_file = address
    nowhere = f"postgresql://haetae@127.0.0.1:{any_free()}/haetae"
    words = ["--url", url, "--ca-file", str(ca_file), "--json"]
    assert self_test(*words, HAETAE_API_KEY=api.keys["operator"], HAETAE_POSTGRES__URL=nowhere).returncode == 0
    refused = self_test(*words, HAETAE_API_KEY="wrong", HAETAE_POSTGRES__URL=nowhere)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["problem"].startswith("query: An API key is needed")


def test_what_is_not_ready_or_not_there_is_named(api: Api) -> None:
    """The step that failed and why: a network that is not served, an alert service that is away, nobody at all."""
    health = Health()
    served = serve_in_thread(application(api, health), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{served.port}"
    key = {"HAETAE_API_KEY": api.keys["operator"]}
    try:
        away = self_test("--url", url, "--alert-url", f"http://127.0.0.1:{any_free()}", "--json", **key)
        assert away.returncode == 1
        assert json.loads(away.stdout)["problem"].startswith("alerts: The API does not answer")
        health.check("reid-0288", lambda: "Triton does not serve it now.")
        unready = self_test("--url", url, "--json", **key)
        assert json.loads(unready.stdout)["problem"] == "ready: reid-0288: Triton does not serve it now."
    finally:
        served.stop()
    nobody = self_test("--url", url, "--json", **key)
    assert (nobody.returncode, json.loads(nobody.stdout)["ok"]) == (1, False)
