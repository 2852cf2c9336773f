"""Settings from the environment: typed readers that reject nonsense when the process starts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
#: What an address of a database may ask for beside, and what it may say; the words are libpq's.
DATABASE_OPTIONS = {
    "sslmode": r"disable|allow|prefer|require|verify-ca|verify-full",
    "sslrootcert": r"/.+",
    "connect_timeout": r"[1-9][0-9]{0,2}",
    "target_session_attrs": r"any|read-write|read-only|primary|standby|prefer-standby",
}


def load_file() -> None:
    """Take what is not set from ENV_FILE (default: env.json of the running local stack)."""
    default = Path(os.environ.get("DATA_DIR") or "var") / "env.json"
    path = os.environ.get("ENV_FILE", str(default))
    if not path or not Path(path).is_file():
        return
    for name, value in json.loads(Path(path).read_text()).items():
        os.environ.setdefault(name, value)


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default it must be set."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (docs/configuration.md says what it is).")
    return value


def flag(name: str, default: bool) -> bool:
    """A switch: 1, true, yes, on or 0, false, no, off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value.strip().lower() in TRUE


def whole(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between two bounds."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}.")
    return int(value)


def choice(name: str, default: str, *, among: set[str]) -> str:
    """One word of a closed set."""
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(among))}.")
    return value


def host(name: str, default: str | None = None) -> str:
    """A host with an optional port, as it stands in an address: `example.com`, `localhost:8000`."""
    value = text(name, default).lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?", value):
        raise ImproperlyConfigured(f"{name} must be a host or host:port, not {value!r}.")
    return value


def domains(name: str, *, apart_from: str) -> list[str]:
    """Whole names of hosts, separated by commas, none of them ours or under ours."""
    values = [part.strip().lower() for part in text(name, "").split(",") if part.strip()]
    for value in values:
        if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*", value):
            raise ImproperlyConfigured(f"{name}: {value!r} is no whole name of a host.")
        if f".{value}".endswith(f".{apart_from}"):
            raise ImproperlyConfigured(f"{name}: {value!r} is {apart_from} or under it.")
    return values


def origin(name: str) -> str:
    """An address without a path, `https://s3.example.com:9000`; empty when it is not set."""
    value = text(name, "").rstrip("/")
    if value and not re.fullmatch(r"https?://[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?", value):
        raise ImproperlyConfigured(f"{name} must be http(s)://host or http(s)://host:port.")
    return value


def shaped(name: str, shape: str, *, default: str = "", told: str) -> str:
    """A word of a certain shape; empty (or the default) when it is not set."""
    value = text(name, default)
    if value and not re.fullmatch(shape, value):
        raise ImproperlyConfigured(f"{name} must be {told}, not {value!r}.")
    return value


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """Django's parts of a `postgresql://user:password@host:port/name` address."""
    parts = urlsplit(text(name, default))
    database_name = parts.path.lstrip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or not database_name:
        raise ImproperlyConfigured(f"{name} must be postgresql://user:password@host:port/name.")
    return {
        "NAME": unquote(database_name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(parts.port or 5432),
        "OPTIONS": _options(name, parts.query),
    }


def database_address(name: str) -> str:
    """An address of a database as it is, for who connects without Django; empty when not set."""
    value = text(name, "")
    if value:
        database(name)
    return value


def _options(name: str, query: str) -> dict[str, str]:
    """What stands behind the question mark; the address itself is never repeated, it is secret."""
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        option, _equals, value = part.partition("=")
        if option not in DATABASE_OPTIONS or option in options:
            known = ", ".join(DATABASE_OPTIONS)
            raise ImproperlyConfigured(f"{name}: {option!r} is none of {known}, each once.")
        options[option] = unquote(value)
        if not re.fullmatch(DATABASE_OPTIONS[option], options[option]):
            raise ImproperlyConfigured(f"{name}: {option} may not be {options[option]!r}.")
    return options


def secret(name: str, *, local: bool) -> str:
    """A key that signs things; only a local stack may go without."""
    value = text(name, "local-and-public-0123456789-0123456789-0123456789" if local else None)
    if not local and (len(value) < 32 or value.startswith(("local-and-public", "change"))):
        raise ImproperlyConfigured(f"{name} must be a random value of at least 32 characters.")
    return value


def secrets(name: str) -> list[str]:
    """Former keys, separated by commas; each as long as a key must be."""
    values = [part.strip() for part in text(name, "").split(",") if part.strip()]
    if any(len(value) < 32 for value in values):
        raise ImproperlyConfigured(f"{name}: each key must have at least 32 characters.")
    return values
