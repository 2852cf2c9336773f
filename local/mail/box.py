"""A folder of caught messages, one `.eml` file each."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Box:
    """Writes what arrives by SMTP and reads it back."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.keep(envelope.content or b"", to=envelope.rcpt_tos)
        return "250 Kept"

    def keep(self, content: bytes | str, *, to: list[str]) -> Path:
        """Write one message; the file appears whole, under a name that sorts by time."""
        raw = content.encode() if isinstance(content, str) else content
        envelope_to = "".join(c for c in ", ".join(to) if c.isprintable())
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}-{next(self._numbers)}.eml"
        new = self.folder / f".{name}.new"
        new.touch(mode=0o600)
        new.write_bytes(f"X-Envelope-To: {envelope_to}\r\n".encode() + raw)
        return new.rename(self.folder / name)

    def names(self) -> list[str]:
        """The newest first."""
        return sorted((file.name for file in self.folder.glob("*.eml")), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """One message, if there is one of that name."""
        if name not in self.names():
            return None
        parser = BytesParser(policy=policy.default)
        message = parser.parsebytes((self.folder / name).read_bytes())
        assert isinstance(message, EmailMessage)
        return message
