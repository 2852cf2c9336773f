"""Debian's clamd with one signature, EICAR's, for the tests: no download, no service."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from local.stamps import ROOT

#: Where local/scanner.sh unpacks it; nothing is installed on the machine.
UNPACKED = ROOT / "build" / "clamav"
#: The harmless text that every scanner agrees to find; in two halves, for scanners of this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Test-Signature"


@dataclass(frozen=True)
class Scanner:
    """A running clamd."""

    socket: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


def program() -> Path | None:
    """The machine's clamd, else the one that was unpacked."""
    installed = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    candidates = [Path(installed)] if installed else []
    candidates += UNPACKED.glob("usr/sbin/clamd")
    return candidates[0] if candidates else None


def start(clamd: Path, folder: Path, *, most_mb: int = 100) -> Scanner:
    """Start it in the foreground, in a folder of its own, and wait until it listens."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signature = f"{NAME}:0:*:{EICAR.hex()}\n"
    (folder / "eicar.ndb").write_text(signature)
    socket = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(_configuration(folder, socket, most_mb=most_mb))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "--",
                str(clamd),
                "--config-file",
                str(folder / "clamd.conf"),
            ],
            env=os.environ | {"LD_LIBRARY_PATH": _libraries(clamd)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    for _attempt in range(400):
        if socket.exists():
            return Scanner(socket, process)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"clamd did not start:\n{(folder / 'log').read_text()}")


def _configuration(folder: Path, socket: Path, *, most_mb: int) -> str:
    lines = {
        "Foreground": "yes",
        "DatabaseDirectory": folder,
        "LocalSocket": socket,
        "LocalSocketMode": 600,
        "TemporaryDirectory": folder,
        "StreamMaxLength": f"{most_mb}M",
        "MaxFileSize": f"{most_mb}M",
        "MaxScanSize": f"{most_mb}M",
        "AlertExceedsMax": "yes",
        "LogSyslog": "no",
        "SelfCheck": 0,
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _libraries(clamd: Path) -> str:
    if not clamd.is_relative_to(UNPACKED):
        return os.environ.get("LD_LIBRARY_PATH", "")
    folders = {str(path.parent) for path in UNPACKED.rglob("*.so.*")}
    return ":".join(sorted(folders))
