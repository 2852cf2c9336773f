"""Faults of the way in, and of what is watched."""

from __future__ import annotations

from tests.infra.helm.chart import BETA_ARN
from tests.infra.helm.faults.planting import ALB, BOX, GONE, WORKER, Fault

FAULTS: list[Fault] = [
    (
        "entrances_lead_to_the_service",
        "Ingress/clientele",
        "spec rules 0 http paths 0 backend service port name",
        "https",
    ),
    (
        "entrances_lead_to_the_service",
        "Ingress/clientele",
        "spec rules 0 http paths 0 path",
        "/api",
    ),
    ("every_host_has_one_entrance", "Ingress/clientele", "spec rules 1", GONE),
    ("every_host_has_one_entrance", "Ingress/clientele", "spec rules 2 host", "crm.acme.example"),
    (
        "certificates_are_for_the_hosts",
        "Ingress/clientele-own-55edde0791",
        "spec tls 0 hosts 0",
        "acme.example",
    ),
    (
        "certificates_are_for_the_hosts",
        "Ingress/clientele-own-55edde0791",
        "spec tls",
        GONE,
    ),
    ("the_load_balancer_speaks_tls", "Ingress/clientele", f"{ALB}ssl-redirect", GONE),
    (
        "the_load_balancer_speaks_tls",
        "Ingress/clientele",
        f"{ALB}ssl-policy",
        "ELBSecurityPolicy-2016-08",
    ),
    ("the_load_balancer_speaks_tls", "Ingress/clientele", f"{ALB}wafv2-acl-arn", GONE),
    ("the_load_balancer_speaks_tls", "Ingress/clientele", f"{ALB}certificate-arn", GONE),
    ("the_load_balancer_speaks_tls", "Ingress/clientele", f"{ALB}certificate-arn", BETA_ARN),
    (
        "the_load_balancer_asks_what_the_pod_is_asked",
        "Ingress/clientele",
        f"{ALB}healthcheck-path",
        "/",
    ),
    (
        "the_load_balancer_asks_what_the_pod_is_asked",
        "Ingress/clientele",
        f"{ALB}healthcheck-interval-seconds",
        "15",
    ),
    (
        "the_load_balancer_asks_what_the_pod_is_asked",
        "Ingress/clientele",
        f"{ALB}target-type",
        "instance",
    ),
    (
        "idle_connections_are_closed_by_the_load_balancer",
        "Ingress/clientele",
        f"{ALB}load-balancer-attributes",
        "idle_timeout.timeout_seconds=120,routing.http.drop_invalid_header_fields.enabled=true",
    ),
    (
        "targets_that_leave_may_finish",
        "Ingress/clientele",
        f"{ALB}target-group-attributes",
        "deregistration_delay.timeout_seconds=300",
    ),
    ("clients_are_who_the_values_say", "Ingress/clientele", f"{ALB}inbound-cidrs", GONE),
    ("metrics_are_fetched_from_every_pod", "PodMonitor/clientele", "", GONE),
    ("metrics_are_fetched_from_every_pod", WORKER, f"{BOX} ports 0 name", "http"),
    (
        "alerts_ask_for_metrics_that_are_told",
        "PrometheusRule/clientele",
        "spec groups 0 rules 0 expr",
        "clientele_requests_failed > 1",
    ),
    (
        "alerts_are_those_of_the_manual",
        "PrometheusRule/clientele",
        "spec groups 0 rules 1",
        GONE,
    ),
]
