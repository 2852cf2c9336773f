from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra import tools

DOCKERFILE = tools.ROOT / "Dockerfile"
#: Checks that are not kept, and why.
SKIPPED = {
    "CKV_DOCKER_7": "the base is an argument, whose default the scan does not see: `faults` does",
    "CKV_DOCKER_2": "the cluster probes /healthz and /readyz; one check would fit no two roles",
}


def instructions(text: str) -> list[tuple[str, str]]:
    """The Dockerfile as words and what follows them; lines that go on are joined."""
    joined = text.replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    words = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(word.upper(), " ".join(rest.split())) for word, _space, rest in words]


def faults(text: str) -> list[str]:
    """What can be said against a Dockerfile without building it."""
    said = instructions(text)
    last = {word: rest for word, rest in said}  # noqa: C416 (the last one of each counts)
    checks = {
        "adds from anywhere": any(word == "ADD" for word, _rest in said),
        "has one stage": sum(word == "FROM" for word, _rest in said) < 2,
        "stands on a base of its own": any(
            word == "FROM" and not rest.startswith("${BASE}") for word, rest in said
        ),
        "stands on a base that moves": not re.search(
            r"^BASE=python:\d+\.\d+-\S+", next(rest for word, rest in said if word == "ARG")
        ),
        "ends as root": not last.get("USER", "").startswith("10001:"),
        "starts a shell": not last.get("ENTRYPOINT", "").startswith('["python"'),
        "takes the whole work tree": ("COPY", ". .") in _final_stage(said),
        "tells a secret": any(
            word in {"ENV", "ARG"} and ("PASSWORD" in rest or "SECRET" in rest)
            for word, rest in said
        ),
    }
    return [fault for fault, found in checks.items() if found]


def _final_stage(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    start = max(i for i, (word, _rest) in enumerate(said) if word == "FROM")
    return said[start:]


def replace(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


PLANTED: dict[str, Callable[[str], str]] = {
    "adds from anywhere": replace("COPY LICENSE", "ADD LICENSE"),
    "has one stage": replace("FROM ${BASE} AS build\n", ""),
    "stands on a base of its own": replace("FROM ${BASE}\n", "FROM ubuntu\n"),
    "stands on a base that moves": replace("BASE=python:3.11-slim-bookworm", "BASE=python:latest"),
    "ends as root": replace("USER 10001:10001", "USER root"),
    "starts a shell": replace('ENTRYPOINT ["python"', 'ENTRYPOINT ["sh", "-c", "python"'),
    "takes the whole work tree": replace("COPY LICENSE manage.py ./", "COPY . ."),
    "tells a secret": replace("ARG REVISION=", "ARG SECRET_KEY=abc"),
}


def test_the_dockerfile_has_no_fault():
    assert faults(DOCKERFILE.read_text()) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_each_planted_fault_is_seen(fault: str):
    text = DOCKERFILE.read_text()
    assert PLANTED[fault](text) != text
    assert faults(PLANTED[fault](text)) == [fault]


def scan(file: Path) -> int:
    """The exit code of the policy scan."""
    skipped = ",".join(SKIPPED)
    command = [tools.checkov(), "--framework", "dockerfile", "--skip-download", "--compact"]
    done = subprocess.run(
        [*command, "--skip-check", skipped, "-f", str(file)], capture_output=True, check=False
    )
    return done.returncode


def test_the_policies_for_images_are_kept(workplace: Path):
    assert scan(DOCKERFILE) == 0
    bad = workplace / "Dockerfile"
    bad.write_text(DOCKERFILE.read_text().replace("USER 10001:10001", "USER root"))
    assert scan(bad) == 1


def test_only_what_the_image_is_made_of_goes_to_the_engine():
    lines = (tools.ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert {name for name in allowed if not (tools.ROOT / name).exists()} == set()
    roots = {name.partition("/")[0] for name in allowed}
    assert roots & {"tests", "var", "build", ".git", "terraform", "helm", "docs"} == set()
