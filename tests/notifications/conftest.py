"""What the tests of notifications share: jobs that wait, and a workspace that may mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from app.access.models import Workspace
from tenants import jobs


@dataclass
class Queue:
    """The jobs that were enqueued, with the seconds they are to wait."""

    waiting: list[tuple[Any, dict[str, Any], int]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """What waits."""
        return [task.queued.name for task, _args, _wait in self.waiting]

    def run(self) -> None:
        """Do all that is to be done now, and what that enqueues."""
        while any(wait == 0 for *_job, wait in self.waiting):
            place = next(n for n, job in enumerate(self.waiting) if job[2] == 0)
            task, args, _wait = self.waiting.pop(place)
            task(**args)


@pytest.fixture
def queue(monkeypatch: Any) -> Queue:
    """Jobs wait here instead of in the worker's table."""
    made = Queue()

    def keep(task: Any, args: dict[str, Any], **options: Any) -> int:
        made.waiting.append((task, args, options.get("schedule_in", {}).get("seconds", 0)))
        return len(made.waiting)

    monkeypatch.setattr(jobs.Task, "_defer", keep)
    return made


@pytest.fixture
def verified(workspace: Any) -> Any:
    """The workspace may mail."""
    Workspace.objects.update(email_verified_at=timezone.now())
    return workspace
