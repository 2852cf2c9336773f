"""How the Terraform code is written: form, layout, descriptions, and nothing from outside."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.infra import tools
from tests.infra.terraform import working
from tests.infra.terraform.clouds import environment

MODULES = sorted(path for path in (working.PRODUCT / "modules").iterdir() if path.is_dir())
FOLDERS = [*MODULES, *working.roots()]
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def faults_of(text: str) -> list[str]:
    """What is wrong with the variables and outputs of a text."""
    found = []
    for kind, name, body in BLOCK.findall(text):
        if not re.search(r'^  description += ".{10,}', body, re.MULTILINE):
            found.append(f"{kind} {name} has no description")
        if kind == "variable" and not re.search(r"^  type +=", body, re.MULTILINE):
            found.append(f"variable {name} has no type")
        found += [
            f"{kind} {name} refuses without a sentence"
            for message in re.findall(r'error_message = "(.*)"$', body, re.MULTILINE)
            if not message.endswith(".")
        ]
    return found


def sources_of(text: str) -> list[str]:
    """Modules that are not our own."""
    named = re.findall(r'^  source += "(.*)"$', text, re.MULTILINE)
    return [source for source in named if not source.startswith("../")]


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))


def test_everything_is_formatted():
    done = subprocess.run(
        [tools.terraform(), "fmt", "-check", "-recursive", "-diff", working.PRODUCT],
        capture_output=True,
        text=True,
        check=False,
        env=environment({"TF_CLI_CONFIG_FILE": "/dev/null"}),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_unformatted_code_is_seen(tmp_path):
    (tmp_path / "main.tf").write_text("locals {\n a=1\n}\n")
    done = subprocess.run(
        [tools.terraform(), "fmt", "-check", tmp_path], capture_output=True, check=False
    )
    assert done.returncode == 3


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_module_has_its_four_files(folder):
    wanted = {"main.tf", "variables.tf", "outputs.tf", "versions.tf"}
    assert wanted <= {path.name for path in folder.glob("*.tf")}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_variable_and_output_says_what_it_is(folder):
    assert faults_of(text_of(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_no_module_comes_from_outside(folder):
    assert sources_of(text_of(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_only_the_aws_provider_is_needed(folder):
    providers = set(
        re.findall(r'source += "([\w-]+/[\w-]+)"', (folder / "versions.tf").read_text())
    )
    assert providers <= {"hashicorp/aws"}


def test_bad_form_is_seen():
    assert faults_of('variable "x" {\n}\n') == [
        "variable x has no description",
        "variable x has no type",
    ]
    assert faults_of('output "y" {\n  value = 1\n}\n') == ["output y has no description"]
    assert sources_of('module "m" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
