from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email.message import EmailMessage

import pytest

from local.ports import free_port, listens


@pytest.fixture(scope="module")
def catcher(tmp_path_factory):
    folder, smtp, page = tmp_path_factory.mktemp("box") / "mail", free_port(), free_port()
    command = [sys.executable, "-m", "local.mail", str(folder), str(smtp), str(page)]
    process = subprocess.Popen(command, env=os.environ)
    for _ in range(100):
        if listens(smtp) and listens(page):
            break
        time.sleep(0.1)
    yield folder, smtp, f"http://127.0.0.1:{page}"
    process.terminate()
    process.wait()


def send(port: int, *, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(message)


def read(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return answer.read().decode()


def test_each_message_is_a_file_and_a_page_with_its_links(catcher):
    folder, smtp, page = catcher
    send(smtp, subject="确认 your address", text="Open http://acme.localhost/confirm?a=1&b=2 now")
    (file,) = (f for f in folder.glob("*.eml") if "acme.localhost" in f.read_text())
    assert "确认 your address" in read(f"{page}/")
    letter = read(f"{page}/{file.name}")
    assert 'href="http://acme.localhost/confirm?a=1&amp;b=2"' in letter


def test_what_a_message_says_is_text_and_never_markup(catcher):
    folder, smtp, page = catcher
    before = set(folder.glob("*.eml"))
    send(smtp, subject="<script>alert(1)</script>", text="<img src=x> http://x/<b>")
    (file,) = set(folder.glob("*.eml")) - before
    for address in (page, f"{page}/{file.name}"):
        assert "<script" not in read(address)
        assert "<img" not in read(address)


@pytest.mark.parametrize("name", ["../secrets.json", "none.eml", "%2e%2e/secrets.json"])
def test_it_shows_nothing_but_messages(catcher, name):
    _folder, _smtp, page = catcher
    with pytest.raises(urllib.error.HTTPError, match="404"):
        read(f"{page}/{name}")


def test_another_host_name_that_points_here_sees_nothing(catcher):
    _folder, _smtp, page = catcher
    with pytest.raises(urllib.error.HTTPError, match="404"):
        read(f"{page}/", Host="evil.example.com")
