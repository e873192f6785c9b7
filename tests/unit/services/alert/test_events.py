"""What a webhook is sent."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from services.alert.events import body_of, event_of, key_of, trial_event
from services.alert.pipeline import Hit, changes_by
from services.alert.sending import signed
from tests.kit import builders as make

OLD, NEW, FOREIGN = (f"whsec_{b64encode(bytes([n]) * 32).decode()}" for n in (1, 2, 3))
ENTRY = make.watch_list_entry("Kim Minji")
ALERT = changes_by(make.sighting(seed=1), [Hit(ENTRY, 0.2)], [], make.at(1))[0].alert


def test_an_alert_is_a_cloud_event() -> None:
    """The required attributes of CloudEvents 1.0 are there, with UTC instants, and the id tells states of one alert apart."""
    event = event_of(ALERT, source="/haetae/alert")
    assert event["specversion"] == "1.0"
    assert event["type"] == "haetae.alert.started"
    assert event["source"] == "/haetae/alert"
    assert event["time"].endswith("Z")
    assert event["id"] == key_of(ALERT) == f"{ALERT.id}.1"
    assert key_of(replace(ALERT, extra={**ALERT.extra, "n": "2"})) != key_of(ALERT)
    assert event["data"]["camera_id"] == "gate-1"


def test_names_and_vectors_do_not_leave() -> None:
    """Who is looked for is not in the message: the receiver asks with its own key."""
    text = json.dumps(event_of(ALERT, source="/x"))
    assert "Kim" not in text
    assert "tracklets" not in text


def test_the_same_event_is_the_same_bytes() -> None:
    """The database may return keys in another order: the signature still fits."""
    event = event_of(ALERT, source="/x")
    assert body_of(event) == body_of(dict(reversed(list(event.items()))))
    assert json.loads(body_of(event)) == event


def test_both_secrets_in_rotation_verify() -> None:
    """A receiver that has the new or the old secret accepts the message; with another it does not, nor when a byte changes."""
    now = datetime.now(UTC)
    body = body_of(trial_event("test.1", now, source="/x"))
    headers = signed((NEW, OLD), "test.1", now, body)
    assert Verifier(NEW).verify(body, headers)["type"] == "haetae.alert.test"
    assert Verifier(OLD).verify(body, headers)
    for secret, data in ((FOREIGN, body), (NEW, body + b" ")):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(data, headers)
