"""Who wants something, and what stands on invoices."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from billing.errors import Refused


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a workspace, or an operator, as the audit names him."""

    id: int | None
    name: str
    email: str

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Details:
    """Name, address and tax number on invoices to come."""

    name: str
    email: str
    country: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""
    #: The provider's word for the sort of number (eu_vat, cn_tin), and the number.
    tax_kind: str = ""
    tax_number: str = ""

    def check(self) -> None:
        """Refuse what the provider would refuse, by the field's name."""
        if not self.name.strip():
            raise Refused("bad_name")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", self.email):
            raise Refused("bad_email")
        if self.country and not re.fullmatch(r"[A-Z]{2}", self.country):
            raise Refused("bad_country")
        if bool(self.tax_kind) != bool(self.tax_number):
            raise Refused("bad_tax_id")

    def plain(self) -> dict[str, Any]:
        """As the provider wants it."""
        names = ("country", "line1", "line2", "postal_code", "city", "state")
        address = {name: getattr(self, name) for name in names}
        tax_id = {"kind": self.tax_kind, "value": self.tax_number} if self.tax_kind else {}
        values = {"name": self.name.strip(), "email": self.email, "address": address}
        return {"values": values, "tax_id": tax_id}
