"""`make bench`: actions over HTTP, an import, sign-up; exits nonzero when a gate is missed."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from bench.server import running_server


def main() -> None:
    """Measure all, or the parts that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help="pages, imports, provisioning; all by default")
    parser.add_argument("--only", default="", help="only actions whose name holds this")
    told = parser.parse_args()
    parts = told.parts or ["pages", "imports", "provisioning"]
    with running_server() as server:
        os.environ["DJANGO_SETTINGS_MODULE"] = "app.config.settings"
        import django

        django.setup()
        from bench import filling
        from tests import planes

        pair = planes.copy(filling.filled(), f"bench{os.getpid()}")
        use(pair)
        missed: list[str] = []
        try:
            if "pages" in parts:
                missed += pages(server, only=told.only)
        finally:
            planes.drop(pair)
    for fault in missed:
        print(f"MISSED: {fault}")
    sys.exit(1 if missed else 0)


def use(pair: Any) -> None:
    """Point this process, and those that it starts, at these databases."""
    from django.conf import settings

    from tests import planes

    planes.point_at(pair)
    for names in planes.URLS.values():
        os.environ |= {name: str(getattr(settings, name)) for name in names}


def pages(server: object, *, only: str) -> list[str]:
    """The actions; what is wrong with them."""
    from bench import report
    from bench.pages import measure

    lines = measure(server, only=only)
    print(report.table(lines), flush=True)
    return report.faults(lines)


if __name__ == "__main__":
    main()
