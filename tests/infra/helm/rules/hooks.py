"""The migration goes first, and what it needs before it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.infra.helm.chart import Release, Thing, annotations, container, name_of, selects
from tests.infra.helm.rules.registry import rule

WHEN = "pre-install,pre-upgrade"


def weight(thing: Thing) -> int:
    return int(annotations(thing).get("helm.sh/hook-weight", "0"))


def is_hook(thing: Thing) -> bool:
    return "helm.sh/hook" in annotations(thing)


def _needs(release: Release) -> Iterator[tuple[str, list[Thing]]]:
    """What the migration's pod needs: in words, and the objects of the release that are it."""
    pod = release.one("Job", "clientele-migrate")["spec"]["template"]
    account = pod["spec"]["serviceAccountName"]
    yield account, [t for t in release.of("ServiceAccount") if t["metadata"]["name"] == account]
    for source in container(pod)["envFrom"]:
        name = source["secretRef"]["name"]
        made = release.of("ExternalSecret")
        if release.values["secrets"]["source"] == "external":
            yield name, [t for t in made if t["spec"]["target"]["name"] == name]
    told = pod["metadata"]["labels"]
    policies = [
        policy
        for policy in release.of("NetworkPolicy")
        if "Egress" in policy["spec"]["policyTypes"]
        and policy["spec"].get("egress")
        and selects(policy["spec"]["podSelector"]["matchLabels"], told)
    ]
    yield "a policy that lets it out", policies


@rule
def the_migration_is_a_hook(release: Release) -> Iterator[str]:
    job = release.one("Job", "clientele-migrate")
    if annotations(job).get("helm.sh/hook") != WHEN:
        yield f"the migration runs at {annotations(job).get('helm.sh/hook')}"
    if annotations(job).get("helm.sh/hook-delete-policy") != "before-hook-creation":
        yield "the migration's log does not stay until the next"


@rule
def what_the_migration_needs_comes_first(release: Release) -> Iterator[str]:
    job = release.one("Job", "clientele-migrate")
    for what, things in _needs(release):
        if not things:
            yield f"the migration needs {what}, which nobody makes"
        for thing in things:
            if not is_hook(thing) or weight(thing) >= weight(job):
                yield f"the migration waits for {name_of(thing)}, which comes after it"


@rule
def hooks_can_be_made_again(release: Release) -> Iterator[str]:
    for thing in release.objects:
        told = annotations(thing)
        if is_hook(thing) and told.get("helm.sh/hook-delete-policy") != "before-hook-creation":
            yield f"{name_of(thing)} already exists at the next release"
        if is_hook(thing) and told["helm.sh/hook"] != WHEN:
            yield f"{name_of(thing)} is a hook of {told['helm.sh/hook']}"


@rule
def only_what_goes_first_is_a_hook(release: Release) -> Iterator[str]:
    for thing in release.objects:
        kinds = {"Job", "ServiceAccount", "NetworkPolicy", "ExternalSecret"}
        if is_hook(thing) and thing["kind"] not in kinds:
            yield f"{name_of(thing)} would not be removed with the release"


@rule
def the_migration_ends(release: Release) -> Iterator[str]:
    spec = release.one("Job", "clientele-migrate")["spec"]
    pod = spec["template"]["spec"]
    if spec.get("activeDeadlineSeconds") != release.values["migrate"]["deadlineSeconds"]:
        yield f"the migration may take {spec.get('activeDeadlineSeconds')} s"
    if spec.get("backoffLimit") != 0 or pod.get("restartPolicy") != "Never":
        yield "a failed migration is tried again without anybody looking"
    ignored = [each["action"] for each in spec.get("podFailurePolicy", {}).get("rules", [])]
    if ignored != ["Ignore"]:
        yield "a node that is drained fails the release"
    wanted = ["migrate", "--jobs", str(release.values["migrate"]["jobs"])]
    if container(spec["template"])["args"] != wanted:
        yield f"the migration is started with {container(spec['template'])['args']}"
