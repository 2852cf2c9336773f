"""The programs that the stages stand on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra import tools

ANSWERS: list[tuple[Callable[[], Path], list[str], str]] = [
    (tools.terraform, ["version"], "Terraform v1."),
    (tools.helm, ["version", "--short"], "v4."),
    (tools.kubectl, ["version", "--client"], "v1.34"),
    (tools.caddy, ["version"], "v2."),
    (tools.checkov, ["--version"], "3."),
    (tools.kubernetes_validate, ["--help"], "kubernetes"),
    (tools.clouds_python, ["-c", "import moto; print(moto.__version__)"], "5."),
]


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"), ANSWERS, ids=[tool.__name__ for tool, *_ in ANSWERS]
)
def test_every_program_answers_with_the_version_that_is_meant(
    tool: Callable[[], Path], arguments: list[str], answer: str
) -> None:
    done = subprocess.run([tool(), *arguments], capture_output=True, text=True, check=True)
    assert answer in done.stdout


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "PROGRAMS", tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="helm is missing"):
        tools.helm()


def test_a_missing_program_skips_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "PROGRAMS", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"run local/infra\.sh"):
        tools.helm()


def test_the_mirror_is_found_by_looking_within_a_bound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    near, far = tmp_path / "a" / "b", tmp_path / "c" / "d" / "e" / "f"
    (far / tools.PROVIDER).mkdir(parents=True)
    assert tools._search(tmp_path, 3) is None
    (near / tools.PROVIDER).mkdir(parents=True)
    assert tools._search(tmp_path, 3) == near
