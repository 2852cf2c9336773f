"""Whether the databases are at the state of this code: a hash kept beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (ROOT / "requirements.txt", ROOT / "requirements-local.txt")


def schema_hash() -> str:
    """Changes with whatever shapes a database: migrations, the planes' code, the packages."""
    files = [*ROOT.glob("app/*/migrations/*.py"), *ROOT.glob("tenants/**/*.py")]
    files += [*ROOT.glob("billing/migrations/*.py")]
    files += [*ROOT.glob("tenants/sql/*"), *LOCKS]
    return _hash(files)


def catalogue_hash() -> str:
    """Changes with whatever is on sale."""
    return _hash([ROOT / "billing" / "catalogue.py", ROOT / "billing" / "offering.py"])


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in files if path.is_file()):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(file: Path, value: str) -> bool:
    return file.is_file() and file.read_text() == value
