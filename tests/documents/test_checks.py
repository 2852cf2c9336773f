"""What is looked at before anybody gets a file, and what is not taken."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from app.documents import checking, editing, kinds, quota, sniffing, uploads
from app.documents.models import File, FileVersion, LeftObject, Reason
from app.records.errors import NotVisible
from tenants.files import scanning, store
from tenants.files.errors import StorageDown
from tenants.files.scanning import ScannerDown, TooLargeToScan
from tests.documents import contents
from tests.files.browsers import post
from tests.records.helpers import actor

State = FileVersion.State
HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"


def overlapping() -> bytes:
    """An archive whose directory tells the same bytes many times."""
    made = bytearray(contents.archive(a_dot_bin=bytes(range(256)) * 400))
    end = made.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", made, end + 16)[0]
    entry = bytes(made[start:end])
    many = entry * 50
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 50, 50, len(many), start, 0)
    return bytes(made[:start]) + many + tail


def long_directory() -> bytes:
    """An archive of more names than anybody has."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writing:
        for number in range(20_001):
            writing.writestr(f"{number}", b"")
    return made.getvalue()


WRONG = {
    "a program called a PDF": ("a.pdf", contents.PROGRAM, Reason.PROGRAM),
    "a program called a picture": ("a.png", contents.PROGRAM, Reason.PROGRAM),
    "a Linux program called a text": ("a.txt", b"\x7fELF" + b"\0" * 90, Reason.PROGRAM),
    "a script called a text": ("a.txt", b"#!/bin/sh\nrm -rf /\n", Reason.PROGRAM),
    "a page called a picture": ("a.png", HTML, Reason.OTHER_TYPE),
    "a page called a text": ("a.txt", b"\xef\xbb\xbf \n<HTML>x", Reason.OTHER_TYPE),
    "a drawing called a picture": ("a.jpg", b"<svg onload=alert(1)>", Reason.OTHER_TYPE),
    "a picture called another": ("a.jpg", contents.picture("PNG"), Reason.OTHER_TYPE),
    "a text called a PDF": ("a.pdf", b"hello", Reason.OTHER_TYPE),
    "bytes called a text": ("a.csv", b"a,b\n\0\0\0", Reason.OTHER_TYPE),
    "an archive called a document": ("a.docx", contents.archive(x=b"1"), Reason.OTHER_TYPE),
    "a sheet called a document": ("a.xlsx", contents.document(), Reason.OTHER_TYPE),
    "a GIF that is a page": ("a.gif", b"GIF89a/*" + HTML + b"*/=1;", Reason.TWO_KINDS),
    "a JPEG that ends as a page": ("a.jpg", contents.photograph() + HTML, Reason.TWO_KINDS),
    "a PNG that is an archive": (
        "a.png",
        contents.picture() + contents.archive(evil=b"x"),
        Reason.TWO_KINDS,
    ),
    "a PDF that is an archive": ("a.pdf", contents.pdf() + contents.archive(e=b"x"), "two_kinds"),
    "a picture that is a PDF": ("a.bmp", b"BM" + b"\0" * 90 + b"%PDF-1.4", Reason.TWO_KINDS),
    "macros in a document": ("a.docx", contents.document(word__vbaProject_dot_bin=b"x"), "macros"),
    "half an archive": ("a.zip", contents.archive(a=b"1")[:-30], Reason.BROKEN),
    "a bomb": ("a.zip", contents.bomb(), Reason.BOMB),
    "a bomb called a document": ("a.docx", contents.bomb(), Reason.BOMB),
    "the same bytes fifty times": ("a.zip", overlapping(), Reason.BOMB),
    "too many names": ("a.zip", long_directory(), Reason.BOMB),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_not_taken(what, send, alice):
    name, content, reason = WRONG[what]
    version = send(name, content)
    assert (version.state, version.reason) == (State.REJECTED, reason)
    assert version.sentence
    assert "%(" not in version.sentence
    assert quota.usage().taken == 0
    assert LeftObject._default_manager.filter(key=version.key).exists()
    assert store.kept(version.key) is None
    with pytest.raises(NotVisible):
        editing.address_of(version.file_id, None, actor=actor(alice))


RIGHT = {
    "a PDF": ("a.pdf", contents.pdf()),
    "a PNG": ("a.png", contents.picture()),
    "a JPEG": ("a.jpeg", contents.photograph()),
    "a GIF": ("a.gif", contents.picture("GIF")),
    "a WebP": ("a.webp", contents.picture("WEBP")),
    "a BMP": ("a.bmp", contents.picture("BMP")),
    "a TIFF": ("a.tif", contents.picture("TIFF")),
    "a document": ("a.docx", contents.document()),
    "an archive": ("a.zip", contents.archive(a_dot_txt=b"hello" * 1000)),
    "an empty archive": ("a.zip", contents.archive()),
    "a table": ("a.csv", "MZ,名称\n1,中文\n".encode()),
    "a text of Windows": ("a.txt", "Grüße".encode("utf-16")),
    "a Chinese text of old": ("a.txt", "合同".encode("gb18030")),
    "a page, as a page": ("a.html", HTML),
    "a drawing, as a drawing": ("a.svg", b"<?xml version='1.0'?><svg/>"),
    "a mail": ("a.eml", b"From: a@b.example\nSubject: x\n\n<html>hello"),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_what_it_says_is_taken(what, send):
    version = send(*RIGHT[what])
    assert (version.state, version.reason) == (State.READY, "")


def test_what_could_hold_a_script_is_handed_out_as_bytes():
    for name in ("a.html", "a.htm", "a.svg", "a.xml"):
        kind = kinds.of_name(name)
        assert kind is not None
        assert (kind.content_type, kind.previewed) == ("application/octet-stream", False)


def test_every_kind_has_a_test_of_its_first_bytes():
    known = {"text", "markup", "webp", "wav", "iso", *sniffing.STARTS}
    assert {kind.looks for kind in kinds.KINDS.values()} <= known


def test_what_takes_its_place_while_it_is_looked_at_is_not_taken(send):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    version = uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))
    post(ticket.form, b"54321")
    checking.check(version.pk)
    version.refresh_from_db()
    assert (version.state, version.reason) == (State.REJECTED, Reason.REPLACED)
    assert store.kept(version.key) is None


def test_what_takes_its_place_after_the_scan_is_not_taken(send, monkeypatch):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    version = uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))
    keep = store.keep

    def late(*args, **kwargs):
        assert post(ticket.form, b"EVIL!").status in (200, 204)
        keep(*args, **kwargs)

    monkeypatch.setattr(store, "keep", late)
    checking.check(version.pk)
    version.refresh_from_db()
    assert (version.state, version.reason) == (State.REJECTED, Reason.REPLACED)
    assert store.kept(version.key) is None


def test_what_is_sent_again_after_it_was_taken_changes_nothing(send):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    version = uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))
    checking.check(version.pk)
    post(ticket.form, b"EVIL!")
    checking.check(version.pk)
    assert b"".join(store.fetch(version.key)) == b"12345"


def test_the_scanner_finds_a_virus(send, scanner):
    version = send("a.txt", contents.EICAR)
    assert (version.state, version.reason) == (State.REJECTED, Reason.INFECTED)
    assert "Eicar" in version.sentence
    assert store.kept(version.key) is None
    assert send("b.txt", b"nothing bad").state == State.READY


def test_the_scanner_looks_into_archives(send, scanner):
    version = send("a.zip", contents.archive(inside_dot_txt=contents.EICAR))
    assert (version.state, version.reason) == (State.REJECTED, Reason.INFECTED)


def test_without_the_scanners_word_nothing_is_clean(send, settings, alice):
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    version = send.arrive("a.txt", b"12345")
    for _attempt in range(2):
        with pytest.raises(ScannerDown):
            checking.check(version.pk)
    version.refresh_from_db()
    assert version.state == State.CHECKING
    with pytest.raises(NotVisible):
        editing.address_of(version.file_id, None, actor=actor(alice))
    settings.CLAMD_ADDRESS = ""
    checking.check(version.pk)
    version.refresh_from_db()
    assert version.state == State.READY


def test_what_the_scanner_does_not_take_is_not_taken(send, scanner, monkeypatch, settings):
    settings.CLAMD_MAX_MB = 1
    assert uploads.largest() == 1024**2
    version = send.arrive("a.txt", b"12345")

    def refuse(_chunks):
        raise TooLargeToScan

    monkeypatch.setattr(scanning, "scan", refuse)
    monkeypatch.setattr(checking, "scan", refuse)
    checking.check(version.pk)
    version.refresh_from_db()
    assert (version.state, version.reason) == (State.REJECTED, Reason.TOO_LARGE)


def test_a_worker_killed_after_keeping_goes_on(send):
    version = send.arrive("a.txt", b"12345")
    store.keep(version.key, etag=version.etag, content_type=version.content_type)
    checking.check(version.pk)
    version.refresh_from_db()
    assert (version.state, version.number) == (State.READY, 1)
    assert (quota.usage().ready, quota.usage().reserved) == (5, 0)


def test_checking_again_changes_nothing(send):
    version = send("a.txt", b"12345")
    checking.check(version.pk)
    version.refresh_from_db()
    assert version.number == 1
    assert (quota.usage().ready, quota.usage().reserved) == (5, 0)


def test_what_vanished_is_not_taken(send):
    version = send.arrive("a.txt", b"12345")
    store.drop(version.key)
    checking.check(version.pk)
    version.refresh_from_db()
    assert (version.state, version.reason) == (State.REJECTED, Reason.VANISHED)


def test_a_dead_store_leaves_no_half_file_and_loses_none(send, weed):
    waiting = send.arrive("waiting.txt", b"12345")
    file, ticket = send.announce("sent.txt", 5)
    post(ticket.form, b"12345")
    weed.kill()
    try:
        with pytest.raises(StorageDown):
            uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))
        with pytest.raises(StorageDown):
            checking.check(waiting.pk)
        with pytest.raises(StorageDown):
            send.announce("large.zip", 200_000_000)
        assert not File._default_manager.filter(name="large.zip").exists()
        assert quota.usage().taken == 10
    finally:
        weed.start()
    assert uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user)).etag
    for version in (waiting, ticket.version):
        checking.check(version.pk)
        version.refresh_from_db()
        assert version.state == State.READY
    assert (quota.usage().ready, quota.usage().reserved) == (10, 0)
