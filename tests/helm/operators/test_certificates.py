"""cert-manager issues the certificates that the chart asks for, and they are those that its parts can work with."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.helm.cluster.kubernetes import Cluster, Object
from tests.helm.cluster.profiles import SMALL, bring_secrets
from tests.helm.cluster.release import Release
from tests.helm.operators.certificates import Identity, data_of, mounted, pods_of
from tests.helm.operators.programs import ASKED_FOR
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.peer,
    pytest.mark.skipif(not ASKED_FOR, reason="`make helm-operators` builds what this needs and asks for it"),
]
HOST = "haetae.example"
VALUES: dict[str, Any] = {
    "tls": {"internal": {"enabled": True, "issuer": {"name": "city", "kind": "Issuer"}}},
    "front": {
        "host": HOST,
        "ingress": {"enabled": True, "className": "nginx"},
        "tls": {"secret": "haetae-front-tls", "issuer": {"name": "city", "kind": "Issuer"}},
    },
}
_KIND = "certificates.cert-manager.io"


def _bring_authority(cluster: Cluster, namespace: str) -> None:
    """The issuer `city` of that namespace: an authority of its own, which has signed itself."""

    def of(kind: str, name: str, spec: Object) -> Object:
        where = {"name": name, "namespace": namespace}
        return {"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": where, "spec": spec}

    authority = {"isCA": True, "commonName": "city", "secretName": "city-authority", "issuerRef": {"name": "by-itself"}}
    cluster.apply(
        of("Issuer", "by-itself", {"selfSigned": {}}),
        of("Certificate", "city-authority", {**authority, "privateKey": {"algorithm": "ECDSA", "size": 256}}),
        of("Issuer", "city", {"ca": {"secretName": "city-authority"}}),
    )
    cluster.kubectl("wait", "--for=condition=Ready", f"--namespace={namespace}", "issuer/city", "--timeout=60s")


@pytest.fixture
def installed(with_cert_manager: Cluster, namespace: str) -> Cluster:
    """The small profile with TLS between its parts, all certificates issued."""
    bring_secrets(with_cert_manager, namespace)
    _bring_authority(with_cert_manager, namespace)
    Release(with_cert_manager, namespace, profile=SMALL.files, values=VALUES).install()
    _wait_until_ready(with_cert_manager, namespace)
    return with_cert_manager


def _wait_until_ready(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("wait", "--for=condition=Ready", f"--namespace={namespace}", _KIND, "--all", "--timeout=60s")


def _secrets(cluster: Cluster, namespace: str) -> dict[str, set[str]]:
    """By Secret that a certificate of the chart's fills: the names that were asked for."""
    found = cluster.objects(_KIND, namespace, selector="app.kubernetes.io/managed-by=Helm")
    return {str(one["spec"]["secretName"]): set(one["spec"]["dnsNames"]) for one in found}


def test_every_secret_that_is_mounted_is_filled(installed: Cluster, namespace: str) -> None:
    """Each certificate is for the names that were asked for, and each pod finds every Secret and key that it mounts."""
    secrets = _secrets(installed, namespace)
    parts = {"ingest", "detect", "reid", "alert", "delivery", "search", "triton", "postgresql", "redis", "front"}
    assert set(secrets) == {f"haetae-{part}-tls" for part in parts}
    for secret, names in secrets.items():
        identity = Identity.of(installed, namespace, secret)
        assert identity.names == names
        assert identity.parsed.not_valid_before_utc < identity.parsed.not_valid_after_utc
    used = set()
    for name, pod in pods_of(installed, namespace):
        for secret, keys in mounted(pod):
            data = data_of(installed, namespace, secret)
            assert [key for key in keys if not data.get(key)] == [], f"{name} lacks what it mounts of {secret}"
            used.add(secret)
    assert set(secrets) - used == {"haetae-front-tls"}  # which the ingress names
    (ingress,) = installed.objects("ingresses", namespace)
    assert ingress["spec"]["tls"] == [{"hosts": [HOST], "secretName": "haetae-front-tls"}]


def test_callers_accept_whom_they_call(installed: Cluster, namespace: str) -> None:
    """Under every name by which a pod calls a service over TLS, it accepts that service's certificate with what it trusts."""
    services = installed.names("services", namespace)
    called = set()
    for caller, pod in pods_of(installed, namespace):
        authorities = [secret for secret, keys in mounted(pod) if set(keys) == {"ca.crt"}]
        trusted = b"".join(data_of(installed, namespace, secret)["ca.crt"] for secret in authorities)
        for host in sorted(set(re.findall(r"[\w.-]+(?=:\d)", json.dumps(pod["containers"])))):
            service = host.partition(".")[0]
            if service in services - {caller}:
                called.add((caller, service))
                server = Identity.of(installed, namespace, f"{service}-tls")
                assert server.accepted(host, trusted) == "", f"{caller} calls {host}"
                assert "mismatch" in server.accepted(f"not-{host}", trusted)
    assert {service for _, service in called} == {f"haetae-{part}" for part in ("postgresql", "redis", "triton")}
    for service in services:  # KEDA, Prometheus and an ingress call from other namespaces
        server = Identity.of(installed, namespace, f"{service}-tls")
        for host in (service, f"{service}.{namespace}", f"{service}.{namespace}.svc", "localhost"):
            assert server.accepted(host, server.authority) == ""


def test_certificates_are_renewed(installed: Cluster, namespace: str) -> None:
    """A new certificate with a new key comes before the old one ends, and where the Secret was deleted."""
    secret = "haetae-search-tls"
    first = Identity.of(installed, namespace, secret)
    installed.kubectl("delete", f"--namespace={namespace}", f"secret/{secret}")
    second = _another(installed, namespace, secret, first)

    # cert-manager's shortest duration: due half a minute after it was issued, while it has most of an hour left
    soon = json.dumps({"spec": {"duration": "1h", "renewBefore": "59m30s"}})
    installed.kubectl("patch", f"--namespace={namespace}", f"{_KIND}/haetae-search", "--type=merge", f"--patch={soon}")
    third = _another(installed, namespace, secret, second)
    fourth = _another(installed, namespace, secret, third)
    assert third.parsed.not_valid_after_utc > fourth.parsed.not_valid_before_utc
    assert first.names == fourth.names
    assert first.authority == fourth.authority


def _another(cluster: Cluster, namespace: str, secret: str, before: Identity) -> Identity:
    """What the Secret holds once it is another certificate, with another key."""

    def is_another() -> bool:
        if secret not in cluster.names("secrets", namespace):
            return False
        now = Identity.of(cluster, namespace, secret)
        return now.parsed.serial_number != before.parsed.serial_number

    until(is_another, f"{secret} holds another certificate", within_s=120, every_s=0.5)
    _wait_until_ready(cluster, namespace)
    after = Identity.of(cluster, namespace, secret)
    assert after.public_key != before.public_key
    assert after.accepted("haetae-search", before.authority) == ""
    return after
