"""What the settings make of the variables of the object store."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from app.config import env
from tests.server import ROOT

SHOW = "from app.config import settings as s; print(s.FILES_ORIGIN, s.CONTENT_SECURITY_POLICY)"


def settings_with(**variables: str) -> str:
    """What a fresh process makes of these variables: the origin of files and the policy."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("S3_")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=alone | {"LOCAL": "1", "ENV_FILE": ""} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr.strip().splitlines()[-1]


def test_without_a_bucket_pages_speak_to_nobody_else():
    assert "http" not in settings_with().replace("http://*.localhost", "")


def test_pages_may_use_the_store_as_browsers_see_it():
    told = settings_with(
        S3_BUCKET="files",
        S3_ENDPOINT_URL="http://10.0.0.5:9000",
        S3_PUBLIC_URL="https://files.example.com/",
    )
    assert told.startswith("https://files.example.com {")
    assert "'connect-src': [\"'self'\", 'https://files.example.com']" in told
    assert "data:', 'https://files.example.com']" in told
    assert "10.0.0.5" not in told


@pytest.mark.parametrize(
    ("region", "origin"),
    [
        ("eu-central-1", "https://files.s3.eu-central-1.amazonaws.com {"),
        ("cn-north-1", "https://files.s3.cn-north-1.amazonaws.com.cn {"),
    ],
)
def test_on_aws_it_is_the_bucket_in_its_region(region, origin):
    assert settings_with(S3_BUCKET="files", S3_REGION=region).startswith(origin)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_BUCKET", "My_Bucket"),
        ("S3_BUCKET", "files/sub"),
        ("S3_REGION", "eu west"),
        ("S3_ENDPOINT_URL", "s3.example.com"),
        ("S3_ENDPOINT_URL", "https://s3.example.com/path"),
        ("S3_PUBLIC_URL", "https://s3.example.com; script-src *"),
        ("S3_ROLE_ARN", "role/files"),
        ("S3_ENCRYPTION", "yes"),
        ("CLAMD_ADDRESS", "clamd"),
        ("CLAMD_ADDRESS", "http://clamd:3310/"),
        ("CLAMD_MAX_MB", "0"),
    ],
)
def test_nonsense_stops_the_start_and_names_the_variable(name, value):
    told = settings_with(**{name: value})
    assert "ImproperlyConfigured" in told
    assert f"{name} must be" in told


@pytest.mark.parametrize("value", ["/run/clamd.sock", "clamd:3310", "10.0.0.7:3310", "[::1]:3310"])
def test_a_scanner_is_a_socket_or_a_host_with_its_port(value):
    assert "ImproperlyConfigured" not in settings_with(CLAMD_ADDRESS=value)


def test_an_origin_is_kept_without_its_slash(monkeypatch):
    monkeypatch.setenv("S3_PUBLIC_URL", "https://files.example.com/")
    assert env.origin("S3_PUBLIC_URL") == "https://files.example.com"
    monkeypatch.setenv("S3_PUBLIC_URL", "ftp://files.example.com")
    with pytest.raises(ImproperlyConfigured, match="S3_PUBLIC_URL must be"):
        env.origin("S3_PUBLIC_URL")


def test_the_pages_of_the_running_product_name_the_store(live, weed):
    _status, headers, _body = live.request("GET", "acme.localhost", "/login/")
    policy = headers["Content-Security-Policy"]
    for kind in ("img-src", "connect-src"):
        (directive,) = (part for part in policy.split("; ") if part.startswith(kind))
        assert weed.store.address in directive.split()
