"""Each root against moto: applied, planned again without a difference, destroyed."""

from __future__ import annotations

import itertools
import json
import shutil
from typing import Any

import pytest

from tests.infra import tools
from tests.infra.helm import seam
from tests.infra.terraform import chains, drift
from tests.infra.terraform.rules import RULES, resources

ROOTS = [root for chain in chains.CHAINS.values() for root in chain]
CELLS = ["small", "medium", "large"]


@pytest.fixture(scope="module")
def stories() -> dict[str, chains.Story]:
    """The roots at once; their folders stay in build/ to be looked at."""
    folder = tools.ROOT / "build" / "infra-work" / "roots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = chains.run(chains.CHAINS, folder)
    for story in told.values():
        print(f"{story.root}: {story.seconds}, {len(resources(story.state))} resources")
    return told


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_is_applied_and_destroyed(stories, root):
    story = stories[root]
    assert not story.error, story.error
    assert len(resources(story.state)) >= 8
    assert story.left == ""


@pytest.mark.parametrize("root", ROOTS)
def test_a_second_plan_changes_nothing(stories, root):
    assert stories[root].again, stories[root].error
    assert drift.unexplained(stories[root].again) == {}


def test_no_reason_for_a_difference_has_outlived_it(stories):
    plans = [drift.changes(story.again) for story in stories.values()]
    seen = {change for plan in plans for found in plan.values() for change in found}
    assert drift.known() - seen == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("root", ROOTS)
def test_what_was_made_keeps_the_rules(stories, root, rule):
    assert stories[root].state, stories[root].error
    assert rule(stories[root].state) == []


@pytest.mark.parametrize("root", ROOTS)
def test_no_password_stands_in_the_state(stories, root):
    """Passwords are ephemeral: what holds one is written and never read back."""
    story = stories[root]
    assert story.raw_state
    assert "postgresql://" not in story.raw_state
    assert [one for one in story.secrets if one in story.raw_state] == []
    for resource in resources(story.state, "aws_secretsmanager_secret_version"):
        assert not resource["values"].get("secret_string")
        assert not resource["values"].get("secret_string_wo")


@pytest.mark.parametrize("root", CELLS)
def test_the_chart_takes_what_a_cell_says(stories, root, tmp_path):
    values = said(stories[root], "helm_values")
    assert values["tier"] == root
    assert seam.complaints(values, tmp_path) == []


@pytest.mark.parametrize("root", CELLS)
def test_what_a_cell_says_to_the_chart_holds_no_secret(stories, root):
    text = json.dumps(said(stories[root], "helm_values"))
    assert len(stories[root].secrets) >= 7
    assert [one for one in stories[root].secrets if one in text] == []
    assert "postgresql://" not in text


def test_a_larger_tier_is_larger(stories):
    sizes = [said(stories[root], "sizes") for root in CELLS]
    for first, second in itertools.pairwise(sizes):
        assert first["database"]["max_connections"] < second["database"]["max_connections"]
        assert first["budget_usd"] < second["budget_usd"]


def test_a_cell_reaches_the_control_plane_through_its_own_door(stories):
    """Peered networks, a way back, and one rule for the cell's addresses at the control plane."""
    made = {one["address"]: one["values"] for one in resources(stories["medium"].state)}
    peering = {
        address.rpartition(".aws_")[2]: values
        for address, values in made.items()
        if ".module.peering" in address
    }
    control = said(stories["control-plane"], "cell_inputs")["control_plane"]
    rule = peering["vpc_security_group_ingress_rule.postgresql"]
    assert rule["security_group_id"] == control["security_group_id"]
    assert rule["cidr_ipv4"] == peering["route.to_cell"]["destination_cidr_block"]
    assert peering["route.to_cell"]["route_table_id"] == control["route_table_id"]
    assert peering["vpc_peering_connection.this"]["peer_vpc_id"] == control["vpc_id"]


def said(story: chains.Story, output: str) -> Any:
    """An output that anybody may read."""
    told = story.state["values"]["outputs"][output]
    assert told["sensitive"] is False
    return told["value"]
