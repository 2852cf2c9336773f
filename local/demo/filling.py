"""The steps of the demo, each safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.utils import timezone

from app.access.actors import Actor, load_actor
from app.access.models import Branch, Role, Team, User
from app.access.people import create_person
from app.access.workspaces import workspace_named
from app.imports.models import Import
from app.imports.proposing import complete
from app.imports.running import run
from app.imports.staging import reset, store
from app.notifications.people import quiet
from app.records import changes, registry
from local import book
from local.demo import company, papers, story
from tenants.context import bind_actor, use_control, use_tenant
from tenants.models import Tenant

STAGES = (
    ("Prospecting", "open", 10),
    ("Engaging", "open", 40),
    ("Won", "won", 100),
    ("Lost", "lost", 0),
)
ACCOUNTS = {
    "columns": {
        "account": "name",
        "sector": {"field": "industry", "values": {"technolgy": "technology"}},
        "year_established": "founded",
        "revenue": "revenue",
        "employees": "employees",
        "office_location": {"field": "country", "values": {"Philipines": "Philippines"}},
        "subsidiary_of": "parent",
    },
    "defaults": {"currency": "USD", "category": "customer"},
    "key": "name",
}
PRODUCTS = {
    "columns": {"product": "name", "series": "category", "sales_price": "price"},
    "defaults": {"currency": "USD"},
    "key": "name",
}
DEALS = {
    "columns": {
        "opportunity_id": "external_id",
        "sales_agent": {"field": "owner", "unknown": "create"},
        "product": {"field": "product", "values": {"GTXPro": "GTX Pro"}},
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "engaged_on",
        "close_date": "close_date",
        "close_value": "amount",
    },
    "compose": {"name": "{account} - {product} - {opportunity_id}"},
    "defaults": {"currency": "USD"},
    "key": "external_id",
}


def fill(*, subdomain: str, email: str, password: str, owner: str) -> None:
    """The whole demo."""
    make_workspace(subdomain, email=email, password=password, owner=owner)
    with use_tenant(workspace_named(subdomain)):
        person = User.objects.get(email=email)
        with bind_actor(person.pk, "demo"), quiet():
            actor = load_actor(person.pk)
            assert actor is not None
            make_people(person, actor, password=password)
            make_pipeline(actor)
            import_book(actor)
            story.tell(actor)
            company.furnish(actor)
            papers.hand_in(actor)


def make_workspace(subdomain: str, *, email: str, password: str, owner: str) -> None:
    """Sign the company up, unless it is there."""
    with use_control():
        there = Tenant.objects.filter(subdomain=subdomain, status=Tenant.Status.ACTIVE).exists()
    if not there:
        call_command(
            "create_workspace",
            name="Northstar Hardware",
            subdomain=subdomain,
            email=email,
            password=password,
            owner=owner,
        )


def make_people(owner: User, actor: Actor, *, password: str) -> None:
    """Teams by regional office, agents under their managers, the owner above them all.

    Managers and one agent of each team may sign in.
    """
    head, _made = Branch.objects.get_or_create(name="Head office")
    seated: set[str] = set()
    for agent, manager, office in book.teams():
        team = make_team(office, head)
        leader = make_person(manager, Role.MANAGER, team, by=actor, password=password, under=owner)
        key = "" if office in seated else password
        seated.add(office)
        if agent == owner.name:
            User.objects.filter(pk=owner.pk, team=None).update(team=team)
        else:
            make_person(agent, Role.SALES, team, by=actor, password=key, under=leader)


def make_team(office: str, head: Branch) -> Team:
    """The team of a regional office, which belongs to the head office."""
    branch, _made = Branch.objects.get_or_create(name=office, defaults={"parent": head})
    team, _made = Team.objects.get_or_create(name=office)
    Team.objects.filter(pk=team.pk, branch=None).update(branch=branch)
    return team


def make_person(name: str, role: str, team: Team, *, by: Actor, password: str, under: User) -> User:
    """Somebody of the company; without a password he has no seat."""
    there = User.objects.filter(name=name).first()
    if there is not None:
        return there
    email = f"{name.lower().replace(' ', '.')}@demo.example" if password else None
    return create_person(
        name, by=by, email=email, password=password or None, role=role, team=team, manager=under
    )


def make_pipeline(actor: Actor) -> None:
    """The stages of the sales book."""
    pipelines = registry.get("pipelines")
    if pipelines.queryset(actor).filter(name="B2B sales").exists():
        return
    values = {"name": "B2B sales", "is_default": True}
    pipeline = changes.create(pipelines, values, actor=actor, origin="demo")
    for place, (name, kind, probability) in enumerate(STAGES, start=1):
        stage = {
            "name": name,
            "kind": kind,
            "probability": probability,
            "position": place,
            "pipeline_id": pipeline.pk,
        }
        changes.create(registry.get("stages"), stage, actor=actor, origin="demo")


def import_book(actor: Actor) -> None:
    """The three files, as a person would import them."""
    files = book.moved(book.book(), to=timezone.localdate())
    import_file("accounts", files.accounts, ACCOUNTS, actor=actor)
    import_file("products", files.products, PRODUCTS, actor=actor)
    import_file("deals", files.deals, DEALS, actor=actor)


def import_file(slug: str, data: bytes, mapping: dict[str, Any], *, actor: Actor) -> None:
    """One file, here and now."""
    if Import.objects.filter(file_name=f"{slug}.csv", status=Import.Status.DONE).exists():
        return
    made = store([data], entity=registry.get(slug), file_name=f"{slug}.csv", actor=actor)
    made.mapping = complete(made, mapping)
    reset(made, mode=Import.Mode.APPLY)
    run(made.pk)
    made.refresh_from_db()
    if made.failed:
        raise RuntimeError(f"{made.failed} rows of {slug}.csv were refused.")
