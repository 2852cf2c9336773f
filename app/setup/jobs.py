"""The work of the settings for later."""

from __future__ import annotations

from app.setup import handing_over
from tenants.jobs import task


@task(name="setup.hand_over", lock="hand-over")
def run_hand_over(*, hand_over_id: int) -> None:
    """Hand over what somebody owned, or take that back."""
    handing_over.run(hand_over_id)
