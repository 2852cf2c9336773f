"""What every workspace tells the operators each day."""

from __future__ import annotations

from app.console.counting import count_workspace
from app.console.customers import follow_companies
from tenants.context import current
from tenants.schedules import every


@every("11 1 * * *", name="console.count", attempts=6)
def count() -> None:
    """Count the workspace; while the control plane is down it is tried again, for an hour.

    In the operators' workspace the companies are entered as customers as well.
    """
    count_workspace()
    if current().is_operator:
        follow_companies()
