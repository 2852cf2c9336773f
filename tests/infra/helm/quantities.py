"""Kubernetes' quantities: 250m, 1Gi."""

from __future__ import annotations

import re
from decimal import Decimal

UNITS = {"": 1, "m": Decimal("0.001"), "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def quantity(text: str) -> Decimal | None:
    """Its number, or None where it is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|Ti|)", str(text))
    return Decimal(match[1]) * UNITS[match[2]] if match else None
