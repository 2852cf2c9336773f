"""The plans as the public site tells of them; none is paid for yet."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Plan:
    """What a company may choose when it signs up."""

    slug: str
    name: Promise
    pitch: Promise
    #: For how many people it is made.
    size: Promise
    points: tuple[Promise, ...]
    recommended: bool = False


PLANS: tuple[Plan, ...] = (
    Plan(
        "free",
        pgettext_lazy("plan", "Free"),
        _("For a first look and the first customers."),
        _("A handful of people"),
        (
            _("Accounts, contacts, deals and activities"),
            _("Import of spreadsheets, with undo"),
            _("Search in every record, Chinese included"),
        ),
    ),
    Plan(
        "team",
        pgettext_lazy("plan", "Team"),
        _("For a sales team that shares its pipeline."),
        _("Up to some fifty people"),
        (
            _("Everything in Free"),
            _("Teams that see their own records only"),
            _("Several pipelines, boards and currencies"),
        ),
        recommended=True,
    ),
    Plan(
        "business",
        pgettext_lazy("plan", "Business"),
        _("For a company with many teams and systems."),
        _("Hundreds of people"),
        (
            _("Everything in Team"),
            _("A programming interface with tokens"),
            _("A record of every change, by whom and when"),
        ),
    ),
    Plan(
        "enterprise",
        pgettext_lazy("plan", "Enterprise"),
        _("For an organisation that wants a place of its own."),
        _("As many people as you have"),
        (
            _("Everything in Business"),
            _("Made for a database cluster of your own"),
            _("Talk to us about region and contract"),
        ),
    ),
)
BY_SLUG = {plan.slug: plan for plan in PLANS}
DEFAULT = "free"
