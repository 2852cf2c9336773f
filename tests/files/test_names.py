from __future__ import annotations

import unicodedata
from urllib.parse import unquote
from uuid import uuid4

import pytest

from tenants.files import store
from tenants.files.names import disposition, harmless
from tests.files.browsers import send

LONG = "x" * 251 + ".pdf"


def test_an_ordinary_name_stays_as_it_is():
    for name in ("Offer 2026.pdf", "报价单 – 晨星.pdf", "ünï (1).docx", ".gitignore.txt", LONG):
        assert harmless(name) == name.lstrip(".")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a\r\nSet-Cookie: x=1\r\n\r\n.pdf", "aSet-Cookie: x=1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200f.pdf", "a.pdf"),
        ("line\u2028end\u2029.pdf", "lineend.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("nul\0byte.pdf", "nulbyte.pdf"),
        ("  spaces and dots. . ", "spaces and dots"),
        ("...", "file"),
        ("", "file"),
        ("\ud800.pdf", "?.pdf"),
    ],
)
def test_a_harmful_name_is_made_harmless(name, expected):
    assert harmless(name) == expected


@pytest.mark.parametrize(
    "name", ["报" * 255 + ".pdf", "😀" * 255 + ".docx", "x" * 999, "." * 999 + "y"]
)
def test_no_name_is_longer_than_a_disk_takes_and_its_ending_stays(name):
    made = harmless(name)
    assert len(made.encode()) <= 255
    assert made.rpartition(".")[2] == name.rpartition(".")[2] or "." not in made


def test_only_pictures_and_pdf_are_shown_inline():
    for content_type in ("image/png", "image/jpeg", "image/webp", "application/pdf"):
        assert disposition("a", content_type=content_type, inline=True).startswith("inline")
        assert disposition("a", content_type=content_type, inline=False).startswith("attachment")
    for content_type in (
        "image/svg+xml",
        "text/html",
        "application/xhtml+xml",
        "text/xml",
        "text/plain",
        "IMAGE/PNG; charset=x",
        "application/octet-stream",
        "",
    ):
        assert disposition("a", content_type=content_type, inline=True).startswith("attachment")


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nX-Evil: 1\r\n.pdf",
        "invoice\u202efdp.exe",
        LONG,
        "报价单" * 85,
        'quo"te;\\.pdf',
        "%41.pdf",
    ],
)
def test_the_header_that_comes_with_the_file_is_one_line_and_says_the_name(acme, name):
    file = uuid4()
    store.put(file, b"content", content_type="application/pdf")
    url = store.download_url(file, name=name, content_type="application/pdf")
    answer = send("GET", url)
    assert answer.status == 200
    assert "X-Evil" not in answer.headers
    header = answer.headers["Content-Disposition"]
    assert header.startswith("attachment; filename")
    said = header.partition("''")[2] or header.partition('"')[2].rstrip('"').replace('\\"', '"')
    assert unquote(said) == harmless(name) or said == harmless(name).replace("\\", "\\\\")
    assert not any(unicodedata.category(letter) == "Cc" for letter in header)
