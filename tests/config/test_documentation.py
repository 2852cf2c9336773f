from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:environ(?:\.get)?[\[(]|env\.[a-z]+\()\s*"([A-Z][A-Z0-9_]+)\"""")
NAMED = re.compile(r"`([A-Z][A-Z0-9_]+)`")
#: Of Django and of the machine, not ours to describe.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "HOME", "LD_LIBRARY_PATH", "PATH"}


def read_by_the_code() -> set[str]:
    files = [ROOT / "manage.py"]
    for folder in ("app", "billing", "tenants", "local"):
        files += (ROOT / folder).rglob("*.py")
    return {name for file in files for name in READ.findall(file.read_text())} - FOREIGN


def test_every_variable_is_described():
    described = set(NAMED.findall((ROOT / "docs" / "configuration.md").read_text()))
    assert {"DATABASE_URL", "PORT", "SECRET_KEY"} <= read_by_the_code()
    assert read_by_the_code() - described == set()


def test_locks_name_no_registry_and_hold_hashes():
    for name in ("requirements.txt", "requirements-test.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= text.count("==")
    folders = (ROOT, ROOT / "tests" / "browser", ROOT / "tests" / "identity")
    for lock in (folder / "package-lock.json" for folder in folders):
        text = lock.read_text()
        assert '"resolved"' not in text
        assert '"integrity": "sha512-' in text
