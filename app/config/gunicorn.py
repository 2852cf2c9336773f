"""gunicorn's configuration, locally and on a server: `gunicorn -c app/config/gunicorn.py`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

wsgi_app = "app.config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000").split(",")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 5
preload_app = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 (a heartbeat file must not wait for a disk)
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"

#: Where the web processes write what they count; the master adds it up and tells it.
_COUNTS = ""
if os.environ.get("METRICS_PORT", "").strip("0 "):
    _COUNTS = tempfile.mkdtemp(prefix="clientele-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _COUNTS


def when_ready(_server: Any) -> None:
    """The application is loaded and no worker runs yet."""
    from tenants import metrics

    metrics.serve_processes("web")


def post_fork(_server: Any, _worker: Any) -> None:
    """In a new worker: the master's port is not its own."""
    from tenants import metrics

    metrics.leave_to_master()


def child_exit(_server: Any, worker: Any) -> None:
    """In the master: what the worker had in hand is gone."""
    from tenants import metrics

    metrics.forget_process(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    if _COUNTS and Path(_COUNTS).is_dir():
        shutil.rmtree(_COUNTS, ignore_errors=True)
