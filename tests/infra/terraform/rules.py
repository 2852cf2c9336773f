"""Rules that everything made must keep. Each takes a state and returns what breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tenants.files.connections import LIST_ACTIONS, OBJECT_ACTIONS

State = dict[str, Any]


def resources(state: State, kind: str = "") -> list[dict[str, Any]]:
    """The managed resources of a state, of all modules."""
    root = state.get("values", {}).get("root_module", {})
    return [
        one
        for one in _within(root)
        if one["mode"] == "managed" and (not kind or one["type"] == kind)
    ]


def _within(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _within(child)


def _breaking(state: State, kind: str, keeps: Callable[[dict[str, Any]], Any]) -> list[str]:
    return [one["address"] for one in resources(state, kind) if not keeps(one["values"])]


def keys_rotate(state: State) -> list[str]:
    return _breaking(state, "aws_kms_key", lambda key: key["enable_key_rotation"])


def logs_are_encrypted_and_end(state: State) -> list[str]:
    return _breaking(
        state,
        "aws_cloudwatch_log_group",
        lambda group: group["kms_key_id"] and 1 <= group["retention_in_days"] <= 400,
    )


def databases_are_encrypted_private_and_backed_up(state: State) -> list[str]:
    def keeps(server: dict[str, Any]) -> bool:
        backed_up = server["backup_retention_period"] >= 7 or server["replicate_source_db"]
        return bool(server["storage_encrypted"] and not server["publicly_accessible"] and backed_up)

    return _breaking(state, "aws_db_instance", keeps)


def databases_may_be_followed(state: State) -> list[str]:
    """RDS refuses replicas, and blue/green, of a server whose password it manages itself."""
    return _breaking(
        state, "aws_db_instance", lambda server: not server["manage_master_user_password"]
    )


def buckets_are_closed_versioned_and_encrypted(state: State) -> list[str]:
    """Each bucket has its block, its versions, its encryption and its policy of TLS."""
    wanted = {
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_policy",
    }
    found = []
    for bucket in resources(state, "aws_s3_bucket"):
        name = bucket["values"]["bucket"]
        has = {one["type"] for one in resources(state) if one["values"].get("bucket") == name}
        found += [f"{bucket['address']} has no {kind}" for kind in sorted(wanted - has)]
    return found


def buckets_refuse_plain_connections(state: State) -> list[str]:
    return _breaking(state, "aws_s3_bucket_policy", lambda bucket: _refuses_plain(bucket["policy"]))


def _refuses_plain(policy: str) -> bool:
    return any(
        rule["Effect"] == "Deny"
        and rule.get("Condition", {}).get("Bool") == {"aws:SecureTransport": "false"}
        for rule in json.loads(policy)["Statement"]
    )


def nodes_keep_their_credentials(state: State) -> list[str]:
    """IMDSv2 with one hop, encrypted disks."""

    def keeps(template: dict[str, Any]) -> bool:
        options, disk = template["metadata_options"][0], template["block_device_mappings"][0]
        return (
            options["http_tokens"] == "required"
            and options["http_put_response_hop_limit"] == 1
            and disk["ebs"][0]["encrypted"] == "true"
        )

    return _breaking(state, "aws_launch_template", keeps)


def clusters_are_private_and_logged(state: State) -> list[str]:
    def keeps(cluster: dict[str, Any]) -> bool:
        network = cluster["vpc_config"][0]
        return bool(
            network["endpoint_private_access"]
            and "0.0.0.0/0" not in network["public_access_cidrs"]
            and "audit" in cluster["enabled_cluster_log_types"]
            and cluster["encryption_config"]
        )

    return _breaking(state, "aws_eks_cluster", keeps)


def nobody_is_let_in_from_everywhere(state: State) -> list[str]:
    """Load balancers belong to the cluster's controller: no rule of ours opens a door."""
    return _breaking(
        state,
        "aws_vpc_security_group_ingress_rule",
        lambda rule: rule["cidr_ipv4"] != "0.0.0.0/0" and rule["cidr_ipv6"] != "::/0",
    )


def roles_may_not_do_everything(state: State) -> list[str]:
    """No written policy allows all actions, or actions of IAM, on everything."""
    found = []
    for policy in resources(state, "aws_iam_role_policy"):
        for rule in json.loads(policy["values"]["policy"])["Statement"]:
            actions = [rule["Action"]] if isinstance(rule["Action"], str) else rule["Action"]
            whole = [one for one in actions if one == "*" or one.endswith(":*")]
            free = rule["Resource"] == "*" and "Condition" not in rule
            if whole or (free and any(one.startswith("iam:") for one in actions)):
                found.append(policy["address"])
    return found


def pods_reach_files_only_through_the_role_of_a_workspace(state: State) -> list[str]:
    """The pods' own roles sign forms and assume the one role; it may do what the product does."""
    found = []
    for policy in resources(state, "aws_iam_role_policy"):
        allowed = _allowed(policy["values"]["policy"], "s3:")
        if ".aws_iam_role_policy.service[" in policy["address"]:
            found += _unless(allowed == {"s3:PutObject", "s3:ListAllMyBuckets"}, policy)
        if ".aws_iam_role_policy.workspace[" in policy["address"]:
            found += _unless(allowed == {*OBJECT_ACTIONS, *LIST_ACTIONS}, policy)
    return found


def _allowed(policy: str, service: str) -> set[str]:
    rules = json.loads(policy)["Statement"]
    lists = [[one["Action"]] if isinstance(one["Action"], str) else one["Action"] for one in rules]
    return {action for actions in lists for action in actions if action.startswith(service)}


def _unless(kept: bool, resource: dict[str, Any]) -> list[str]:
    return [] if kept else [resource["address"]]


def alarms_reach_somebody(state: State) -> list[str]:
    return _breaking(state, "aws_cloudwatch_metric_alarm", lambda alarm: alarm["alarm_actions"])


def services_may_publish_alarms(state: State) -> list[str]:
    """To the topic and with its key; EventBridge says to neither whose rule it was."""
    found = []
    for policy in resources(state, "aws_sns_topic_policy") + _keys_of_alarms(state):
        free, bound = set[str](), set[str]()
        for rule in json.loads(policy["values"]["policy"])["Statement"]:
            told = rule["Principal"].get("Service", []) if rule["Principal"] != "*" else []
            services = {told} if isinstance(told, str) else set(told)
            (bound if "Condition" in rule else free).update(services)
        bounded = {"cloudwatch.amazonaws.com", "events.rds.amazonaws.com"} <= bound
        found += _unless(bounded and "events.amazonaws.com" in free, policy)
    return found


def _keys_of_alarms(state: State) -> list[dict[str, Any]]:
    used = {one["values"]["kms_master_key_id"] for one in resources(state, "aws_sns_topic")}
    return [key for key in resources(state, "aws_kms_key") if key["values"].get("arn") in used]


RULES: list[Callable[[State], list[str]]] = [
    keys_rotate,
    logs_are_encrypted_and_end,
    databases_are_encrypted_private_and_backed_up,
    databases_may_be_followed,
    buckets_are_closed_versioned_and_encrypted,
    buckets_refuse_plain_connections,
    nodes_keep_their_credentials,
    clusters_are_private_and_logged,
    nobody_is_let_in_from_everywhere,
    roles_may_not_do_everything,
    pods_reach_files_only_through_the_role_of_a_workspace,
    alarms_reach_somebody,
    services_may_publish_alarms,
]
