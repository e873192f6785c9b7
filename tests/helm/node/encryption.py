"""TLS between all parts, by given certificates, turned on in a release that runs without, as docs/deploy.md says."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from haetae.embedded.demo.api import Api
from haetae.errors import Transient
from tests.helm.binaries.programs import path_of
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.release import Release
from tests.helm.node.course import RATE_HZ, Course
from tests.helm.node.drills import haetae
from tests.helm.node.forwarding import forwarded
from tests.helm.node.installation import address_of, administrator_key

_SECRET = "haetae-inside-tls"
GIVEN = """
names=DNS:localhost
for part in ingest detect reid alert delivery search triton postgresql redis; do
    names="$names,DNS:haetae-$part,DNS:haetae-$part.haetae,DNS:haetae-$part.haetae.svc"
done
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $key -days 3650 -subj "/CN=Haetae inside" -keyout ca.key -out ca.crt
openssl req -x509 $key -days 825 -CA ca.crt -CAkey ca.key -subj /CN=haetae -addext "subjectAltName=$names" \\
    -addext basicConstraints=critical,CA:FALSE -keyout tls.key -out tls.crt
kubectl -n haetae create secret generic haetae-inside-tls --from-file=tls.crt --from-file=tls.key --from-file=ca.crt
"""
_FROM_OTHER_PODS = "pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL AND client_addr <> '127.0.0.1'"


def encrypted(course: Course, release: Release) -> dict[str, Any]:
    """The right person is found over TLS, a new sighting comes, and nobody speaks to search or PostgreSQL without."""
    with tempfile.TemporaryDirectory() as folder:
        _given(course.cluster, folder)
        values = {"tls": {"internal": {"enabled": True, "existingSecret": _SECRET}}}
        outcome = release.upgrade(values, "--no-hooks", within="600s")  # a hook would ask a PostgreSQL that has no TLS yet
        assert outcome.code == 0, outcome.said
        release.test()
        token, authority = administrator_key(course.cluster), str(Path(folder, "ca.crt"))
        with forwarded(course.cluster, "haetae-search", 8081) as port:
            address = f"https://localhost:{port}"
            course.api = Api(address, token, verify=ssl.create_default_context(cafile=authority))
            found = {**course.found(), "new_sighting_after_s": _new_sighting(course)}
            told = {"HAETAE_API__URL": address, "HAETAE_API__TOKEN": token, "HAETAE_API__CA_FILE": authority}
            found["cameras_by_command_line"] = len(json.loads(haetae(told, "camera", "list", "--json")))
    secured, clear = (int(course.sql(f"SELECT count(*) FROM {_FROM_OTHER_PODS} AND {which}")) for which in ("ssl", "NOT ssl"))
    assert secured > 0, "nobody speaks to PostgreSQL"
    clear += _answers(Api(f"http://{address_of(course.cluster, 'haetae-search', 8081)}", token))
    return {**found, "connections_to_postgresql": secured, "in_the_clear": clear}


def _new_sighting(course: Course) -> float:
    """Seconds until somebody is stored who was filmed only now."""
    assert course.cast is not None
    n, camera = course.n_sightings(), min(course.cast.clips)
    course.api.add_camera(camera, "rtsp", f"rtsp://{course.films_address}/{camera}", rate_hz=RATE_HZ)
    return course.until(lambda: course.n_sightings() > n, 240)


def _answers(api: Api) -> bool:
    try:
        api.states()
    except Transient:
        return False
    return True


def _given(cluster: Cluster, folder: str) -> None:
    """An authority and one certificate for the names of all parts, in a Secret."""
    programs = f"{path_of('kubectl').parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "KUBECONFIG": str(cluster.kubeconfig)}
    done = subprocess.run(
        ["sh", "-euc", GIVEN], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
