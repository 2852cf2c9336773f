"""Who reaches whom: nothing that is not named, and nothing inside by an address from outside."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

from tests.infra.helm.chart import Release, Thing, environment, name_of, selects
from tests.infra.helm.rules.registry import rule

PRIVATE = [
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *("100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
]
EVERYWHERE = "0.0.0.0/0"


def policies(release: Release, pod: Thing) -> list[Thing]:
    told = pod["metadata"]["labels"]
    return [
        policy
        for policy in release.of("NetworkPolicy")
        if selects(policy["spec"]["podSelector"]["matchLabels"], told)
    ]


def rules_of(release: Release, pod: Thing, way: str) -> list[Thing]:
    """All that a pod's policies allow, one way."""
    return [each for policy in policies(release, pod) for each in policy["spec"].get(way) or []]


def blocks(each: Thing, side: str) -> list[Thing]:
    return [peer["ipBlock"] for peer in each.get(side, []) if "ipBlock" in peer]


def ports(each: Thing) -> set[Any]:
    return {port["port"] for port in each.get("ports", [])}


@rule
def nothing_goes_by_default(release: Release) -> Iterator[str]:
    closed = [
        policy
        for policy in release.of("NetworkPolicy")
        if sorted(policy["spec"]["policyTypes"]) == ["Egress", "Ingress"]
        and not policy["spec"].get("ingress")
        and not policy["spec"].get("egress")
    ]
    for role, pod in release.pods():
        told = pod["metadata"]["labels"]
        if not any(selects(p["spec"]["podSelector"]["matchLabels"], told) for p in closed):
            yield f"{role}: no policy denies by default"


@rule
def every_role_has_its_policy(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        own = [policy for policy in policies(release, pod) if policy["spec"].get("egress")]
        if [policy["metadata"]["name"] for policy in own] != [f"clientele-{role}"]:
            yield f"{role}: is opened by {[name_of(policy) for policy in own]}"
        for policy in own:
            if sorted(policy["spec"]["policyTypes"]) != ["Egress", "Ingress"]:
                yield f"{role}: its policy leaves a way free"


@rule
def policies_pick_pods_that_are_there(release: Release) -> Iterator[str]:
    for policy in release.of("NetworkPolicy"):
        selector = policy["spec"]["podSelector"].get("matchLabels", {})
        if not any(selects(selector, pod["metadata"]["labels"]) for _, pod in release.pods()):
            yield f"{name_of(policy)} picks nobody"
        if "app.kubernetes.io/instance" not in selector:
            yield f"{name_of(policy)} picks pods of others"


@rule
def every_opening_says_who_and_where(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for way, side in (("ingress", "from"), ("egress", "to")):
            for each in rules_of(release, pod, way):
                if not each.get(side):
                    yield f"{role}: an {way} rule names nobody, which is everybody"
                if not ports(each):
                    yield f"{role}: an {way} rule names no port, which is every port"


@rule
def only_the_entrance_reaches_the_web(release: Release) -> Iterator[str]:
    network = release.values["network"]
    for role, pod in release.pods():
        for each in rules_of(release, pod, "ingress"):
            if 8000 not in ports(each):
                continue
            if role != "web":
                yield f"{role}: takes requests"
            if {block["cidr"] for block in blocks(each, "from")} != set(network["ingressCidrs"]):
                yield f"{role}: takes requests of {blocks(each, 'from')}"


@rule
def the_web_is_reached_by_somebody(release: Release) -> Iterator[str]:
    pod = release.workload("web")["spec"]["template"]
    if not any(8000 in ports(each) for each in rules_of(release, pod, "ingress")):
        yield "web: nobody may reach port 8000"


@rule
def metrics_are_for_the_monitoring_alone(release: Release) -> Iterator[str]:
    monitoring = release.values["monitoring"]
    wanted = {"kubernetes.io/metadata.name": monitoring["namespace"]}
    for role, pod in release.pods():
        found = [each for each in rules_of(release, pod, "ingress") if 9100 in ports(each)]
        if bool(found) != (monitoring["enabled"] and role != "migrate"):
            yield f"{role}: metrics are {'open' if found else 'closed'}"
        for each in found:
            if each["from"] != [{"namespaceSelector": {"matchLabels": wanted}}]:
                yield f"{role}: metrics are open to {each['from']}"


@rule
def the_migration_takes_nothing_in(release: Release) -> Iterator[str]:
    pod = release.workload("migrate")["spec"]["template"]
    yield from (f"migrate: takes {each}" for each in rules_of(release, pod, "ingress"))


@rule
def the_internet_is_not_the_inside(release: Release) -> Iterator[str]:
    inside = [ip_network(each) for each in PRIVATE + release.values["network"]["clusterCidrs"]]
    for role, pod in release.pods():
        for each in rules_of(release, pod, "egress"):
            for block in blocks(each, "to"):
                if block["cidr"] == EVERYWHERE:
                    without = [ip_network(one) for one in block.get("except", [])]
                    yield from _holes(role, inside, without)


def _holes(role: str, inside: list[Any], without: list[Any]) -> Iterator[str]:
    for network in inside:
        if not any(network.subnet_of(one) for one in without):
            yield f"{role}: {network} is reached as if it were the internet"


@rule
def the_internet_is_asked_at_few_ports(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        mail = int(environment(pod)["EMAIL_PORT"])
        wanted = {443} if role in {"scheduler", "migrate"} else {443, mail}
        for each in rules_of(release, pod, "egress"):
            everywhere = any(block["cidr"] == EVERYWHERE for block in blocks(each, "to"))
            if everywhere and ports(each) != wanted:
                yield f"{role}: reaches the internet at {sorted(ports(each))}"


@rule
def the_machines_credentials_are_never_named(release: Release) -> Iterator[str]:
    metadata = ip_network("169.254.0.0/16")
    for role, pod in release.pods():
        for each in rules_of(release, pod, "egress"):
            for block in blocks(each, "to"):
                network = ip_network(block["cidr"])
                if network.overlaps(metadata) and block["cidr"] != EVERYWHERE:
                    yield f"{role}: {network} reaches the metadata of the machine"


@rule
def exceptions_lie_within(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for way, side in (("ingress", "from"), ("egress", "to")):
            for each in rules_of(release, pod, way):
                for block in blocks(each, side):
                    yield from _outside(role, block)


def _outside(role: str, block: Thing) -> Iterator[str]:
    try:
        whole = IPv4Network(block["cidr"])
        parts = [IPv4Network(part) for part in block.get("except", [])]
    except ValueError as fault:
        yield f"{role}: {fault}"
        return
    yield from (f"{role}: {p} is not within {whole}" for p in parts if not p.subnet_of(whole))


@rule
def every_role_reaches_both_databases(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for plane in ("cell", "control"):
            wanted = release.values["database"][plane]
            open_to = {
                block["cidr"]
                for each in rules_of(release, pod, "egress")
                if ports(each) == {wanted["port"]}
                for block in blocks(each, "to")
            }
            if not set(wanted["cidrs"]) <= open_to:
                yield f"{role}: does not reach the {plane}'s database"


@rule
def every_role_may_look_names_up(release: Release) -> Iterator[str]:
    namespace = release.values["network"]["dnsNamespace"]
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    for role, pod in release.pods():
        found = [each for each in rules_of(release, pod, "egress") if 53 in ports(each)]
        if not any(each["to"] == [peer] for each in found):
            yield f"{role}: cannot look names up in {namespace}"
        if any({port["protocol"] for port in each["ports"]} != {"UDP", "TCP"} for each in found):
            yield f"{role}: looks names up by one protocol alone"


@rule
def private_endpoints_are_reached_at_one_port(release: Release) -> Iterator[str]:
    wanted = set(release.values["network"]["endpointCidrs"])
    databases = {
        cidr for plane in ("cell", "control") for cidr in release.values["database"][plane]["cidrs"]
    }
    extra = {(each["cidr"], each["port"]) for each in release.values["network"]["extra"]}
    for role, pod in release.pods():
        for each in rules_of(release, pod, "egress"):
            for block in blocks(each, "to"):
                yield from (
                    f"{role}: {block['cidr']} is reached at {port}"
                    for port in ports(each)
                    if block["cidr"] != EVERYWHERE
                    and (block["cidr"], port) not in extra
                    and not (port == 443 and block["cidr"] in wanted)
                    and not (port == 5432 and block["cidr"] in databases)
                )
