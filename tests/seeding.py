"""What every workspace of the tests holds from the start."""

from __future__ import annotations

PASSWORD = "correct horse battery"


def seed(*, owner: str, company: str, domain: str) -> None:
    """Two teams and five people, with equal keys in every workspace."""
    from app.access.models import Currency, Limits, Role, Team, User, Workspace

    Workspace.objects.create(name=company)
    Limits.objects.create(plan="pro", seats=50)
    Currency.objects.create(code="USD")
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = (
        (owner, Role.OWNER, north),
        ("Bob Birch", Role.SALES, north),
        ("Charlie Cedar", Role.SALES, south),
        ("Dora Dogwood", Role.MANAGER, north),
        ("Rita Rowan", Role.READ_ONLY, north),
    )
    for name, role, team in people:
        address = f"{name.split()[0].lower()}@{domain}"
        User.objects.create_user(address, PASSWORD, name=name, role=role, team=team)
