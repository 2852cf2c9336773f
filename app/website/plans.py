"""The plans as the public site tells of them; none is paid for yet."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GB = 1000**3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a company may choose when it signs up."""

    slug: str
    name: Promise
    pitch: Promise
    #: For how many people it is made.
    size: Promise
    points: tuple[Promise, ...]
    #: Bytes that the workspace's files may take; none is no limit.
    storage_bytes: int | None
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
            _("1 GB for files on records"),
        ),
        storage_bytes=GB,
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
            _("100 GB for files on records"),
        ),
        storage_bytes=100 * GB,
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
            _("1 TB for files on records"),
        ),
        storage_bytes=1000 * GB,
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
            _("As much room for files as you need"),
        ),
        storage_bytes=None,
    ),
)
BY_SLUG = {plan.slug: plan for plan in PLANS}
DEFAULT = "free"
