"""Bring the catalogue over to the provider: what is missing is made, what was sold stays."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from django.utils import translation

from billing import clock
from billing.catalogue import PLANS, Interval, Plan, lookup_key
from billing.checkout import PORTAL
from billing.gateway import shelf
from billing.models import Mark
from billing.reading import Body

#: Raised whenever the portal should look different.
PORTAL_VERSION = "1"


class PriceChanged(Exception):
    """An amount was edited in the catalogue under a name that is sold already."""


def sync_catalogue() -> Iterator[str]:
    """Make what is missing; tells what it made. Raises PriceChanged before it makes anything."""
    yield from sync_prices()
    yield from sync_portal()


def sync_prices() -> Iterator[str]:
    """A product for each plan that is sold, and its prices."""
    sold = [plan for plan in PLANS if plan.is_sold]
    known: dict[str, Body] = {row["lookup_key"]: row for row in shelf.prices_named(_keys(sold))}
    for plan in sold:
        _check(plan, known)
    products: dict[str, Body] = {row["metadata"][shelf.OURS]: row for row in shelf.products()}
    for plan in sold:
        yield from _product(plan, products)
        yield from _prices(plan, products[plan.slug]["id"], known)


def _keys(plans: list[Plan]) -> list[str]:
    return [lookup_key(plan.slug, *terms) for plan in plans for terms in plan.prices]


def _check(plan: Plan, known: dict[str, Body]) -> None:
    for (interval, currency), amount in plan.prices.items():
        found = known.get(lookup_key(plan.slug, interval, currency))
        if found is None:
            continue
        told = (found["unit_amount"], found["currency"], found["recurring"]["interval"])
        if told != (amount, currency.lower(), interval.value) or not found["active"]:
            raise PriceChanged(
                f"{found['lookup_key']} is sold for {found['unit_amount']}, not {amount}:"
                " raise VERSION in billing/catalogue.py instead of editing a price."
            )


def _product(plan: Plan, products: dict[str, Body]) -> Iterator[str]:
    with translation.override("en"):
        name = f"Clientele {plan.name}"
    found = products.get(plan.slug)
    if found is None:
        products[plan.slug] = shelf.make_product(plan=plan.slug, name=name)
        yield f"made the product {name}"
    elif found["name"] != name:
        shelf.rename_product(found["id"], name=name)
        yield f"renamed {found['name']} to {name}"


def _prices(plan: Plan, product: str, known: dict[str, Body]) -> Iterator[str]:
    for (interval, currency), amount in plan.prices.items():
        key = lookup_key(plan.slug, interval, currency)
        if key not in known:
            shelf.make_price(
                product=product,
                lookup_key=key,
                currency=currency,
                interval=Interval(interval).value,
                amount=amount,
            )
            yield f"made the price {key}"


def sync_portal() -> Iterator[str]:
    """The page where cards and addresses are changed, and nothing else."""
    found = shelf.our_portal()
    version = f"portal-{sha256(PORTAL_VERSION.encode()).hexdigest()[:12]}"
    if found is None or found["metadata"][shelf.OURS] != version:
        found = shelf.set_up_portal(version)
        yield "set up the portal"
    defaults = {"at": clock.now(), "value": {"id": found["id"]}}
    Mark.objects.update_or_create(pk=PORTAL, defaults=defaults)
