"""Handing over what somebody owns: started in one transaction, done in batches, taken back.

A killed worker loses at most the batch at hand: each is committed with the note of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from app.access.actors import Actor, load_actor
from app.access.invitations import Invitation, open_invitations
from app.access.models import User
from app.access.people import check_may_touch, deactivate_person
from app.access.restriction import ReadOnly, need_writable
from app.access.rights import Audience
from app.access.tree import alias, hold, is_above, place_under
from app.records import registry
from app.records.entity import Entity
from app.records.ownership import hand_over, owned_by
from app.setup.hand_overs import HandOver, HandOverBatch
from tenants.audit import name_event
from tenants.context import bind_actor

BATCH = 500
ORIGIN = "hand-over"
Status, Undo = HandOver.Status, HandOver.Undo


@dataclass(frozen=True)
class Part:
    """Rows of one kind that go together: what is under way, or what tells of the past."""

    entity: Entity
    history: bool

    @property
    def key(self) -> str:
        """The word for it in forms."""
        return f"{self.entity.slug}.history" if self.history else self.entity.slug

    def count(self, person: int) -> int:
        """How many rows of it somebody owns, the recycle bin included."""
        return owned_by(self.entity, person, history=self.history).count()


@dataclass(frozen=True)
class Plan:
    """What is to become of somebody's things. `to` names the successor of each part, by key."""

    to: dict[str, User]
    reports_to: User | None = None
    move_reports: bool = False
    withdraw_invitations: bool = True


def parts() -> list[Part]:
    """Everything that can be owned, kind by kind."""
    owned = [one for one in registry.all_entities() if one.audience is Audience.OWNED]
    found = [Part(one, False) for one in owned]
    return found + [Part(one, True) for one in owned if one.history is not None]


def start(person: User, *, by: Actor, plan: Plan, ends_access: bool) -> HandOver:
    """End somebody's access if asked to, and queue the hand-over, in one transaction.

    Raises PermissionDenied, ValidationError that names the field.
    """
    with transaction.atomic(using=alias()):
        hold()
        person.refresh_from_db()
        check_may_touch(by, person)
        _check(person, plan=plan, ends_access=ends_access)
        if ends_access:
            _end_access(person, by=by)
        name_event("person.handed_over")
        made = HandOver(person=person, by_id=by.user_id, ended_access=ends_access)
        made.parts = [
            {"entity": part.entity.slug, "history": part.history, "to": plan.to[part.key].pk}
            for part in parts()
            if part.key in plan.to
        ]
        made.rows = sum(part.count(person.pk) for part in parts() if part.key in plan.to)
        made.reports = _move_reports(person, plan) if plan.move_reports else []
        made.withdrawn = _withdraw(person) if plan.withdraw_invitations else 0
        made.save()
        _run_later(made)
    return made


def _end_access(person: User, *, by: Actor) -> None:
    deactivate_person(person, by=by)
    if person.pk == by.user_id:
        # The rest runs in his name: it could not go on.
        raise ValidationError(_("Ask another owner to end your own access."))


def _check(person: User, *, plan: Plan, ends_access: bool) -> None:
    if ends_access and not person.is_active:
        raise ValidationError(_("%(name)s has left.") % {"name": person.name})
    busy = (Status.QUEUED, Status.RUNNING)
    if person.hand_overs.filter(status__in=busy).exists():
        raise ValidationError(_("A hand-over of this person is at work: wait until it is done."))
    named = dict(plan.to)
    if plan.move_reports and plan.reports_to:
        named["reports"] = plan.reports_to
    for key, successor in named.items():
        here = User.objects.filter(pk=successor.pk, is_active=True).exists()
        if successor.pk == person.pk or not here:
            text = _("%(name)s cannot take it over.") % {"name": successor.name}
            raise ValidationError({f"to.{key}" if key != "reports" else key: text})


def _move_reports(person: User, plan: Plan) -> list[list[int | None]]:
    """Everybody who reported to the person gets another manager; answers who, and whom."""
    new, moved = plan.reports_to, []
    if new is not None and is_above(person, new):
        # Whoever takes over from his own manager goes up first, else he would lead himself.
        place_under(new, person.manager)
        moved.append([new.pk, person.manager_id])
    for one in User.objects.filter(manager=person).order_by("pk"):
        place_under(one, new)
        moved.append([one.pk, new.pk if new else None])
    return moved


def _withdraw(person: User) -> int:
    """An invitation of somebody who left lets nobody in."""
    sent: Any = open_invitations().filter(invited_by=person)
    return int(
        Invitation.objects.filter(pk__in=sent.values("pk")).update(revoked_at=timezone.now())
    )


def _run_later(made: HandOver) -> None:
    from app.setup.jobs import run_hand_over

    run_hand_over.defer(hand_over_id=made.pk)


def resume(made: HandOver, *, by: Actor) -> None:
    """Go on with one that failed, in the name of who asks."""
    with transaction.atomic(using=alias()):
        held = _held(made)
        if held.is_busy or held.status != Status.FAILED:
            raise ValidationError(_("There is nothing to go on with."))
        held.status, held.error, held.by_id = Status.QUEUED, "", by.user_id
        held.save(update_fields=["status", "error", "by"])
        _run_later(held)


def start_undo(made: HandOver, *, by: Actor) -> None:
    """Queue taking it back. Raises ValidationError."""
    with transaction.atomic(using=alias()):
        held = _held(made)
        if not held.can_undo:
            raise ValidationError(_("There is nothing to take back."))
        name_event("person.hand_over_undone")
        held.undo, held.undo_by_id, held.error = Undo.QUEUED, by.user_id, ""
        held.save(update_fields=["undo", "undo_by", "error"])
        _run_later(held)


def _held(made: HandOver) -> HandOver:
    return HandOver.objects.select_for_update().get(pk=made.pk)


def run(hand_over_id: int) -> None:
    """Do what is left of it or of its undo; safe to call again after any crash."""
    made = HandOver.objects.get(pk=hand_over_id)
    if made.undo in (Undo.QUEUED, Undo.RUNNING):
        _work(made, made.undo_by_id, "undo", _take_back)
    elif made.status in (Status.QUEUED, Status.RUNNING):
        _work(made, made.by_id, "status", _move)


def _work(
    made: HandOver, who: int | None, column: str, work: Callable[[HandOver, Actor], None]
) -> None:
    actor = load_actor(who) if who else None
    with bind_actor(who), override(actor.language if actor else "en"):
        if actor is None or not actor.administers:
            _end(made, column, "failed", _("Whoever started it may no longer do so."))
            return
        HandOver.objects.filter(pk=made.pk).update(**{column: "running"})
        try:
            work(made, actor)
        except ReadOnly as problem:
            _end(made, column, "failed", str(problem))
            return
        except Exception:
            _end(made, column, "failed", _("It stopped by a fault of ours."))
            raise
        _end(made, column, "done", "")


def _end(made: HandOver, column: str, state: str, error: str) -> None:
    values = {column: state, "error": error, "finished_at": timezone.now()}
    HandOver.objects.filter(pk=made.pk).update(**values)


def _move(made: HandOver, actor: Actor) -> None:
    for part in made.parts:
        while _move_batch(made, part, actor):
            pass


def _move_batch(made: HandOver, part: dict[str, Any], actor: Actor) -> bool:
    """Some rows of one kind, together with the note of what became of them."""
    entity = registry.get(part["entity"])
    with transaction.atomic(using=alias()):
        need_writable()
        held = _held(made)
        rows = owned_by(entity, held.person_id, history=part["history"])
        stay = _refused(held, entity)
        ids = list(rows.exclude(pk__among=stay).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return False
        result = hand_over(entity, ids, to=part["to"], actor=actor, origin=ORIGIN)
        moved = result.ids("updated")
        refused = sorted(set(ids) - set(moved))
        HandOverBatch.objects.create(
            parent=held,
            entity=entity.slug,
            to_id=part["to"],
            moved_ids=moved,
            refused_ids=refused,
            reason=_first_reason(result.outcomes),
        )
        held.moved, held.refused = held.moved + len(moved), held.refused + len(refused)
        held.save(update_fields=["moved", "refused"])
    return True


def _refused(held: HandOver, entity: Entity) -> list[int]:
    batches = HandOverBatch.objects.filter(parent=held, entity=entity.slug)
    return [pk for ids in batches.values_list("refused_ids", flat=True) for pk in ids]


def _first_reason(outcomes: Sequence[Any]) -> str:
    words = (message for one in outcomes for some in one.errors.values() for message in some)
    return str(next(words, ""))


def _take_back(made: HandOver, actor: Actor) -> None:
    while _take_batch_back(made, actor):
        pass
    with transaction.atomic(using=alias()):
        hold()
        _return_reports(_held(made))


def _take_batch_back(made: HandOver, actor: Actor) -> bool:
    """The rows of one batch that still belong to whom they were given."""
    with transaction.atomic(using=alias()):
        need_writable()
        held = _held(made)
        batch = held.batches.filter(is_undone=False).order_by("-pk").first()
        if batch is None:
            return False
        entity = registry.get(batch.entity)
        rows = entity.model._default_manager.filter(pk__among=batch.moved_ids)
        ids = list(rows.filter(owner_id=batch.to_id).order_by("pk").values_list("pk", flat=True))
        result = hand_over(entity, ids, to=held.person_id, actor=actor, origin=ORIGIN)
        back = len(result.ids("updated"))
        held.returned += back
        held.kept += len(batch.moved_ids) - back
        held.save(update_fields=["returned", "kept"])
        batch.is_undone = True
        batch.save(update_fields=["is_undone"])
    return True


def _return_reports(held: HandOver) -> None:
    """Those whom nobody has moved since report to the person again; the last moved first."""
    if not held.person.is_active:
        return
    for pk, manager in reversed(held.reports):
        one = User.objects.filter(pk=pk, manager_id=manager).first()
        if one is not None and not is_above(one, held.person):
            place_under(one, held.person)
