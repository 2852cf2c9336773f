"""Each rule complains about a state that breaks it."""

from __future__ import annotations

import json

import pytest

from tests.infra.terraform import rules

ANYBODY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
BOUND = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sns:Publish",
                "Principal": {
                    "Service": [
                        "cloudwatch.amazonaws.com",
                        "events.amazonaws.com",
                        "events.rds.amazonaws.com",
                    ]
                },
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        ]
    }
)
FAULTS = {
    rules.keys_rotate: ("aws_kms_key", {"enable_key_rotation": False}),
    rules.logs_are_encrypted_and_end: (
        "aws_cloudwatch_log_group",
        {"kms_key_id": "arn", "retention_in_days": 0},
    ),
    rules.databases_are_encrypted_private_and_backed_up: (
        "aws_db_instance",
        {
            "storage_encrypted": True,
            "publicly_accessible": True,
            "backup_retention_period": 14,
            "replicate_source_db": "",
        },
    ),
    rules.databases_may_be_followed: ("aws_db_instance", {"manage_master_user_password": True}),
    rules.buckets_are_closed_versioned_and_encrypted: ("aws_s3_bucket", {"bucket": "open"}),
    rules.buckets_refuse_plain_connections: ("aws_s3_bucket_policy", {"policy": ANYBODY}),
    rules.nodes_keep_their_credentials: (
        "aws_launch_template",
        {
            "metadata_options": [{"http_tokens": "required", "http_put_response_hop_limit": 2}],
            "block_device_mappings": [{"ebs": [{"encrypted": "true"}]}],
        },
    ),
    rules.clusters_are_private_and_logged: (
        "aws_eks_cluster",
        {
            "vpc_config": [{"endpoint_private_access": True, "public_access_cidrs": ["0.0.0.0/0"]}],
            "enabled_cluster_log_types": ["audit"],
            "encryption_config": [{}],
        },
    ),
    rules.nobody_is_let_in_from_everywhere: (
        "aws_vpc_security_group_ingress_rule",
        {"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": None},
    ),
    rules.roles_may_not_do_everything: ("aws_iam_role_policy", {"policy": ANYBODY}),
    rules.pods_reach_files_only_through_the_role_of_a_workspace: (
        'aws_iam_role_policy.service["web"]',
        {"policy": ANYBODY},
    ),
    rules.alarms_reach_somebody: ("aws_cloudwatch_metric_alarm", {"alarm_actions": []}),
    rules.services_may_publish_alarms: ("aws_sns_topic_policy", {"policy": BOUND}),
}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_sees_its_fault(rule):
    kind, values = FAULTS[rule]
    broken = {
        "mode": "managed",
        "type": kind.partition(".")[0],
        "address": f"module.x.{kind}",
        "values": values,
    }
    assert rule({"values": {"root_module": {"child_modules": [{"resources": [broken]}]}}}) != []


def test_a_state_without_anything_breaks_nothing():
    assert [rule({}) for rule in rules.RULES] == [[]] * len(rules.RULES)
