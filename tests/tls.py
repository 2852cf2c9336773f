"""TLS in front of the tests' PostgreSQL, whose own build knows none, with certificates of ours."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: What libpq asks before anything else: length 8, and the number that means TLS.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@dataclass
class Authority:
    """Somebody who signs certificates; `file` is what a client must trust."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        own = self._sign(self.key.public_key(), self.name, x509.BasicConstraints(True, None))
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def server(self, *, host: str) -> ssl.SSLContext:
        """What a server at `host` (a name or an address) shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(key.public_key(), host, x509.SubjectAlternativeName([_named(host)]))
        both = self.folder / f"{self.name}-{host}.both"
        plain = serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        pkcs8 = serialization.PrivateFormat.PKCS8
        both.write_bytes(key.private_bytes(pem, pkcs8, plain) + made.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        return context

    def _sign(self, key, subject: str, extension: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(
            issuer_name=_named_so(self.name),
            subject_name=_named_so(subject),
            public_key=key,
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(minutes=5),
            not_valid_after=now + timedelta(days=1),
        )
        return made.add_extension(extension, critical=False).sign(self.key, hashes.SHA256())


def _named_so(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _named(host: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)


@dataclass
class Front:
    """Listens on loopback and speaks TLS only; what it hears it tells the server behind it."""

    context: ssl.SSLContext
    behind: int
    port: int = 0
    secure: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: as PostgreSQL with `hostssl` rules alone would treat it."""
        try:
            if await reader.readexactly(8) != SSL_REQUEST:
                return
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(self.context)
            self.secure += 1
            to_server = await asyncio.open_connection("127.0.0.1", self.behind)
            await asyncio.gather(_pass_on(reader, to_server[1]), _pass_on(to_server[0], writer))
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()


@contextmanager
def in_front(behind: int, *, context: ssl.SSLContext) -> Iterator[Front]:
    """Listen on a free port until the block ends."""
    front, loop, ready = Front(context, behind), asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        server = await asyncio.start_server(front.answer, "127.0.0.1", 0)
        front.port = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        loop.run_until_complete(listen())
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
