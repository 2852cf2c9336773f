"""Certificates for the inner doors of the object store: made at every start, for this start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.environment import write_private

Key = ec.EllipticCurvePrivateKey


def make_certificates(folder: Path) -> None:
    """ca.pem, and grpc.pem with grpc.key signed by it; the authority's key is forgotten."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    write_private(folder / "ca.pem", _certificate("authority", authority, authority))
    write_private(folder / "grpc.pem", _certificate("grpc", key, authority))
    write_private(folder / "grpc.key", _written(key))


def _certificate(name: str, key: Key, authority: Key) -> str:
    day, own = timedelta(days=1), key is authority
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + 3650 * day)
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _written(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
