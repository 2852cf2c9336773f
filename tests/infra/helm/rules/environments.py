"""What pods are told, and which secrets reach whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tests.infra import tools
from tests.infra.helm.chart import Release, container, environment
from tests.infra.helm.rules.registry import rule

SECRETS = {
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"),
    *("EMAIL_USER", "EMAIL_PASSWORD", "SENTRY_DSN", "CONTROL_DATABASE_URL", "DATABASE_URL"),
    *("JOBS_DATABASE_URL", "CELL_OWNER_URL", "CONTROL_OWNER_URL", "ADMIN_DATABASE_URL"),
    *("CONTROL_ADMIN_DATABASE_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
}
LOOKS_SECRET = re.compile(
    r"postgres(ql)?://|sk_(live|test)_|whsec_|AKIA[0-9A-Z]{12}|-----BEGIN|://[^/\s@]+:[^/\s@]+@"
)
STORAGE = {
    "S3_BUCKET": "bucket",
    "S3_REGION": "region",
    "S3_ROLE_ARN": "roleArn",
    "S3_ENCRYPTION": "encryption",
    "S3_ENDPOINT_URL": "endpointUrl",
    "S3_PUBLIC_URL": "publicUrl",
}
ALL = ("app", "control", "cell")
MAY = {
    "web": {*ALL},
    "worker": {*ALL, "jobs"},
    "scheduler": {*ALL, "jobs"},
    "provisioner": {*ALL, "owner"},
    "biller": {*ALL},
    "migrate": {*ALL, "jobs", "owner", "controlOwner", "admin", "controlAdmin"},
}


def kebab(group: str) -> str:
    """As the chart names the Secret of a group: control-owner."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"-\1", group).lower()


def secret_of(release: Release, group: str) -> str:
    """The name of the Secret of a group."""
    secrets = release.values["secrets"]
    return (
        secrets["keys"][group] if secrets["source"] == "existing" else f"clientele-{kebab(group)}"
    )


@cache
def documented() -> frozenset[str]:
    """Every variable that docs/configuration.md names."""
    text = (tools.ROOT / "docs" / "configuration.md").read_text()
    return frozenset(re.findall(r"`([A-Z][A-Z0-9_]+)=?`", text))


@rule
def variables_are_documented(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for name in environment(pod):
            if name not in documented():
                yield f"{role}: docs/configuration.md does not know {name}"


@rule
def variables_are_words_and_named_once(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        names = [each["name"] for each in container(pod)["env"]]
        yield from (f"{role}: {name} stands twice" for name in set(names) if names.count(name) > 1)
        for each in container(pod)["env"]:
            if "valueFrom" not in each and not isinstance(each.get("value"), str):
                yield f"{role}: {each['name']} is not a word"


@rule
def no_secret_is_written_down(release: Release) -> Iterator[str]:
    for role, pod in release.pods():
        for name, value in environment(pod).items():
            if name in SECRETS:
                yield f"{role}: {name} stands in the pod"
            if LOOKS_SECRET.search(value):
                yield f"{role}: the value of {name} looks like a secret"
    for thing in release.of("Secret"):
        yield f"Secret {thing['metadata']['name']} is rendered"


@rule
def secrets_reach_only_who_may(release: Release) -> Iterator[str]:
    keys = release.values["secrets"]["keys"]
    for role, pod in release.pods():
        got = [source["secretRef"]["name"] for source in container(pod)["envFrom"]]
        wanted = {secret_of(release, group) for group in MAY[role] if keys[group]}
        if len(got) != len(set(got)) or set(got) != wanted:
            yield f"{role}: gets {sorted(got)}, may have {sorted(wanted)}"
        if any("secret" in volume for volume in pod["spec"]["volumes"]):
            yield f"{role}: mounts a secret"


@rule
def secrets_exist_before_the_pods(release: Release) -> Iterator[str]:
    if release.values["secrets"]["source"] == "existing":
        if release.of("ExternalSecret"):
            yield "secrets made by hand are fetched as well"
        return
    made = {thing["spec"]["target"]["name"] for thing in release.of("ExternalSecret")}
    for role, pod in release.pods():
        for source in container(pod)["envFrom"]:
            if source["secretRef"]["name"] not in made:
                yield f"{role}: nobody makes {source['secretRef']['name']}"


@rule
def external_secrets_outlive_their_hook(release: Release) -> Iterator[str]:
    store = release.values["secrets"]["store"]
    for thing in release.of("ExternalSecret"):
        name, spec = thing["metadata"]["name"], thing["spec"]
        if spec["target"]["creationPolicy"] != "Orphan":
            yield f"{name}: the Secret goes with the hook"
        if spec["target"]["deletionPolicy"] != "Retain":
            yield f"{name}: the Secret goes when the store forgets it"
        if spec["secretStoreRef"] != store:
            yield f"{name}: is taken from {spec['secretStoreRef']}"


@rule
def the_administrator_is_made_an_address(release: Release) -> Iterator[str]:
    database = release.values["database"]
    places = {"admin": database["cell"], "control-admin": database["control"]}
    for thing in release.of("ExternalSecret"):
        name = thing["metadata"]["name"].removeprefix("clientele-")
        if name not in places:
            continue
        (address,) = thing["spec"]["target"]["template"]["data"].values()
        place = places[name]
        if f"@{place['host']}:{place['port']}/postgres?sslmode=verify-full" not in address:
            yield f"{name}: {address} leads elsewhere or does not check the certificate"
        if address.count("| urlquery }}") != 2:
            yield f"{name}: a password with a slash breaks the address"


@rule
def the_authority_lies_where_addresses_point(release: Release) -> Iterator[str]:
    wanted = release.values["database"]["ca"]
    for role, pod in release.pods():
        mounts = {each["name"]: each["mountPath"] for each in container(pod)["volumeMounts"]}
        volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
        items = volumes.get("database-ca", {}).get("configMap", {}).get("items", [])
        if wanted["configMap"] and items != [{"key": wanted["key"], "path": "ca.pem"}]:
            yield f"{role}: has no {wanted['key']} of {wanted['configMap']}"
        if wanted["configMap"] and mounts.get("database-ca") != "/etc/clientele/database":
            yield f"{role}: the authority is mounted at {mounts.get('database-ca')}"


@rule
def every_pod_knows_its_cell(release: Release) -> Iterator[str]:
    values = release.values
    wanted = {
        "CELL": values["cell"],
        "PUBLIC_HOST": values["publicHost"],
        "OPERATORS_SUBDOMAIN": values["operatorsSubdomain"],
        "SCHEME": values["scheme"],
        "RELEASE": values["release"],
        "DATA_DIR": "/data",
        "ENV_FILE": "",
        "LOG_FORMAT": "json",
    } | values["config"]
    storage = values["storage"]
    if storage["bucket"]:
        wanted |= {name: storage[key] for name, key in STORAGE.items() if storage[key]}
    if domains := [each["host"] for each in values["ingress"]["ownDomains"]]:
        wanted |= {"OWN_DOMAINS": ",".join(domains)}
    for role, pod in release.pods():
        told = environment(pod)
        for name, value in wanted.items():
            if told.get(name) != value:
                yield f"{role}: {name} is {told.get(name)!r}, not {value!r}"
