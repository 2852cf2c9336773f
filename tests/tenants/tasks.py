"""Jobs that only the tests run."""

from __future__ import annotations

import time

from tenants.jobs import task
from tenants.schedules import every


@task(name="tests.add_team")
def add_team(*, name: str) -> None:
    """Leave a trace in the workspace of the job."""
    from app.access.models import Team

    Team.objects.create(name=name)


@task(name="tests.add_team_and_fail")
def add_team_and_fail(*, name: str) -> None:
    """Enqueue another job in a transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        add_team.defer(name=name)
        raise LookupError(name)


@task(name="tests.interrupted")
def interrupted(*, name: str) -> None:
    """Hang at the first attempt; finish at the second."""
    from app.access.models import Team

    if Team.objects.filter(name=name).update(name=f"{name} done"):
        return
    Team.objects.create(name=name)
    time.sleep(300)


@task(name="tests.takes_long")
def takes_long(*, name: str, seconds: float) -> None:
    """Leave a trace for each beginning, and one at the end."""
    from app.access.models import Team

    Team.objects.create(name=f"{name} begun {Team.objects.filter(name__startswith=name).count()}")
    time.sleep(seconds)
    Team.objects.create(name=f"{name} done")


@every("0 0 1 1 *", name="tests.rounds")
def leave_a_round() -> None:
    """Tell that the clock was here; a scheduler that starts makes up for January."""
    from app.access.models import Team

    Team.objects.get_or_create(name="a round")
