"""gunicorn as it runs on a server, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from local.ports import free_port, listens
from tests.server import ROOT, variables


class Web:
    """gunicorn with two processes, as on a server."""

    def __init__(self, folder, **more):
        self.folder, self.port, self.metrics = folder, free_port(), free_port()
        ours = {
            "BIND": f"127.0.0.1:{self.port}",
            "PUBLIC_HOST": f"localhost:{self.port}",
            "METRICS_PORT": str(self.metrics),
            "WEB_WORKERS": "2",
            "TMPDIR": str(folder),
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "json",
            "ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "app.config.settings",
        }
        self.environ = os.environ | variables() | ours | more
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.config.start", "web"],
            env=self.environ,
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path, *, port=None, host="127.0.0.1"):
        url = f"http://{host}:{port or self.port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def wait(self):
        for _ in range(300):
            if listens(self.port):
                return self
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def told(self, line):
        text = self.get("/metrics", port=self.metrics)
        return float(text.partition(f"\n{line} ")[2].split()[0])

    def workers(self):
        kids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in kids.split()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
