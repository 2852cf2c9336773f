from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PAGES = ["/", "/pricing/", "/signup/", "/find/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_public_pages_need_no_sign_in_and_ask_no_workspace(public: Client, path: str) -> None:
    answer = public.get(path)
    assert answer.status_code == 200
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_style_of_its_own(public: Client, path: str) -> None:
    page = public.get(path).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick=" not in page


def test_the_plans_are_told_with_a_way_to_each(public: Client) -> None:
    page = public.get("/pricing/").content.decode()
    for plan in ("free", "team", "business", "enterprise"):
        assert f'href="/signup/?plan={plan}"' in page


def test_the_plan_chosen_is_chosen_in_the_form(public: Client) -> None:
    page = public.get("/signup/?plan=business").content.decode()
    assert '<option value="business" selected>' in page


def test_the_language_can_be_chosen(public: Client) -> None:
    answer = public.post("/language/", {"language": "zh-hans", "next": "/pricing/"})
    assert answer["Location"] == "/pricing/"
    assert public.get("/pricing/")["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("path", ["/settings/", "/login/", "/deals/", "/enter/"])
def test_pages_of_workspaces_are_not_on_the_public_site(public: Client, path: str) -> None:
    assert public.get(path).status_code == 404
