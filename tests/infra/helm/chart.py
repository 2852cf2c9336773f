"""Render the chart, and look into what came out."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.infra import tools

CHART = tools.ROOT / "helm" / "clientele"
#: An example of what Terraform says of a cell: `terraform output -json helm_values`.
CELL = Path(__file__).with_name("cell.values.json")
RELEASE = "clientele"
NAMESPACE = "clientele"
TIERS = ("small", "medium", "large")
WORKLOADS = {"Deployment", "Job"}
Thing = dict[str, Any]

OWN_DOMAIN = {"host": "crm.acme.example", "secretName": "acme-tls"}
BETA_ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/7a2d2b8f-beta"
#: More than the tiers: all that can be switched on, and an installation without AWS.
EVERYTHING: Thing = {
    "autoscaling": {"keda": {"enabled": True}},
    "monitoring": {"enabled": True},
    "ingress": {
        "ownDomains": [
            OWN_DOMAIN,
            {"host": "crm.beta.example", "certificateArn": BETA_ARN},
        ]
    },
    "network": {
        "ingressNamespaces": ["ingress-nginx"],
        "extra": [{"cidr": "10.20.64.9/32", "port": 3310}],
    },
    "image": {"pullSecrets": ["registry"]},
    "config": {"EMAIL_PORT": "2587", "CLAMD_ADDRESS": "10.20.64.9:3310"},
    "storage": {"encryption": "aws:kms"},
}
BY_HAND: Thing = {
    "image": {"repository": "localhost:5001/clientele", "digest": f"sha256:{'a' * 64}"},
    "database": {"ca": {"configMap": "database-ca"}},
}
#: The same with a queue that is watched, and a certificate of one's own.
ON_PREMISES: Thing = BY_HAND | {
    "scheme": "https",
    "autoscaling": {"keda": {"enabled": True}},
    "secrets": {"keys": {"keda": "clientele-keda"}},
    "web": {"drainSeconds": 600},
    "worker": {"maxReplicas": 3},
    "ingress": {"tlsSecretName": "wildcard-tls", "ownDomains": [OWN_DOMAIN]},
    "storage": {
        "bucket": "clientele",
        "region": "us-east-1",
        "endpointUrl": "https://s3.example.internal",
        "publicUrl": "https://files.example.com:9000",
    },
}
SCENARIOS: dict[str, tuple[str, Thing]] = {
    "small": ("small", {}),
    "medium": ("medium", {}),
    "large": ("large", {}),
    "everything": ("medium", EVERYTHING),
    "kind": ("kind", BY_HAND),
    "on-premises": ("kind", ON_PREMISES),
}


@dataclass
class Release:
    """The objects of one rendering, and the values that they were made of."""

    objects: list[Thing]
    values: Thing = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Thing]:
        return [thing for thing in self.objects if thing["kind"] in kinds]

    def one(self, kind: str, name: str) -> Thing:
        return next(t for t in self.of(kind) if t["metadata"]["name"] == name)

    def workload(self, role: str) -> Thing:
        return next(w for w in self.of(*WORKLOADS) if role_of(w) == role)

    def pods(self) -> Iterator[tuple[str, Thing]]:
        """Each role with the template of its pods."""
        for workload in self.of(*WORKLOADS):
            yield role_of(workload), workload["spec"]["template"]

    def copy(self) -> Release:
        return copy.deepcopy(self)


def role_of(thing: Thing) -> str:
    """The component of an object's label."""
    return thing["metadata"].get("labels", {}).get("app.kubernetes.io/component", "")


def name_of(thing: Thing) -> str:
    """An object as it is told: Deployment clientele-web."""
    return f"{thing['kind']} {thing['metadata']['name']}"


def container(pod: Thing) -> Thing:
    """The one container of a pod."""
    return pod["spec"]["containers"][0]


def environment(pod: Thing) -> dict[str, str]:
    """The plain variables of a pod."""
    return {each["name"]: each.get("value", "") for each in container(pod)["env"]}


def annotations(thing: Thing) -> dict[str, str]:
    return thing["metadata"].get("annotations") or {}


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether a selector's matchLabels pick these labels."""
    return all(labels.get(key) == value for key, value in selector.items())


def merged(under: Thing, over: Thing) -> Thing:
    """Values over values, as Helm merges them."""
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


@cache
def values_of(scenario: str) -> Thing:
    """All values of a scenario, the chart's own below."""
    file, more = SCENARIOS[scenario]
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    values = merged(values, yaml.safe_load((CHART / f"values-{file}.yaml").read_text()))
    if file != "kind":
        values = merged(values, json.loads(CELL.read_text()))
    return merged(values, more)


def arguments(scenario: str, folder: Path) -> list[str]:
    """The files of a scenario, in Helm's order."""
    file, more = SCENARIOS[scenario]
    path = folder / f"{scenario}.json"
    path.write_text(json.dumps(more))
    cell = [] if file == "kind" else ["-f", str(CELL)]
    return ["-f", str(CHART / f"values-{file}.yaml"), *cell, "-f", str(path)]


def run_helm(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tools.helm(), *words], capture_output=True, text=True, check=False)


def template(*words: str) -> subprocess.CompletedProcess[str]:
    return run_helm("template", RELEASE, str(CHART), "--namespace", NAMESPACE, *words)


def parsed(text: str) -> list[Thing]:
    return [thing for thing in yaml.safe_load_all(text) if thing]
