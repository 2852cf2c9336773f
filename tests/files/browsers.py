"""What a browser does with an address that we signed: plain HTTP, nothing of boto3."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from email.message import Message

from tenants.files.store import Upload


@dataclass(frozen=True)
class Answer:
    """What the object store said; header names begin with capitals."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """One request; header names with underscores for hyphens."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=given)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, _titled(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _titled(error.headers), error.read())


def post(upload: Upload, content: bytes, **changed: str) -> Answer:
    """Send the form; ``changed`` overrides its fields (underscores for hyphens)."""
    fields = upload.fields | {name.replace("_", "-"): value for name, value in changed.items()}
    line = uuid.uuid4().hex
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    file = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = b"".join([*parts, file.encode(), content, f"\r\n--{line}--\r\n".encode()])
    return send("POST", upload.url, body, Content_Type=f"multipart/form-data; boundary={line}")


def _titled(headers: Message) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}
