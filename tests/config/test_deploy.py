"""Django's own check of a server's settings, with the environment that a server has."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from tests.server import ROOT

SERVER = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "PUBLIC_HOST": "crm.example",
    "DATABASE_URL": "postgresql://cell_login:x@db.example:5432/cell",
    "CONTROL_DATABASE_URL": "postgresql://control_login:x@db.example:5432/control",
    "DATA_DIR": "/data",
    "TRUSTED_PROXIES": "1",
    "METRICS_PORT": "9100",
    "METRICS_BIND": "0.0.0.0",
    "S3_BUCKET": "files-of-companies",
    "ENV_FILE": "",
}


def check(**more):
    command = [sys.executable, "-W", "ignore", "-m", "app.config.start", "check"]
    return subprocess.run(
        [*command, "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SERVER, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_to_be_said_against_a_server():
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_server_without_tls_is_found_out():
    done = check(SCHEME="http")
    assert done.returncode != 0
    assert "SESSION_COOKIE_SECURE" in done.stderr


def test_a_server_with_a_known_key_does_not_start():
    done = check(SECRET_KEY="change-me-" * 8)
    assert done.returncode != 0
    assert "SECRET_KEY must be a random value" in done.stderr
