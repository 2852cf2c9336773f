"""An import that took its time is over: whoever started it hears of it."""

from __future__ import annotations

from app.access.throttles import Rate, allow_key
from app.imports.models import Import
from app.notifications.models import Kind
from app.notifications.people import address, is_quiet, mail, reader
from app.records.registry import get
from tenants.jobs import task

OFTEN = Rate(20, 3600)


def hear(made: Import) -> None:
    """Have whoever started it told, unless it was only a check."""
    if made.mode == Import.Mode.APPLY and not is_quiet():
        tell.defer(import_id=made.pk)


@task(name="notifications.import", attempts=8)
def tell(*, import_id: int) -> None:
    """Mail what became of the rows."""
    made = Import._default_manager.filter(pk=import_id).first()
    actor = reader(made.actor_id, Kind.IMPORT) if made else None
    if made is None or actor is None or not made.is_over:
        return
    if allow_key(str(actor.user_id), "import-mail", rate=OFTEN):
        entity = get(made.entity)
        url = address(f"/settings/imports/{made.pk}/")
        mail("import", to=actor, made=made, entity=entity, url=url)
