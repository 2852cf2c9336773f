"""The credentials of the environment, for the few who connect without Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections


@dataclass(frozen=True, slots=True)
class Login:
    """A role and its password, and the database that it opens."""

    role: str
    password: str
    database: str


def address(name: str) -> str:
    """The address that the setting ``name`` holds; only some processes have all of them."""
    value = getattr(settings, name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: this process may not do that")
    return str(value)


def login_of(url: str) -> Login:
    """Who logs in with this address, and where."""
    parts = urlsplit(url)
    return Login(
        unquote(parts.username or ""), unquote(parts.password or ""), parts.path.lstrip("/")
    )


def connect(name: str, *, database: str = "") -> psycopg.Connection[Any]:
    """A plain connection, in autocommit, with the credentials of the setting ``name``."""
    parts = urlsplit(address(name))
    path = f"/{database}" if database else parts.path
    return psycopg.connect(urlunsplit(parts._replace(path=path)), autocommit=True)


def connect_owner() -> psycopg.Connection[Any]:
    """A plain connection as the cell's owner, to the database that Django uses now."""
    return connect("CELL_OWNER_URL", database=_cell_database())


def owner_place() -> str:
    """The same for a program of PostgreSQL, which is told the password in another way."""
    parts = urlsplit(address("CELL_OWNER_URL"))
    place = f"{parts.username}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=place, path=f"/{_cell_database()}"))


def _cell_database() -> str:
    return str(connections["default"].settings_dict["NAME"])
