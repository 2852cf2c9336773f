"""The outbox: what somebody wants of the provider, done once however often we are killed.

A command is claimed for a while, said outside of any transaction, looked at, and finished. When
nobody knows how a call ended, the same key is sent again; after 23 hours the provider has
forgotten the key, and then we only look.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from billing import clock
from billing.channel import wake
from billing.errors import Busy, Refused, StoredFailure, Unreachable
from billing.kinds import KINDS
from billing.models import BillingAccount, Command, Entry
from billing.reading import Fetched, live_of
from billing.sync import CONTROL, database_time, fetch, mirror

logger = logging.getLogger(__name__)
State = Command.State
OPEN = (State.WAITING, State.SENT)
#: A worker that says nothing for so long is taken for dead; a second sender has the same key.
LEASE = timedelta(minutes=2)
#: The provider remembers a key for a day.
KEY_LIFE = timedelta(hours=23)
#: Seconds until the next try, at most.
LONGEST_WAIT = 300.0
_chance = SystemRandom()


def run_next() -> bool:
    """Do the next command that is due; False when there is none, or nobody answers just now."""
    command = claim()
    return command is not None and run(command)


def claim() -> Command | None:
    """Take the oldest open command of some account; commits before anything is said."""
    older = Command.objects.filter(
        Q(created_at__lt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")),
        account=OuterRef("account"),
        state__in=OPEN,
    )
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    due = Command.objects.filter(free, ~Exists(older), state__in=OPEN, next_at__lte=Now())
    with transaction.atomic(using=CONTROL):
        rows = due.select_for_update(skip_locked=True, of=("self",))
        command = rows.order_by("next_at", "created_at").first()
        if command is None:
            return None
        command.attempts += 1
        command.claimed_until = database_time() + LEASE
        command.save(update_fields=["attempts", "claimed_until"])
    return command


def run(command: Command) -> bool:
    """Say it, look, and write down how it ended or when to try again; False when nobody answers."""
    account = BillingAccount.objects.get(pk=command.account_id)
    was_sent = command.first_sent_at is not None
    try:
        _do(command, account)
    except Refused as no:
        # Neither what was nor what should be: an earlier try may have been paid for.
        unclear = was_sent and no.code == "changed_meanwhile"
        _lose(command) if unclear else _refuse(command, no)
    except StoredFailure as failure:
        again = command.key_number + 1
        _later(command, failure, key_number=again)
    except (Unreachable, Busy) as failure:
        _later(command, failure)
        return False
    return True


def _do(command: Command, account: BillingAccount) -> None:
    kind = KINDS[command.kind]
    fetched = _look(account)
    if command.first_sent_at and kind.happened(command, fetched):
        _finish(command, account, fetched)
    elif command.first_sent_at and clock.now() > command.first_sent_at + KEY_LIFE:
        _lose(command)
    else:
        _mark_sent(command)
        kind.send(command, fetched)
        _finish(command, account, _look(account))


def _look(account: BillingAccount) -> Fetched:
    if not account.customer:
        raise Refused("no_customer")
    try:
        return fetch(account.customer)
    except StoredFailure as failure:  # of a question, which has no key
        raise Unreachable(str(failure)) from failure


def _mark_sent(command: Command) -> None:
    if command.first_sent_at is None:
        command.first_sent_at, command.state = clock.now(), State.SENT
        command.save(update_fields=["first_sent_at", "state"])


def _finish(command: Command, account: BillingAccount, fetched: Fetched) -> None:
    with transaction.atomic(using=CONTROL):
        mirror(account.pk, fetched, by=who(command))
        _end(command, State.DONE, error="", result=_result(command, fetched))


def _result(command: Command, fetched: Fetched) -> dict[str, Any]:
    """For a purchase that waits for its payment: where that is made."""
    rows = live_of(fetched.subscriptions)
    if command.kind != "buy" or not rows or not rows[0].get("pending_update"):
        return {"applied": True}
    invoice = rows[0].get("latest_invoice") or {}
    return {"applied": False, "code": "payment_open", "pay": invoice.get("hosted_invoice_url")}


def _refuse(command: Command, no: Refused) -> None:
    told = {"code": no.code, "values": no.values}
    error = f"{no} {no.provider}".strip()
    _end(command, State.REFUSED, error=error, result={"applied": False, **told})


def _lose(command: Command) -> None:
    logger.error("nobody knows how the billing command %s ended", command.pk)
    with transaction.atomic(using=CONTROL):
        _end(command, State.LOST, error="It was sent, and its effect is not to be seen.")
        text = f"Nobody knows how this ended: {command}"
        BillingAccount.objects.filter(pk=command.account_id).update(needs_attention=text)


def _end(command: Command, state: str, *, error: str, result: dict[str, Any] | None = None) -> None:
    with transaction.atomic(using=CONTROL):
        Command.objects.filter(pk=command.pk, state__in=OPEN).update(
            state=state, error=error, result=result or {}, finished_at=Now(), claimed_until=None
        )
        # A limit that was lowered for it is looked at anew.
        BillingAccount.objects.filter(pk=command.account_id).update(next_look_at=Now())
        wake()


def _later(command: Command, failure: Exception, **changes: Any) -> None:
    wait = min(2.0**command.attempts, LONGEST_WAIT) * _chance.uniform(0.5, 1.5)
    logger.warning("billing command %s: %s; tried again in %.0f s", command.pk, failure, wait)
    Command.objects.filter(pk=command.pk, state__in=OPEN).update(
        next_at=database_time() + timedelta(seconds=wait),
        claimed_until=None,
        error=str(failure),
        **changes,
    )


def who(command: Command) -> str:
    """Who asked, for the audit."""
    actor = command.actor
    return str(actor.get("name") or actor.get("email") or "system")


def try_lost_again(command: Command, *, by: str) -> None:
    """An operator's decision after having looked: send a lost command under a new key."""
    with transaction.atomic(using=CONTROL):
        found = Command.objects.filter(pk=command.pk, state=State.LOST).update(
            state=State.WAITING,
            key_number=command.key_number + 1,
            first_sent_at=None,
            attempts=0,
            next_at=Now(),
        )
        if found:
            _decided(command, "command.again", by=by)


def give_up_lost(command: Command, *, by: str) -> None:
    """An operator's decision: it did not happen and need not happen any more."""
    with transaction.atomic(using=CONTROL):
        found = Command.objects.filter(pk=command.pk, state=State.LOST).update(
            state=State.REFUSED, result={"applied": False, "code": "refused"}, finished_at=Now()
        )
        if found:
            _decided(command, "command.given_up", by=by)


def _decided(command: Command, what: str, *, by: str) -> None:
    account = BillingAccount.objects.filter(pk=command.account_id)
    account.update(needs_attention="", next_look_at=Now())
    after = {"command": str(command.pk), "kind": command.kind}
    Entry.objects.create(account_id=command.account_id, what=what, after=after, by=by)
    wake()
