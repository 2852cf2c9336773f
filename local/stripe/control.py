"""What only a simulator has: `/_sim/...` moves its clock and makes things go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from local.stripe import clock
from local.stripe.errors import Refusal, invalid
from local.stripe.faults import KINDS, Fault
from local.stripe.here import is_here
from local.stripe.pages import Page
from local.stripe.service import Request, Service
from local.stripe.webhooks import Messenger, Mischief
from local.stripe.world import DEFAULTS

Command = Callable[["Control", dict[str, Any]], Any]
BEHAVIOURS = ("ok", "generic_decline", "insufficient_funds", "expired_card", "authenticate_always")


class Control:
    """The controls of one simulator."""

    def __init__(self, service: Service, messenger: Messenger) -> None:
        self.service, self.messenger = service, messenger
        self.world = service.world

    def answer(self, request: Request) -> Page:
        """Carry out one command."""
        name = (request.method, request.path.removeprefix("/_sim/").strip("/"))
        command = COMMANDS.get(name)
        if command is None:
            return page(404, {"error": f"no such control; there are {sorted(COMMANDS)}"})
        try:
            asked = json.loads(request.encoded) if request.encoded else {}
            return page(200, command(self, asked))
        except Refusal as refused:
            return page(refused.status, refused.body)
        except (TypeError, ValueError, KeyError) as wrong:
            return page(400, {"error": repr(wrong)})
        finally:
            self.messenger.wake()


def page(status: int, value: Any) -> Page:
    """JSON."""
    return Page(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _advance(control: Control, asked: dict[str, Any]) -> Any:
    """``{"seconds"|"days": n}`` or ``{"to": stamp | "next"}``; ``settle`` waits for webhooks."""
    world = control.world
    to = asked.get("to")
    if to == "next":
        to = clock.next_moment(world) or world.today()
    elif to is None:
        to = world.today() + round(asked.get("seconds", 0) + asked.get("days", 0) * 86400)
    if int(to) < world.today():
        raise invalid("The clock goes forward only.", "to")
    patience = float(asked.get("settle") or 0)

    def between() -> None:
        control.messenger.wake()
        if patience and not control.messenger.mischief.held:
            control.messenger.settled(patience=patience)

    steps = clock.advance(world, int(to), between=between)
    between()
    return {"now": world.today(), "offset": world.offset(), "steps": steps}


def _clock(control: Control, asked: dict[str, Any]) -> Any:
    world = control.world
    told = {"now": world.today(), "offset": world.offset()}
    return told | {"next": clock.next_moment(world)}


def _faults(control: Control, asked: dict[str, Any]) -> Any:
    """``{"kind", "times", "method", "path", "seconds"}``; the path may hold stars."""
    names = {found.name for found in fields(Fault)}
    if set(asked) - names or asked.get("kind") not in KINDS:
        raise invalid(f"A fault has {sorted(names)}; kinds are {', '.join(KINDS)}.", "kind")
    control.service.faults.add(Fault(**asked))
    return _waiting_faults(control, {})


def _waiting_faults(control: Control, asked: dict[str, Any]) -> Any:
    return {"faults": [asdict(found) for found in control.service.faults.waiting()]}


def _no_faults(control: Control, asked: dict[str, Any]) -> Any:
    control.service.faults.clear()
    return {"faults": []}


def _cards(control: Control, asked: dict[str, Any]) -> Any:
    """``{"customer", "behaviour"}``; without a behaviour the card is as its number says."""
    world, behaviour = control.world, asked.get("behaviour")
    if behaviour is not None and behaviour not in BEHAVIOURS:
        raise invalid(f"Behaviours are {', '.join(BEHAVIOURS)}.", "behaviour")
    with world.store.transaction():
        world.load("customer", asked["customer"], param="customer")
        cards = world.store.remembered("cards", {})
        cards.pop(asked["customer"], None)
        if behaviour is not None:
            cards[asked["customer"]] = behaviour
        world.store.remember("cards", cards)
    return {"cards": cards}


def _settings(control: Control, asked: dict[str, Any]) -> Any:
    """``{"retries": [days], "after_retries": cancel|unpaid|past_due, "automatic_tax": {}}``."""
    world = control.world
    if set(asked) - set(DEFAULTS):
        raise invalid(f"Settings are {', '.join(DEFAULTS)}.")
    with world.store.transaction():
        kept = world.store.remembered("settings", {}) | asked
        world.store.remember("settings", kept)
    return dict(DEFAULTS) | kept


def _webhooks(control: Control, asked: dict[str, Any]) -> Any:
    """``held``, ``drop``, ``drop_type``, ``duplicate``, ``shuffle``, ``delay``, ``backoff``."""
    names = {found.name for found in fields(Mischief)}
    if set(asked) - names:
        raise invalid(f"Webhooks know {', '.join(sorted(names))}.")
    for name, value in asked.items():
        setattr(control.messenger.mischief, name, value)
    return asdict(control.messenger.mischief)


def _redeliver(control: Control, asked: dict[str, Any]) -> Any:
    """``{"event"}``: once more, as the dashboard's Resend."""
    world = control.world
    with world.store.transaction():
        event = world.load("event", asked["event"])
        for key, _types in world.endpoints():
            sql = "INSERT INTO deliveries (event, type, endpoint, state, next_at) VALUES"
            world.store.run(f"{sql} (?, ?, ?, 'waiting', 0)", event["id"], event["type"], key)
    return {"event": event["id"]}


def _settle(control: Control, asked: dict[str, Any]) -> Any:
    """Wait until no webhook is to be delivered now."""
    control.messenger.wake()
    return {"settled": control.messenger.settled(patience=float(asked.get("seconds", 10)))}


def _retry_now(control: Control, asked: dict[str, Any]) -> Any:
    """What waits for another attempt gets it at once."""
    with control.world.store.transaction():
        control.world.store.run("UPDATE deliveries SET next_at = 0 WHERE state = 'waiting'")
    return _settle(control, asked)


def _deliveries(control: Control, asked: dict[str, Any]) -> Any:
    names = ("seq", "event", "type", "endpoint", "state", "attempts", "next_at", "status", "error")
    rows = control.world.store.run(f"SELECT {', '.join(names)} FROM deliveries ORDER BY seq")
    return {"deliveries": [dict(zip(names, row, strict=True)) for row in rows]}


def _reset(control: Control, asked: dict[str, Any]) -> Any:
    """A new account at the real time; nothing goes wrong in it. ``webhook`` may be another."""
    control.messenger.mischief = Mischief()
    control.service.faults.clear()
    if "webhook" in asked:
        _endpoint(control, asked)
    control.world.empty()
    return {"now": control.world.today()}


def _endpoint(control: Control, asked: dict[str, Any]) -> Any:
    """``{"webhook", "secret"}``: where events are posted to; an empty address, nowhere."""
    url = asked["webhook"]
    if url and not is_here(url):
        raise invalid("Webhooks go to addresses of this machine only.", "webhook")
    control.world.endpoint = (url, str(asked["secret"])) if url else None
    return {"webhook": url}


def _health(control: Control, asked: dict[str, Any]) -> Any:
    return {"ready": True, "now": control.world.today(), "real": time.time()}


COMMANDS: dict[tuple[str, str], Command] = {
    ("POST", "advance"): _advance,
    ("GET", "clock"): _clock,
    ("GET", "faults"): _waiting_faults,
    ("POST", "faults"): _faults,
    ("DELETE", "faults"): _no_faults,
    ("POST", "cards"): _cards,
    ("POST", "settings"): _settings,
    ("POST", "webhooks"): _webhooks,
    ("POST", "redeliver"): _redeliver,
    ("POST", "settle"): _settle,
    ("POST", "retry"): _retry_now,
    ("GET", "deliveries"): _deliveries,
    ("POST", "reset"): _reset,
    ("POST", "endpoint"): _endpoint,
    ("GET", "health"): _health,
}
