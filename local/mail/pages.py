"""The catcher's own little page: a list and one message, read as text."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote

from local.mail.box import Box

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884 }
pre { white-space: pre-wrap; border: 1px solid #8884; border-radius: .5rem; padding: 1rem }
"""
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
LIST_LENGTH = 200


def handler_for(box: Box) -> type[BaseHTTPRequestHandler]:
    """The request handler of a box."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            if host not in {"localhost", "127.0.0.1"}:
                self._answer(404, "text/plain", "Not here.")
            elif self.path == "/style.css":
                self._answer(200, "text/css", STYLE)
            else:
                self._answer(*page(box, unquote(self.path.lstrip("/"))))

        def _answer(self, status: int, kind: str, body: str) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Requests of this page are not worth a line."""

    return Handler


def page(box: Box, name: str) -> tuple[int, str, str]:
    """Status, type and body of the list or of one message."""
    if not name:
        return 200, "text/html", listing(box)
    message = box.read(name)
    if message is None:
        return 404, "text/plain", "No such message."
    return 200, "text/html", letter(message)


def listing(box: Box) -> str:
    rows = "".join(_row(name, box.read(name)) for name in box.names()[:LIST_LENGTH])
    head = "<tr><th>To</th><th>Subject</th><th>Date</th></tr>"
    body = f"<table>{head}{rows}</table>" if rows else "<p>No mail has been sent yet.</p>"
    return _frame(
        "Caught mail", f'<meta http-equiv="refresh" content="10"><h1>Caught mail</h1>{body}'
    )


def letter(message: EmailMessage) -> str:
    """One message with its addresses as links."""
    heads = "".join(f"<tr><th>{k}</th><td>{_head(message, k)}</td></tr>" for k in HEADS)
    text = _with_links(_text(message))
    title = _head(message, "Subject")
    return _frame(title, f'<p><a href="/">All mail</a></p><table>{heads}</table><pre>{text}</pre>')


HEADS = ("From", "To", "Subject", "Date")


def _row(name: str, message: EmailMessage | None) -> str:
    if message is None:
        return ""
    cells = (_head(message, key) for key in ("To", "Subject", "Date"))
    to, subject, date = cells
    link = f'<a href="/{escape(name)}">{subject or "(no subject)"}</a>'
    return f"<tr><td>{to}</td><td>{link}</td><td>{date}</td></tr>"


def _head(message: EmailMessage, key: str) -> str:
    return escape(str(message.get(key, "")))


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = part.get_content()
    return content if isinstance(content, str) else ""


def _with_links(text: str) -> str:
    """Escaped text in which web addresses can be clicked."""
    parts, end = [], 0
    for match in ADDRESS.finditer(text):
        address = escape(match.group())
        parts += [escape(text[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _frame(title: str, body: str) -> str:
    style = '<link rel="stylesheet" href="/style.css">'
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>{style}{body}"
