"""Whether the chart takes what Terraform says of a cell, and what comes of it."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.infra import tools
from tests.infra.helm import chart
from tests.infra.helm.rules import RULES

SIZING = tools.ROOT / "terraform" / "modules" / "sizing"
#: What a release adds to the output of Terraform, unless its variables said it already.
RELEASED = {
    "image": {"digest": f"sha256:{'b' * 64}"},
    "release": "2026.11.1",
    "config": {"EMAIL_HOST": "smtp.example.com"},
}


def complaints(said: dict[str, Any], folder: Path) -> list[str]:
    """What is wrong with a root's `helm_values` for the chart: refusals, or rules that break."""
    files = [chart.CHART / f"values-{said['tier']}.yaml"]
    for name, values in (("cell", said), ("released", RELEASED)):
        files.append(folder / f"{name}.values.json")
        files[-1].write_text(json.dumps(values))
    done = chart.template(*[word for file in files for word in ("-f", str(file))])
    if done.returncode:
        return [done.stderr]
    values = yaml.safe_load((chart.CHART / "values.yaml").read_text())
    for file in files:
        values = chart.merged(values, yaml.safe_load(file.read_text()))
    release = chart.Release(chart.parsed(done.stdout), values)
    return [f"{name}: {told}" for name, rule in RULES.items() for told in rule(release)]


def sizes(tier: str) -> dict[str, Any]:
    """The numbers of the chart that Terraform's sizing says of a tier."""
    found: dict[str, Any] = _sizing(tier, "local.helm")
    return found


def most_connections(tier: str) -> int:
    """How many connections the database of a tier takes."""
    return int(_sizing(tier, "local.database.max_connections"))


def wanted_connections(values: dict[str, Any]) -> float:
    """What the cell's server must take, by the sum of docs/operations.md, a release rolling."""
    web, worker = values["web"], values["worker"]
    pods = web["maxReplicas"] + math.ceil(web["maxReplicas"] / 4)
    each = web["processes"] * (web["threads"] + 1)
    jobs = (worker["maxReplicas"] + 1) * (3 * worker["concurrency"] + 5)
    return (pods * each + jobs + 14 + values["migrate"]["jobs"]) / 0.8


def _sizing(tier: str, what: str) -> Any:
    """A value of the sizing module: locals alone, so that nothing need be installed."""
    done = subprocess.run(
        [tools.terraform(), "console", "-var", f"tier={tier}"],
        cwd=SIZING,
        env={"PATH": "/usr/bin:/bin", "TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"},
        input=f"jsonencode({what})\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(json.loads(done.stdout))
