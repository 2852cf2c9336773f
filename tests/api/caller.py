"""JSON in and out, as a program would do it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tenants.context import Ref, use_tenant

ROOT = "/api/v1"


@dataclass
class Caller:
    """A token at a host."""

    token: str
    host: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        """One request; data goes as JSON unless it is bytes already."""
        given = {"host": self.host, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.token:
            given.setdefault("authorization", f"Bearer {self.token}")
        body = data if isinstance(data, bytes) else b"" if data is None else json.dumps(data)
        kind = given.pop("content-type", "application/json")
        at = path if path.startswith("/api") else f"{ROOT}{path}"
        return self.client.generic(method, at, body, content_type=kind, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        """Read."""
        return self.send("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        """Make, or do."""
        return self.send("POST", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> Any:
        """Change."""
        return self.send("PATCH", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """Delete."""
        return self.send("DELETE", path, **headers)

    def made(self, path: str, **values: Any) -> dict[str, Any]:
        """A new record."""
        response = self.post(path, values)
        assert response.status_code == 201, response.content
        return response.json()


def caller_of(user: Any, *, ref: Ref) -> Caller:
    """A program with a token of this person."""
    from app.access.tokens import make_token

    with use_tenant(ref):
        _token, secret = make_token(user, name="test")
    return Caller(secret, f"{ref.subdomain}.localhost:8000")


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert (document["status"], document["type"]) == (status, "about:blank")
    assert document["title"]
    return document
