"""An answer leaves in one piece.

gunicorn sends the head and the body apart. A process that is killed between the two leaves half
an answer, and a proxy that has seen a head may not ask another pod instead.
"""

from __future__ import annotations

from typing import Any

from gunicorn.http import wsgi


class _Gathered:
    """Stands in for a socket and keeps what it is given."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.parts.append(data)


class WholeResponse(wsgi.Response):
    """Sends the head together with the first of the body."""

    sock: Any

    def write(self, arg: bytes) -> None:
        """What gunicorn writes, by one call to the kernel; later parts as they come."""
        if self.headers_sent:
            super().write(arg)
            return
        sock, gathered = self.sock, _Gathered()
        self.sock = gathered
        try:
            super().write(arg)
        finally:
            self.sock = sock
        sock.sendall(b"".join(gathered.parts))


def answer_in_one_piece() -> None:
    """Let gunicorn answer with it: it has no setting for the class."""
    wsgi.Response = WholeResponse
