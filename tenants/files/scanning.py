"""Is there anything bad in it? Asks clamd; what could not be asked is never clean."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

#: Seconds to reach clamd; to wait for its next word, for it may have a long line of files.
CONNECT, ANSWER = 5, 120
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
FOUND = re.compile(rb"stream: (.+) FOUND\0", re.DOTALL)


class ScannerDown(Exception):
    """Nobody knows whether it is clean: no answer, or none that says so. Ask again later."""


class TooLargeToScan(ScannerDown):
    """More than the scanner takes: asking again does not help."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Clean, or the name of what was found."""

    clean: bool
    name: str = ""


def scanner_configured() -> bool:
    """Whether this installation has a scanner."""
    return bool(settings.CLAMD_ADDRESS)


def scan(chunks: Iterable[bytes]) -> Verdict:
    """What clamd says of the content. Raises ScannerDown; errors of the source pass through."""
    try:
        with _connection() as clamd:
            answer = _ask(clamd, chunks)
    except OSError as error:
        raise ScannerDown(f"clamd at {settings.CLAMD_ADDRESS}: {error}") from error
    return _verdict(answer)


def _connection() -> socket.socket:
    address = str(settings.CLAMD_ADDRESS)
    if not address:
        raise ScannerDown("CLAMD_ADDRESS is not set")
    if address.startswith("/"):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(CONNECT)
        made.connect(address)
    else:
        host, _colon, port = address.rpartition(":")
        made = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT)
    made.settimeout(ANSWER)
    return made


def _ask(clamd: socket.socket, chunks: Iterable[bytes]) -> bytes:
    try:
        clamd.sendall(b"zINSTREAM\0")
        for piece in _pieces(chunks):
            clamd.sendall(struct.pack("!L", len(piece)) + piece)
        clamd.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It stops listening where its limit is, and says so.
        with suppress(OSError):
            return _answer(clamd)
        raise
    return _answer(clamd)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """No piece is empty, which would be the end, and none is beyond our own limit."""
    left = int(settings.CLAMD_MAX_MB) * 1024 * 1024
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooLargeToScan(f"more than {settings.CLAMD_MAX_MB} MB")
        for start in range(0, len(chunk), PIECE):
            yield chunk[start : start + PIECE]


def _answer(clamd: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = clamd.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer


def _verdict(answer: bytes) -> Verdict:
    if answer == b"stream: OK\0":
        return Verdict(clean=True)
    if found := FOUND.fullmatch(answer):
        return Verdict(clean=False, name=found[1].decode("utf-8", "replace"))
    if b"size limit exceeded" in answer:
        raise TooLargeToScan("more than the StreamMaxLength of clamd")
    raise ScannerDown(f"clamd said {answer[:200]!r}")
