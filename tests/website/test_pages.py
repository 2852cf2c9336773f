from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as conf
from django.test import Client

pytestmark = pytest.mark.django_db
PAGES = ["/", "/pricing/", "/signup/", "/find/", "/status/", "/terms/", "/privacy/"]


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


def test_a_page_tells_search_engines_what_it_is_and_its_languages(public: Client) -> None:
    page = public.get("/pricing/").content.decode()
    assert '<meta name="description" content="What Clientele costs' in page
    alternate = '<link rel="alternate" hreflang="zh-Hans" href="http://localhost:8000/pricing/'
    assert f'{alternate}?language=zh-hans">' in page


def test_the_address_may_name_the_language_on_the_public_site_alone(
    public: Client, browser: Callable[..., Client], alice: Any
) -> None:
    assert public.get("/pricing/?language=zh-hans")["Content-Language"] == "zh-hans"
    assert public.get("/pricing/?language=tlh")["Content-Language"] == "en"
    assert browser().get("/login/?language=zh-hans")["Content-Language"] == "en"
    assert browser(alice).get("/deals/?language=zh-hans")["Content-Language"] == "en"


def test_robots_and_the_map_name_the_pages(public: Client) -> None:
    robots = public.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots.content.decode()
    found = ElementTree.fromstring(public.get("/sitemap.xml").content)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    pages = [one.text for one in found.iter(f"{space}loc")]
    assert pages[:2] == ["http://localhost:8000/", "http://localhost:8000/pricing/"]
    for page in pages:
        assert page is not None
        assert public.get(page.removeprefix("http://localhost:8000")).status_code == 200


def test_the_icon_is_found_by_who_does_not_look_at_the_page(public: Client) -> None:
    assert "logo" in public.get("/favicon.ico")["Location"]


def test_an_unknown_page_looks_like_the_site_and_says_so(public: Client) -> None:
    answer = public.get("/nothing/here/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'class="site-foot"' in page
    assert "There is nothing here" in page


def test_terms_and_privacy_say_that_they_are_placeholders(public: Client) -> None:
    for path in ("/terms/", "/privacy/"):
        assert "This is a placeholder." in public.get(path).content.decode()


def test_privacy_names_who_gets_data_on_this_installation(public: Client, settings: Any) -> None:
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL, settings.S3_REGION = "b", "", "eu-west-1"
    settings.STRIPE_API_KEY = settings.SENTRY_DSN = ""
    page = public.get("/privacy/").content.decode()
    assert "Amazon S3 (eu-west-1)" in page
    assert "Stripe" not in page
    settings.STRIPE_API_KEY, settings.SENTRY_DSN = "sk_test_123456789", "https://k@x.example/1"
    page = public.get("/privacy/").content.decode()
    assert "Stripe" in page
    assert "A service for fault reports" in page
    assert "sk_test" not in page
    assert "x.example" not in page


def test_privacy_names_every_cookie_that_the_product_sets(public: Client) -> None:
    page = public.get("/privacy/").content.decode()
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert f"<code>{getattr(conf, f'{name}_COOKIE_NAME')}</code>" in page
    scripts = "".join(path.read_text() for path in Path("app/static/js").glob("*.js"))
    written = re.findall(r"document\.cookie = `(\w+?)(?:_\$\{|=)", scripts)
    assert sorted(written) == ["columns", "notices", "theme"]
    for name in written:
        assert f"<code>{name}" in page


def test_the_pictures_of_the_landing_page_exist_in_both_languages_and_themes(
    public: Client,
) -> None:
    for language in ("en", "zh-hans"):
        page = public.get(f"/?language={language}").content.decode()
        sources = re.findall(r'src="(?:[^"]*)(pictures/[\w-]+)\.[^"]*webp"', page)
        plain = re.findall(r'src="[^"]*(pictures/[\w-]+\.webp)"', page)
        found = {name.partition(".")[0] for name in (*sources, *plain)}
        assert len(found) == 6
        assert all(name.endswith(language[:2]) for name in found)
        assert all((Path("app/static") / f"{name}.webp").is_file() for name in found)


def test_the_operators_own_terms_and_notice_take_their_place(public: Client, settings: Any) -> None:
    settings.TERMS_URL = "https://www.example.com/terms"
    settings.PRIVACY_URL = "https://www.example.com/privacy"
    assert public.get("/terms/")["Location"] == "https://www.example.com/terms"
    assert public.get("/privacy/")["Location"] == "https://www.example.com/privacy"
