"""A plain HTTP client with a jar of cookies for each host, as a script would be."""

from __future__ import annotations

import email
import http.client
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from email import policy
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes
    host: str
    path: str

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Plain:
    """Talks to one stack; hosts are named by header."""

    port: int
    jars: dict[str, dict[str, str]] = field(default_factory=dict)

    def send(
        self,
        method: str,
        host: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; its cookies are kept for this very host."""
        jar = self.jars.setdefault(host, {})
        given = {"Host": f"{host}:{self.port}", **(headers or {})}
        if jar:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            for value in answer.headers.get_all("Set-Cookie") or []:
                jar |= {name: one.value for name, one in SimpleCookie(value).items()}
            return Answer(answer.status, dict(answer.headers), answer.read(), host, path)
        finally:
            connection.close()

    def get(self, host: str, path: str) -> Answer:
        """Read a page, following redirects from host to host."""
        answer = self.send("GET", host, path)
        for _hop in range(8):
            if answer.status not in (301, 302, 303, 307):
                return answer
            target = urlsplit(answer.headers["Location"])
            host = target.hostname or host
            path = target.path + (f"?{target.query}" if target.query else "")
            answer = self.send("GET", host, path)
        raise AssertionError("too many redirects")

    def post(self, host: str, path: str, values: dict[str, Any], *, form: str = "") -> Answer:
        """Fill in a form as a browser would, and go where it leads."""
        page = self.get(host, form or path)
        found = TOKEN.search(page.text)
        assert found, f"{path} has no form"
        data = urlencode({"csrfmiddlewaretoken": found[1], **values}, doseq=True).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{host}:{self.port}",
        }
        answer = self.send("POST", host, path, body=data, headers=headers)
        if answer.status not in (301, 302, 303):
            return answer
        target = urlsplit(answer.headers["Location"])
        query = f"?{target.query}" if target.query else ""
        return self.get(target.hostname or host, target.path + query)


@dataclass
class Api:
    """The REST API of one workspace, by token."""

    plain: Plain
    host: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a body is sent as JSON."""
        given = {"Authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            data, given["Content-Type"] = json.dumps(body).encode(), "application/json"
        return self.plain.send(method, self.host, f"/api/v1/{path}", body=data, headers=given)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        joint = "&" if "?" in path else "?"
        page = self.call("GET", f"{path}{joint}limit=200").json
        rows = page["results"]
        while page["next"]:
            page = self.call("GET", f"{path}{joint}limit=200&cursor={page['next']}").json
            rows += page["results"]
        return list(rows)

    def upload(self, entity: str, data: bytes, *, mode: str, mapping: Any = None) -> dict[str, Any]:
        """Import a file and wait for the end."""
        parts = {"entity": entity, "mode": mode}
        if mapping is not None:
            parts["mapping"] = json.dumps(mapping)
        body, kind = multipart(parts, name=f"{entity}.csv", data=data)
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        answer = self.plain.send("POST", self.host, "/api/v1/imports", body=body, headers=given)
        assert answer.status in (200, 201, 202), answer.text
        return self.finished(answer.json["id"])

    def finished(self, import_id: int, *, seconds: float = 180) -> dict[str, Any]:
        """The import once it is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            made: dict[str, Any] = self.call("GET", f"imports/{import_id}").json
            if made["status"] in ("done", "failed"):
                return made
            time.sleep(0.2)
        raise AssertionError(f"import {import_id} did not end: {made}")


def multipart(parts: dict[str, str], *, name: str, data: bytes) -> tuple[bytes, str]:
    """A form with a file, and its content type."""
    edge = secrets.token_hex(16)
    lines = []
    for key, value in parts.items():
        lines.append(f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n')
    lines.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = "".join(lines).encode() + data + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def mail_to(folder: Path, address: str, *, seconds: float = 30) -> str:
    """The text of the newest mail to the address, waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        files = filter(Path.is_file, folder.iterdir())
        for file in sorted(files, key=lambda one: one.stat().st_mtime, reverse=True):
            message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if address in str(message["To"]):
                body = message.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        time.sleep(0.2)
    raise AssertionError(f"no mail to {address}")
