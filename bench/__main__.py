"""`make bench`: actions over HTTP, an import, sign-up; exits nonzero when a gate is missed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.server import Server, running_server

if TYPE_CHECKING:
    from tests.planes import Pair


def main() -> None:
    """Measure all, or the parts that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help="of pages, imports, provisioning; else all")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the import")
    parser.add_argument("--only", default="", help="only actions whose name holds this")
    told = parser.parse_args()
    parts = told.parts or list(PARTS)
    with running_server() as server:
        os.environ["DJANGO_SETTINGS_MODULE"] = "app.config.settings"
        import django

        django.setup()
        missed = [fault for part in parts for fault in PARTS[part](server, told)]
    for fault in missed:
        print(f"MISSED: {fault}")
    sys.exit(1 if missed else 0)


@contextmanager
def copy_of(*, is_filled: bool) -> Iterator[None]:
    """Databases of our own for one part, dropped at its end."""
    from bench import filling
    from tests import planes

    template = filling.filled() if is_filled else planes.templates()
    pair = planes.copy(template, f"bench{os.getpid()}")
    use(pair)
    try:
        yield
    finally:
        planes.drop(pair)


def use(pair: Pair) -> None:
    """Point this process, and those that it starts, at these databases."""
    from django.conf import settings

    from tests import planes

    planes.point_at(pair)
    for names in planes.URLS.values():
        os.environ |= {name: str(getattr(settings, name)) for name in names}


def pages(server: Server, told: argparse.Namespace) -> list[str]:
    """The actions; what is wrong with them."""
    from bench import report
    from bench.pages import measure

    with copy_of(is_filled=True):
        lines = measure(server, only=told.only)
    print(report.table(lines), end="\n\n", flush=True)
    return report.faults(lines)


def imports(server: Server, told: argparse.Namespace) -> list[str]:
    """The importer; what is wrong with it."""
    from bench import importing, report

    with copy_of(is_filled=False):
        passes = importing.measure(server, rows=told.rows)
    print(report.import_table(passes), end="\n\n", flush=True)
    return report.import_faults(passes)


def signups(server: Server, _told: argparse.Namespace) -> list[str]:
    """Making workspaces; what is wrong with it."""
    from bench import provisioning, report

    with copy_of(is_filled=False):
        times = provisioning.measure(server)
    print(report.times_table(times), end="\n\n", flush=True)
    return report.times_faults(times)


PARTS: dict[str, Callable[[Server, argparse.Namespace], list[str]]] = {
    "pages": pages,
    "imports": imports,
    "provisioning": signups,
}

if __name__ == "__main__":
    main()
