"""Faults to plant into rendered objects; each rule must see those that are its own."""

from __future__ import annotations

from tests.infra.helm.faults import entrance, network, pods, workloads
from tests.infra.helm.faults.planting import Fault, plant

FAULTS = [*pods.FAULTS, *workloads.FAULTS, *network.FAULTS, *entrance.FAULTS]
__all__ = ["FAULTS", "Fault", "plant"]
