"""What a second plan may show: differences that the stand-in makes, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KNOWN = Path(__file__).with_name("known_emulator_drift.json")


@dataclass(frozen=True, order=True)
class Change:
    """One attribute of one kind of resource that would change, or the whole of it."""

    type: str
    attribute: str


def known() -> set[Change]:
    return {Change(one["type"], one["attribute"]) for one in json.loads(KNOWN.read_text())}


def changes(plan: dict[str, Any]) -> dict[str, set[Change]]:
    """What another apply would change, by address."""
    found = plan.get("resource_changes", [])
    moving = [one for one in found if one["change"]["actions"] not in (["no-op"], ["read"])]
    outputs = {
        f"output.{name}": {Change("output", name)}
        for name, change in plan.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    }
    return {one["address"]: set(_attributes(one)) for one in moving} | outputs


def unexplained(plan: dict[str, Any]) -> dict[str, set[Change]]:
    """Of these, what nobody has given a reason for."""
    left = {address: found - known() for address, found in changes(plan).items()}
    return {address: found for address, found in left.items() if found}


def _attributes(resource: dict[str, Any]) -> Iterable[Change]:
    """A resource that comes, goes or is replaced is a change of itself, never of an attribute."""
    change = resource["change"]
    if change["actions"] != ["update"]:
        yield Change(resource["type"], "/".join(change["actions"]))
        return
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    for name in sorted(before | after | unknown):
        if before.get(name) != after.get(name) or unknown.get(name) is True:
            yield Change(resource["type"], name)
