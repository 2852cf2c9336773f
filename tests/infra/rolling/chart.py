"""The rendered chart, read as a cluster reads it: what runs, how it is asked, how it is ended."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from tests.infra import tools

Object = dict[str, Any]
CHART = tools.ROOT / "helm" / "clientele"
#: A cell as Terraform tells of it.
CELL = tools.ROOT / "tests" / "infra" / "helm" / "cell.values.json"
#: The release that the tests install, and the cell of the tests' databases.
INSTALLED = ("clientele", "--set", "cell=default")
DOCKERFILE = tools.ROOT / "Dockerfile"

ENTRYPOINT = "ENTRYPOINT "
ALB = "alb.ingress.kubernetes.io/"


class NotInChart(Exception):
    """The chart lacks something that a cluster would need."""


@dataclass(frozen=True)
class Probe:
    """How a kubelet asks a container, in seconds."""

    path: str
    port: int
    period: float
    timeout: float
    failures: int
    successes: int
    delay: float


@dataclass(frozen=True)
class Workload:
    """One Deployment or Job, with what a pod of it needs."""

    name: str
    replicas: int
    surge: int
    unavailable: int
    grace: float
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    ports: Mapping[str, int]
    folders: tuple[str, ...]
    before_stop: tuple[str, ...]
    ready: Probe | None
    started: Probe | None


def render(*more: str) -> list[Object]:
    """The objects of a cell of the medium tier."""
    name, *options = INSTALLED
    files = [part for file in (CHART / "values-medium.yaml", CELL) for part in ("-f", str(file))]
    command = [str(tools.helm()), "template", name, str(CHART), *files, *options, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInChart(done.stderr)
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def workload(objects: list[Object], component: str) -> Workload:
    """The Deployment or Job of this component."""
    found = _of_component(objects, component)
    pod = found["spec"]["template"]["spec"]
    container = pod["containers"][0]
    ports = {one.get("name", ""): one["containerPort"] for one in container.get("ports", [])}
    replicas = _replicas(objects, found)
    return Workload(
        name=found["metadata"]["name"],
        replicas=replicas,
        surge=_share(found, "maxSurge", replicas, rounded=math.ceil),
        unavailable=_share(found, "maxUnavailable", replicas, rounded=math.floor),
        grace=pod.get("terminationGracePeriodSeconds", 30),
        command=_command(container),
        environment=_environment(objects, container),
        secrets=_secrets(container),
        ports=ports,
        folders=_folders(pod, container),
        before_stop=_before_stop(container),
        ready=_probe(container, "readinessProbe", ports),
        started=_probe(container, "startupProbe", ports),
    )


def service_of(objects: list[Object], web: Workload) -> tuple[str, int]:
    """The name of the Service that the Ingress leads to, and the pods' port behind it."""
    wanted = {backend["name"]: backend["port"] for backend in _backends(objects)}
    for service in _of_kind(objects, "Service"):
        name = service["metadata"]["name"]
        if name in wanted:
            port = next(p for p in service["spec"]["ports"] if _is_meant(p, wanted[name]))
            target = port.get("targetPort", port["port"])
            return name, web.ports[target] if isinstance(target, str) else target
    raise NotInChart(f"no Service for the Ingress: {sorted(wanted)}")


def health_of(objects: list[Object], web: Workload) -> Probe:
    """How the way in asks the pods: as the Ingress tells a load balancer, else as a kubelet."""
    if web.ready is None:
        raise NotInChart("the web has no readiness probe")
    told = {name: one for name, one in _annotations(objects).items() if "health" in name}
    if not told:
        return web.ready
    return replace(
        web.ready,
        path=told["healthcheck-path"],
        period=float(told["healthcheck-interval-seconds"]),
        timeout=float(told["healthcheck-timeout-seconds"]),
        failures=int(told["unhealthy-threshold-count"]),
        successes=int(told["healthy-threshold-count"]),
    )


def hosts(objects: list[Object]) -> list[str]:
    """The hosts that the Ingresses answer at."""
    rules = [rule for one in _of_kind(objects, "Ingress") for rule in one["spec"]["rules"]]
    return sorted({rule["host"] for rule in rules})


def _of_component(objects: list[Object], component: str) -> Object:
    for one in (*_of_kind(objects, "Deployment"), *_of_kind(objects, "Job")):
        labels = one["spec"]["template"]["metadata"]["labels"]
        if labels.get("app.kubernetes.io/component") == component:
            return one
    raise NotInChart(f"no workload of the component {component}")


def _of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [one for one in objects if one["kind"] == kind]


def _replicas(objects: list[Object], found: Object) -> int:
    """What the Deployment says, or the least of its autoscaler."""
    if "replicas" in found["spec"]:
        return int(found["spec"]["replicas"])
    for scaler in _of_kind(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) == (found["kind"], found["metadata"]["name"]):
            return int(scaler["spec"]["minReplicas"])
    return 1


def _share(found: Object, name: str, replicas: int, *, rounded: Any) -> int:
    strategy = found["spec"].get("strategy", {}).get("rollingUpdate", {})
    value = strategy.get(name, "25%")
    return int(rounded(replicas * int(value.rstrip("%")) / 100)) if "%" in str(value) else value


def _command(container: Object) -> tuple[str, ...]:
    return (*container.get("command", _entrypoint()), *container.get("args", ()))


def _entrypoint() -> tuple[str, ...]:
    """What the image runs when a container names arguments only."""
    lines = DOCKERFILE.read_text().splitlines()
    return tuple(json.loads(next(x for x in lines if x.startswith(ENTRYPOINT))[len(ENTRYPOINT) :]))


def _environment(objects: list[Object], container: Object) -> dict[str, str]:
    maps = {one["metadata"]["name"]: one["data"] for one in _of_kind(objects, "ConfigMap")}
    told: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            told |= maps[source["configMapRef"]["name"]]
    return told | {one["name"]: str(one["value"]) for one in container["env"] if "value" in one}


def _secrets(container: Object) -> tuple[str, ...]:
    sources = container.get("envFrom", [])
    return tuple(one["secretRef"]["name"] for one in sources if "secretRef" in one)


def _folders(pod: Object, container: Object) -> tuple[str, ...]:
    """Where the container may write: its empty folders."""
    empty = {volume["name"] for volume in pod.get("volumes", []) if "emptyDir" in volume}
    return tuple(m["mountPath"] for m in container.get("volumeMounts", []) if m["name"] in empty)


def _before_stop(container: Object) -> tuple[str, ...]:
    hook = container.get("lifecycle", {}).get("preStop", {})
    return tuple(hook.get("exec", {}).get("command", ()))


def _probe(container: Object, name: str, ports: Mapping[str, int]) -> Probe | None:
    told = container.get(name)
    if not told or "httpGet" not in told:
        return None
    port = told["httpGet"]["port"]
    return Probe(
        path=told["httpGet"]["path"],
        port=ports[port] if isinstance(port, str) else port,
        period=told.get("periodSeconds", 10),
        timeout=told.get("timeoutSeconds", 1),
        failures=told.get("failureThreshold", 3),
        successes=told.get("successThreshold", 1),
        delay=told.get("initialDelaySeconds", 0),
    )


def _backends(objects: list[Object]) -> list[Object]:
    rules = [rule for one in _of_kind(objects, "Ingress") for rule in one["spec"]["rules"]]
    return [path["backend"]["service"] for rule in rules for path in rule["http"]["paths"]]


def _annotations(objects: list[Object]) -> dict[str, str]:
    """What the Ingress of the public host tells an ALB, without the prefix."""
    told = _of_kind(objects, "Ingress")[0]["metadata"].get("annotations", {})
    return {name.partition("/")[2]: value for name, value in told.items() if name.startswith(ALB)}


def _is_meant(port: Object, wanted: Object) -> bool:
    return (
        wanted.get("name", port.get("name")) == port.get("name")
        and wanted.get("number", port["port"]) == port["port"]
    )
