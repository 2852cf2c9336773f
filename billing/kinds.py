"""What can be wanted of the provider: how it is said, and how one sees that it was done.

A command names what should be, in absolute numbers, never what should be added. Each begins with
what the provider knows now, so that saying it twice does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from billing.accounts import PLAN_CHANGE
from billing.catalogue import Interval, lookup_key
from billing.errors import Refused
from billing.gateway import reading, writing
from billing.models import Command
from billing.reading import Body, Fetched, id_of, item_of, live_of, next_phase, price_values

Terms = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """How to say it, and how to see whether it was done."""

    send: Callable[[Command, Fetched], None]
    happened: Callable[[Command, Fetched], bool]


def key(command: Command, step: str) -> str:
    """Under which the provider does this step once."""
    return f"{command.id}:{step}:{command.key_number}"


def terms_of(subscription: Body) -> Terms:
    """Plan, interval and seats that hold now."""
    item = item_of(subscription)
    price = price_values(item["price"])
    return price["plan"], price["interval"], int(item.get("quantity") or 0)


def wanted(args: Mapping[str, Any]) -> Terms:
    """Plan, interval and seats that should hold."""
    return args["plan"], args["interval"], args["seats"]


def live(fetched: Fetched) -> Body:
    """The one subscription that counts; Refused when there is none, or when there are two."""
    rows = live_of(fetched.subscriptions)
    if len(rows) != 1:
        raise Refused("being_checked" if rows else "no_subscription")
    return rows[0]


def is_ending(subscription: Body) -> bool:
    """Whether it was cancelled and only runs out."""
    return bool(subscription.get("cancel_at_period_end") or subscription.get("cancel_at"))


def check_base(args: Mapping[str, Any], subscription: Body) -> None:
    """Refuse what was decided while something else held."""
    base = args["base"]
    if base["subscription"] != subscription["id"] or wanted(base) != terms_of(subscription):
        raise Refused("changed_meanwhile")
    if base["period_end"] != item_of(subscription)["current_period_end"]:
        raise Refused("period_over")


def base_of(subscription: Body) -> dict[str, Any]:
    """What holds while somebody decides."""
    plan, interval, seats = terms_of(subscription)
    return {
        "subscription": subscription["id"],
        "plan": plan,
        "interval": interval,
        "seats": seats,
        "period_end": item_of(subscription)["current_period_end"],
    }


def check_open(subscription: Body) -> None:
    """Refuse a purchase while something else is unfinished."""
    if subscription["status"] not in ("active", "trialing"):
        raise Refused("unpaid_first")
    if subscription.get("pending_update"):
        raise Refused("pending_first")
    if next_phase(subscription) is not None:
        raise Refused("planned_first")
    if is_ending(subscription):
        raise Refused("ending_first")


def _buy(command: Command, fetched: Fetched) -> None:
    subscription = live(fetched)
    if terms_of(subscription) == wanted(command.args):
        return
    check_base(command.args, subscription)
    check_open(subscription)
    _release(command, subscription)
    writing.buy_more(
        subscription["id"],
        key=key(command, "buy"),
        item=item_of(subscription)["id"],
        price=command.args["price"],
        seats=command.args["seats"],
        proration_date=command.args["proration_date"],
    )


def _bought(command: Command, fetched: Fetched) -> bool:
    """Done, or waiting for its payment."""
    rows = live_of(fetched.subscriptions)
    if not rows:
        return False
    if terms_of(rows[0]) == wanted(command.args):
        return True
    pending = (rows[0].get("pending_update") or {}).get("subscription_items") or [{}]
    return bool(pending[0].get("quantity") == command.args["seats"])


def _plan(command: Command, fetched: Fetched) -> None:
    subscription = live(fetched)
    check_base(command.args, subscription)
    check_open(subscription)
    schedule = subscription.get("schedule")
    if not schedule:
        schedule = writing.start_schedule(subscription["id"], key=key(command, "start"))
    price = price_for(subscription, wanted(command.args))
    phases = _phases(command.args, subscription, schedule, price=price["id"])
    writing.plan_phases(schedule["id"], key=key(command, "plan"), phases=phases)


def price_for(subscription: Body, terms: Terms) -> Body:
    """Whoever keeps plan and interval keeps the price that was agreed; else it is today's."""
    price: Body = item_of(subscription)["price"]
    now = price_values(price)
    if (now["plan"], now["interval"]) == terms[:2]:
        return price
    return price_sold(terms[0], terms[1], now["currency"])


def price_sold(plan: str, interval: str, currency: str) -> Body:
    """The price that is sold today; Refused when the catalogue was not brought over."""
    found = reading.price_named(lookup_key(plan, Interval(interval), currency))
    if found is None:
        raise Refused("not_sold", provider=f"no price {plan} {interval} {currency}")
    return found


def _phases(
    args: Mapping[str, Any], subscription: Body, schedule: Body, *, price: str
) -> list[dict[str, Any]]:
    """As it is until the renewal; then for one period what is wanted."""
    item = item_of(subscription)
    now = {"price": item["price"]["id"], "quantity": item["quantity"]}
    then = {"price": price, "quantity": args["seats"]}
    return [
        {
            "items": [now],
            "start_date": schedule["current_phase"]["start_date"],
            "end_date": item["current_period_end"],
            "proration_behavior": "none",
        },
        {
            "items": [then],
            "duration": {"interval": args["interval"], "interval_count": 1},
            "proration_behavior": "none",
        },
    ]


def _planned(command: Command, fetched: Fetched) -> bool:
    rows = live_of(fetched.subscriptions)
    phase = next_phase(rows[0]) if rows else None
    if phase is None:
        return False
    item = phase["items"][0]
    price = price_values(fetched.prices[id_of(item["price"])])
    return (price["plan"], price["interval"], item["quantity"]) == wanted(command.args)


def _keep(command: Command, fetched: Fetched) -> None:
    _release(command, live(fetched))


def _kept(_command: Command, fetched: Fetched) -> bool:
    rows = live_of(fetched.subscriptions)
    return not rows or next_phase(rows[0]) is None


def _release(command: Command, subscription: Body) -> None:
    schedule = id_of(subscription.get("schedule"))
    if schedule:
        writing.release_schedule(schedule, key=key(command, "release"))


def _cancel(command: Command, fetched: Fetched) -> None:
    subscription = live(fetched)
    _release(command, subscription)
    writing.end_with_period(
        subscription["id"],
        key=key(command, "cancel"),
        ends=True,
        reason=command.args.get("reason", ""),
    )


def _cancelled(_command: Command, fetched: Fetched) -> bool:
    rows = live_of(fetched.subscriptions)
    return not rows or is_ending(rows[0])


def _resume(command: Command, fetched: Fetched) -> None:
    writing.end_with_period(live(fetched)["id"], key=key(command, "resume"), ends=False)


def _resumed(_command: Command, fetched: Fetched) -> bool:
    rows = live_of(fetched.subscriptions)
    return bool(rows) and not is_ending(rows[0])


def _change_details(command: Command, fetched: Fetched) -> None:
    """The tax number first: it is what may be refused."""
    customer, tax_id = fetched.customer["id"], command.args["tax_id"]
    old = _tax_ids(fetched)
    if tax_id and not any(_is(row, tax_id) for row in old):
        writing.add_tax_id(customer, key=key(command, "tax"), **tax_id)
    values = command.args["values"]
    writing.change_customer(customer, key=key(command, "details"), values=values)
    for row in old:
        if not _is(row, tax_id):
            writing.drop_tax_id(customer, row["id"], key=key(command, f"drop-{row['id']}"))


def _changed_details(command: Command, fetched: Fetched) -> bool:
    tax_id = command.args["tax_id"]
    ids = _tax_ids(fetched)
    same_ids = [_is(row, tax_id) for row in ids] == ([True] if tax_id else [])
    values = command.args["values"]
    told = fetched.customer.get("address") or {}
    same = all((fetched.customer.get(name) or "") == values[name] for name in ("name", "email"))
    lines = values["address"].items()
    return same and same_ids and all((told.get(name) or "") == text for name, text in lines)


def _tax_ids(fetched: Fetched) -> list[Body]:
    return (fetched.customer.get("tax_ids") or {}).get("data") or []


def _is(row: Body, tax_id: Mapping[str, str]) -> bool:
    return bool(tax_id) and (row["type"], row["value"]) == (tax_id["kind"], tax_id["value"])


KINDS: Mapping[str, Kind] = {
    "buy": Kind(_buy, _bought),
    PLAN_CHANGE: Kind(_plan, _planned),
    "keep": Kind(_keep, _kept),
    "cancel": Kind(_cancel, _cancelled),
    "resume": Kind(_resume, _resumed),
    "change_details": Kind(_change_details, _changed_details),
}
#: Those that change the subscription: one at a time.
CHANGES = tuple(kind for kind in KINDS if kind != "change_details")
