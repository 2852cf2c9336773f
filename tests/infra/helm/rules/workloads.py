"""Selectors, probes, stopping, autoscaling, spreading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.infra.helm.chart import (
    WORKLOADS,
    Release,
    Thing,
    container,
    environment,
    name_of,
    role_of,
    selects,
)
from tests.infra.helm.rules.registry import rule

ROLES = ("web", "worker", "scheduler", "provisioner", "biller")
BUSY = ("web", "worker")
QUIET_PROBE = "/metrics?name[]=clientele_process"


def labels(pod: Thing) -> dict[str, str]:
    return dict(pod["metadata"]["labels"])


def autoscaled(release: Release, name: str) -> bool:
    targets = release.of("HorizontalPodAutoscaler", "ScaledObject")
    return any(thing["spec"]["scaleTargetRef"]["name"] == name for thing in targets)


@rule
def every_role_runs(release: Release) -> Iterator[str]:
    there = {role_of(thing) for thing in release.of("Deployment")}
    yield from (f"{role}: no Deployment" for role in ROLES if role not in there)
    if {role_of(thing) for thing in release.of("Job")} != {"migrate"}:
        yield "migrate: no Job, or another one"


@rule
def selectors_pick_their_own_pods_alone(release: Release) -> Iterator[str]:
    for deployment in release.of("Deployment"):
        selector = deployment["spec"]["selector"]["matchLabels"]
        picked = [role for role, pod in release.pods() if selects(selector, labels(pod))]
        if picked != [role_of(deployment)]:
            yield f"{name_of(deployment)} selects the pods of {picked}"
        if "app.kubernetes.io/instance" not in selector:
            yield f"{name_of(deployment)} selects pods of other releases"


@rule
def names_are_unique(release: Release) -> Iterator[str]:
    names = [name_of(thing) for thing in release.objects]
    yield from (f"{name} stands twice" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"{name} is too long" for name in names if len(name.split()[1]) > 63)


@rule
def everything_is_labelled(release: Release) -> Iterator[str]:
    for thing in release.objects:
        told = thing["metadata"].get("labels", {})
        if told.get("app.kubernetes.io/instance") != "clientele":
            yield f"{name_of(thing)} does not say whose it is"
        if told.get("clientele/cell") != release.values["cell"]:
            yield f"{name_of(thing)} does not say its cell"


@rule
def accounts_exist(release: Release) -> Iterator[str]:
    accounts = {thing["metadata"]["name"] for thing in release.of("ServiceAccount")}
    for role, pod in release.pods():
        if pod["spec"]["serviceAccountName"] not in accounts:
            yield f"{role}: nobody makes the account {pod['spec']['serviceAccountName']}"
    arns = {thing["metadata"]["name"]: thing for thing in release.of("ServiceAccount")}
    for role, account in release.values["serviceAccounts"].items():
        told = arns[f"clientele-{role}"]["metadata"].get("annotations", {})
        if told.get("eks.amazonaws.com/role-arn", "") != account["roleArn"]:
            yield f"{role}: does not come as {account['roleArn']}"


@rule
def probes_ask_a_port_that_is_open(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        ports = {port["name"]: port["containerPort"] for port in container(pod).get("ports", [])}
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = container(pod).get(kind)
            if probe and probe["httpGet"]["port"] not in ports:
                yield f"{role}: {kind} asks port {probe['httpGet']['port']}"
        told = environment(pod)
        if ports.get("metrics", 9100) != int(told["METRICS_PORT"]):
            yield f"{role}: metrics are told at {told['METRICS_PORT']}, not at {ports['metrics']}"
        if role == "web" and told["BIND"] != f"0.0.0.0:{ports.get('http')}":
            yield f"web: listens on {told['BIND']}, its port is {ports.get('http')}"


@rule
def the_web_is_asked_the_right_questions(release: Release) -> Iterator[str]:
    web = container(release.workload("web")["spec"]["template"])
    wanted = {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    for kind, path in wanted.items():
        if web.get(kind, {}).get("httpGet", {}).get("path") != path:
            yield f"web: {kind} does not ask {path}"


@rule
def the_others_live_without_the_database(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        if role in {"web", "migrate"}:
            continue
        for kind in ("startupProbe", "livenessProbe"):
            if container(pod).get(kind, {}).get("httpGet", {}).get("path") != QUIET_PROBE:
                yield f"{role}: {kind} does not ask {QUIET_PROBE}"


@rule
def starting_takes_longer_than_a_slow_start(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        probe = container(pod).get("startupProbe")
        if probe and probe["periodSeconds"] * probe["failureThreshold"] < 120:
            yield f"{role}: has less than two minutes to start"


@rule
def the_web_drains_before_it_ends(release: Release) -> Iterator[str]:
    values = release.values["web"]
    pod = release.workload("web")["spec"]["template"]
    hook = container(pod).get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command")
    seconds = str(values["drainSeconds"])
    if hook != ["python", "-m", "app.config.start", "drain", seconds]:
        yield f"web: preStop runs {hook}"
    grace = pod["spec"]["terminationGracePeriodSeconds"]
    needed = values["drainSeconds"] + int(environment(pod)["WEB_GRACE_SECONDS"])
    if grace <= needed:
        yield f"web: is killed after {grace} s, needs more than {needed}"
    probe = container(pod)["readinessProbe"]
    if probe["periodSeconds"] * probe["failureThreshold"] > values["drainSeconds"] / 2:
        yield "web: the drain is over before it shows"


@rule
def the_worker_may_finish(release: Release) -> Iterator[str]:
    pod = release.workload("worker")["spec"]["template"]
    grace = pod["spec"]["terminationGracePeriodSeconds"]
    if grace <= int(environment(pod)["WORKER_GRACE_SECONDS"]):
        yield f"worker: is killed after {grace} s, while it still hands its jobs back"


@rule
def releases_roll_without_a_gap(release: Release) -> Iterator[str]:
    for deployment in release.of("Deployment"):
        strategy = deployment["spec"].get("strategy", {})
        rolling = strategy.get("rollingUpdate", {})
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            yield f"{name_of(deployment)}: old pods go before new ones are there"
        elif rolling.get("maxUnavailable") != 0 or not rolling.get("maxSurge"):
            yield f"{name_of(deployment)}: fewer pods than asked for while it rolls"
        spec = deployment["spec"]
        if spec.get("progressDeadlineSeconds", 600) <= spec.get("minReadySeconds", 0):
            yield f"{name_of(deployment)}: is refused, or given up before a pod counts as ready"


@rule
def replicas_are_said_by_one(release: Release) -> Iterator[str]:
    for deployment in release.of("Deployment"):
        name, said = name_of(deployment), "replicas" in deployment["spec"]
        if said and autoscaled(release, deployment["metadata"]["name"]):
            yield f"{name}: a release would undo the autoscaler"
        if not said and not autoscaled(release, deployment["metadata"]["name"]):
            yield f"{name}: nobody says how many"


def _bounds(thing: Thing) -> tuple[int, int]:
    spec = thing["spec"]
    if thing["kind"] == "ScaledObject":
        return spec["minReplicaCount"], spec["maxReplicaCount"]
    return spec["minReplicas"], spec["maxReplicas"]


@rule
def autoscalers_have_a_target_and_bounds(release: Release) -> Iterator[str]:
    deployments = {thing["metadata"]["name"]: thing for thing in release.of("Deployment")}
    targets = []
    for thing in release.of("HorizontalPodAutoscaler", "ScaledObject"):
        target = thing["spec"]["scaleTargetRef"]["name"]
        targets.append(target)
        low, high = _bounds(thing)
        if not 1 <= low < high:
            yield f"{name_of(thing)}: from {low} to {high}"
        if target not in deployments:
            yield f"{name_of(thing)}: scales {target}, which is not there"
            continue
        size = release.values[role_of(deployments[target])]
        if (low, high) != (size["replicas"], size["maxReplicas"]):
            yield f"{name_of(thing)}: bounds are not those of the values"
    if len(targets) != len(set(targets)):
        yield "two autoscalers pull at one Deployment"


@rule
def the_queue_is_read_with_its_own_key(release: Release) -> Iterator[str]:
    keys = {thing["metadata"]["name"]: thing for thing in release.of("TriggerAuthentication")}
    made = {thing["metadata"]["name"] for thing in release.of("ExternalSecret")}
    if release.values["secrets"]["source"] == "existing":
        keys_by_hand = release.values["secrets"]["keys"]
        made = {keys_by_hand["keda"] or keys_by_hand["jobs"]}
    for scaled in release.of("ScaledObject"):
        for trigger in scaled["spec"]["triggers"]:
            key = keys.get(trigger["authenticationRef"]["name"])
            if not key:
                yield f"{name_of(scaled)}: no {trigger['authenticationRef']['name']}"
            elif key["spec"]["secretTargetRef"][0]["name"] not in made:
                yield f"{name_of(scaled)}: nobody makes the Secret of its key"
            if "jobs.procrastinate_jobs" not in trigger["metadata"]["query"]:
                yield f"{name_of(scaled)}: asks something other than the queue"


@rule
def budgets_leave_somebody(release: Release) -> Iterator[str]:
    guarded = set()
    for budget in release.of("PodDisruptionBudget"):
        selector = budget["spec"]["selector"]["matchLabels"]
        picked = [role for role, pod in release.pods() if selects(selector, labels(pod))]
        guarded |= set(picked)
        if len(picked) != 1:
            yield f"{name_of(budget)} guards {picked}"
            continue
        least = release.values[picked[0]]["replicas"]
        if "minAvailable" in budget["spec"]:
            yield f"{name_of(budget)}: with one pod no node could be drained"
        elif least > 1 and not 1 <= budget["spec"]["maxUnavailable"] < least:
            yield f"{name_of(budget)}: {budget['spec']['maxUnavailable']} of {least} may go"
    yield from (f"{role}: no budget" for role in BUSY if role not in guarded)


def _spread(pod: Thing) -> dict[str, Any]:
    return {each["topologyKey"]: each for each in pod["spec"].get("topologySpreadConstraints", [])}


@rule
def busy_pods_are_spread(release: Release) -> Iterator[str]:
    for role in BUSY:
        pod = release.workload(role)["spec"]["template"]
        spread = _spread(pod)
        if set(spread) != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
            yield f"{role}: is spread over {sorted(spread)}"
            continue
        for key, each in spread.items():
            if not selects(each["labelSelector"]["matchLabels"], labels(pod)):
                yield f"{role}: spreads other pods over {key}"
        zone = spread["topology.kubernetes.io/zone"]["whenUnsatisfiable"]
        if zone != release.values[role]["zoneSpread"]:
            yield f"{role}: {zone} is not what the values say of zones"


@rule
def services_lead_to_pods(release: Release) -> Iterator[str]:
    for service in release.of("Service"):
        picked = [p for _, p in release.pods() if selects(service["spec"]["selector"], labels(p))]
        if len(picked) != 1:
            yield f"{name_of(service)} leads to {len(picked)} kinds of pods"
            continue
        ports = {port["name"] for port in container(picked[0])["ports"]}
        for port in service["spec"]["ports"]:
            if port["targetPort"] not in ports:
                yield f"{name_of(service)}: no pod has the port {port['targetPort']}"
        if service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"{name_of(service)} is open to more than the cluster"


@rule
def no_object_names_a_namespace_or_a_moment(release: Release) -> Iterator[str]:
    for thing in release.objects:
        if thing["metadata"].get("namespace", "clientele") != "clientele":
            yield f"{name_of(thing)} leaves the namespace"
        if any(len(part) > 7 and part.isdigit() for part in thing["metadata"]["name"].split("-")):
            yield f"{name_of(thing)} is named after a moment"
    if {thing["kind"] for thing in release.of(*WORKLOADS)} - {"Deployment", "Job"}:
        yield "another kind of workload"
