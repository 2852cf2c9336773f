"""What can be done with an activity."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from app.access.actors import Actor
from app.activities.activities import Activity
from app.records import changes
from app.records.actions import action
from app.records.errors import Refused
from app.records.registry import of_model

CLOSED = (Activity.Status.DONE, Activity.Status.CANCELLED)
OPEN = {"status": (Activity.Status.OPEN.value, Activity.Status.RUNNING.value)}
DONE = {"status": tuple(one.value for one in CLOSED)}


@action(
    Activity,
    when=OPEN,
    name="complete",
    event="activity.completed",
    label=_("Complete"),
    icon="check",
    asks={"result": _("Result")},
)
def complete_activity(activity: Activity, *, actor: Actor, result: str = "") -> None:
    """Mark it as done, with what came of it."""
    if activity.status in CLOSED:
        raise Refused(_("This activity is closed already."))
    values = {"status": Activity.Status.DONE, "result": result or activity.result}
    write(activity, values, actor=actor)


@action(
    Activity,
    when=DONE,
    name="reopen",
    event="activity.reopened",
    label=_("Reopen"),
    icon="rotate-ccw",
)
def reopen_activity(activity: Activity, *, actor: Actor) -> None:
    """Take a closed activity up again."""
    if activity.status not in CLOSED:
        raise Refused(_("This activity is open."))
    write(activity, {"status": Activity.Status.OPEN, "progress": 0}, actor=actor)


def write(activity: Activity, values: dict[str, Any], *, actor: Actor) -> None:
    """Change the activity as it was read."""
    entity = of_model(Activity)
    changes.update(entity, activity.pk, values, actor=actor, version=activity.version)
