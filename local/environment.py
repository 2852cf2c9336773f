"""What the processes of the stack are told: generated secrets, addresses, env.json."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from local.leftovers import MARK

#: Only who makes schemas and migrates may hold these; the web and the worker never do.
OWNERS = ("CELL_OWNER_URL", "CONTROL_OWNER_URL")
ADMIN = "ADMIN_DATABASE_URL"
#: What the product and the Stripe simulator know each other by.
STRIPE_SECRETS = ("stripe_key", "stripe_webhook")
#: Two identities of the object store, and what it signs and encrypts with.
STORAGE_SECRETS = ("s3_admin", "s3_app", "s3_sts", "s3_jwt", "s3_encryption", "s3_page")
LOGINS = {
    "CONTROL_DATABASE_URL": ("control_login", "control"),
    "CONTROL_OWNER_URL": ("control_owner", "control"),
    "DATABASE_URL": ("cell_login", "cell"),
    "CELL_OWNER_URL": ("cell_owner", "cell"),
    "JOBS_DATABASE_URL": ("jobs_worker", "cell"),
    ADMIN: ("postgres", "postgres"),
}


def kept_secrets(data_dir: Path) -> dict[str, str]:
    """Passwords of the database roles, of the object store, the signing key: made once.

    A folder of an earlier release gets those that it lacks.
    """
    file = data_dir / "secrets.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    roles = {role for role, _database in LOGINS.values()}
    wanted = (*sorted(roles), "secret_key", *STORAGE_SECRETS, *STRIPE_SECRETS)
    if missing := [name for name in wanted if name not in kept]:
        kept |= {name: secrets.token_urlsafe(32) for name in missing}
        write_private(file, json.dumps(kept, indent=1))
    return kept


def database_urls(passwords: Mapping[str, str], *, port: int) -> dict[str, str]:
    """One address for each role that a process may come as."""
    return {
        name: f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/{database}"
        for name, (role, database) in LOGINS.items()
    }


def process_environment(
    variables: Mapping[str, str], *, without: tuple[str, ...]
) -> dict[str, str]:
    """The environment of a child: the machine's, ours on top, less what it must not hold."""
    ours = {name: value for name, value in variables.items() if name not in without}
    machine = {name: value for name, value in os.environ.items() if name not in variables}
    marks = {"ENV_FILE": "", MARK: variables["DATA_DIR"], "PYTHONUNBUFFERED": "1"}
    marks["DJANGO_SETTINGS_MODULE"] = "app.config.settings"
    return machine | ours | marks


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
    new.replace(file)
