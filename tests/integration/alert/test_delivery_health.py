"""How the deliveries' process tells that it works, and how it ends."""

from __future__ import annotations

import httpx
import pytest

from haetae.embedded.ports import any_free
from tests.integration.alert.rig import Rig
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def test_it_tells_its_health_where_it_has_a_port(rig: Rig) -> None:
    """Alive, ready with its peers, counted; SIGTERM ends it by itself, with 0."""
    port = any_free()
    with rig.delivering(HAETAE_ALERT__DELIVERY_PORT=str(port)) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

            def ready() -> bool:
                try:
                    return client.get("/readyz").status_code == 200
                except httpx.HTTPError:
                    return False

            until(ready, "it is ready", within_s=60)
            assert client.get("/healthz").json() == {"status": "alive"}
            assert "haetae_http_answers_total" in client.get("/metrics").text
        process.terminate()
        assert process.wait(30) == 0
