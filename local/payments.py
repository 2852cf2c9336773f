"""The Stripe simulator as `make run` starts it: its port, its secrets, its clock."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.environment import write_private
from local.ports import free_port, listens


@dataclass(frozen=True)
class Payments:
    """One simulator: its folder, its port, what it knows the product by and the other way."""

    folder: Path
    port: int
    secrets: Mapping[str, str]
    webhook: str

    @property
    def address(self) -> str:
        """Where it answers, and shows its pages."""
        return f"http://localhost:{self.port}"

    def variables(self) -> dict[str, str]:
        """What the product is told."""
        return {
            "STRIPE_API_KEY": "sk_test_" + self.secrets["stripe_key"],
            "STRIPE_WEBHOOK_SECRETS": "whsec_" + self.secrets["stripe_webhook"],
            "STRIPE_API_BASE": self.address,
            "BILLING_CLOCK_FILE": str(self.folder / "clock"),
        }

    def command(self) -> list[str]:
        """Its secrets come by the environment, where other users do not see them."""
        options = ["--port", str(self.port), "--dir", str(self.folder)]
        options += ["--clock-file", str(self.folder / "clock"), "--webhook", self.webhook]
        return [sys.executable, "-m", "local.stripe", *options]

    def answers(self) -> bool:
        """Whether it takes requests."""
        return listens(self.port)


def make_payments(
    folder: Path, *, secrets: Mapping[str, str], webhook: str, port: int = 0
) -> Payments:
    """A simulator in this folder, on the port that it had before while that is free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "port.json"
    before = int(json.loads(file.read_text())) if file.is_file() else port
    chosen = free_port(before)
    write_private(file, json.dumps(chosen))
    return Payments(folder, chosen, secrets, webhook)
