"""Who a control plane of the tests is, and who may talk to it: keys, a certificate of its own, a token, a kubeconfig."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from haetae.embedded.ports import LOOPBACK


class Credentials:
    """The files of one control plane below `folder`, all written when this is made."""

    def __init__(self, folder: Path, port: int) -> None:
        """`port`: where the API server will listen on loopback."""
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "server.crt"
        self.key = folder / "server.key"
        self.account_key = folder / "accounts.key"  # signs the tokens of service accounts
        self.account_public_key = folder / "accounts.pub"
        self.tokens = folder / "tokens.csv"
        self.kubeconfig = folder / "kubeconfig"
        token = secrets.token_hex()
        self.tokens.write_text(f"{token},admin,admin,system:masters\n", encoding="ascii")
        self._write_account_keys()
        self._write_certificate()
        self._write_kubeconfig(f"https://{LOOPBACK}:{port}", token)

    def _write_account_keys(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.account_key.write_bytes(_private(key))
        self.account_public_key.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def _write_certificate(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes under test")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK)), x509.DNSName("kubernetes.default.svc")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.key.write_bytes(_private(key))
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _write_kubeconfig(self, server: str, token: str) -> None:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(self.certificate)}}],
            "users": [{"name": "admin", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(json.dumps(config), encoding="utf-8")


def _private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
