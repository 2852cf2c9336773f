"""The work of the settings for later."""

from __future__ import annotations

from app.setup import exporting, handing_over
from tenants.jobs import task
from tenants.schedules import every


@task(name="setup.hand_over", lock="hand-over")
def run_hand_over(*, hand_over_id: int) -> None:
    """Hand over what somebody owned, or take that back."""
    handing_over.run(hand_over_id)


@task(name="setup.export", lock="export")
def run_export(*, export_id: int) -> None:
    """Write an archive with everything."""
    exporting.run(export_id)


@every("47 * * * *", name="setup.drop_exports")
def drop_exports() -> None:
    """Delete the archives that have been kept long enough."""
    exporting.drop_old()
