"""Where traces go is checked before anything starts, and no message repeats what could be secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from haetae.errors import Misconfigured
from haetae.settings import Settings
from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector, headers_of

WRONG = {
    "no-scheme": ("ENDPOINT", "collector:4318", "http or https address"),
    "grpc": ("ENDPOINT", "grpc://collector:4317", "http or https address"),
    "port-of-grpc": ("ENDPOINT", "http://collector:4317", "4318"),
    "password": ("ENDPOINT", "http://me:canary@collector:4318", "secrets go into the headers"),
    "query": ("ENDPOINT", "http://collector:4318/?key=canary", "secrets go into the headers"),
    "no-number": ("SAMPLE_RATIO", "canary", "number"),
    "more-than-all": ("SAMPLE_RATIO", "1.5", "less than or equal to 1"),
    "frames-below-none": ("FRAME_SAMPLE_RATIO", "-0.1", "greater than or equal to 0"),
    "headers": ("HEADERS", "authorization canary", "name=value"),
    "header-of-two-lines": ("HEADERS", "authorization=canary%0d%0ax: y", "name=value"),
    "authority-without-tls": ("CA_FILE", "/etc/haetae/ca.crt", "https"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_set_wrongly_is_said_at_start(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake is Misconfigured with the field and the remedy; values are never repeated."""
    field, value, why = WRONG[case]
    monkeypatch.setenv("HAETAE_TELEMETRY__TRACES__ENDPOINT", "http://collector:4318")
    monkeypatch.setenv(f"HAETAE_TELEMETRY__TRACES__{field}", value)
    with pytest.raises(Misconfigured, match=r"telemetry\.traces") as refused:
        Settings.load()
    assert why in str(refused.value)
    assert "canary" not in str(refused.value)


def test_headers_are_hidden_where_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """They reach the collector, and neither the start-up line nor what an error or a debugger would print."""
    monkeypatch.setenv("HAETAE_TELEMETRY__TRACES__ENDPOINT", "http://collector:4318/")
    monkeypatch.setenv("HAETAE_TELEMETRY__TRACES__HEADERS", "Authorization=Bearer%20canary, x-site=one")
    settings = Settings.load()
    collector = settings.telemetry.traces.collector()
    assert collector is not None
    assert collector.headers == {"Authorization": "Bearer canary", "x-site": "one"}
    assert "canary" not in f"{settings.redacted()}{settings!r}{collector!r}"


def test_no_endpoint_is_no_collector() -> None:
    """Off unless asked for."""
    assert Settings().telemetry.traces.collector() is None


@pytest.mark.parametrize("endpoint", ["http://c:4318", "http://c:4318/", "http://c:4318/v1/traces"])
def test_the_path_of_otlp_is_added_once(endpoint: str) -> None:
    """Collectors are named by their base, as elsewhere, or by the whole address."""
    assert Collector(endpoint).address == "http://c:4318/v1/traces"


def test_no_headers_are_no_headers() -> None:
    """An empty value, as a chart sets it, and stray commas are none."""
    assert headers_of("") == headers_of(" , ") == {}


def test_a_file_that_holds_no_certificates_is_said_at_start(tmp_path: Path) -> None:
    """Not at the first span that cannot be sent."""
    for file in (tmp_path / "missing.crt", tmp_path / "empty.crt"):
        if file.name.startswith("empty"):
            file.write_text("")
        with pytest.raises(Misconfigured, match="holds no certificates"):
            tracing.start("test", Collector("https://collector:4318", ca_file=file))
