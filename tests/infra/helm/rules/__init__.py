"""What must hold for every rendered object. A rule yields a complaint for each breach."""

from __future__ import annotations

from tests.infra.helm.rules import entrance, environments, hooks, network, pods, workloads
from tests.infra.helm.rules.registry import RULES

PARTS = (entrance, environments, hooks, network, pods, workloads)
__all__ = ["PARTS", "RULES"]
