"""The pages of the settings, in groups, for whom they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.records.registry import all_entities


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the settings."""

    href: str
    label: Promise
    icon: str
    text: Promise


OWN = (
    Page(
        "/settings/profile/",
        _("Profile"),
        "circle-user",
        _("Your name, language, time zone and password"),
    ),
    Page(
        "/settings/security/",
        _("Sign-in and security"),
        "shield",
        _("Second factor, passkeys and recovery codes"),
    ),
    Page(
        "/settings/notifications/",
        _("Notifications"),
        "bell",
        _("Which mails you get, and when"),
    ),
    Page("/settings/sessions/", _("Sessions"), "monitor", _("Where you are signed in")),
    Page("/settings/tokens/", _("API tokens"), "key", _("Keys for programs that act as you")),
)
COMPANY = (
    Page(
        "/settings/workspace/",
        _("Workspace"),
        "building-2",
        _("Name, language, time zone and base currency"),
    ),
    Page("/settings/people/", _("People"), "users", _("Who works here, and as what")),
    Page(
        "/settings/sign-in/",
        _("How people sign in"),
        "log-in",
        _("Second factor for everybody, the company's own sign-in"),
    ),
    Page("/settings/teams/", _("Teams"), "network", _("Teams, and the branches they belong to")),
    Page("/settings/reach/", _("Who sees what"), "eye", _("How far the rights of a role reach")),
    Page(
        "/settings/pipelines/",
        _("Pipelines"),
        "kanban",
        _("The stages that a deal goes through"),
    ),
    Page("/settings/currencies/", _("Currencies"), "banknote", _("Currencies and their rates")),
    Page(
        "/settings/support/",
        _("Support access"),
        "shield",
        _("Whether somebody of Clientele may look in to help"),
    ),
    Page(
        "/settings/plan/",
        _("Plan and seats"),
        "credit-card",
        _("What you have, use and pay"),
    ),
    Page("/settings/storage/", _("Storage"), "hard-drive", _("How much room files take")),
    Page(
        "/settings/export/",
        _("Export everything"),
        "file-archive",
        _("All records, people and files in one archive"),
    ),
)
IMPORTS = Page(
    "/settings/imports/", _("Imports"), "import", _("Bring in spreadsheets, and undo them")
)


def groups_for(actor: Actor) -> list[tuple[Promise, tuple[Page, ...]]]:
    """The groups of pages that this person may open."""
    shared = (*COMPANY, IMPORTS) if actor.administers else (IMPORTS,) if _imports(actor) else ()
    groups: list[tuple[Promise, tuple[Page, ...]]] = [(_("You"), OWN)]
    return [*groups, (_("Workspace"), shared)] if shared else groups


def _imports(actor: Actor) -> bool:
    return any(may(actor, Verb.IMPORT, entity) for entity in all_entities())
