"""The first purchase: on the provider's page, one at a time, never beside a subscription."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.translation import get_language

from billing import clock
from billing.errors import Refused
from billing.gateway import hosted, shelf, writing
from billing.guards import check_currency, check_idle, check_seats, check_sold, check_used
from billing.kinds import price_sold
from billing.models import BillingAccount, Mark, Subscription
from billing.people import Person
from billing.reading import NOT_LIVE, live_of
from billing.sync import CONTROL, fetch, mirror

logger = logging.getLogger(__name__)
#: How long a page waits for somebody's card.
LIFE = timedelta(hours=1)
LOCALES = {"en": "en", "zh-hans": "zh"}
PORTAL = "portal"


def open_checkout(
    account: BillingAccount,
    *,
    plan: str,
    interval: str,
    currency: str,
    seats: int,
    used: int,
    by: Person,
    back: str,
) -> str:
    """The address of a page where the subscription is bought; older pages are closed."""
    check_sold(plan, interval, currency)
    check_seats(plan, seats)
    check_used(seats, used)
    check_currency(account, currency)
    check_idle(account)
    customer = ensure_customer(account, by=by)
    check_unsubscribed(account, customer)
    price = price_sold(plan, interval, currency)["id"]
    for stray in hosted.open_checkouts(customer):
        _close(stray["id"])
    session = hosted.open_checkout(
        customer,
        key=str(uuid.uuid4()),
        price=price,
        seats=seats,
        back=back,
        locale=locale(),
        expires_at=int((clock.now() + LIFE).timestamp()),
    )
    _remember(account, session["id"])
    return str(session["url"])


def check_unsubscribed(account: BillingAccount, customer: str) -> None:
    """Refuse when a subscription lives, also one that we have not heard of yet."""
    fetched = fetch(customer)
    mirror(account.pk, fetched, by="a purchase")
    if live_of(fetched.subscriptions):
        raise Refused("has_subscription")


def ensure_customer(account: BillingAccount, *, by: Person) -> str:
    """The customer at the provider; two tabs at once make one."""
    if account.customer:
        return account.customer
    mark = uuid.uuid5(uuid.NAMESPACE_OID, f"{account.pk} {account.created_at.isoformat()}")
    values = {"name": account.company, "email": by.email, "account": str(mark)}
    # The key holds what is sent: another person's mail makes another request.
    key = str(uuid.uuid5(mark, by.email))
    made = writing.make_customer(key=f"customer:{key}", **values)
    rows = BillingAccount.objects.filter(pk=account.pk, customer=None)
    rows.update(customer=made["id"])
    account.refresh_from_db()
    return str(account.customer)


def _remember(account: BillingAccount, session: str) -> None:
    """Whoever comes second closes the page of the first; none is left beside a subscription."""
    with transaction.atomic(using=CONTROL):
        row = BillingAccount.objects.select_for_update().get(pk=account.pk)
        before, row.checkout = row.checkout, session
        row.save(update_fields=["checkout"])
        current = Subscription.objects.filter(account=row, is_current=True)
        is_bought = current.exclude(status__in=NOT_LIVE).exists()
    if before and not _close(before):
        # Perhaps it was paid this moment, and nobody has told us yet.
        is_bought = is_bought or bool(live_of(fetch(str(account.customer)).subscriptions))
    if is_bought:
        _close(session)
        raise Refused("has_subscription")


def _close(session: str) -> bool:
    """False: it was closed already, because it is bought or has lapsed."""
    try:
        hosted.close_checkout(session, key=f"close:{session}")
    except Refused:
        logger.info("the checkout %s was closed already", session)
        return False
    return True


def open_portal(account: BillingAccount, *, back: str) -> str:
    """The address of the provider's page for card, address, tax number and invoices."""
    if not account.customer:
        raise Refused("no_customer")
    session = hosted.open_portal(
        account.customer,
        key=str(uuid.uuid4()),
        configuration=_portal(),
        back=back,
        locale=locale(),
    )
    return str(session["url"])


def _portal() -> str:
    mark = Mark.objects.filter(pk=PORTAL).first()
    found = mark.value["id"] if mark else (shelf.our_portal() or {}).get("id")
    if not found:
        raise Refused("not_set_up")
    return str(found)


def locale() -> str:
    """The provider's word for the language of whoever asks."""
    return LOCALES.get(get_language() or "", "auto")
