"""The databases that the pods stand on, and the people in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from psycopg import sql

from tenants.addresses import connect
from tenants.context import use_control, use_tenant
from tenants.models import Domain
from tests import planes
from tests.people import session_of
from tests.server import variables

#: So many programs at a time; each has a token of its own, as tokens have limits.
ASKERS = 12
GROUPS = {
    "control": "CONTROL_DATABASE_URL",
    "cell": "DATABASE_URL",
    "jobs": "JOBS_DATABASE_URL",
    "owner": "CELL_OWNER_URL",
    "control-owner": "CONTROL_OWNER_URL",
    "admin": "ADMIN_DATABASE_URL",
}


@dataclass(frozen=True)
class Planted:
    """Both planes, and one workspace's ways in."""

    pair: planes.Pair
    schema: str
    subdomain: str
    tokens: list[str]
    session: str

    def secrets(self) -> dict[str, dict[str, str]]:
        """What the Secrets of the chart hold, by their names there."""
        urls = {name: _moved(name, url, self.pair) for name, url in _urls().items()}
        held = {group: {name: urls[name]} for group, name in GROUPS.items()}
        held["app"] = {"SECRET_KEY": settings.SECRET_KEY}
        held["control-admin"] = {"CONTROL_ADMIN_DATABASE_URL": urls["ADMIN_DATABASE_URL"]}
        return {f"clientele-{group}": values for group, values in held.items()}

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the workspace's tables, past the product."""
        with connect("ADMIN_DATABASE_URL", database=self.pair.cell) as admin:
            path = sql.Identifier(self.schema)
            admin.execute(sql.SQL("SET search_path = {}").format(path))
            return admin.execute(statement.encode(), values).fetchall()


def plant(pair: planes.Pair, *, public_host: str) -> Planted:
    """Move acme to this host, and give its owner tokens and a session."""
    from app.access.models import User
    from app.access.tokens import make_token

    ref = planes.ref_at("acme")
    with use_control():
        Domain.objects.filter(tenant_id=ref.id).update(domain=f"{ref.subdomain}.{public_host}")
    with use_tenant(ref):
        owner = User.objects.get(pk=1)
        tokens = [make_token(owner, name=f"program {n}")[1] for n in range(ASKERS)]
        return Planted(pair, ref.schema, ref.subdomain, tokens, session_of(owner))


def _urls() -> dict[str, str]:
    return {name: url for name, url in variables().items() if name.endswith("_URL")}


def _moved(name: str, url: str, pair: planes.Pair) -> str:
    for plane, database in (("control", pair.control), ("cell", pair.cell)):
        if name in planes.URLS[plane]:
            return f"{url.rpartition('/')[0]}/{database}"
    return url
