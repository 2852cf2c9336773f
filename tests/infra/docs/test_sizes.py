from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra import tools

SIZING = tools.ROOT / "terraform" / "modules" / "sizing"
TIERS = ("small", "medium", "large")
Sizes = dict[str, Any]


def sizes(tier: str, folder: Path) -> Sizes:
    """What the module works out; it has no resource, so that no provider is asked."""
    place = folder / tier
    shutil.copytree(SIZING, place, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    for words in (["init"], ["apply", "-auto-approve", "-var", f"tier={tier}"]):
        terraform(place, *words, "-no-color", "-input=false")
    told = json.loads(terraform(place, "output", "-json"))
    return {name: output["value"] for name, output in told.items()}


def terraform(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [tools.terraform(), *words],
        cwd=folder,
        env=os.environ | {"CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sentences(told: Sizes) -> list[str]:
    """What a tier's page must say, in these words."""
    nodes, database, web, worker = (
        told["nodes"], told["database"], told["helm"]["web"], told["helm"]["worker"],
    )  # fmt: skip
    return [
        f"{nodes['min']} to {nodes['max']} x {nodes['type']}",
        f"disks of {nodes['disk_gib']} GiB",
        (
            f"{web['replicas']} to {web['maxReplicas']} pods"
            f" of {web['processes']} processes x {web['threads']} threads"
        ),
        f"{worker['replicas']} to {worker['maxReplicas']} pods, {worker['concurrency']} jobs",
        (
            f"{database['class']} in two zones, {database['storage_gib']} GiB"
            f" growing to {database['max_storage_gib']}, {database['max_connections']} connections"
        ),
        f"{database['backup_days']} days, to the second",
        f"{told['connections']['most']}",
        f"${told['budget_usd']} a month",
    ]


def missing(page: str, told: Sizes) -> list[str]:
    return [sentence for sentence in sentences(told) if sentence not in page]


@pytest.mark.parametrize("tier", TIERS)
def test_the_pages_say_what_terraform_works_out(tier: str, workplace: Path):
    page = (tools.ROOT / "docs" / "cloud" / f"{tier}.md").read_text()
    assert missing(page, sizes(tier, workplace)) == []


def test_a_page_of_another_tier_is_seen(workplace: Path):
    page = (tools.ROOT / "docs" / "cloud" / "small.md").read_text()
    assert len(missing(page, sizes("large", workplace))) >= 6
