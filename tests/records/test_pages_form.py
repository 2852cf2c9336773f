"""New and edit: nothing typed is lost, nothing hidden is shown, nobody overwrites unseen."""

from __future__ import annotations

from app.records import changes, registry
from app.records.models import Link
from app.sales.models import Account, Contact, Deal
from tenants.context import use_tenant
from tests.records.helpers import actor, make, pipeline

ACCOUNTS = registry.get("accounts")


def account(two, user, **values):
    with use_tenant(two[0]):
        return make("accounts", user, **({"name": "Acme"} | values))


def fresh(two, row):
    with use_tenant(two[0]):
        return type(row).objects.get(pk=row.pk)


def test_it_creates_a_record_and_shows_it(two, browser, bob):
    sent = {"name": "Nordwind", "revenue": "1,234.50", "revenue_currency": "USD", "employees": ""}
    answer = browser(bob).post("/accounts/new/", sent)
    with use_tenant(two[0]):
        row = Account.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/accounts/{row.pk}/")
    assert (row.name, str(row.revenue), row.owner_id) == ("Nordwind", "1234.5000", bob.pk)


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(browser, bob):
    answer = browser(bob).post("/accounts/new/", {"name": "Kept", "employees": "many"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Kept"' in page
    assert 'value="many"' in page
    assert 'href="#id-employees"' in page


def test_the_address_fills_the_form_in(two, browser, bob):
    row = account(two, bob)
    page = browser(bob).get(f"/contacts/new/?account_id={row.pk}").content.decode()
    assert f'name="account_id" value="{row.pk}"' in page
    assert 'value="Acme"' in page


def test_the_form_never_names_a_hidden_record(two, browser, bob, charlie):
    row = account(two, bob, name="Secret Ltd")
    page = browser(charlie).get(f"/contacts/new/?account_id={row.pk}").content.decode()
    assert "Secret Ltd" not in page
    answer = browser(charlie).post("/contacts/new/", {"name": "X", "account_id": row.pk})
    assert answer.status_code == 422
    with use_tenant(two[0]):
        assert not Contact.objects.exists()


def test_only_what_was_touched_is_written(two, browser, bob, alice):
    row = account(two, bob, city="Berlin")
    with use_tenant(two[0]):
        changes.update(ACCOUNTS, row.pk, {"city": "Bonn"}, actor=actor(alice), version=1)
    sent = {"name": "Acme 2", "was.name": "Acme", "city": "Berlin", "was.city": "Berlin"}
    browser(bob).post(f"/accounts/{row.pk}/edit/", {**sent, "version": "2"})
    done = fresh(two, row)
    assert (done.name, done.city) == ("Acme 2", "Bonn")


def test_the_second_to_save_is_told_and_keeps_his_input(two, browser, bob, alice):
    row = account(two, bob)
    with use_tenant(two[0]):
        changes.update(ACCOUNTS, row.pk, {"name": "Theirs"}, actor=actor(alice), version=1)
    sent = {"name": "Mine", "was.name": "Acme", "version": "1"}
    answer = browser(bob).post(f"/accounts/{row.pk}/edit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Alice Alder" in page
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    assert fresh(two, row).name == "Theirs"


def test_after_a_conflict_each_field_is_chosen(two, browser, bob, alice):
    row = account(two, bob)
    theirs = {"name": "Theirs", "city": "Bonn"}
    with use_tenant(two[0]):
        changes.update(ACCOUNTS, row.pk, theirs, actor=actor(alice), version=1)
    sent = {"name": "Mine", "city": "Berlin", "was.name": "Theirs", "was.city": "Bonn"}
    kept = {"keep.name": "theirs", "keep.city": "mine", "version": "2"}
    answer = browser(bob).post(f"/accounts/{row.pk}/edit/", sent | kept)
    done = fresh(two, row)
    assert (answer.status_code, done.name, done.city) == (302, "Theirs", "Berlin")


def test_a_form_without_a_version_is_an_old_one(two, browser, bob):
    row = account(two, bob)
    assert browser(bob).post(f"/accounts/{row.pk}/edit/", {"name": "X"}).status_code == 412
    assert fresh(two, row).name == "Acme"


def test_links_are_added_and_removed_by_the_form(two, browser, bob):
    row = account(two, bob)
    sent = {"name": "Lena", "links": "1", "link.0.kind": "accounts", "link.0.id": row.pk}
    browser(bob).post("/contacts/new/", sent | {"link.0.role": "Buyer"})
    with use_tenant(two[0]):
        contact = Contact.objects.get()
        assert Link.objects.get().role == "Buyer"
    page = browser(bob).get(f"/contacts/{contact.pk}/edit/").content.decode()
    assert 'value="Buyer"' in page
    sent = {"name": "Lena", "links": "1", "version": "1"}
    browser(bob).post(f"/contacts/{contact.pk}/edit/", sent)
    with use_tenant(two[0]):
        assert not Link.objects.exists()


def test_who_may_not_change_it_gets_403_and_who_does_not_see_it_404(
    two, browser, alice, bob, charlie, rita
):
    row = account(two, alice)
    for path in (f"/accounts/{row.pk}/edit/", f"/accounts/{row.pk}/field/name/"):
        assert browser(bob).get(path).status_code == 403
        assert browser(rita).get(path).status_code == 403
        assert browser(charlie).get(path).status_code == 404
    assert browser(rita).get("/accounts/new/").status_code == 403
    assert browser(rita).post("/accounts/new/", {"name": "X"}).status_code == 403


def test_a_stranger_of_another_workspace_gets_404(two, browser, alice, mallory):
    row = account(two, alice)
    client = browser(mallory, ref=two[1])
    for page in ("", "edit/", "delete/", "field/name/"):
        assert client.get(f"/accounts/{row.pk}/{page}").status_code == 404


def test_one_field_is_changed_in_its_place(two, browser, bob):
    row = account(two, bob)
    path = f"/accounts/{row.pk}/field/revenue/"
    sent = {"revenue": "5,000", "revenue_currency": "USD", "version": "1"}
    answer = browser(bob).post(path, sent, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == f"/accounts/{row.pk}/"
    assert str(fresh(two, row).revenue) == "5000.0000"
    stale = browser(bob).post(path, sent, headers={"hx-request": "true"})
    assert stale.status_code == 422
    assert "meanwhile" in stale.content.decode()


def test_a_deal_takes_the_first_stage_when_none_is_chosen(two, browser, alice):
    with use_tenant(two[0]):
        stages = pipeline(alice)
    browser(alice).post("/deals/new/", {"name": "Fleet", "pipeline_id": "", "stage_id": ""})
    with use_tenant(two[0]):
        assert Deal.objects.get().stage_id == stages["Prospecting"].pk


def test_the_way_back_never_leads_to_a_foreign_site(browser, bob):
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = browser(bob).post("/accounts/new/", {"name": "X", "next": target})
        assert answer.url.startswith("/accounts/")
