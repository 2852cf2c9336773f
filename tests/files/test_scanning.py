from __future__ import annotations

import io
import socket
import struct
import threading
import time
import zipfile
from contextlib import contextmanager

import pytest

from local.clamd import EICAR, NAME, program, start
from tenants.files import scanning
from tenants.files.scanning import ScannerDown, TooLargeToScan, Verdict, scan, scanner_configured

MB = 1024 * 1024


@contextmanager
def clamd_that(answer, settings):
    """A stranger in clamd's place who does what ``answer(connection)`` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"

        def serve():
            connection, _address = server.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(10)


def listen(connection) -> bytes:
    """What was sent, read as clamd reads it."""
    stream = connection.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!L", stream.read(4))[0]:
        content += stream.read(length)
    return content


def says(words: bytes):
    def answer(connection):
        listen(connection)
        connection.sendall(words)

    return answer


def test_a_harmless_file_is_clean(scanner):
    assert scan([b"just ", b"words"]) == Verdict(clean=True)


def test_an_empty_file_is_clean(scanner):
    assert scan([]) == Verdict(clean=True)
    assert scan([b"", b"x", b""]) == Verdict(clean=True)


def test_the_test_file_of_all_scanners_is_found(scanner):
    verdict = scan([EICAR[:30], EICAR[30:]])
    assert not verdict.clean
    assert NAME in verdict.name


def test_it_is_found_inside_an_archive_and_at_the_end_of_a_large_file(scanner):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("invoice.pdf.com", EICAR)
    assert not scan([packed.getvalue()]).clean
    assert not scan([b"a" * MB, b"b" * MB, EICAR]).clean


def test_an_archive_that_unpacks_beyond_the_limits_is_not_clean(scanner):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 150 * MB)
    assert len(packed.getvalue()) < MB
    verdict = scan([packed.getvalue()])
    assert not verdict.clean
    assert "Exceeded" in verdict.name


def test_what_is_beyond_our_limit_is_an_error_that_asking_again_does_not_cure(scanner, settings):
    settings.CLAMD_MAX_MB = 1
    with pytest.raises(TooLargeToScan, match="more than 1 MB"):
        scan([b"a" * MB, b"b"])


def test_what_is_beyond_the_limit_of_clamd_is_an_error_too(scanner, settings, tmp_path):
    small = start(program(), tmp_path / "small", most_mb=1)
    settings.CLAMD_ADDRESS, settings.CLAMD_MAX_MB = str(small.socket), 100
    try:
        with pytest.raises(ScannerDown):
            scan(b"a" * MB for _ in range(20))
    finally:
        small.stop()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"stream: OK",
        b"OK\0",
        b"stream: OK\0stream: OK\0",
        b"stream: OK FOUND",
        b"INSTREAM: lstat() failed. ERROR\0",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\xff" * 10_000,
    ],
)
def test_an_answer_that_does_not_say_clean_is_not_clean(settings, words):
    with clamd_that(says(words), settings), pytest.raises(ScannerDown):
        scan([b"content"])


def test_the_content_arrives_as_it_was(settings):
    heard = []

    def answer(connection):
        heard.append(listen(connection))
        connection.sendall(b"stream: OK\0")

    content = bytes(range(256)) * 1000
    with clamd_that(answer, settings):
        assert scan([content[:1000], content[1000:]]).clean
    assert heard == [content]


def test_the_answer_over_the_limit_is_heard_although_the_door_is_shut(settings):
    def answer(connection):
        connection.recv(100)
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")

    with clamd_that(answer, settings), pytest.raises(ScannerDown):
        scan(b"a" * MB for _ in range(20))


def test_a_scanner_that_says_nothing_is_given_up(settings, monkeypatch):
    monkeypatch.setattr(scanning, "ANSWER", 0.3)
    started = time.monotonic()

    def answer(connection):
        listen(connection)
        time.sleep(1)

    with clamd_that(answer, settings), pytest.raises(ScannerDown, match="timed out"):
        scan([b"content"])
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", ""])
def test_nobody_there_is_an_error(settings, address):
    settings.CLAMD_ADDRESS = address
    assert scanner_configured() == bool(address)
    with pytest.raises(ScannerDown):
        scan([b"content"])


def test_a_source_that_fails_fails_itself(scanner):
    def broken():
        yield b"half"
        raise LookupError("the file went away")

    with pytest.raises(LookupError):
        scan(broken())
