"""The programs themselves, as the supervisor starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from haetae.store.webhooks import Webhook
from tests.integration.alert.receiver import Receiver
from tests.integration.alert.rig import ROOT, Rig
from tests.integration.alert.test_worker import SECRET, entry, seen
from tests.integration.bus.flow import until
from tests.integration.bus.redis_server import RedisServer, binaries
from tests.kit import builders as make

pytestmark = pytest.mark.integration


def program(rig: Rig, module: str, redis_url: str, port: int) -> subprocess.Popen[bytes]:
    """One of the service's programs."""
    env = {
        **os.environ,
        "HAETAE_POSTGRES__URL": rig.store_url,
        "HAETAE_REDIS__URL": redis_url,
        "HAETAE_SECRETS__CREDENTIAL_KEYS": f'["{rig.credential_key}"]',
        "HAETAE_SOURCES__ALLOWED_NETWORKS": '["127.0.0.0/8"]',
        "HAETAE_ALERT__PORT": str(port),
    }
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=env)


def is_ready(port: int) -> bool:
    """Whether the service says that it can do its work."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_both_programs_outlive_redis_and_end_when_told(rig: Rig, receiver: Receiver, tmp_path: Path) -> None:
    """Redis is killed and started again below the service and the sender: a hit after that still reaches the receiver. Both
    programs end by themselves at SIGTERM."""
    binary = binaries()["wheel"]
    if binary is None:
        pytest.skip("no redis-server in the wheel")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = RedisServer(binary, tmp_path)
    server.start()
    receiver.secret = SECRET
    rig.add(entry(), Webhook(make.uuid("hook"), receiver.url, (SECRET,)))
    programs = [program(rig, module, server.url, port) for module in ("services.alert", "services.alert.delivery")]
    try:
        until(lambda: is_ready(port), within_s=60)
        rig.redis = server.client()
        rig.see(seen(1, closed=True))
        until(lambda: len(receiver.accepted) == 2, within_s=60)
        server.kill()
        until(lambda: not is_ready(port))
        server.start()
        rig.see(seen(2, closed=True))
        until(lambda: len(receiver.accepted) == 4 and rig.waiting() == 0, within_s=60)
        until(lambda: is_ready(port))
        for process in programs:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in programs] == [0, 0]
    finally:
        for process in programs:
            process.kill()
            process.wait()
        server.kill()
