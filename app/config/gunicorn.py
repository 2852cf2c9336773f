"""gunicorn's configuration, locally and on a server: `gunicorn -c app/config/gunicorn.py`."""

from __future__ import annotations

import os

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
