"""The lines above a page: how the plan stands, and what the operators tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.models import Limits, Role
from app.access.plan_news import REMINDERS, days_left
from app.access.restriction import what_now, why
from app.lib.formats import day
from billing import clock
from billing.standing import GRACE, Cause
from tenants.notices import current_notices

State = Limits.State
PLAN, SEATS = "/settings/plan/", "/settings/plan/seats/"
#: So many days ahead owners and administrators read that the plan ends.
SOON = 14
#: Numbers of the notices that the reader has put away, with dots between them.
COOKIE = "notices"
TONES = {"warning": "warning", "error": "error"}


@dataclass(frozen=True, slots=True)
class Banner:
    """One line; `notice` is the number under which it can be put away."""

    text: str
    tone: str = ""
    icon: str = "info"
    href: str = ""
    label: str = ""
    notice: int | None = None


def banners(request: HttpRequest, actor: Actor | None) -> list[Banner]:
    """Everything that the reader is to know above every page."""
    if actor is None:
        return []
    return [*_of_plan(actor, clock.now()), *_of_operators(request)]


def _of_plan(actor: Actor, now: datetime) -> Iterator[Banner]:
    by_state = {
        State.TRIAL: _trial,
        State.GRACE: _grace,
        State.RESTRICTED: _restricted,
        State.ACTIVE: _ending,
    }
    found = by_state.get(State(actor.state))
    banner = found(actor, now) if found else None
    if banner is not None:
        yield banner
    if actor.seats_over:
        yield _over(actor)


def _trial(actor: Actor, now: datetime) -> Banner | None:
    if actor.until is None:
        return None
    left = max(0, days_left(actor.until, now))
    if left > max(REMINDERS):
        return None
    text = ngettext("The trial ends in %(num)d day.", "The trial ends in %(num)d days.", left)
    tone = "error" if left <= 1 else "warning" if left <= 3 else ""
    said = text % {"num": left} if left else _("The trial is over.")
    return _to_plan(actor, said, _("Choose a plan"), tone=tone, icon="hourglass")


def _grace(actor: Actor, _now: datetime) -> Banner:
    if actor.until is None:
        said = _("The last payment failed.")
    else:
        since, until = _day(actor.until - GRACE, actor), _day(actor.until, actor)
        text = _("The payment of %(since)s failed. Everything works until %(until)s.")
        said = text % {"since": since, "until": until}
    return _to_plan(actor, said, _("Pay now"), tone="warning", icon="credit-card")


def _restricted(actor: Actor, _now: datetime) -> Banner:
    return _to_plan(actor, f"{why(actor)} {what_now(actor)}", _("Go on"), tone="error", icon="lock")


def _ending(actor: Actor, now: datetime) -> Banner | None:
    """A plan that was cancelled, or given until a day."""
    soon = actor.until is not None and days_left(actor.until, now) <= SOON
    if not (soon and actor.administers and actor.cause in (Cause.PAID, Cause.COMP)):
        return None
    said = _("The plan ends on %(day)s.") % {"day": _day(actor.until, actor)}
    return _to_plan(actor, said, _("Plan and seats"), tone="warning", icon="hourglass")


def _over(actor: Actor) -> Banner:
    text = ngettext(
        "%(num)d seat more is in use than the plan has. Nobody is locked out, nobody can be invited.",  # noqa: E501
        "%(num)d seats more are in use than the plan has. Nobody is locked out, nobody can be invited.",  # noqa: E501
        actor.seats_over,
    )
    said = text % {"num": actor.seats_over}
    if actor.role == Role.OWNER:
        return Banner(said, "warning", "users", SEATS, _("Seats"))
    return Banner(said, "warning", "users", "/settings/people/", _("People"))


def _to_plan(actor: Actor, text: str, label: str, *, tone: str, icon: str) -> Banner:
    """Only owners are led to the plan, nobody who helps in the name of one."""
    if actor.role != Role.OWNER or not actor.administers:
        return Banner(text, tone, icon)
    return Banner(text, tone, icon, PLAN, label)


def _day(moment: datetime | None, actor: Actor) -> str:
    if moment is None:
        return ""
    return day(moment.astimezone(ZoneInfo(actor.time_zone)).date(), language=actor.language)


def _of_operators(request: HttpRequest) -> Iterator[Banner]:
    away = set(request.COOKIES.get(COOKIE, "").split("."))
    language = get_language() or "en"
    for said in current_notices():
        if str(said.id) not in away:
            tone = TONES.get(said.level, "")
            yield Banner(said.text_in(language), tone, "bell", notice=said.id)
