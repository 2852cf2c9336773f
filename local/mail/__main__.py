"""`python -m local.mail FOLDER SMTP_PORT PAGE_PORT`."""

from __future__ import annotations

import sys
from http.server import ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

from local.mail.box import Box
from local.mail.pages import handler_for


def main(folder: str, smtp_port: str, page_port: str) -> None:
    box = Box(Path(folder))
    Controller(box, hostname="127.0.0.1", port=int(smtp_port), data_size_limit=40 << 20).start()
    with ThreadingHTTPServer(("127.0.0.1", int(page_port)), handler_for(box)) as server:
        print("catches mail", flush=True)
        server.serve_forever()


main(*sys.argv[1:])
