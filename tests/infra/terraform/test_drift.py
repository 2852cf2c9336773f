"""The gate of the second plan can fail, and every exception in it has a reason."""

from __future__ import annotations

import json

from tests.infra.terraform import drift


def plan(actions, before, after, kind="aws_eks_cluster"):
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    return {"resource_changes": [{"address": f"{kind}.x", "type": kind, "change": change}]}


def test_a_difference_that_nobody_explained_is_told():
    found = drift.unexplained(plan(["update"], {"version": "1.33"}, {"version": "1.34"}))
    assert found == {"aws_eks_cluster.x": {drift.Change("aws_eks_cluster", "version")}}


def test_a_resource_that_would_be_replaced_is_never_a_mere_attribute():
    found = drift.unexplained(plan(["delete", "create"], {"name": "a"}, {"name": "b"}))
    assert found == {"aws_eks_cluster.x": {drift.Change("aws_eks_cluster", "delete/create")}}


def test_what_comes_back_unknown_is_a_difference():
    seen = plan(["update"], {"tags": {}}, {"tags": {}})
    seen["resource_changes"][0]["change"]["after_unknown"] = {"arn": True}
    assert drift.unexplained(seen)["aws_eks_cluster.x"] == {drift.Change("aws_eks_cluster", "arn")}


def test_an_output_that_would_change_is_told():
    seen = {"output_changes": {"helm_values": {"actions": ["update"]}}}
    assert drift.unexplained(seen) == {
        "output.helm_values": {drift.Change("output", "helm_values")}
    }


def test_an_explained_difference_passes():
    for one in sorted(drift.known()):
        if "/" not in one.attribute:
            seen = plan(["update"], {one.attribute: 1}, {one.attribute: 2}, kind=one.type)
            assert drift.unexplained(seen) == {}


def test_every_exception_has_a_reason_and_stands_once():
    entries = json.loads(drift.KNOWN.read_text())
    assert all(len(one["reason"]) > 20 for one in entries)
    assert len(drift.known()) == len(entries)
