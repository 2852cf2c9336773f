"""Terraform's outputs are the chart's values."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.infra import tools
from tests.infra.helm import chart, seam
from tests.infra.helm.chart import role_of


def differences(said: dict[str, Any], values: dict[str, Any], at: str = "") -> list[str]:
    """Where the values differ from what is said; they may say more."""
    found = []
    for name, value in said.items():
        if isinstance(value, dict):
            found += differences(value, values.get(name, {}), f"{at}{name}.")
        elif values.get(name) != value:
            found.append(f"{at}{name}: {value!r} in Terraform, {values.get(name)!r} in the values")
    return found


@pytest.mark.parametrize("tier", chart.TIERS)
def test_a_tiers_values_are_the_sizes_of_terraform(tier: str) -> None:
    said = seam.sizes(tier)
    assert {"web", "worker", "scheduler", "provisioner", "biller", "migrate"} <= set(said)
    assert {"replicas", "maxReplicas", "processes", "threads", "cpu", "memory"} <= set(said["web"])
    assert differences(said, chart.values_of(tier)) == []


def test_another_size_is_seen() -> None:
    said = seam.sizes("small")
    said["web"]["threads"] = 9
    told = "web.threads: 9 in Terraform, 8 in the values"
    assert differences(said, chart.values_of("small")) == [told]


@pytest.mark.parametrize("tier", chart.TIERS)
def test_the_most_pods_fit_into_the_cells_database(tier: str) -> None:
    values = chart.values_of(tier)
    assert seam.wanted_connections(values) <= seam.most_connections(tier)
    many = chart.merged(values, {"web": {"maxReplicas": 4 * values["web"]["maxReplicas"]}})
    assert seam.wanted_connections(many) > seam.most_connections(tier)


@pytest.mark.parametrize("tier", chart.TIERS)
def test_the_example_of_a_cell_makes_a_release(tier: str, tmp_path: Path) -> None:
    said = json.loads(chart.CELL.read_text()) | {"tier": tier} | seam.sizes(tier)
    assert seam.complaints(said, tmp_path) == []


def test_a_value_that_the_chart_does_not_know_is_seen(tmp_path: Path) -> None:
    said = json.loads(chart.CELL.read_text()) | {"tier": "small", "vpcId": "vpc-1"}
    assert "additional properties 'vpcId' not allowed" in seam.complaints(said, tmp_path)[0]


def test_a_network_that_the_policies_miss_is_seen(tmp_path: Path) -> None:
    said = json.loads(chart.CELL.read_text()) | {"tier": "small"}
    said["database"]["cell"]["cidrs"] = ["169.254.0.0/16"]
    found = seam.complaints(said, tmp_path)
    assert any("reaches the metadata of the machine" in each for each in found)


def terraform(path: str) -> str:
    return (tools.ROOT / "terraform" / "modules" / path).read_text()


def test_roles_at_aws_trust_the_charts_accounts(releases: dict[str, chart.Release]) -> None:
    block = terraform("cluster/variables.tf").split('variable "service_accounts"')[1]
    trusted = dict(re.findall(r'(\w+) += "(clientele-\w+)"', block.split("\n}\n")[0]))
    accounts = {
        role_of(thing): thing["metadata"]["name"]
        for thing in releases["medium"].of("ServiceAccount")
        if "eks.amazonaws.com/role-arn" in chart.annotations(thing)
    }
    assert trusted == accounts
    assert set(trusted) == {"web", "worker", "provisioner"}


def test_addresses_point_where_the_pods_keep_the_authority(
    releases: dict[str, chart.Release],
) -> None:
    block = terraform("secrets/variables.tf").split('variable "ca_path"')[1]
    told = re.findall(r'default += "(.+)"', block.split("\n}\n")[0])
    pod = releases["medium"].workload("web")["spec"]["template"]
    mounts = {each["name"]: each["mountPath"] for each in chart.container(pod)["volumeMounts"]}
    assert told == [f"{mounts['database-ca']}/ca.pem"]
