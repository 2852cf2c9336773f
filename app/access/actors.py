"""Who acts: everything about a signed-in person that rights and pages need, in one query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections, router
from django.utils.crypto import constant_time_compare

from app.access.looks import Accent
from app.access.models import Limits, Role, User
from app.access.scopes import DEFAULTS_JSON, Scope, Verb, by_verb
from app.access.ways import Policy, ways_of


@dataclass(frozen=True, slots=True)
class Support:
    """An operator whom the company let in to help."""

    until: datetime
    #: Whether he may only look.
    looks: bool
    #: His number among the operators.
    number: int
    #: An owner of the workspace: what he makes is theirs, never his.
    keeper_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who may act now, with his reach and the language and time zone of his pages."""

    user_id: int
    name: str
    email: str | None
    role: str
    team_id: int | None
    #: How far each verb reaches on rows that belong to somebody.
    scopes: Mapping[Verb, Scope] = field(hash=False)
    #: The people of each scope in use, former colleagues too: their records stay in sight.
    reach: Mapping[Scope, frozenset[int]] = field(hash=False)
    language: str
    time_zone: str
    base_currency: str
    workspace_name: str
    #: His workspace wants a second factor and he has none: he may set one up, nothing else.
    lacks_factor: bool = False
    #: Digests of his picture and of the workspace's logo, empty where there is none.
    picture: str = ""
    logo: str = ""
    accent: str = Accent.INDIGO
    #: How the workspace stands, why, and when that ends by itself.
    state: str = Limits.State.ACTIVE
    cause: str = ""
    until: datetime | None = None
    plan: str = ""
    #: People and invitations beyond the seats; told to those who look after people.
    seats_over: int = 0
    support: Support | None = None

    @property
    def read_only(self) -> bool:
        """Whether he may look, but not write."""
        looks = self.support is not None and self.support.looks
        return looks or self.state == Limits.State.RESTRICTED

    @property
    def administers(self) -> bool:
        """Whether the settings of the workspace are his to change."""
        return self.support is None and self.role in (Role.OWNER, Role.ADMINISTRATOR)

    @property
    def keeper_id(self) -> int:
        """Who owns what he makes: himself, unless he only helps out."""
        return self.support.keeper_id if self.support else self.user_id


#: Everybody under the person in the tree of managers, himself included; a circle would end it.
_UNDER = """
    WITH RECURSIVE under(id) AS (
        SELECT u.id UNION SELECT m.id FROM access_user m JOIN under ON m.manager_id = under.id
    ) SELECT id FROM under
"""
_TEAM = "SELECT m.id FROM access_user m WHERE m.team_id = u.team_id"
#: Everybody in a team of the branch of this team, or of a branch below it. Few ask for it, and
#: planning it takes as long as all the rest together: a statement of its own.
_BRANCH = """
    WITH RECURSIVE branch(id) AS (
        SELECT t.branch_id FROM access_team t WHERE t.id = %s
        UNION SELECT b.id FROM access_branch b JOIN branch ON b.parent_id = branch.id
    ) SELECT m.id FROM access_user m JOIN access_team t ON t.id = m.team_id
      JOIN branch ON branch.id = t.branch_id
"""
#: Only what a scope of the role asks for is looked up; owner and administrator ask for nothing.
_COLUMNS = f"""
    u.id, u.name, u.email, u.role, u.team_id, s.words,
    CASE WHEN s.words::text ~ '"(under|team|branch)"' THEN ARRAY({_UNDER}) END,
    CASE WHEN s.words::text ~ '"(team|branch)"' THEN ARRAY({_TEAM}) END,
    coalesce(nullif(u.language, ''), w.language), coalesce(nullif(u.time_zone, ''), w.time_zone),
    w.base_currency, w.name, u.picture, w.logo, w.accent,
    l.state, l.cause, l.until, l.plan,
    CASE WHEN l.seats IS NOT NULL AND u.role IN ('owner', 'administrator') THEN greatest(0, (
        SELECT count(*) FROM access_user m WHERE m.is_active AND m.has_seat
    ) + (
        SELECT count(*) FROM access_invitation i WHERE i.accepted_at IS NULL
        AND i.revoked_at IS NULL AND i.expires_at > now()
    ) - l.seats) ELSE 0 END,
    u.support_number, u.support_until, u.support_looks,
    CASE WHEN u.support_number IS NOT NULL THEN (
        SELECT min(o.id) FROM access_user o WHERE o.role = 'owner' AND o.is_active AND o.has_seat
    ) END
"""
_SEATED = """
    CROSS JOIN access_workspace w CROSS JOIN access_limits l
    CROSS JOIN LATERAL (
        SELECT (%s::jsonb -> u.role) || coalesce(w.scopes -> u.role, '{}') AS words
    ) s
    WHERE u.is_active AND l.state <> ALL(%s)
    AND (u.has_seat OR (u.support_number IS NOT NULL AND u.support_until > statement_timestamp()))
"""
_SIGN_IN = """
    u.password, w.second_factor_required, p.only_way, p.asks_factor, EXISTS(
        SELECT FROM mfa_authenticator f
        WHERE f.user_id = u.id AND f.type IN ('totp', 'webauthn'))
"""
_BY_ID = f"""
    SELECT {_COLUMNS}, {_SIGN_IN} FROM access_user u
    LEFT JOIN access_identityprovider p ON p.is_on {_SEATED} AND u.id = %s
"""
_BY_TOKEN = f"""
    SELECT {_COLUMNS}, t.id, t.last_used_at
    FROM access_apitoken t JOIN access_user u ON u.id = t.user_id {_SEATED}
    AND t.hash = %s AND t.revoked_at IS NULL AND u.has_seat
"""


def load_actor(user_id: int) -> Actor | None:
    """The person of this id, or None when he may not sign in."""
    row = _one_row(_BY_ID, user_id)
    return _actor(row) if row else None


def actor_of_session(session: SessionBase) -> Actor | None:
    """The person who signed in with this session, while his password is still the same."""
    user_id = session.get(SESSION_KEY)
    if user_id is None:
        return None
    row = _one_row(_BY_ID, int(user_id))
    if row is None or not _same_password(session, row[-5]):
        return None
    actor, policy = _actor(row), Policy(*row[-4:])
    if actor.support:  # came in by a pass; he has shown his own factors to the operators' workspace
        return actor
    ways = ways_of(session, actor.user_id)
    if not policy.suffices(ways, is_owner=actor.role == Role.OWNER):
        return None
    return replace(actor, lacks_factor=policy.wants_factor(ways))


def actor_of_token_hash(token_hash: str) -> tuple[Actor, int, datetime | None] | None:
    """The person whose live API token has this hash, the token's id and its last use."""
    row = _one_row(_BY_TOKEN, token_hash)
    return (_actor(row), row[-2], row[-1]) if row else None


def _one_row(sql: str, key: int | str) -> tuple[Any, ...] | None:
    with connections[router.db_for_read(User)].cursor() as cursor:
        cursor.execute(sql, [DEFAULTS_JSON, list(Limits.SHUT), key])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _actor(row: tuple[Any, ...]) -> Actor:
    user_id, name, email, role, team_id, words, under, team, *rest = row[:20]
    support = row[20:24]
    language, time_zone, base_currency, workspace_name, picture, logo, accent, *stands = rest
    state, cause, until, plan, seats_over = stands
    scopes = by_verb(json.loads(words) if words else None)
    return Actor(
        user_id=user_id,
        name=name,
        email=email,
        role=role,
        team_id=team_id,
        scopes=scopes,
        reach=_reach(user_id, team_id, scopes, under, team),
        language=language,
        time_zone=time_zone,
        base_currency=base_currency,
        workspace_name=workspace_name,
        picture=picture,
        logo=logo,
        accent=accent,
        state=state,
        cause=cause,
        until=until,
        plan=plan,
        seats_over=seats_over,
        support=_support(*support),
    )


def _support(
    number: int | None, until: datetime, looks: bool, keeper_id: int | None
) -> Support | None:
    return Support(until, looks, number, keeper_id or 0) if number is not None else None


def _reach(
    user_id: int,
    team_id: int | None,
    scopes: Mapping[Verb, Scope],
    under: list[int] | None,
    team: list[int] | None,
) -> dict[Scope, frozenset[int]]:
    reach = {Scope.OWN: frozenset((user_id,))}
    if under is not None:
        reach[Scope.UNDER] = frozenset(under)
    if team is not None:
        reach[Scope.TEAM] = reach[Scope.UNDER] | frozenset(team)
    if Scope.BRANCH in scopes.values():
        reach[Scope.BRANCH] = reach[Scope.TEAM] | _people_of_branch(team_id)
    return reach


def _people_of_branch(team_id: int | None) -> frozenset[int]:
    with connections[router.db_for_read(User)].cursor() as cursor:
        cursor.execute(_BRANCH, [team_id])
        return frozenset(row[0] for row in cursor.fetchall())


def actor_of_system(user: User) -> Actor:
    """The person in whose name the system writes what follows from his being here."""
    return Actor(
        user_id=user.pk,
        name=user.name,
        email=user.email,
        role=user.role,
        team_id=user.team_id,
        scopes=by_verb(None),
        reach={Scope.OWN: frozenset((user.pk,))},
        language=settings.LANGUAGE_CODE,
        time_zone=settings.TIME_ZONE,
        base_currency="USD",
        workspace_name="",
    )


def _same_password(session: SessionBase, password: str) -> bool:
    """Changing the password ends the sessions that were made with the old one."""
    kept = session.get(HASH_SESSION_KEY, "")
    owner = User(password=password)
    hashes = [owner.get_session_auth_hash()]
    if settings.SECRET_KEY_FALLBACKS:
        hashes += owner.get_session_auth_fallback_hash()
    return any(constant_time_compare(kept, value) for value in hashes)
