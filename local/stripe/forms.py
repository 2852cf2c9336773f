"""The body of a request: form fields whose names say where in a tree they belong."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from local.stripe.errors import invalid

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART = re.compile(r"\[([^\[\]]*)\]")


def parse(encoded: str) -> dict[str, Any]:
    """``items[0][price]=p&expand[]=x`` as dictionaries and lists."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        found = NAME.fullmatch(name)
        if found is None:
            raise invalid(f"Invalid parameter name: {name}", name)
        _put(tree, [found[1], *PART.findall(found[2])], value)
    return {key: _lists(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    """Lists stand as dictionaries of their indices until all is read."""
    for part in path[:-1]:
        tree = tree.setdefault(_index(tree, part), {})
        if not isinstance(tree, dict):
            raise invalid(f"Invalid parameter: {path[0]}", path[0])
    tree[_index(tree, path[-1])] = value


def _index(tree: dict[str, Any], part: str) -> str:
    return part or str(len(tree))


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    children = {key: _lists(child) for key, child in value.items()}
    if children and all(key.isascii() and key.isdigit() for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children
