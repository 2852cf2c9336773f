"""200 MB up by parts and down again through the running product, whose memory does not move."""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.access.tokens import make_token
from tenants.context import use_tenant
from tests import planes
from tests.live import Live
from tests.people import person
from tests.records.helpers import make, pipeline

SIZE = 200_000_000
#: Three processes move by a few MB for reasons of their own; a file in one of them would be 200.
STILL = 25_000_000


class Program:
    """A client of the API of the running product."""

    def __init__(self, live: Live, token: str) -> None:
        self.live, self.headers = live, {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, data: Any = None) -> tuple[int, dict[str, str], Any]:
        """One request with JSON."""
        body = None if data is None else json.dumps(data).encode()
        kind = {"Content_Type": "application/json"} if body else {}
        status, headers, answer = self.live.request(
            method, "acme.localhost", f"/api/v1{path}", body=body, **self.headers, **kind
        )
        return status, headers, json.loads(answer) if answer[:1] == b"{" else answer


@pytest.fixture
def program(live: Live) -> Any:
    with planes.using(live.pair):
        ref = planes.ref_at("acme")
        alice = person("alice", ref=ref)
        with use_tenant(ref):
            stages = pipeline(alice)
            deal = make("deals", alice, name="Tower", stage_id=stages["Won"].pk)
            yield Program(live, make_token(alice, name="large")[1]), deal.pk


def memory_of_web(live: Live) -> int:
    """Bytes that gunicorn and its workers hold in memory."""
    parent = live.children["web"].pid
    tree = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in tree)


def warm_up(client: Program, deal: int) -> None:
    """Let each web process load the client of the store, which it keeps."""
    for _turn in range(16):
        facts = {"name": "film.mp4", "size": 120_000_000}
        _status, _headers, begun = client.ask("POST", f"/deals/{deal}/files", facts)
        path, upload = f"/files/{begun['file']['id']}", begun["upload"]["id"]
        client.ask("POST", f"{path}/parts", {"upload": upload, "numbers": [1]})
        client.ask("POST", f"{path}/cancel", {"upload": upload})


def put(url: str, piece: bytes) -> str:
    request = urllib.request.Request(url, data=piece, method="PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.headers["ETag"])


def wait_until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.3)


def test_a_large_file_goes_up_by_parts_and_comes_down(live, program):
    client, deal = program
    content = os.urandom(1_000_000) * (SIZE // 1_000_000)
    warm_up(client, deal)
    before = memory_of_web(live)
    # An archive must be one; a film is only known by its beginning.
    content = b"\0\0\0\x20ftypisom" + content[12:]
    status, _headers, begun = client.ask(
        "POST", f"/deals/{deal}/files", {"name": "film.mp4", "size": SIZE}
    )
    assert status == 201
    file, upload = begun["file"]["id"], begun["upload"]
    assert upload["parts"] == -(-SIZE // upload["part_size"])
    sent = []
    for number in range(1, upload["parts"] + 1):
        asked = {"upload": upload["id"], "numbers": [number]}
        _status, _headers, said = client.ask("POST", f"/files/{file}/parts", asked)
        start = (number - 1) * upload["part_size"]
        piece = content[start : start + upload["part_size"]]
        sent.append({"number": number, "etag": put(said["urls"][str(number)], piece)})
    status, _headers, confirmed = client.ask(
        "POST", f"/files/{file}/confirm", {"upload": upload["id"], "parts": sent}
    )
    assert status == 202, confirmed
    wait_until(lambda: client.ask("GET", f"/files/{file}")[2]["version"] == 1)
    _status, _headers, known = client.ask("GET", f"/files/{file}")
    assert known["sha256"] == hashlib.sha256(content).hexdigest()
    status, headers, _body = client.ask("GET", f"/files/{file}/download")
    assert status == 302
    digest, size = hashlib.sha256(), 0
    with urllib.request.urlopen(headers["Location"], timeout=60) as answer:
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    assert (size, digest.hexdigest()) == (SIZE, known["sha256"])
    after = memory_of_web(live)
    print(f"web before {before / 1e6:.1f} MB, after {after / 1e6:.1f} MB")
    assert after - before < STILL


def test_parts_of_another_size_are_not_taken(live, program):
    client, deal = program
    facts = {"name": "film.mp4", "size": 120_000_000}
    _status, _headers, begun = client.ask("POST", f"/deals/{deal}/files", facts)
    file, upload = begun["file"]["id"], begun["upload"]
    asked = {"upload": upload["id"], "numbers": [1]}
    _status, _headers, said = client.ask("POST", f"/files/{file}/parts", asked)
    etag = put(said["urls"]["1"], b"\0" * 1000)
    path, parts = f"/files/{file}/confirm", [{"number": 1, "etag": '"wrong"'}]
    status, _headers, _said = client.ask("POST", path, {"upload": upload["id"], "parts": parts})
    assert status == 422
    parts = [{"number": 1, "etag": etag}]
    status, _headers, said = client.ask("POST", path, {"upload": upload["id"], "parts": parts})
    assert status == 202
    assert said["versions"][0]["state"] == "rejected"
    assert "another size" in said["versions"][0]["sentence"]
    asked = {"upload": upload["id"], "numbers": [99]}
    assert client.ask("POST", f"/files/{file}/parts", asked)[0] in (409, 422)


def test_a_worker_killed_in_the_check_is_followed_by_another(live, program):
    client, deal = program
    facts = {"name": "a.txt", "size": 5}
    live.kill("worker")
    try:
        _status, _headers, begun = client.ask("POST", f"/deals/{deal}/files", facts)
        from tenants.files.store import Upload
        from tests.files.browsers import post

        form = begun["upload"]
        assert post(Upload(form["url"], form["fields"]), b"12345").status in (200, 204)
        path = f"/files/{begun['file']['id']}"
        client.ask("POST", f"{path}/confirm", {"upload": form["id"]})
        assert client.ask("GET", path)[2]["version"] is None
        assert client.ask("GET", f"{path}/download")[0] == 404
    finally:
        live.start("worker")
    wait_until(lambda: client.ask("GET", path)[2]["version"] == 1, seconds=60)
