"""A copy of terraform/ in which Terraform runs against a stand-in of AWS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infra import tools
from tests.infra.terraform.clouds import environment

PRODUCT = tools.ROOT / "terraform"
#: Seconds; beyond them Terraform is asked once to stop, so that it still writes its state.
LONGEST = 900
IGNORED = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfplan")
CONFIGURATION = """provider_installation {
  filesystem_mirror {
    path = %s
  }
}
"""
#: Files of modules that hold only what moto does not know; a call of theirs would be a 500 that
#: the provider repeats for minutes. ministack knows most: test_ministack.py.
LACKING = {
    "cluster-access": ["people.tf", "addons.tf", "associations.tf", "outputs.tf"],
    "guardrails": ["budget.tf", "features.tf", "selection.tf"],
    "backup-copy": ["main.tf", "outputs.tf"],
}


@dataclass(frozen=True)
class Done:
    """What Terraform said."""

    code: int
    output: str


@dataclass(frozen=True)
class Working:
    """Terraform over one copy, with one cloud or none."""

    folder: Path
    cloud: str = "http://127.0.0.1:9"

    def run(self, *arguments: str, at: str, longest: int = LONGEST) -> Done:
        """Run Terraform in a folder of the copy; `--foreground` sends the signal once only."""
        stopping = ["timeout", "--foreground", "-s", "INT", "-k", "60", str(longest)]
        done = subprocess.run(
            [*stopping, tools.terraform(), *arguments],
            cwd=self.folder / at,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def must(self, *arguments: str, at: str) -> str:
        """The same, and it has to succeed."""
        done = self.run(*arguments, at=at)
        if done.code:
            raise AssertionError(
                f"terraform {' '.join(arguments)} in {at} ended with {done.code}:\n"
                + _errors(done.output)
            )
        return done.output

    def shown(self, *what: str, at: str) -> dict[str, Any]:
        """A plan, or the state, as Terraform's JSON."""
        shown: dict[str, Any] = json.loads(self.must("show", "-json", *what, at=at))
        return shown

    def environment(self) -> dict[str, str]:
        return environment(
            {
                "TF_CLI_CONFIG_FILE": str(self._cli_configuration()),
                "TF_IN_AUTOMATION": "1",
                "CHECKPOINT_DISABLE": "1",
                "AWS_ENDPOINT_URL": self.cloud,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_MAX_ATTEMPTS": "2",
                "AWS_REGION": "eu-central-1",
            }
        )

    def _cli_configuration(self) -> Path:
        """The machine's own where there is one, else ours for the mirror that was found."""
        mirror = tools.provider_mirror()
        if mirror is None:
            return Path(os.environ["TF_CLI_CONFIG_FILE"])
        assert PRODUCT not in (self.folder, *self.folder.parents), "only a copy is written to"
        path = self.folder / "cli.tfrc"
        path.write_text(CONFIGURATION % json.dumps(str(mirror)))
        return path


def copied(folder: Path, *, cloud: str = "http://127.0.0.1:9") -> Working:
    """terraform/ as it is."""
    tools.terraform()
    shutil.copytree(PRODUCT, folder, ignore=IGNORED, dirs_exist_ok=True)
    return Working(folder, cloud=cloud)


def emulated(folder: Path, *, cloud: str) -> Working:
    """terraform/ without what moto lacks, with addresses as moto knows them and states on disk."""
    working = copied(folder, cloud=cloud)
    for module, names in LACKING.items():
        for name in names:
            (folder / "modules" / module / name).unlink()
    for root in roots(folder):
        text = (root / "providers.tf").read_text()
        (root / "emulated_override.tf").write_text(_override(text))
    return working


def roots(folder: Path = PRODUCT) -> list[Path]:
    """Every folder that people run Terraform in."""
    return sorted(path.parent for path in (folder / "roots").glob("*/main.tf"))


def _override(providers: str) -> str:
    """Buckets in the path, since bucket.127.0.0.1 is no host, for each provider of the root."""
    aliases = re.findall(r'alias\s*=\s*"(\w+)"', providers)
    blocks = ["  s3_use_path_style = true\n"]
    blocks += [f'  alias             = "{alias}"\n{blocks[0]}' for alias in aliases]
    local = 'terraform {\n  backend "local" {}\n}\n'
    return local + "".join(f'provider "aws" {{\n{block}}}\n' for block in blocks)


def _errors(output: str) -> str:
    """The part of the output that says why."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    found = plain.find("Error:")
    return plain[found if found >= 0 else -4000 :][:6000]
