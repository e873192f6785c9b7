"""What a Secret of cert-manager's holds, read as a server and a client would read it."""

from __future__ import annotations

import ssl
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.helm.cluster.kubernetes import Cluster, Object


@dataclass(frozen=True, slots=True)
class Identity:
    """A server's certificate, its key and the authority's certificate, all PEM."""

    certificate: bytes
    key: bytes
    authority: bytes

    @classmethod
    def of(cls, cluster: Cluster, namespace: str, secret: str) -> Identity:
        """Fails where the Secret is missing or lacks one of the three."""
        data = data_of(cluster, namespace, secret)
        return cls(data["tls.crt"], data["tls.key"], data["ca.crt"])

    @property
    def parsed(self) -> x509.Certificate:
        """The server's own certificate, the first of those that it shows."""
        return x509.load_pem_x509_certificates(self.certificate)[0]

    @property
    def names(self) -> set[str]:
        """The DNS names that the certificate is for."""
        extension = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return set(extension.value.get_values_for_type(x509.DNSName))

    @property
    def public_key(self) -> bytes:
        """Tells keys apart."""
        return self.parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def accepted(self, host: str, trusted: bytes) -> str:
        """Empty where a client that trusts those authorities takes this for the server `host`; else why it does not."""
        server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder, "tls.crt"), Path(folder, "tls.key")
            for file, content in zip(files, (self.certificate, self.key), strict=True):
                file.write_bytes(content)
            server_side.load_cert_chain(*files)
        client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client_side.load_verify_locations(cadata=trusted.decode())
        try:
            _shake_hands(server_side, client_side, host)
        except ssl.SSLError as refused:
            return str(refused)
        return ""


def _shake_hands(server_side: ssl.SSLContext, client_side: ssl.SSLContext, host: str) -> None:
    """A whole handshake in memory. Raises ssl.SSLError where one of the two refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    open_ends = [client, server]
    while open_ends:
        for end in list(open_ends):
            try:
                end.do_handshake()
                open_ends.remove(end)
            except ssl.SSLWantReadError:
                continue


def data_of(cluster: Cluster, namespace: str, secret: str) -> dict[str, bytes]:
    """What is in that Secret; the test fails where it is missing."""
    found = {str(one["metadata"]["name"]): one for one in cluster.objects("secrets", namespace)}
    assert secret in found, f"no Secret {secret} in {namespace}"
    return {key: b64decode(value) for key, value in found[secret]["data"].items()}


def pods_of(cluster: Cluster, namespace: str) -> Iterator[tuple[str, Object]]:
    """(name, specification of its pods) of each Deployment and StatefulSet."""
    for kind in ("deployments", "statefulsets"):
        for one in cluster.objects(kind, namespace):
            yield str(one["metadata"]["name"]), one["spec"]["template"]["spec"]


def mounted(pod: Object) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(Secret, its keys with the names of their files) of each volume out of a Secret; no keys: all of them."""
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            items = volume["secret"].get("items", [])
            yield str(volume["secret"]["secretName"]), {str(one["key"]): str(one["path"]) for one in items}
