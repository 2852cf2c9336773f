"""Pictures of people, the logo and the colour of the workspace."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext

from app.access.looks import Picture
from app.access.models import User, Workspace
from app.access.people import create_seatless, remove_person
from app.access.pictures import show_logo, show_person
from app.records.models import AuditEntry
from tenants.context import use_tenant
from tests.drawing import drawn, read
from tests.records.helpers import actor, make


def upload(content: bytes | None = None) -> dict[str, Any]:
    """The form with a picture in it."""
    return {"picture": SimpleUploadedFile("me.png", content or drawn("PNG"), "image/png")}


def picture_of(user: Any, ref: Any) -> str:
    with use_tenant(ref):
        return User.objects.get(pk=user.pk).picture


def test_a_picture_is_shown_to_colleagues_and_kept_by_their_browsers(browser, bob, rita, two):
    assert browser(bob).post("/settings/profile/picture/", upload()).status_code == 302
    address = f"/pictures/{bob.pk}/{picture_of(bob, two[0])}.webp"
    answer = browser(rita).get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert read(answer.content).size == (256, 256)
    for path in ("/", "/settings/profile/"):
        assert address in browser(bob).get(path).content.decode()


def test_another_picture_is_at_another_address_and_the_old_one_is_gone(browser, bob, two):
    client = browser(bob)
    client.post("/settings/profile/picture/", upload())
    old = picture_of(bob, two[0])
    client.post("/settings/profile/picture/", upload(drawn("JPEG", size=(300, 20))))
    new = picture_of(bob, two[0])
    assert client.get(f"/pictures/{bob.pk}/{old}.webp").status_code == 404
    assert client.get(f"/pictures/{bob.pk}/{new}.webp").status_code == 200
    client.post("/settings/profile/picture/", {"remove": "1"})
    assert picture_of(bob, two[0]) == ""
    assert client.get(f"/pictures/{bob.pk}/{new}.webp").status_code == 404
    with use_tenant(two[0]):
        assert not Picture._default_manager.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='alert(1)'/>", "no picture that we can read"),
        (drawn("GIF"), "no picture that we can read"),
        (drawn("PNG") + b"0" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_good_picture_is_refused_by_name(browser, bob, two, content, words):
    answer = browser(bob).post("/settings/profile/picture/", upload(content))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert picture_of(bob, two[0]) == ""


def test_nothing_chosen_says_so(browser, bob):
    answer = browser(bob).post("/settings/profile/picture/", {})
    assert answer.status_code == 422
    assert "Choose a picture first." in answer.content.decode()


def test_strangers_and_mallory_see_no_picture(browser, bob, mallory, two):
    with use_tenant(two[0]):
        show_person(bob, drawn("PNG"))
    address = f"/pictures/{bob.pk}/{picture_of(bob, two[0])}.webp"
    assert browser().get(address)["Location"].startswith("/login/")
    assert browser(mallory, ref=two[1]).get(address).status_code == 404


def test_the_trail_names_the_picture_and_does_not_hold_it(workspace, bob):
    show_person(bob, drawn("PNG"))
    tables = AuditEntry._default_manager.values_list("table_name", flat=True)
    assert "access_picture" not in set(tables)
    changed = AuditEntry._default_manager.get(table_name="access_user", record_id=bob.pk)
    assert changed.diff == {"picture": ["", bob.picture]}


def test_uploads_are_throttled(browser, bob, monkeypatch):
    from app.access.throttles import Rate
    from app.setup import profile

    monkeypatch.setattr(profile, "UPLOADS", Rate(1, 600))
    client = browser(bob)
    assert client.post("/settings/profile/picture/", {}).status_code == 422
    assert client.post("/settings/profile/picture/", {}).status_code == 302


def test_a_person_who_is_removed_takes_his_picture_along(workspace, alice):
    eve = create_seatless(["Eve"], by=actor(alice))[0]
    show_person(eve, drawn("PNG"))
    remove_person(eve, by=actor(alice))
    assert not Picture._default_manager.exists()


def test_owners_are_shown_with_their_picture_and_lead_to_their_page(workspace, browser, alice, bob):
    make("accounts", alice, name="Alpha", owner_id=bob.pk)
    client = browser(alice)
    bare = client.get("/accounts/").content.decode()
    assert f'href="/people/{bob.pk}/"' in bare
    assert "/pictures/" not in bare
    show_person(bob, drawn("PNG"))
    assert f"/pictures/{bob.pk}/{bob.picture}.webp" in client.get("/accounts/").content.decode()


def test_pictures_cost_a_list_no_query(workspace, browser, alice, bob):
    make("accounts", alice, name="Alpha", owner_id=bob.pk)
    client = browser(alice)
    client.get("/accounts/")
    few = queries(client, "/accounts/")
    show_person(bob, drawn("PNG"))
    show_logo(drawn("PNG"))
    assert queries(client, "/accounts/") == few


def queries(client: Any, path: str) -> int:
    with CaptureQueriesContext(connections["default"]) as found:
        client.get(path)
    return len(found)


def test_programs_are_not_told_of_pictures(workspace, browser, alice, bob):
    from tests.isolation.world import token_of

    row = make("accounts", alice, name="Alpha", owner_id=bob.pk)
    show_person(bob, drawn("PNG"))
    bearer = {"authorization": f"Bearer {token_of(alice, ref=workspace)}"}
    for path in ("/api/v1/accounts", f"/api/v1/accounts/{row.pk}", "/api/v1/employees"):
        assert b"picture" not in browser().get(path, headers=bearer).content


def test_the_logo_is_shown_in_the_frame_and_to_visitors_of_its_own_host(browser, alice, two):
    client = browser(alice)
    data = upload(drawn("PNG", size=(800, 200), mode="RGBA"))
    assert client.post("/settings/workspace/logo/", data).status_code == 302
    with use_tenant(two[0]):
        digest = Workspace.objects.get().logo
    address = f"/pictures/logo/{digest}.webp"
    assert address in client.get("/").content.decode()
    visitor = browser()
    assert address in visitor.get("/login/").content.decode()
    answer = visitor.get(address)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert read(answer.content).size == (400, 100)
    assert browser(ref=two[1]).get(address).status_code == 404
    client.post("/settings/workspace/logo/", {"remove": "1"})
    assert address not in visitor.get("/login/").content.decode()
    assert visitor.get(address).status_code == 404


def test_a_logo_that_is_no_picture_is_refused(browser, alice, two):
    answer = browser(alice).post("/settings/workspace/logo/", upload(b"<svg/>"))
    assert answer.status_code == 422
    assert "no picture that we can read" in answer.content.decode()
    with use_tenant(two[0]):
        assert Workspace.objects.get().logo == ""


def test_the_colour_is_on_every_page_and_on_the_log_in_page(browser, alice, two):
    client = browser(alice)
    assert 'data-accent="indigo"' in client.get("/").content.decode()
    assert client.post("/settings/workspace/colour/", {"accent": "teal"}).status_code == 302
    for page in (client.get("/"), client.get("/accounts/"), browser().get("/login/")):
        assert '<html lang="en" data-theme="system" data-accent="teal">' in page.content.decode()
    assert 'data-accent="teal">' not in browser(ref=two[1]).get("/login/").content.decode()


@pytest.mark.parametrize("accent", ["", "beige", 'teal" onload="x'])
def test_a_colour_that_is_not_of_the_palette_is_refused(browser, alice, two, accent):
    answer = browser(alice).post("/settings/workspace/colour/", {"accent": accent})
    assert answer.status_code == 422
    with use_tenant(two[0]):
        assert Workspace.objects.get().accent == "indigo"


@pytest.mark.parametrize("page", ["logo", "colour"])
@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_only_administrators_change_how_the_workspace_looks(browser, request, name, page):
    client = browser(request.getfixturevalue(name))
    assert client.post(f"/settings/workspace/{page}/", {"accent": "red"}).status_code == 403
