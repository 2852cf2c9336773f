"""Addresses that the External Secrets Operator composes: its templates are Go's, as Helm's are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.infra.helm import chart

CHART = """apiVersion: v2
name: operator
version: 0.0.1
"""
OUTPUT = "composed: {{ tpl .Values.form .Values.secret | toJson }}\n"
#: Whatever a generated password may hold.
PASSWORD = "p/a?s#s:w@r%d&+[]!"


def compose(form: str, secret: dict[str, str], folder: Path) -> str:
    """What the operator makes of a template and the values of a secret."""
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text(CHART)
    (folder / "templates" / "output.yaml").write_text(OUTPUT)
    (folder / "values.yaml").write_text(json.dumps({"form": form, "secret": secret}))
    done = chart.run_helm("template", "operator", str(folder))
    assert done.returncode == 0, done.stderr
    ((thing,),) = [[each] for each in chart.parsed(done.stdout)]
    return str(thing["composed"])


def form_of(release: chart.Release, name: str) -> Any:
    data = release.one("ExternalSecret", name)["spec"]["target"]["template"]["data"]
    (form,) = data.values()
    return form


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("clientele-admin", "cell.db.example.com"),
        ("clientele-control-admin", "control.db.example.com"),
    ],
)
def test_an_administrators_address_survives_any_password(
    name: str, host: str, releases: dict[str, chart.Release], tmp_path: Path
) -> None:
    form = form_of(releases["medium"], name)
    parts = urlsplit(compose(form, {"username": "root", "password": PASSWORD}, tmp_path))
    assert (parts.hostname, parts.port, parts.path) == (host, 5432, "/postgres")
    assert (parts.username, unquote(parts.password or "")) == ("root", PASSWORD)
    asked = parse_qs(parts.query)
    assert asked["sslmode"] == ["verify-full"]
    assert asked["sslrootcert"] == ["/etc/clientele/database/ca.pem"]


def test_the_queues_address_needs_no_file(
    releases: dict[str, chart.Release], tmp_path: Path
) -> None:
    form = form_of(releases["everything"], "clientele-keda")
    whole = "postgresql://jobs_worker:s%2Fx@h:5432/cell?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    told = compose(form, {"JOBS_DATABASE_URL": whole}, tmp_path)
    assert told == "postgresql://jobs_worker:s%2Fx@h:5432/cell?sslmode=require"
