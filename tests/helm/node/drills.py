"""What docs/deploy.md tells to do, done as it is written there.

Cameras and searches by the command line through a forwarded port, a new Fernet key while everything goes on, a database that is
lost and restored from the newest dump.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haetae.embedded.demo.api import Api
from tests.helm.cluster.kubernetes import Cluster, Outcome
from tests.helm.cluster.release import Release
from tests.helm.node.course import Course
from tests.helm.node.forwarding import forwarded
from tests.helm.node.installation import NAMESPACE, address_of, administrator_key

_HERE = f"--namespace={NAMESPACE}"
_WITHIN = "--timeout=200s"
_JOB_WITHIN_S = 300.0
_CAMERA = "gate-1"
_CAMERAS_ADDRESS = "rtsp://10.244.0.250/main"  # among the pods, where nobody is: it is registered, not live


@dataclass(slots=True)
class Drills:
    """The course behind them, and the release that they are about."""

    course: Course
    release: Release

    def by_command_line(self) -> dict[str, Any]:
        """A camera with a password is added, and a photo searched for, by `haetae` on this machine."""
        assert self.course.cast is not None
        with tempfile.TemporaryDirectory() as folder, forwarded(self._cluster, "haetae-search", 8081) as port:
            photo = Path(folder, "photo.jpg")
            photo.write_bytes(self.course.cast.wanted.jpeg)
            token = administrator_key(self._cluster)
            told = {"HAETAE_API__URL": f"http://127.0.0.1:{port}", "HAETAE_API__TOKEN": token, "HAETAE_HOME": folder}
            by = ["--username", "operator", "--password-stdin"]
            haetae(told, "camera", "add", _CAMERA, _CAMERAS_ADDRESS, *by, said=f"{secrets.token_hex()}\n")
            found = json.loads(haetae(told, "search", "--photo", str(photo), "--json"))
        self.course.api = Api(f"http://{address_of(self._cluster, 'haetae-search', 8081)}", token)  # the earlier key has ended
        return {"people": len(found["people"])}

    def new_fernet_key(self) -> dict[str, Any]:
        """A new key in front, all secrets encrypted with it, the old one away: the new one alone reads all of them."""
        old = json.loads(self._secret("credential-keys"))
        new = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self._use_keys([new, *old])
        before = self._inside("renew-secrets", "--dry-run", "--json")
        renewed = self._inside("renew-secrets", "--json")
        self._use_keys([new])
        after = self._inside("renew-secrets", "--dry-run", "--json")
        return {
            "ends": [before.code, renewed.code, after.code],
            "renewed": json.loads(renewed.out)["renewed"],
            "unreadable": json.loads(after.out)["unreadable"],
        }

    def dumps(self) -> dict[str, Any]:
        """A dump now, and the drill: the newest dump restored into a scratch database and counted."""
        for name in ("backup", "drill"):
            self._job(name)
        return {"tables": int(self.course.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))}

    def disaster(self) -> dict[str, Any]:
        """The database's volume is gone; the dump is restored into a new one. Nothing that the dump holds may be missing."""
        before = self._counted()
        self._kubectl("scale", "deployment", "--all", "--replicas=0")
        self._kubectl("scale", "statefulset", "haetae-postgresql", "--replicas=0")
        self._kubectl("wait", "pod/haetae-postgresql-0", "--for=delete", _WITHIN)
        self._kubectl("delete", "persistentvolumeclaim", "data-haetae-postgresql-0", _WITHIN)
        self._kubectl("scale", "statefulset", "haetae-postgresql", "--replicas=1")
        self._kubectl("rollout", "status", "statefulset/haetae-postgresql", _WITHIN)
        self._job("restore")
        self._kubectl("scale", "deployment", "--all", "--replicas=1")
        outcome = self.release.upgrade(within="600s")
        assert outcome.code == 0, outcome.said
        self._rolled_out()
        self.release.test()
        after = self._counted()
        return {"sightings": before, "missing": before - after, **self.course.found()}

    @property
    def _cluster(self) -> Cluster:
        return self.course.cluster

    def _kubectl(self, *arguments: str) -> str:
        return self._cluster.kubectl(arguments[0], _HERE, *arguments[1:])

    def _counted(self) -> int:
        return int(self.course.sql("SELECT count(*) FROM sightings"))

    def _job(self, name: str) -> None:
        """Runs the cron job of that name now. Fails where it does not succeed in time."""
        self._kubectl("create", "job", f"--from=cronjob/haetae-{name}", f"{name}-now")
        ended = "jsonpath={.status.conditions[?(@.status=='True')].type}"
        deadline_s = time.monotonic() + _JOB_WITHIN_S
        while not (said := self._kubectl("get", f"job/{name}-now", f"--output={ended}")) and time.monotonic() < deadline_s:
            time.sleep(1)
        assert "Complete" in said, f"{name}: {self._kubectl('logs', f'job/{name}-now', '--all-containers')}"

    def _secret(self, key: str) -> str:
        return base64.b64decode(self._kubectl("get", "secret", "haetae", f"--output=jsonpath={{.data.{key}}}")).decode()

    def _use_keys(self, keys: list[str]) -> None:
        patch = json.dumps({"stringData": {"credential-keys": json.dumps(keys)}})
        self._kubectl("patch", "secret", "haetae", f"--patch={patch}")
        self._kubectl("rollout", "restart", "deployment")
        self._rolled_out()

    def _rolled_out(self) -> None:
        for name in sorted(self._cluster.names("deployments", NAMESPACE)):
            self._kubectl("rollout", "status", f"deployment/{name}", _WITHIN)

    def _inside(self, *verb: str) -> Outcome:
        program = ("python", "-m", "haetae.cli.main", "database")
        return self._cluster.try_kubectl("exec", _HERE, "deployment/haetae-search", "--", *program, *verb)


def haetae(told: dict[str, str], *verb: str, said: str = "") -> str:
    """What the command printed; fails with its words where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "haetae.cli.main", *verb],
        env={**os.environ, **told},
        input=said,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"haetae {' '.join(verb)}: {done.stderr}"
    return done.stdout
