"""Head and body of an answer leave together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.http import wsgi

from app.config.replies import WholeResponse, answer_in_one_piece

LENGTH = [("Content-Type", "text/plain"), ("Content-Length", "11")]


class Socket:
    """Remembers each call to the kernel."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)


def answered(*body: bytes, headers: Any = LENGTH, kind: Any = WholeResponse) -> list[bytes]:
    """What the kernel is told for this answer."""
    request = SimpleNamespace(version=(1, 1), method="GET", should_close=lambda: False)
    response = kind(request, Socket(), SimpleNamespace(protocol="http"))
    response.start_response("200 OK", headers)
    for part in body:
        response.write(part)
    response.close()
    return response.sock.sent


def test_gunicorn_by_itself_sends_two_pieces() -> None:
    assert len(answered(b"hello world", kind=wsgi.Response)) == 2


def test_an_answer_leaves_in_one_piece() -> None:
    (sent,) = answered(b"hello world")
    assert sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert sent.endswith(b"Content-Length: 11\r\n\r\nhello world")


def test_what_streams_goes_on_as_it_comes() -> None:
    sent = answered(b"one", b"two", headers=[("Content-Type", "text/plain")])
    assert sent[0].endswith(b"\r\n\r\n3\r\none\r\n")
    assert sent[1:] == [b"3\r\ntwo\r\n", b"0\r\n\r\n"]


def test_an_answer_without_a_body_has_its_head() -> None:
    (sent,) = answered(headers=[("Content-Length", "0")])
    assert sent.endswith(b"Content-Length: 0\r\n\r\n")


def test_gunicorn_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "Response", wsgi.Response)
    answer_in_one_piece()
    request = SimpleNamespace(headers=[], body=b"", method="GET", uri="/", path="/", query="")
    assert type(wsgi.Response(request, Socket(), SimpleNamespace())) is WholeResponse


def test_a_body_that_is_no_bytes_is_refused_before_anything_is_sent() -> None:
    request = SimpleNamespace(version=(1, 1), method="GET", should_close=lambda: False)
    response = WholeResponse(request, Socket(), SimpleNamespace(protocol="http"))
    response.start_response("200 OK", LENGTH)
    with pytest.raises(TypeError):
        response.write("text")  # type: ignore[arg-type]
    assert response.sock.sent == []
