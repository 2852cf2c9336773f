"""The importer's work for later."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.imports import running, undoing
from app.imports.models import Import
from app.imports.proposing import complete
from app.imports.running import Watch
from app.imports.staging import reset
from app.records.errors import Refused
from app.records.writing import atomic
from tenants.jobs import task

#: Seconds after which the worker looks whether a command finished its import.
GUARD = 120


@task(name="imports.run", lock="imports")
def run_import(*, import_id: int) -> None:
    """Check or write the rows of an import."""
    running.run(import_id)


@task(name="imports.undo", lock="imports")
def undo_import(*, import_id: int) -> None:
    """Take an import back."""
    undoing.undo(import_id)


def prepare(made: Import, *, mapping: dict[str, Any], mode: str) -> None:
    """Settle how it is read and what is to be done with it. Raises Invalid, Refused."""
    mapping = complete(made, mapping)
    with atomic():
        held = Import._default_manager.select_for_update().get(pk=made.pk)
        if held.is_busy or held.is_over:
            raise Refused(_("This import has been run: upload the file again to repeat it."))
        held.mapping = mapping
        reset(held, mode=mode)
    made.refresh_from_db()


def start(made: Import, *, mapping: dict[str, Any], mode: str) -> None:
    """Queue a dry run or the import itself. Raises Invalid, Refused."""
    with atomic():
        prepare(made, mapping=mapping, mode=mode)
        run_import.defer(import_id=made.pk)


def resume(made: Import) -> None:
    """Queue what is left of an import that stopped. Raises Refused."""
    with atomic():
        held = Import._default_manager.select_for_update().get(pk=made.pk)
        if not held.can_resume:
            raise Refused(_("There is nothing to go on with."))
        held.status, held.error, held.finished_at = Import.Status.QUEUED, "", None
        held.save(update_fields=["status", "error", "finished_at"])
        run_import.defer(import_id=held.pk)
    made.refresh_from_db()


def run_here(made: Import, *, watch: Watch) -> None:
    """Run it in this process; if we are stopped or killed, the worker goes on.

    The worker that comes while we are still at it takes the batches that we have not claimed.
    """
    run_import.defer_in(GUARD, import_id=made.pk)
    try:
        running.run(made.pk, watch=watch)
    except KeyboardInterrupt:
        run_import.defer(import_id=made.pk)
        raise


def start_undo(made: Import, *, actor: Actor) -> None:
    """Queue the undo. Raises Refused."""
    with atomic():
        held = Import._default_manager.select_for_update().get(pk=made.pk)
        if not held.can_undo:
            raise Refused(_("There is nothing to undo in this import."))
        held.undo, held.undo_by_id = Import.Undo.QUEUED, actor.user_id
        held.save(update_fields=["undo", "undo_by"])
        undo_import.defer(import_id=held.pk)
    made.refresh_from_db()
