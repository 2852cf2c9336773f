"""One simulator: its options, its threads, its addresses."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qsl

from local.stripe import (
    cards,
    catalog,
    checkout,
    clock,
    customers,
    events,
    giving_back,
    invoices,
    portal,
    schedules,
    subscriptions,
    test_clocks,
)
from local.stripe.checkout_pages import checkout_page
from local.stripe.control import Control
from local.stripe.desk import desk_page
from local.stripe.here import is_here
from local.stripe.invoice_pages import invoice_page
from local.stripe.pages import Page, asset, failure
from local.stripe.portal_pages import portal_page
from local.stripe.server import Simulator
from local.stripe.service import Request, Service
from local.stripe.store import Store
from local.stripe.webhooks import Messenger
from local.stripe.world import World

RESOURCES = (
    cards, catalog, checkout, customers, events, giving_back, invoices, portal, schedules,
    subscriptions, test_clocks,
)  # fmt: skip
TICK = 0.25


class Unsafe(Exception):
    """It would listen to, or speak to, more than this machine, or hold a real key."""


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m local.stripe", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True, help="where its state is kept")
    parser.add_argument("--clock-file", type=Path, help="gets the seconds it is ahead by")
    parser.add_argument("--webhook", help="where events are posted to")
    secret = os.environ.get("STRIPE_WEBHOOK_SECRETS", "").partition(",")[0]
    key = os.environ.get("STRIPE_API_KEY") or "sk_test_simulator"
    parser.add_argument("--secret", default=secret, help="signs them")
    parser.add_argument("--key", default=key, help="the only key it accepts")
    parser.add_argument("--bind", default="127.0.0.1", help="loopback and nothing else")
    parser.add_argument("--backoff", type=float, default=1.0, help="seconds before a second try")
    return parser.parse_args(arguments)


def check(asked: argparse.Namespace) -> None:
    """Refuse to be anything but a toy on this machine."""
    if not re.fullmatch(r"(sk|rk)_test_[\w-]+", asked.key):
        raise Unsafe("The key must begin with sk_test_: a live key is refused.")
    if asked.bind != "127.0.0.1":
        raise Unsafe(f"{asked.bind} is refused: the simulator listens on 127.0.0.1 only.")
    if asked.webhook and not is_here(asked.webhook):
        raise Unsafe("Webhooks go to addresses of this machine only.")
    if asked.webhook and not asked.secret:
        raise Unsafe("--webhook needs --secret.")


def make_world(asked: argparse.Namespace) -> World:
    """The account as it was when it was last used."""
    asked.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    endpoint = (asked.webhook, asked.secret) if asked.webhook else None
    world = World(
        Store(asked.dir / "stripe.sqlite3"),
        asked.dir,
        f"http://localhost:{asked.port}",
        asked.clock_file,
        endpoint,
    )
    world.write_clock(world.offset())
    return world


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until asked to end."""
    asked = options(arguments)
    try:
        check(asked)
    except Unsafe as unsafe:
        sys.stderr.write(f"{unsafe}\n")
        return 2
    world = make_world(asked)
    messenger = Messenger(world)
    messenger.mischief.backoff = asked.backoff
    service = Service(world, key=asked.key)
    control = Control(service, messenger)
    server = Simulator(asked.port, service, lambda request: show(control, request))
    _stop_on_signals(server, messenger)
    messenger.start()
    threading.Thread(target=_tick, args=(world, messenger), daemon=True).start()
    server.serve_forever(poll_interval=0.1)
    return 0


def _stop_on_signals(server: Simulator, messenger: Messenger) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        messenger.stop()
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _tick(world: World, messenger: Messenger) -> None:
    """Real time goes on as well."""
    while True:
        clock.catch_up(world)
        messenger.wake()
        time.sleep(TICK)


def show(control: Control, request: Request) -> Page:
    """The page of an address."""
    parts = request.path.strip("/").split("/")
    if parts[0] == "_sim":
        return control.answer(request)
    given = dict(parse_qsl(request.encoded)) if request.method == "POST" else None
    if parts[0] == "assets":
        return asset(parts[-1])
    if parts == [""]:
        return desk_page(control.world, control.messenger, given)
    with control.world.store.transaction():
        return _hosted(control.world, parts, given)


def _hosted(world: World, parts: list[str], given: dict[str, str] | None) -> Page:
    """What Stripe would show to a customer."""
    match parts:
        case ["checkout", key]:
            return checkout_page(world, key, given)
        case ["portal", key, secret]:
            return portal_page(world, key, secret, given)
        case ["invoice", key, secret, *rest] if rest in ([], ["pdf"]):
            return invoice_page(world, key, secret, given, pdf=bool(rest))
    return failure("Not found", "There is nothing here.", status=404)
