"""gunicorn's configuration, locally and on a server: `gunicorn -c app/config/gunicorn.py`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from app.config import draining, env
from app.config.replies import answer_in_one_piece

wsgi_app = "app.config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000").split(",")
worker_class = "gthread"
workers = env.whole("WEB_WORKERS", 2, low=1, high=64)
threads = env.whole("WEB_THREADS", 8, low=1, high=256)
timeout = 60
graceful_timeout = env.whole("WEB_GRACE_SECONDS", 20, low=1, high=3600)
# Longer than the load balancer keeps a connection: else it sends into one that just closes.
keepalive = env.whole("WEB_KEEPALIVE_SECONDS", 75, low=0, high=3600)
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


def on_starting(_server: Any) -> None:
    """The folder may outlive the process: a container that is started again is not draining."""
    draining.forget()
    answer_in_one_piece()


def pre_request(worker: Any, _request: Any) -> None:
    """While draining each answer ends its connection: the next one is opened elsewhere."""
    if draining.is_draining():
        worker.cfg.set("keepalive", 0)


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
