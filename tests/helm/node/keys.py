"""Certificates of a node under test: one authority, and what it signs for servers and for those who log in with a certificate."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 30


class Authority:
    """A certificate authority that lives as long as this object; its certificate is `folder`/ca.crt."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "haetae node under test")])
        own = _certificate(self._name, self._name, self._key.public_key())
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = folder / "ca.crt"
        self.certificate.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def sign(self, file: str, user: str, *, group: str = "", addresses: tuple[str, ...] = ()) -> tuple[Path, Path]:
        """The files (certificate, key) for that user, or for a server at those addresses and names."""
        key = ec.generate_private_key(ec.SECP256R1())
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
        subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, user)])
        made = _certificate(subject, self._name, key.public_key())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if addresses else ExtendedKeyUsageOID.CLIENT_AUTH
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if addresses:
            made = made.add_extension(x509.SubjectAlternativeName([_general(one) for one in addresses]), critical=False)
        certificate, private = self._folder / f"{file}.crt", self._folder / f"{file}.key"
        certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        _write_private(private, key)
        return certificate, private

    def kubeconfig(self, target: Path, server: str, user: str, *, group: str = "") -> None:
        """Writes a kubeconfig that logs in as that user."""
        certificate, key = self.sign(target.stem, user, group=group)
        cluster = {"server": server, "certificate-authority-data": _base64(self.certificate)}
        who = {"client-certificate-data": _base64(certificate), "client-key-data": _base64(key)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "node", "cluster": cluster}],
            "users": [{"name": user, "user": who}],
            "contexts": [{"name": "node", "context": {"cluster": "node", "user": user}}],
            "current-context": "node",
        }
        target.write_text(json.dumps(config), encoding="utf-8")
        target.chmod(0o600)


def write_account_keys(folder: Path) -> tuple[Path, Path]:
    """The files (private, public) of the key that signs the tokens of service accounts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "accounts.key", folder / "accounts.pub"
    _write_private(private, key)
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_private(file: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )


def _base64(file: Path) -> str:
    return b64encode(file.read_bytes()).decode()
