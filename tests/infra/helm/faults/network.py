"""Faults of policies."""

from __future__ import annotations

from tests.infra.helm.faults.planting import GONE, JOB, LABEL, MORE, NET, OPEN, POLICY, Fault

FAULTS: list[Fault] = [
    ("nothing_goes_by_default", "NetworkPolicy/clientele-deny", "", GONE),
    ("nothing_goes_by_default", "NetworkPolicy/clientele-deny", "spec policyTypes", ["Ingress"]),
    ("nothing_goes_by_default", JOB, f"spec template metadata labels {LABEL[:-9]}name", "other"),
    ("every_role_has_its_policy", "NetworkPolicy/clientele-biller", "", GONE),
    ("every_role_has_its_policy", "NetworkPolicy/clientele-web", "spec policyTypes", ["Ingress"]),
    (
        "policies_pick_pods_that_are_there",
        "NetworkPolicy/clientele-web",
        f"spec podSelector matchLabels {LABEL}",
        "frontend",
    ),
    ("every_opening_says_who_and_where", f"{POLICY}web", "spec ingress 0 from", []),
    ("every_opening_says_who_and_where", f"{POLICY}web", "spec egress 0 ports", GONE),
    ("only_the_entrance_reaches_the_web", f"{POLICY}web", f"spec ingress {MORE}", OPEN),
    ("only_the_entrance_reaches_the_web", f"{POLICY}worker", f"spec ingress {MORE}", OPEN),
    ("the_web_is_reached_by_somebody", f"{POLICY}web", "spec ingress 0", GONE),
    ("metrics_are_for_the_monitoring_alone", f"{POLICY}worker", "spec ingress", []),
    ("metrics_are_for_the_monitoring_alone", f"{POLICY}web", "spec ingress 1 from", [{}]),
    ("the_migration_takes_nothing_in", f"{POLICY}migrate", "spec ingress", [OPEN]),
    ("the_internet_is_not_the_inside", f"{POLICY}web", f"{NET} except 5", GONE),
    ("the_internet_is_not_the_inside", f"{POLICY}worker", f"{NET} except", ["10.20.0.0/16"]),
    ("the_internet_is_asked_at_few_ports", f"{POLICY}web", "spec egress 3 ports 0 port", 22),
    ("the_internet_is_asked_at_few_ports", f"{POLICY}migrate", "spec egress 3 ports", []),
    (
        "the_machines_credentials_are_never_named",
        f"{POLICY}web",
        "spec egress 4 to 0 ipBlock cidr",
        "169.254.169.254/32",
    ),
    ("exceptions_lie_within", f"{POLICY}web", f"{NET} cidr", "8.0.0.0/8"),
    ("exceptions_lie_within", f"{POLICY}web", f"{NET} except 0", "10.0.0.0/33"),
    ("every_role_reaches_both_databases", f"{POLICY}biller", "spec egress 1", GONE),
    ("every_role_reaches_both_databases", f"{POLICY}web", "spec egress 2 ports 0 port", 5433),
    ("every_role_may_look_names_up", f"{POLICY}scheduler", "spec egress 0", GONE),
    ("every_role_may_look_names_up", f"{POLICY}scheduler", "spec egress 0 ports 1", GONE),
    (
        "private_endpoints_are_reached_at_one_port",
        f"{POLICY}web",
        "spec egress 4 ports 0 port",
        22,
    ),
]
