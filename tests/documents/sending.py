"""Files sent as a browser and a worker would, step by step or all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.documents import checking, jobs, previews, uploads
from app.documents.models import File, FileVersion
from app.records import registry
from tests.files.browsers import post
from tests.records.helpers import actor

TASKS = ("check", "make_pictures", "drop_left")


def quiet_jobs(monkeypatch: Any) -> list[tuple[str, dict[str, Any]]]:
    """Note what is enqueued instead of enqueueing it."""
    noted: list[tuple[str, dict[str, Any]]] = []

    def defer(task: Any, **kwargs: Any) -> int:
        name = next((one for one in TASKS if getattr(jobs, one) is task), "another")
        noted.append((name, kwargs))
        return len(noted)

    monkeypatch.setattr(type(jobs.check), "defer", defer)
    return noted


@dataclass
class Sender:
    """Somebody who sends files to one record."""

    record: Any
    user: Any
    jobs: list[tuple[str, dict[str, Any]]]
    slug: str = "deals"

    def announce(self, name: str, size: int, kind: str = "") -> tuple[File, uploads.Ticket]:
        """Say what is to come."""
        said = uploads.announce(name, size, kind)
        entity = registry.get(self.slug)
        return uploads.start(entity, self.record.pk, said, actor=actor(self.user))

    def arrive(self, name: str, content: bytes, kind: str = "") -> FileVersion:
        """Announce, send, confirm: what the browser does."""
        file, ticket = self.announce(name, len(content), kind)
        assert ticket.form is not None
        assert post(ticket.form, content).status in (200, 204)
        return uploads.confirm(file.pk, ticket.version.pk, actor=actor(self.user))

    def __call__(self, name: str, content: bytes, kind: str = "") -> FileVersion:
        """All of it, with the worker's work."""
        version = self.arrive(name, content, kind)
        checking.check(version.pk)
        version.refresh_from_db()
        return version

    def again(self, file: File, content: bytes) -> FileVersion:
        """Another version of a file, with the worker's work."""
        said = uploads.announce(file.name, len(content), "")
        _file, ticket = uploads.start_version(file.pk, said, actor=actor(self.user))
        assert ticket.form is not None
        assert post(ticket.form, content).status in (200, 204)
        version = uploads.confirm(file.pk, ticket.version.pk, actor=actor(self.user))
        checking.check(version.pk)
        version.refresh_from_db()
        return version

    def draw(self, version: FileVersion) -> FileVersion:
        """The worker's pictures."""
        previews.make(version.pk)
        version.refresh_from_db()
        return version
