"""What people type is shown as text, everywhere; every page keeps its guards up."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from app.records import changes, registry
from app.records.fields import Kind
from tenants.context import use_tenant
from tests.factories import sample
from tests.isolation.fixtures import undone
from tests.isolation.surface import text_of
from tests.isolation.world import deleted_rows, stamped, token_of
from tests.records.helpers import actor
from tests.test_every_url import known

BAD = """<script>x</script>"><img src=x onerror=alert(1)>'{{7*7}}</textarea>"""
RAW = ("<script>x", "<img src=x", '"><img src=x', "</textarea><", "49</textarea")
TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil")')


def spoil(entity: Any, pk: int, alice: Any) -> None:
    """Put the worst into every text of a record."""
    values: dict[str, Any] = {
        key: BAD[: field.max_length or 200] if field.max_length else BAD
        for key, field in entity.writable.items()
        if field.kind in TEXTS and key != "external_id"
    }
    values["custom"] = {BAD[:60]: BAD}
    changes.update(entity, pk, values, actor=actor(alice), version=None)


@pytest.fixture
def spoilt(two, both, alice) -> Any:
    """Alice's rows, every text of them hostile; her name, teams and imports too."""
    from app.access.models import Team, User

    with use_tenant(two[0]):
        for slug, pk in both.rows.items():
            spoil(registry.get(slug), pk, alice)
        for slug in ("contacts", "activities"):
            entity = registry.get(slug)
            ties = [{"entity": s, "id": both.rows[s], "role": BAD[:60]} for s in entity.links_to]
            changes.update(
                entity, both.rows[slug], {}, links=ties, actor=actor(alice), version=None
            )
        User.objects.filter(pk=alice.pk).update(name=BAD[:100])
        Team.objects.filter(pk=both.other["team"]).update(name=BAD[:90])
    return both


def test_hostile_text_is_shown_as_text_on_every_page(two, spoilt, browser, alice, send):
    client, token, seen, faults = browser(alice), token_of(alice, ref=two[0]), 0, []
    for entry in known().values():
        for call in entry(spoilt):
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, token)
                text = text_of(response)
            client.cookies = cookies
            if not response.headers.get("Content-Type", "").startswith("text/html"):
                continue
            seen += "&lt;script&gt;x" in text
            found = [raw for raw in RAW if raw in text]
            faults += [f"{call} shows {found}"] if found else []
    for path in ("/search/?q=script", "/search/?q=script&part=palette", "/accounts/lookup/?q=scr"):
        text = text_of(client.get(path))
        assert not [raw for raw in RAW if raw in text], path
    assert not faults, "\n".join(faults)
    assert seen > 60


INLINE = (
    re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(?!\s*</script>)", re.IGNORECASE),
    re.compile(r"<style\b", re.IGNORECASE),
    re.compile(r"<[a-z][^>]*\sstyle=", re.IGNORECASE),
    re.compile(r"<[a-z][^>]*\son[a-z]+=", re.IGNORECASE),
    re.compile(r"(?:href|src|action)=[\"']?\s*javascript:", re.IGNORECASE),
    re.compile(r"(?:src|href)=[\"'](?:https?:)?//(?![a-z.]*(?:localhost|example))", re.IGNORECASE),
)
JSON_SCRIPT = re.compile(r'<script[^>]*type="application/json"[^>]*>.*?</script>', re.DOTALL)


def test_every_page_has_its_guards_and_nothing_inline(two, both, browser, alice, public):
    client, seen, faults = browser(alice), 0, []
    asked = [(client, call) for entry in known().values() for call in entry(both)]
    from tests.isolation.expected import PUBLIC

    asked += [(public, call) for entry in PUBLIC.values() for call in entry(both)]
    for who, call in asked:
        if call.method != "GET" or call.path.startswith("/api/v1/openapi"):
            continue
        with undone(two[0]):
            response = call.send(who)
            text = text_of(response)
        html = JSON_SCRIPT.sub("", text)
        seen += 1
        faults += [f"{call} lacks {name}" for name in lacking(response)]
        if response.headers.get("Content-Type", "").startswith("text/html"):
            faults += [f"{call} has {m.group(0)}" for one in INLINE if (m := one.search(html))]
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert seen > 100


REFERRERS = ("same-origin", "no-referrer")


def lacking(response: Any) -> list[str]:
    """The guards that an answer lacks."""
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = {
        "default-src 'self'": "default-src 'self'" in policy,
        "frame-ancestors 'none'": "frame-ancestors 'none'" in policy,
        "a policy without unsafe-": bool(policy) and "unsafe-" not in policy,
        "nosniff": response.headers.get("X-Content-Type-Options") == "nosniff",
        "frame options": response.headers.get("X-Frame-Options") == "DENY",
        "referrer policy": response.headers.get("Referrer-Policy") in REFERRERS,
    }
    return [name for name, there in wanted.items() if not there]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_export_holds_a_formula(two, alice, browser, formula):
    with use_tenant(two[0]):
        for entity in registry.all_entities():
            row = sample(entity.slug, by=alice, name=f"{formula}x" if formula.strip() else "x")
            texts: dict[str, Any] = {
                key: f"{formula}y"[: field.max_length]
                for key, field in entity.writable.items()
                if field.kind in TEXTS
            }
            texts.pop("name")
            texts["external_id"] = f"{formula}{entity.slug}"
            texts["custom"] = {formula: formula}
            changes.update(entity, row.pk, texts, actor=actor(alice), version=None)
    client = browser(alice)
    for entity in registry.all_entities():
        columns = ",".join(entity.fields)
        text = text_of(client.get(f"/{entity.slug}/export/?columns={columns}"))
        body = text[text.index("id,") :]
        cells = [cell for line in csv.reader(io.StringIO(body)) for cell in line]
        assert len(cells) > 10
        starts = ("=", "+", "-", "@", "\t", "\r")
        harmful = [cell for cell in cells if cell.startswith(starts) and not number(cell)]
        assert harmful == [], (entity.slug, harmful)


def number(cell: str) -> bool:
    """Whether the cell is a plain number."""
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


EXTRA = {
    "id": "77",
    "version": "9",
    "created_by_id": "3",
    "deleted_at": "2020-01-01",
    "finder_id": "3",
}


def test_a_form_sets_only_what_a_form_shows(two, alice, bob, browser):
    client = browser(bob)
    sent = {"name": "Mass", **EXTRA, "updated_by_id": "3", "sort_key": "zz", "custom": '{"a": 1}'}
    assert client.post("/accounts/new/", sent).status_code == 302
    with use_tenant(two[0]):
        row = registry.get("accounts").model.objects.get()
        assert (row.version, row.created_by_id, row.deleted_at) == (1, bob.pk, None)
        assert (row.sort_key, row.custom, row.pk) == ("mass", {}, 1)
    edit = {**sent, "name": "Mass two", "version": "1", "owner_id": str(alice.pk)}
    assert client.post("/accounts/1/edit/", edit).status_code == 422
    with use_tenant(two[0]):
        assert registry.get("accounts").model.objects.get().owner_id == bob.pk


def test_a_colleague_cannot_make_himself_owner(two, bob, browser):
    client = browser(bob)
    sent = {"name": "B", "language": "", "time_zone": "", "role": "owner", "is_active": "1"}
    assert (
        client.post("/settings/profile/", {**sent, "team": "2", "email": "x@y.z"}).status_code
        == 302
    )
    for path in ("/settings/people/2/", "/settings/people/new/", "/settings/workspace/"):
        assert client.post(path, sent).status_code == 403
        assert client.get(path).status_code == 403
    with use_tenant(two[0]):
        bob.refresh_from_db()
        assert (bob.role, bob.email, bob.name) == ("sales", "bob@acme.example", "B")


def test_an_administrator_cannot_make_himself_owner_nor_touch_one(two, dora, alice, browser):
    with use_tenant(two[0]):
        dora.role = "administrator"
        dora.save()
    client = browser(dora)
    for pk in (dora.pk, 2):
        client.post(f"/settings/people/{pk}/", {"name": "D", "role": "owner"})
    client.post(f"/settings/people/{alice.pk}/", {"name": "A", "role": "sales"})
    for act in ("leave", "hand-over"):
        assert client.get(f"/settings/people/{alice.pk}/{act}/").status_code == 403
        assert client.post(f"/settings/people/{alice.pk}/{act}/", {}).status_code == 403
    with use_tenant(two[0]):
        dora.refresh_from_db()
        alice.refresh_from_db()
        assert (dora.role, alice.role, alice.is_active) == ("administrator", "owner", True)


def test_a_form_saved_by_somebody_who_does_not_see_a_relation_leaves_it(
    two, alice, bob, charlie, browser
):
    with use_tenant(two[0]):
        secret = sample("accounts", by=alice, owner=bob, stamp="Secret")
        row = sample("contacts", by=alice, owner=charlie, account_id=secret.pk, name="Lena")
    client = browser(charlie)
    page = client.get(f"/contacts/{row.pk}/edit/").content.decode()
    assert "Secret" not in page
    form = fields_of(page) | {"name": "Lena Two"}
    answer = client.post(f"/contacts/{row.pk}/edit/", form)
    assert answer.status_code == 302
    with use_tenant(two[0]):
        row.refresh_from_db()
        assert (row.name, row.account_id) == ("Lena Two", secret.pk)


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send for the page's form."""
    from html import unescape

    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        facts = dict(re.findall(r'(\S+?)="([^"]*)"', tag))
        if "name" in facts and facts.get("type") not in ("checkbox", "submit"):
            found[unescape(facts["name"])] = unescape(facts.get("value", ""))
    return found


def test_what_is_not_seen_is_not_counted_by_those_who_cannot_see(two, alice, bob, charlie, browser):
    """Also in the words of a refusal: how many rows of others depend on it."""
    with use_tenant(two[0]):
        mine = sample("accounts", by=alice, owner=charlie)
        for place in range(3):
            sample("contacts", by=alice, owner=bob, account_id=mine.pk, name=f"Hidden {place}")
    client, page = browser(charlie), f"/accounts/{mine.pk}/"
    answers = [client.get(page), client.get(f"{page}delete/")]
    client.post(f"{page}delete/", {"version": "1"})
    answers += [client.get(page)]
    for text in (answer.content.decode() for answer in answers):
        assert "Hidden" not in text
        assert not re.search(r"\b3 contacts\b", text, re.IGNORECASE)
    assert "Some contacts depend on it" in answers[-1].content.decode()


def test_secrets_never_enter_the_trail(two, alice, browser):
    from app.records.models import AuditEntry

    client = browser(alice)
    client.post("/settings/tokens/", {"name": "Robot"})
    client.post(
        "/settings/people/new/",
        {
            "name": "N",
            "email": "n@acme.example",
            "password": "a long first password",
            "role": "sales",
        },
    )
    with use_tenant(two[0]):
        keys = {key for diff in AuditEntry.objects.values_list("diff", flat=True) for key in diff}
        tables = set(AuditEntry.objects.values_list("table_name", flat=True))
    assert {"access_user", "access_apitoken"} <= tables
    assert not keys & {"password", "hash", "prefix", "token", "secret", "session_key", "key"}


def test_a_deleted_row_shows_nowhere_but_in_the_bin(two, alice, browser):
    with use_tenant(two[0]):
        gone = deleted_rows(by=alice, stamp="Qxgonexq")
        stamped(by=alice, owner=alice, stamp="Here")
    client, token = browser(alice), {"authorization": f"Bearer {token_of(alice, ref=two[0])}"}
    for entity in registry.all_entities():
        paths = [f"/{entity.slug}/", f"/{entity.slug}/export/", f"/{entity.slug}/lookup/?q=Qxgone"]
        paths += [f"/{entity.slug}/board/"] if entity.board_field else []
        for path in (*paths, "/search/?q=Qxgone&part=palette", "/"):
            assert "gonexq deleted" not in text_of(client.get(path)), path
        for path in (entity.slug, "search?q=Qxgone"):
            answer = client.get(f"/api/v1/{path}", headers=token)
            assert "gonexq deleted" not in text_of(answer), path
        for path in (
            f"/{entity.slug}/{gone[entity.slug]}/",
            f"/{entity.slug}/{gone[entity.slug]}/edit/",
        ):
            assert client.get(path).status_code == 404
        assert "gonexq" in text_of(client.get(f"/{entity.slug}/recycle-bin/"))
