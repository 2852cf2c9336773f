"""The importer behind the edge of the API."""

from __future__ import annotations

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.api.caller import Caller, problem


def upload(caller: Caller, content: bytes, **headers: str):
    """A dry run of a file of accounts."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("accounts.csv", content, "text/csv")
    form = {"file": file, "entity": "accounts", "mode": "dry_run"}
    body = encode_multipart(BOUNDARY, form)
    return caller.post("/imports", body, content_type=MULTIPART_CONTENT, **headers)


def test_a_file_is_taken_and_can_be_asked_after(api):
    answer = upload(api["dora"], b"name\nAcme\n")
    assert answer.status_code == 202, answer.content
    made = api["dora"].get(f"/imports/{answer.json()['id']}").json()
    assert (made["status"], made["rows"]) == ("queued", 1)
    problem(api["charlie"].get(f"/imports/{made['id']}"), 404)
    problem(api["mallory"].get(f"/imports/{made['id']}"), 404)


def test_an_upload_is_taken_once(api):
    first = upload(api["dora"], b"name\nAcme\n", idempotency_key="k1")
    again = upload(api["dora"], b"name\nAcme\n", idempotency_key="k1")
    assert (first.status_code, first.content) == (202, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(upload(api["dora"], b"name\nOther\n", idempotency_key="k1"), 422)


def test_faults_of_an_upload_are_problems(api):
    problem(api["dora"].post("/imports", {"entity": "accounts"}), 422)
    broken = api["dora"].post("/imports", b"x", content_type="multipart/form-data; boundary=")
    problem(broken, 400)
    problem(upload(api["rita"], b"name\nAcme\n"), 403)
    problem(api["dora"].get("/imports/" + "9" * 30), 404)
