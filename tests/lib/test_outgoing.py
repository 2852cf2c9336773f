from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from app.lib import outgoing
from app.lib.outgoing import OutgoingRefused, OutgoingSession, is_public


class Handler(BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/other")
            self.end_headers()
            return
        body = b"x" * (3 * outgoing.LONGEST_ANSWER) if self.path in ("/long", "/bomb") else b"fine"
        self.send_response(200)
        if self.path == "/bomb":
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    Handler.seen = []
    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def guarded(settings: Any, monkeypatch: Any) -> Callable[..., requests.Response]:
    """As in production, but for the scheme: the tests' server speaks plain http."""
    settings.OUTGOING_PRIVATE = False
    monkeypatch.setattr(outgoing, "SCHEMES", ("http://", "https://"))

    def get(url: str) -> requests.Response:
        with OutgoingSession() as session:
            return session.get(url)

    return get


PRIVATE = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a00:1::1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "2001:db8::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_ours_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_the_open_internet_is(address: str) -> None:
    assert is_public(address)


def test_a_private_address_is_never_connected_to(guarded: Any, server: str) -> None:
    port = server.rpartition(":")[2]
    forms = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]")
    for host in (*forms, "[::ffff:127.0.0.1]", "0.0.0.0"):
        with pytest.raises(requests.RequestException):
            guarded(f"http://{host}:{port}/")
    assert Handler.seen == []


def test_the_connection_goes_to_the_address_that_was_checked(
    guarded: Any, server: str, monkeypatch: Any
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []
    connected: list[Any] = []

    def resolve(host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: Any, *_args: Any, **_kwargs: Any) -> Any:
        connected.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outgoing, "create_connection", connect)
    port = int(server.rpartition(":")[2])
    with pytest.raises(requests.ConnectionError):
        guarded(f"http://rebinding.example:{port}/")
    assert asked == ["rebinding.example"]
    assert connected == [("93.184.216.34", port)]
    with pytest.raises(OutgoingRefused, match="not a public address"):
        guarded(f"http://rebinding.example:{port}/")
    assert len(connected) == 1


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    guarded: Any, monkeypatch: Any
) -> None:
    found = [(2, 1, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(OutgoingRefused, match="not a public address"):
        guarded("http://mixed.example/")


def test_only_https_is_asked(settings: Any) -> None:
    settings.OUTGOING_PRIVATE = False
    for url in ("http://example.com/", "ftp://example.com/", "file:///etc/passwd"):
        with OutgoingSession() as session, pytest.raises(OutgoingRefused, match="https"):
            session.get(url)


@pytest.mark.parametrize(
    ("path", "said"), [("/redirect", "redirect"), ("/long", "too long"), ("/bomb", "too long")]
)
def test_redirects_and_endless_answers_are_refused(server: str, path: str, said: str) -> None:
    with OutgoingSession() as session, pytest.raises(OutgoingRefused, match=said):
        session.get(server + path)
    assert Handler.seen == [path]


def test_a_slow_answer_is_refused(server: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(outgoing, "ALL_SECONDS", -1)
    with OutgoingSession() as session, pytest.raises(OutgoingRefused, match="too slowly"):
        session.get(server + "/")


def test_proxies_of_the_environment_are_not_used(server: str, monkeypatch: Any) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with OutgoingSession() as session:
        assert session.get(server + "/").text == "fine"
