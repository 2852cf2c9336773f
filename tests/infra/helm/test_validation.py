"""Rendered objects before the schemas of Kubernetes and its extensions, and a policy scan."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.infra import tools
from tests.infra.helm import chart
from tests.infra.helm.rules.entrance import alerts

KUBERNETES = "1.34"
EXTENSIONS = json.loads(Path(__file__).with_name("extensions.json").read_text())
SKIPPED = json.loads(Path(__file__).with_name("checkov_skips.json").read_text())
UNKNOWN = re.compile(r"Couldn't find schema for kind (\w+) with api version (\S+)")


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    words = [tools.kubernetes_validate(), "-k", KUBERNETES, "--strict", path]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("scenario", chart.SCENARIOS)
def test_kubernetes_knows_every_field(scenario: str, rendered: dict[str, Path]) -> None:
    done = validate(rendered[scenario])
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    unknown = {f"{version}/{kind}" for kind, version in UNKNOWN.findall(told)}
    assert unknown <= set(EXTENSIONS)
    things = chart.parsed(rendered[scenario].read_text())
    assert told.count(" passed for resource ") == sum(
        f"{thing['apiVersion']}/{thing['kind']}" not in EXTENSIONS for thing in things
    )


PLANTED = {
    "a field that is misspelt": ("imagePullPolicy:", "imagePullPolcy:"),
    "a word where a number belongs": ("backoffLimit: 0", "backoffLimit: none"),
    "a version that is gone": ("policy/v1", "policy/v1beta1"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(fault: str, rendered: dict[str, Path], tmp_path: Path) -> None:
    text = rendered["medium"].read_text()
    was, becomes = PLANTED[fault]
    assert was in text
    path = tmp_path / "planted.yaml"
    path.write_text(text.replace(was, becomes))
    done = validate(path)
    unknown = {f"{v}/{k}" for k, v in UNKNOWN.findall(done.stdout + done.stderr)}
    assert done.returncode != 0 or unknown - set(EXTENSIONS)


def test_extensions_are_what_their_controllers_take(releases: dict[str, chart.Release]) -> None:
    seen = set()
    for release in releases.values():
        for thing in release.objects:
            kind = f"{thing['apiVersion']}/{thing['kind']}"
            if kind in EXTENSIONS:
                seen.add(kind)
                errors = jsonschema_rs.validator_for(EXTENSIONS[kind]).iter_errors(thing)
                assert [str(error) for error in errors] == []
    assert seen == set(EXTENSIONS)


def test_an_extensions_misspelt_field_is_seen(releases: dict[str, chart.Release]) -> None:
    for kind, schema in EXTENSIONS.items():
        release = releases["everything"].copy()
        (thing, *_) = release.of(kind.rsplit("/", 1)[1])
        thing["spec"]["refreshIntervall"] = "1h"
        assert not jsonschema_rs.is_valid(schema, thing), kind


PARSE = "import sys, json, promql_parser; [promql_parser.parse(e) for e in json.load(sys.stdin)]"


def parse_queries(queries: list[str]) -> subprocess.CompletedProcess[str]:
    python = tools.kubernetes_validate().with_name("python")
    return subprocess.run(
        [python, "-c", PARSE],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        check=False,
    )


def test_alerts_are_queries(releases: dict[str, chart.Release]) -> None:
    queries = [each["expr"] for each in alerts(releases["everything"])]
    done = parse_queries(queries)
    assert done.returncode == 0, done.stderr


def test_a_query_that_prometheus_refuses_is_seen() -> None:
    done = parse_queries(['up{kind="a"} > 0.8 * ignoring(kind) up{kind="b"}'])
    assert "vector matching only allowed between vectors" in done.stderr


@pytest.fixture(scope="module")
def scanned(rendered: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the policy scan finds in all that can be rendered, and in a planted privileged pod."""
    planted = tmp_path_factory.mktemp("scan") / "planted.yaml"
    text = rendered["small"].read_text()
    planted.write_text(text.replace("allowPrivilegeEscalation: false", "privileged: true"))
    command = [tools.checkov(), "--framework", "kubernetes", "--skip-download", "--compact"]
    command += ["--quiet", "-o", "json", "-f", rendered["everything"], planted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def failed(scanned: dict[str, Any], file: str) -> set[str]:
    """The checks that objects of a file fail."""
    found = scanned["results"]["failed_checks"]
    return {each["check_id"] for each in found if Path(each["file_path"]).name == file}


def test_the_policy_scan_finds_what_is_skipped_with_a_reason_alone(scanned: dict[str, Any]) -> None:
    assert failed(scanned, "everything.yaml") == set(SKIPPED)
    assert scanned["summary"]["passed"] > 400
    assert all(len(reason) > 30 for reason in SKIPPED.values())


def test_a_privileged_pod_fails_the_policy_scan(scanned: dict[str, Any]) -> None:
    assert failed(scanned, "planted.yaml") >= {"CKV_K8S_16", "CKV_K8S_20"}
