"""The process itself: it hears at once, survives faults, and ends when asked."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import pytest

from billing import biller, clock
from billing.channel import wake
from billing.models import Event, Mark
from tenants.context import use_control
from tests.billing.processes import run
from tests.payments import KEY


@pytest.fixture
def process(fresh, stripe_world):
    """A biller that runs, for whoever commits."""
    stripe_world.key = KEY
    with use_control():
        Mark.objects.all().delete()
        child = run(stripe_world, "manage.py", "run_billing")
        yield child
        child.kill()
        child.wait(10)


def until(condition, seconds: float = 20) -> float:
    """Seconds until it holds."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it never came"
        time.sleep(0.01)
    return time.monotonic() - begun


def is_done(key: str) -> bool:
    """Whether the event was looked at."""
    return not Event.objects.filter(pk=key, state="new").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_hears_of_an_event_at_once_and_ends_when_it_is_asked(process, number) -> None:
    until(lambda: Mark.objects.filter(pk=biller.HEARTBEAT).exists())
    until(lambda: Mark.objects.filter(pk="nightly").exists())
    time.sleep(0.3)
    key = f"evt_heard_{number}"
    Event.objects.create(id=key, type="x", happened_at="2026-01-01T00:00Z")
    wake()
    assert until(lambda: is_done(key)) < 4.5, "the pause is five seconds"
    process.send_signal(number)
    assert process.wait(10) == 0


def test_a_step_that_fails_keeps_nothing_else_from_its_turn(shop, monkeypatch, caplog) -> None:
    def broken(_go_on) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(biller.connections, "close_all", lambda: None)
    monkeypatch.setattr(biller, "STEPS", (broken, *biller.STEPS))
    biller.run_round()
    assert "a step of the biller failed" in caplog.text
    assert shop.limits().state == "trial"
    assert shop.account.pushed["state"] == "trial"


def test_without_a_key_trials_and_gifts_work_and_nobody_is_called(shop, settings) -> None:
    settings.STRIPE_API_KEY = ""
    Event.objects.create(id="evt_1", type="x", happened_at="2026-01-01T00:00Z")
    biller.run_round()
    assert shop.account.pushed["state"] == "trial"
    assert Event.objects.get().state == "new"


def test_what_comes_round_is_taken_by_one(shop) -> None:
    hour = timedelta(hours=1)
    assert biller.is_due("something", every=hour)
    assert not biller.is_due("something", every=hour)
    Mark.objects.filter(pk="something").update(at=clock.now() - hour)
    assert biller.is_due("something", every=hour)
    assert not biller.is_due("something", every=hour)
