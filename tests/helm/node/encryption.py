"""TLS between all parts, by given certificates, turned on in a release that runs without, as docs/deploy.md says."""

from __future__ import annotations

import base64
import ssl
import tempfile
from pathlib import Path
from typing import Any

from haetae.embedded.demo.api import Api
from haetae.errors import Transient
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.release import Release
from tests.helm.node.course import Course
from tests.helm.node.installation import NAMESPACE, address_of, administrator_key
from tests.helm.node.keys import Authority

_SECRET = "haetae-inside-tls"
_PARTS = ("ingest", "detect", "reid", "alert", "delivery", "search", "triton", "postgresql", "redis")
_FROM_OTHER_PODS = "pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL AND client_addr <> '127.0.0.1'"


def encrypted(course: Course, release: Release) -> dict[str, Any]:
    """The right person is found over TLS, a new sighting comes, and nobody speaks to the services or PostgreSQL without."""
    cluster = course.cluster
    address = address_of(cluster, "haetae-search", 8081)
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        _given(cluster, authority, address.partition(":")[0])
        values = {"tls": {"internal": {"enabled": True, "existingSecret": _SECRET}}}
        outcome = release.upgrade(values, "--no-hooks", within="600s")  # a hook would ask a PostgreSQL that has no TLS yet
        assert outcome.code == 0, outcome.said
        release.test()
        trusting = ssl.create_default_context(cafile=str(authority.certificate))
    plain = course.api
    course.api = Api(f"https://{address}", administrator_key(cluster), verify=trusting)
    found = course.found()
    n = course.n_sightings()
    (camera, *_) = course.cast.clips if course.cast is not None else [""]
    course.api.add_camera(camera, "rtsp", f"rtsp://{course.films_address}/{camera}", rate_hz=3.0)
    grown_s = course.until(lambda: course.n_sightings() > n, 240)
    secured, clear = (
        int(course.sql(f"SELECT count(*) FROM {_FROM_OTHER_PODS} AND ssl = {is_so}")) for is_so in ("true", "false")
    )
    assert secured > 0
    return {
        "new_sighting_after_s": grown_s,
        "connections_to_postgresql": secured,
        "in_the_clear": clear + _answered(plain),
        **found,
    }


def _answered(api: Api) -> int:
    """1 where the search service still answers without TLS."""
    try:
        api.states()
    except Transient:
        return 0
    return 1


def _given(cluster: Cluster, authority: Authority, search_address: str) -> None:
    """The Secret with one certificate for the names of all parts, and for the address by which this machine reaches search."""
    names = [f"haetae-{part}{domain}" for part in _PARTS for domain in ("", f".{NAMESPACE}", f".{NAMESPACE}.svc")]
    certificate, key = authority.sign("inside", "haetae", addresses=(*names, "localhost", search_address))
    files = {"tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate}
    data = {name: base64.b64encode(file.read_bytes()).decode() for name, file in files.items()}
    about = {"name": _SECRET, "namespace": NAMESPACE}
    cluster.apply({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": about, "data": data})
