"""Every pod is restricted, sized, and knows where it may write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.infra.helm.chart import Release, container
from tests.infra.helm.quantities import quantity
from tests.infra.helm.rules.registry import rule

USER = 10001
HOST = ("hostNetwork", "hostPID", "hostIPC", "hostUsers")
WRITABLE = {"/data", "/tmp", "/dev/shm"}


@rule
def images_are_digests(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for each in pod["spec"]["containers"] + pod["spec"].get("initContainers", []):
            if not re.fullmatch(r"[^@:\s]+(:\d+)?(/[^@:\s]+)+@sha256:[0-9a-f]{64}", each["image"]):
                yield f"{role}: {each['image']} is not an image by its digest"


@rule
def pods_run_as_nobody_special(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        context = pod["spec"].get("securityContext", {})
        if context.get("runAsNonRoot") is not True:
            yield f"{role}: runAsNonRoot is not asked for"
        if {context.get(key) for key in ("runAsUser", "runAsGroup", "fsGroup")} != {USER}:
            yield f"{role}: user, group and fsGroup are not all {USER}"
        own = container(pod).get("securityContext", {})
        if own.get("runAsUser", USER) != USER or own.get("runAsNonRoot", True) is not True:
            yield f"{role}: the container undoes the pod's user"


@rule
def roots_are_read_only(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        if container(pod).get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{role}: the root is writable"


@rule
def nothing_is_gained_by_running(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        context = container(pod).get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
            yield f"{role}: privileges may grow"
        if context.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{role}: capabilities are not all dropped"


@rule
def system_calls_are_filtered(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        profiles = [pod["spec"]["securityContext"].get("seccompProfile")]
        profiles += [container(pod)["securityContext"].get("seccompProfile", profiles[0])]
        if any(profile != {"type": "RuntimeDefault"} for profile in profiles):
            yield f"{role}: seccompProfile is not RuntimeDefault"


@rule
def the_node_stays_out_of_reach(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for key in HOST:
            if pod["spec"].get(key):
                yield f"{role}: {key} is set"
        if any("hostPort" in port for port in container(pod).get("ports", [])):
            yield f"{role}: a hostPort is taken"


@rule
def volumes_are_small_and_the_pods_own(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for volume in pod["spec"]["volumes"]:
            kind = next(key for key in volume if key != "name")
            if kind not in {"emptyDir", "configMap"}:
                yield f"{role}: volume {volume['name']} is a {kind}"
            elif kind == "emptyDir" and not quantity(volume[kind].get("sizeLimit", "")):
                yield f"{role}: volume {volume['name']} has no end"


@rule
def pods_write_where_the_product_writes(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        mounts = container(pod)["volumeMounts"]
        for mount in mounts:
            if mount["name"] not in volumes:
                yield f"{role}: {mount['mountPath']} is mounted from no volume"
        writable = {mount["mountPath"] for mount in mounts if not mount.get("readOnly")}
        if writable != WRITABLE:
            yield f"{role}: may write to {sorted(writable)}, not to {sorted(WRITABLE)}"


@rule
def nobody_gets_a_key_to_the_cluster(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        if pod["spec"].get("automountServiceAccountToken") is not False:
            yield f"{role}: the account's token is mounted"
    for account in release.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield f"{account['metadata']['name']}: its token is mounted"
    for thing in release.of("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"):
        yield f"{thing['metadata']['name']}: a {thing['kind']} is not needed"


@rule
def services_put_nothing_into_the_environment(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        if pod["spec"].get("enableServiceLinks") is not False:
            yield f"{role}: variables of every Service of the namespace come in"


@rule
def pods_say_what_they_need(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        resources = container(pod).get("resources", {})
        requests, limits = resources.get("requests", {}), resources.get("limits", {})
        for kind in ("cpu", "memory"):
            if not quantity(requests.get(kind, "")):
                yield f"{role}: requests {requests.get(kind)!r} of {kind}"
        if quantity(limits.get("memory", "")) != quantity(requests.get("memory", "")):
            yield f"{role}: memory is limited to {limits.get('memory')}, not to what it requests"
        if "cpu" in limits:
            yield f"{role}: a limit on CPU throttles it"


@rule
def one_container_with_the_images_own_entry(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        if len(pod["spec"]["containers"]) != 1 or pod["spec"].get("initContainers"):
            yield f"{role}: has more than its one container"
        if "command" in container(pod):
            yield f"{role}: command replaces the image's entry point"
        if container(pod)["args"][0] != role:
            yield f"{role}: is started as {container(pod)['args'][0]}"
