"""What a workspace holds on its first day: settings, its owner, a first pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import router, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from app.access.actors import Actor, load_actor
from app.access.jobs import ask_for_proof
from app.access.listeners import Happening, tell
from app.access.models import Currency, Limits, Role, User, Workspace
from app.access.verification import address_of, mark_workspace_verified
from app.records import changes
from app.records.registry import get
from app.sales.pipelines import Pipeline, Stage
from billing import clock
from billing.catalogue import BY_SLUG, TRIAL
from billing.standing import TRIAL_DAYS, Cause
from tenants.context import bind_actor

BASE_CURRENCY = {"zh-hans": "CNY"}


@dataclass(frozen=True, slots=True)
class Founder:
    """The company and the person who starts its workspace."""

    company: str
    name: str
    email: str
    #: Hashed already: the plain one is not kept between the steps of a sign-up.
    password: str
    language: str
    time_zone: str
    #: Whether the address needs no proof.
    verified: bool = False


def found(founder: Founder) -> User:
    """Write the first rows of the current workspace, or find them written; the owner."""
    with transaction.atomic(using=router.db_for_write(Workspace)):
        _settings(founder)  # its single row makes a second founder wait
        owner = User.objects.filter(role=Role.OWNER).order_by("id").first()
        if owner is None:
            owner = _owner(founder)
            _first_pipeline(owner, founder.language)
    return owner


def _settings(founder: Founder) -> None:
    currency = BASE_CURRENCY.get(founder.language, "USD")
    Workspace.objects.get_or_create(
        id=1,
        defaults={
            "name": founder.company,
            "language": founder.language,
            "time_zone": founder.time_zone,
            "base_currency": currency,
        },
    )
    trial = BY_SLUG[TRIAL]
    first = {
        "plan": trial.slug,
        "storage_bytes": trial.storage_bytes,
        "state": Limits.State.TRIAL,
        "cause": Cause.TRIAL,
        "until": clock.now() + timedelta(days=TRIAL_DAYS),
    }
    Limits.objects.get_or_create(id=1, defaults=first)
    Currency.objects.get_or_create(code=currency, defaults={"rate": Decimal(1)})


def _owner(founder: Founder) -> User:
    owner = User(name=founder.name, email=founder.email, role=Role.OWNER)
    owner.password = founder.password
    owner.save()
    address_of(owner, verified=founder.verified)
    if founder.verified:
        mark_workspace_verified(owner.pk)
    else:
        ask_for_proof.defer(user_id=owner.pk)
    tell(owner, Happening.ADDED, by=None)
    return owner


def _first_pipeline(owner: User, language: str) -> None:
    """A pipeline to begin with; every company changes it to its own words."""
    actor = load_actor(owner.pk)
    if actor is None or Pipeline._default_manager.exists():
        return
    with bind_actor(owner.pk), translation.override(language):
        pipeline = changes.create(
            get("pipelines"), {"name": _("Sales"), "is_default": True}, actor=actor
        )
        for position, (name, kind, chance) in enumerate(_stages()):
            _stage(actor, pipeline.pk, position, name=name, kind=kind, probability=chance)


def _stage(actor: Actor, pipeline_id: int, position: int, **values: object) -> None:
    row = {"pipeline_id": pipeline_id, "position": position, **values}
    changes.create(get("stages"), row, actor=actor)


def _stages() -> list[tuple[str, str, int]]:
    return [
        (pgettext("stage", "New"), Stage.Kind.OPEN, 10),
        (_("Qualified"), Stage.Kind.OPEN, 30),
        (_("Proposal"), Stage.Kind.OPEN, 50),
        (_("Negotiation"), Stage.Kind.OPEN, 75),
        (_("Won"), Stage.Kind.WON, 100),
        (_("Lost"), Stage.Kind.LOST, 0),
    ]
