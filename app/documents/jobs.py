"""The work on files that nobody waits for at a page."""

from __future__ import annotations

from tenants.jobs import task
from tenants.schedules import every

#: Tried again after 4, 16, 64, 256, 1,024 and 4,096 seconds; then the hourly round takes over.
PATIENCE = 7


@task(name="documents.check", attempts=PATIENCE)
def check(*, version_id: int) -> None:
    """Look at what arrived; keep it or say why not."""
    from app.documents import checking

    checking.check(version_id)


@task(name="documents.make_pictures", attempts=3)
def make_pictures(*, version_id: int) -> None:
    """Pictures of a file's pages."""
    from app.documents import previews

    previews.make(version_id)


@task(name="documents.drop_left", lock="documents.drop_left", attempts=PATIENCE)
def drop_left() -> None:
    """Remove from the store what no row names any more."""
    from app.documents import leaving

    leaving.drop_left()


@every("23 * * * *", name="documents.tidy")
def tidy() -> None:
    """Take away what came to nothing, what was deleted long ago, and take up what got stuck."""
    from app.documents import tidying

    tidying.tidy()


@every("41 2 * * *", name="documents.recount")
def recount() -> None:
    """Make the counters of room agree with the rows."""
    from app.documents import tidying

    tidying.recount()
