"""The tree of people and the tree of branches, as pages draw them."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.access.models import Branch, User


@dataclass
class Node:
    """A person of the chart and everybody who reports to him."""

    person: User
    reports: list[Node] = field(default_factory=list)
    under: int = 0  #: how many work under him, however deep


def organisation() -> list[Node]:
    """Everybody who works here, and former colleagues as long as somebody stands under them."""
    people = User.objects.select_related("team").order_by("sort_key", "id")
    nodes = {one.pk: Node(one) for one in people}
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.person.manager_id or 0)
        (above.reports if above else roots).append(node)
    return [node for node in roots if _kept(node)]


def _kept(node: Node) -> bool:
    """Count who stands under a person; whether he belongs into the chart."""
    node.reports = [one for one in node.reports if _kept(one)]
    node.under = sum(one.under + one.person.is_active for one in node.reports)
    return bool(node.person.is_active or node.reports)


def branches_below(pk: int) -> set[int]:
    """A branch and all branches that belong to it, however deep."""
    parents = dict(Branch.objects.values_list("pk", "parent_id"))
    found, more = {pk} & parents.keys(), True
    while more:
        below = {one for one, parent in parents.items() if parent in found} - found
        found, more = found | below, bool(below)
    return found


def branches_in_order() -> list[tuple[Branch, int]]:
    """All branches, each below the one that it belongs to, with its depth."""
    children: dict[int | None, list[Branch]] = {}
    for branch in Branch.objects.all():
        children.setdefault(branch.parent_id, []).append(branch)

    def walk(parent: int | None, depth: int) -> list[tuple[Branch, int]]:
        found = []
        for branch in children.get(parent, []):
            found += [(branch, depth), *walk(branch.pk, depth + 1)]
        return found

    return walk(None, 0)
