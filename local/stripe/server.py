"""HTTP on loopback: the API, the hosted pages, and the controls, by one threading server."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from local.stripe.faults import Fault
from local.stripe.pages import Page
from local.stripe.service import Request, Service
from local.stripe.store import dump

LARGEST = 1 << 20
OURS = {"127.0.0.1", "localhost", "[::1]"}
PageMaker = Callable[[Request], Page]


class Simulator(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and nowhere else."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, service: Service, pages: PageMaker) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service, self.pages = service, pages

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hangs up is no news."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, many requests."""

    protocol_version = "HTTP/1.1"
    server_version = "StripeSimulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Simulator

    def do_GET(self) -> None:
        """Read one of three kinds of address."""
        self._serve()

    do_POST = do_DELETE = do_GET

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        if request.path.startswith("/v1/"):
            self._api(request)
        elif not self._from_here(request):
            self._send(403, b"This is for people at this machine.", {"Content-Type": "text/plain"})
        else:
            page = self.server.pages(request)
            self._send(page.status, page.content, page.headers)

    def _read(self) -> Request | None:
        told = self.headers.get("Content-Length") or "0"
        length = int(told) if told.isdigit() else LARGEST + 1
        if length > LARGEST:
            self._send(413, b"", {"Connection": "close"})
            return None
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length).decode("utf-8", "replace")
        return Request(self.command, parts.path, parts.query, headers, body)

    def _from_here(self, request: Request) -> bool:
        """The name that was asked for is this machine's, and so is the page that asks."""
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        if request.method == "GET":
            return host.rpartition(":")[0] in OURS
        here = {f"http://{name}:{self.server.server_port}" for name in OURS}
        return host.rpartition(":")[0] in OURS and (origin is None or origin in here)

    def _api(self, request: Request) -> None:
        answer = self.server.service.answer(request)
        fault = answer.fault
        if fault is not None and fault.silent:
            self._vanish(fault)
            return
        content = dump(answer.body).encode()
        self._send(answer.status, content, {"Content-Type": "application/json"} | answer.headers)

    def _vanish(self, fault: Fault) -> None:
        """Hold the connection as long as the fault says, then drop it without an answer."""
        time.sleep(fault.seconds)
        if fault.kind == "refuse":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news; what failed is."""
