"""What every workspace tells the operators each day."""

from __future__ import annotations

from app.console.counting import count_workspace
from tenants.schedules import every


@every("11 1 * * *", name="console.count", attempts=6)
def count() -> None:
    """Count the workspace; while the control plane is down it is tried again, for an hour."""
    count_workspace()
