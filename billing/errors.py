"""What can go wrong between us and the payment provider, in the words of our own code."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Why something was not done, as the person who wanted it may read it.
SENTENCES: Mapping[str, Promise] = {
    "not_set_up": _("Paying is not set up on this installation."),
    "not_sold": _("This plan is not sold in that way."),
    "bad_seats": _("Choose a whole number of seats from %(low)s on."),
    "too_many_seats": _("This plan has at most %(high)s seats."),
    "below_used": _(
        "%(used)s seats are used by people and open invitations. Deactivate people or withdraw"
        " invitations first."
    ),
    "has_subscription": _("You have a subscription already. Change it instead of buying another."),
    "no_subscription": _("There is no subscription to change."),
    "other_currency": _("You pay in %(currency)s; that cannot be changed any more."),
    "unpaid_first": _("An invoice is open. Pay it first, then this can be changed."),
    "pending_first": _("A purchase waits for its payment. Pay it, or wait until it lapses."),
    "planned_first": _("A change is planned for the renewal. Keep what you have first."),
    "ending_first": _("The subscription is cancelled. Come back first, then change it."),
    "busy": _("Another change is on its way. Try again in a moment."),
    "being_checked": _(
        "We do not know yet how an earlier change ended. Our operators look at it; nothing else"
        " is bought meanwhile."
    ),
    "not_more": _("Fewer seats or a smaller plan begin at the renewal."),
    "no_change": _("That is what you have already."),
    "no_plan_change": _("Nothing is planned for the renewal."),
    "not_ending": _("The subscription is not cancelled."),
    "already_ending": _("The subscription is cancelled already."),
    "stale_preview": _("This preview is too old. Look at the price again."),
    "changed_meanwhile": _("Your plan has changed meanwhile. Look at the price again."),
    "period_over": _("A new period has begun meanwhile. Look at the price again."),
    "not_free": _("Free has %(high)s seats; %(used)s are used."),
    "still_trial": _(
        "The trial is not over. With at most %(high)s people it becomes Free by itself."
    ),
    "bad_name": _("Name: write the company's name."),
    "bad_email": _("E-mail: this is not an address."),
    "bad_country": _("Country: use its two letters, as DE or CN."),
    "no_customer": _("There are no invoices yet."),
    "bad_tax_id": _("The tax number is not valid."),
    "bad_details": _("The payment service refused these details: check the address and mail."),
    "card_declined": _("The card was declined. Use another card or ask your bank."),
    "insufficient_funds": _("The card has not enough funds. Use another card."),
    "no_card": _("There is no card to pay with. Add one first."),
    "expired_card": _("The card has expired. Use another card."),
    "authentication_required": _("Your bank wants to hear from you: confirm the payment."),
    "payment_open": _("The payment did not go through. Pay the invoice to finish the purchase."),
    "refused": _("The payment service refused this. Our operators can see why."),
}


class Refused(Exception):
    """No, and the sentence says why; safe to show, translated when it is shown."""

    def __init__(self, code: str, *, provider: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values
        #: What the provider said, for operators only.
        self.provider = provider

    @property
    def sentence(self) -> str:
        """Why, in the language of whoever reads it."""
        return sentence(self.code, self.values)

    def __str__(self) -> str:
        return self.sentence


class Unreachable(Exception):
    """Nobody knows whether it happened: the network, a time-out, a server that is down."""


class Busy(Exception):
    """Nothing happened: too many requests, or the same one is under way."""


class StoredFailure(Exception):
    """The provider failed and will repeat that answer for ever under this key."""


class InTransaction(AssertionError):
    """Somebody would wait for the network while holding rows of a database."""


def sentence(code: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence of a code; one that is not known any more is told as a plain refusal."""
    text = str(SENTENCES.get(code, SENTENCES["refused"]))
    return text % values if values else text
