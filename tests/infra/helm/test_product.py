"""The product takes what the pods are told: nonsense would stop it at its start."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra import tools
from tests.infra.helm import chart
from tests.infra.helm.rules.environments import MAY

PYTHON = tools.ROOT / ".venv" / "bin" / "python"
CA = "/etc/clientele/database/ca.pem"
ADDRESS = f"postgresql://role:secret@10.0.0.1:5432/plane?sslmode=verify-full&sslrootcert={CA}"
#: What the Secrets of each group hold.
HELD = {
    "app": {"SECRET_KEY": "k" * 50, "STRIPE_API_KEY": "", "EMAIL_USER": "", "SENTRY_DSN": ""},
    "control": {"CONTROL_DATABASE_URL": ADDRESS},
    "cell": {"DATABASE_URL": ADDRESS},
    "jobs": {"JOBS_DATABASE_URL": ADDRESS},
    "owner": {"CELL_OWNER_URL": ADDRESS},
    "controlOwner": {"CONTROL_OWNER_URL": ADDRESS},
    "admin": {"ADMIN_DATABASE_URL": ADDRESS},
    "controlAdmin": {"CONTROL_ADMIN_DATABASE_URL": ADDRESS},
}
READ = """
import json, django
from django.conf import settings
django.setup()
names = "PUBLIC_HOST CELL RUN_ID S3_BUCKET S3_ROLE_ARN METRICS_PORT METRICS_BIND RELEASE".split()
told = {name: getattr(settings, name) for name in names}
print(json.dumps(told | {"hosts": settings.ALLOWED_HOSTS, "data": str(settings.DATA_DIR)}))
"""


def told(pod: chart.Thing, role: str, **more: str) -> dict[str, str]:
    """The whole environment of a pod of a role."""
    held = {name: value for group in MAY[role] for name, value in HELD[group].items()}
    return {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "app.config.settings"} | (
        held | chart.environment(pod) | {"RUN_ID": "clientele-web-1"} | more
    )


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-c", READ],
        cwd=tools.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("scenario", "role"), [("everything", "web"), ("kind", "migrate")])
def test_the_product_takes_the_environment_of_a_pod(
    scenario: str, role: str, releases: dict[str, chart.Release]
) -> None:
    release = releases[scenario]
    done = start(told(release.workload(role)["spec"]["template"], role))
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = release.values
    assert f'"PUBLIC_HOST": "{values["publicHost"]}"' in done.stdout
    assert f'"S3_BUCKET": "{values["storage"]["bucket"]}"' in done.stdout
    assert f'"CELL": "{values["cell"]}"' in done.stdout
    assert '"data": "/data"' in done.stdout
    for domain in values["ingress"]["ownDomains"]:
        assert domain["host"] in done.stdout


def test_nonsense_in_a_pod_stops_the_product(releases: dict[str, chart.Release]) -> None:
    pod = releases["small"].workload("web")["spec"]["template"]
    done = start(told(pod, "web", METRICS_PORT="metrics"))
    assert done.returncode != 0
    assert "METRICS_PORT must be a whole number" in done.stderr


SAMPLES = {
    "API_REQUESTS_PER_MINUTE": "300",
    "CLAMD_ADDRESS": "clamd.example.com:3310",
    "CLAMD_MAX_MB": "50",
    "CONTACT_EMAIL": "help@example.com",
    "EMAIL_FROM": "Example <no-reply@example.com>",
    "EMAIL_HOST": "smtp.example.com",
    "EMAIL_PORT": "25",
    "EMAIL_TLS": "1",
    "LOG_LEVEL": "WARNING",
    "POOL_SIZE": "20",
    "PRIVACY_URL": "https://example.com/privacy",
    "STRIPE_TAX": "1",
    "TERMS_URL": "https://example.com/terms",
    "TRUSTED_PROXIES": "2",
}


def test_every_variable_of_the_config_reaches_the_product(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"config": SAMPLES}))
    done = chart.template(*chart.arguments("small", tmp_path), "-f", str(path))
    assert done.returncode == 0, done.stderr
    release = chart.Release(chart.parsed(done.stdout))
    environment = told(release.workload("web")["spec"]["template"], "web")
    assert SAMPLES.items() <= environment.items()
    assert start(environment).returncode == 0


def test_the_samples_are_all_that_the_schema_takes() -> None:
    schema = json.loads((chart.CHART / "values.schema.json").read_text())
    assert set(SAMPLES) == set(schema["properties"]["config"]["properties"])
