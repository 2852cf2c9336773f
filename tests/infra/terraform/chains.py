"""The roots, applied, planned again and destroyed, as one installation after the other would be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from tests.infra import tools
from tests.infra.terraform import clouds, working

HOST = "crm.example.com"
EVERYWHERE: dict[str, Any] = {"region": "eu-central-1", "force_destroy": True}
COMPANY: dict[str, Any] = EVERYWHERE | {
    "residency": "EU",
    "public_host": HOST,
    "alarm_emails": ["oncall@example.com"],
    "deletion_protection": False,
}
CELL: dict[str, Any] = COMPANY | {
    "administrators": {"platform": "arn:aws:iam::123456789012:role/platform"},
    "releasers": {"ci": "arn:aws:iam::123456789012:role/ci"},
    "api_cidrs": ["203.0.113.0/24"],
}
ABROAD = {"disaster_region": "eu-west-1"}
#: What stands beside what: each line shares one moto, in this order.
CHAINS: dict[str, dict[str, dict[str, Any]]] = {
    "states": {"bootstrap": EVERYWHERE | {"bucket": "clientele-states"}},
    "alone": {
        "small": CELL | {"name": "small"},
    },
    "together": {
        "control-plane": COMPANY | ABROAD | {"cells": {"medium": "medium"}},
        "medium": CELL | ABROAD | {"name": "medium", "owns_control_plane": True},
    },
    "dedicated": {
        "large": CELL
        | ABROAD
        | {"name": "large", "cidr": "10.40.0.0/16"}
        | {"disaster_cidr": "10.41.0.0/16"},
    },
}


@dataclass
class Story:
    """What one root went through."""

    root: str
    seconds: dict[str, float] = field(default_factory=dict)
    error: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    raw_state: str = ""
    secrets: set[str] = field(default_factory=set)
    again: dict[str, Any] = field(default_factory=dict)
    left: str = "not destroyed"


def run(names: Iterable[str], folder: Path) -> dict[str, Story]:
    """These chains side by side; most of the time is the provider's own waiting."""
    tools.terraform()
    tools.clouds_python()
    with ThreadPoolExecutor(len(CHAINS)) as pool:
        told = pool.map(lambda name: _chain(name, folder / name), names)
    return {story.root: story for stories in told for story in stories}


def _chain(name: str, folder: Path) -> list[Story]:
    folder.mkdir(parents=True)
    stories = [Story(root) for root in CHAINS[name]]
    with clouds.moto(folder / "moto.log") as cloud:
        place = working.emulated(folder / "terraform", cloud=cloud)
        given: dict[str, Any] = {}
        for story in stories:
            inputs = CHAINS[name][story.root] | given
            given = _attempt(story, partial(_stand_up, story, place, inputs))
        for story in reversed(stories):
            if story.state:
                _attempt(story, partial(_tear_down, story, place))
    return stories


def _attempt(story: Story, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A root that fails must not hide what the others did."""
    try:
        return step()
    except AssertionError as error:
        story.error += str(error)
        return {}


def _stand_up(story: Story, place: working.Working, inputs: dict[str, Any]) -> dict[str, Any]:
    """Apply, and plan once more; returns what the next root of the chain needs."""
    at = f"roots/{story.root}"
    if "administrators" in inputs and "control_plane" not in inputs:
        inputs |= {"zone_id": zone(place.cloud)}
    (place.folder / at / "test.auto.tfvars.json").write_text(json.dumps(inputs))
    _timed(story, "init", place, "init", at=at)
    _timed(story, "apply", place, "apply", "-auto-approve", "-parallelism=20", at=at)
    story.state = place.shown(at=at)
    story.raw_state = (place.folder / at / "terraform.tfstate").read_text()
    story.secrets = secrets(place.cloud)
    _timed(story, "plan again", place, "plan", "-out", "again.tfplan", at=at)
    story.again = place.shown("again.tfplan", at=at)
    outputs = story.state["values"].get("outputs", {})
    return outputs.get("cell_inputs", {}).get("value", {})


def _tear_down(story: Story, place: working.Working) -> dict[str, Any]:
    at = f"roots/{story.root}"
    _timed(story, "destroy", place, "destroy", "-auto-approve", "-parallelism=20", at=at)
    story.left = place.must("state", "list", at=at).strip()
    return {}


def _timed(story: Story, name: str, place: working.Working, *arguments: str, at: str) -> None:
    started = time.monotonic()
    place.must(*arguments, "-no-color", "-input=false", at=at)
    story.seconds[name] = round(time.monotonic() - started, 1)


def zone(cloud: str) -> str:
    """A zone of the public host, as its owner would have one."""
    client = _client("route53", cloud)
    made = client.create_hosted_zone(Name=HOST, CallerReference=str(time.monotonic()))
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def secrets(cloud: str) -> set[str]:
    """The passwords and keys that the cloud keeps: Terraform made them and may not know them."""
    client = _client("secretsmanager", cloud)
    names = [one["Name"] for one in client.list_secrets()["SecretList"]]
    texts = [client.get_secret_value(SecretId=name)["SecretString"] for name in names]
    values = [str(value) for text in texts for value in json.loads(text).values()]
    return {urlsplit(value).password or value for value in values if len(value) >= 30}


def _client(service: str, cloud: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=cloud,
        region_name=EVERYWHERE["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
