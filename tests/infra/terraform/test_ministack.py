"""What moto lacks, applied and destroyed at ministack: entries, add-ons, pod identity, guards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra import tools
from tests.infra.terraform import clouds, working
from tests.infra.terraform.rules import resources

AT = "roots/ministack"


@pytest.fixture(scope="module")
def state() -> Iterator[dict[str, Any]]:
    folder = tools.ROOT / "build" / "infra-work" / "ministack"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with clouds.ministack(folder / "ministack.log") as cloud:
        place = working.copied(folder / "terraform", cloud=cloud)
        shutil.copytree(Path(__file__).with_name("ministack"), place.folder / AT)
        place.must("init", "-no-color", "-input=false", at=AT)
        place.must("apply", "-auto-approve", "-no-color", "-input=false", at=AT)
        yield place.shown(at=AT)
        place.must("destroy", "-auto-approve", "-no-color", "-input=false", at=AT)
        assert place.must("state", "list", at=AT).strip() == ""


def made(state: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {str(one.get("index")): one["values"] for one in resources(state, kind)}


def test_the_add_ons_of_a_cluster_are_there(state):
    assert set(made(state, "aws_eks_addon")) == {
        "amazon-cloudwatch-observability",
        "aws-ebs-csi-driver",
        "coredns",
        "eks-pod-identity-agent",
        "kube-proxy",
        "metrics-server",
        "vpc-cni",
    }


def test_network_policies_are_enforced(state):
    settings = json.loads(made(state, "aws_eks_addon")["vpc-cni"]["configuration_values"])
    assert settings["enableNetworkPolicy"] == "true"


def test_releasers_reach_one_namespace_and_administrators_the_cluster(state):
    scopes = {
        name: one["access_scope"][0]
        for name, one in made(state, "aws_eks_access_policy_association").items()
    }
    assert scopes["releaser/ci"]["namespaces"] == ["clientele"]
    assert scopes["administrator/platform"]["type"] == "cluster"
    assert set(scopes) == set(made(state, "aws_eks_access_entry"))


def test_each_controller_gets_the_role_that_is_made_for_it(state):
    roles = {name: one["arn"] for name, one in made(state, "aws_iam_role").items()}
    given = made(state, "aws_eks_pod_identity_association")
    assert {"external-secrets", "external-dns", "load-balancer", "autoscaler"} < set(given)
    assert all(one["role_arn"] == roles[name] for name, one in given.items())


def test_a_role_is_of_one_service_account(state):
    for name, one in made(state, "aws_eks_pod_identity_association").items():
        trust = made(state, "aws_iam_role")[name]["assume_role_policy"]
        wanted = json.loads(trust)["Statement"][0]["Condition"]["StringEquals"]
        assert wanted["aws:RequestTag/kubernetes-service-account"] == one["service_account"]
        assert wanted["aws:RequestTag/kubernetes-namespace"] == one["namespace"]


def test_external_secrets_reads_the_named_secrets_alone(state):
    policy = json.loads(made(state, "aws_iam_role_policy")["external-secrets"]["policy"])
    secrets, _keys = policy["Statement"]
    assert secrets["Resource"].endswith(":secret:clientele/test/*")
    assert not [one for one in secrets["Action"] if "Put" in one or "List" in one]


def test_somebody_hears_of_the_budget_before_it_is_spent(state):
    (budget,) = [one["values"] for one in resources(state, "aws_budgets_budget")]
    assert float(budget["limit_amount"]) == 730
    notices = {one["notification_type"]: one["threshold"] for one in budget["notification"]}
    assert notices == {"ACTUAL": 80, "FORECASTED": 100}


def test_the_named_things_are_backed_up(state):
    (selection,) = made(state, "aws_backup_selection").values()
    assert selection["resources"] == ["arn:aws:rds:eu-central-1:000000000000:db:clientele-test"]
