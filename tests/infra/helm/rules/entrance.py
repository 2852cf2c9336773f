"""The way in, and what is watched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.infra import tools
from tests.infra.helm.chart import Release, Thing, annotations, container, environment, name_of
from tests.infra.helm.chart import selects as picks
from tests.infra.helm.rules.registry import rule

ALB = "alb.ingress.kubernetes.io/"


def hosts(ingress: Thing) -> list[str]:
    return [each["host"] for each in ingress["spec"]["rules"]]


def attributes(text: str) -> dict[str, str]:
    """a=1,b=2 as the load balancer controller reads it."""
    return dict(part.split("=", 1) for part in text.split(","))


def albs(release: Release) -> list[Thing]:
    return [t for t in release.of("Ingress") if t["spec"]["ingressClassName"] == "alb"]


@rule
def entrances_lead_to_the_service(release: Release) -> Iterator[str]:
    services = {
        (service["metadata"]["name"], port["name"])
        for service in release.of("Service")
        for port in service["spec"]["ports"]
    }
    for ingress in release.of("Ingress"):
        for each in ingress["spec"]["rules"]:
            for path in each["http"]["paths"]:
                backend = path["backend"]["service"]
                if (backend["name"], backend["port"]["name"]) not in services:
                    yield f"{name_of(ingress)}: {each['host']} leads to {backend}"
                if (path["path"], path["pathType"]) != ("/", "Prefix"):
                    yield f"{name_of(ingress)}: {each['host']} leads on for {path['path']} alone"


@rule
def every_host_has_one_entrance(release: Release) -> Iterator[str]:
    public = release.values["publicHost"]
    wanted = [public, f"*.{public}"]
    wanted += [each["host"] for each in release.values["ingress"]["ownDomains"]]
    found = [host for ingress in release.of("Ingress") for host in hosts(ingress)]
    if sorted(found) != sorted(wanted):
        yield f"entrances for {sorted(found)}, wanted {sorted(wanted)}"


@rule
def certificates_are_for_the_hosts(release: Release) -> Iterator[str]:
    for ingress in release.of("Ingress"):
        for tls in ingress["spec"].get("tls", []):
            if sorted(tls["hosts"]) != sorted(hosts(ingress)) or not tls["secretName"]:
                yield f"{name_of(ingress)}: the certificate is for {tls['hosts']}"
    for each in release.values["ingress"]["ownDomains"]:
        ingress = next(i for i in release.of("Ingress") if each["host"] in hosts(i))
        if bool(each.get("secretName")) != bool(ingress["spec"].get("tls")):
            yield f"{each['host']}: an ALB takes no certificate from a Secret"


@rule
def the_load_balancer_speaks_tls(release: Release) -> Iterator[str]:
    values = release.values["ingress"]
    named = [values["certificateArn"]]
    named += [each["certificateArn"] for each in values["ownDomains"] if not each.get("secretName")]
    for ingress in albs(release):
        told = annotations(ingress)
        listens = json.loads(told.get(f"{ALB}listen-ports", "[]"))
        if {"HTTPS": 443} not in listens or told.get(f"{ALB}ssl-redirect") != "443":
            yield f"{name_of(ingress)}: requests without TLS are not sent on to it"
        if not told.get(f"{ALB}ssl-policy", "").startswith("ELBSecurityPolicy-TLS13-1-2-"):
            yield f"{name_of(ingress)}: speaks old TLS"
        if told.get(f"{ALB}certificate-arn") != ",".join(named):
            yield f"{name_of(ingress)}: a host has no certificate"
        if told.get(f"{ALB}wafv2-acl-arn") != values["wafArn"]:
            yield f"{name_of(ingress)}: stands without its firewall"


@rule
def the_load_balancer_asks_what_the_pod_is_asked(release: Release) -> Iterator[str]:
    ready = container(release.workload("web")["spec"]["template"])["readinessProbe"]
    for ingress in albs(release):
        told = annotations(ingress)
        if told.get(f"{ALB}healthcheck-path") != ready["httpGet"]["path"]:
            yield f"{name_of(ingress)}: asks {told.get(f'{ALB}healthcheck-path')}"
        if told.get(f"{ALB}target-type") != "ip":
            yield f"{name_of(ingress)}: sends to nodes instead of pods"
        notices = int(told[f"{ALB}healthcheck-interval-seconds"])
        notices *= int(told[f"{ALB}unhealthy-threshold-count"])
        if notices > release.values["web"]["drainSeconds"]:
            yield f"{name_of(ingress)}: notices a drain after {notices} s"


@rule
def idle_connections_are_closed_by_the_load_balancer(release: Release) -> Iterator[str]:
    """A pod that closes first answers the next request with nothing: a 502."""
    keeps = int(environment(release.workload("web")["spec"]["template"])["WEB_KEEPALIVE_SECONDS"])
    for ingress in albs(release):
        told = attributes(annotations(ingress)[f"{ALB}load-balancer-attributes"])
        if int(told["idle_timeout.timeout_seconds"]) >= keeps:
            yield f"{name_of(ingress)}: keeps connections longer than the pod ({keeps} s)"
        if told.get("routing.http.drop_invalid_header_fields.enabled") != "true":
            yield f"{name_of(ingress)}: hands invalid headers on"


@rule
def targets_that_leave_may_finish(release: Release) -> Iterator[str]:
    pod = release.workload("web")["spec"]["template"]
    for ingress in albs(release):
        told = attributes(annotations(ingress)[f"{ALB}target-group-attributes"])
        delay = int(told["deregistration_delay.timeout_seconds"])
        if not 0 < delay < pod["spec"]["terminationGracePeriodSeconds"]:
            yield f"{name_of(ingress)}: cuts or waits {delay} s for a target that leaves"


@rule
def clients_are_who_the_values_say(release: Release) -> Iterator[str]:
    wanted = ",".join(release.values["ingress"]["clients"])
    names = (f"{ALB}inbound-cidrs", "nginx.ingress.kubernetes.io/whitelist-source-range")
    for ingress in release.of("Ingress"):
        if wanted not in {annotations(ingress).get(name) for name in names}:
            yield f"{name_of(ingress)}: anybody may come"


@rule
def metrics_are_fetched_from_every_pod(release: Release) -> Iterator[str]:
    if bool(release.of("PodMonitor")) != release.values["monitoring"]["enabled"]:
        yield "the monitoring is not what the values say"
    for monitor in release.of("PodMonitor"):
        selector = monitor["spec"]["selector"]["matchLabels"]
        wanted = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
        for role, pod in release.pods():
            ports = {port["name"] for port in container(pod).get("ports", [])}
            seen = picks(selector, pod["metadata"]["labels"])
            if role != "migrate" and not (seen and wanted <= ports):
                yield f"{role}: nobody fetches its metrics"


def alerts(release: Release) -> list[Thing]:
    return [
        each
        for thing in release.of("PrometheusRule")
        for group in thing["spec"]["groups"]
        for each in group["rules"]
    ]


@rule
def alerts_ask_for_metrics_that_are_told(release: Release) -> Iterator[str]:
    told = set(re.findall(r"`(clientele_\w+)`", (tools.ROOT / "docs/operations.md").read_text()))
    names = [each["alert"] for each in alerts(release)]
    yield from (f"{name} stands twice" for name in set(names) if names.count(name) > 1)
    for each in alerts(release):
        for metric in re.findall(r"clientele_\w+", each["expr"]):
            if metric not in told and re.sub(r"_(bucket|count|sum)$", "", metric) not in told:
                yield f"{each['alert']}: nobody tells {metric}"
        if each["labels"]["severity"] not in {"warning", "critical"} or not each["annotations"]:
            yield f"{each['alert']}: does not say how bad it is"


@rule
def alerts_are_those_of_the_manual(release: Release) -> Iterator[str]:
    if not release.of("PrometheusRule"):
        return
    text = (tools.ROOT / "docs" / "operations.md").read_text()
    table = text.split("What is worth a call:")[1].split("\n## ")[0]
    wanted = re.findall(r"`([^`]*clientele_[^`]*)`", table)
    told = " or ".join(each["expr"] for each in alerts(release))
    for each in wanted:
        if each not in told:
            yield f"the manual's `{each}` is no alert"
    for each in alerts(release):
        if not any(query in each["expr"] for query in wanted):
            yield f"{each['alert']} does not stand in the manual"
    if len(wanted) < 10:
        yield "the manual's table was not found"
