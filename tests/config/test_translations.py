"""Every text of the product has its Chinese words, and the pages show them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "app" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
#: As the Makefile gives them to the extraction.
KEYWORDS = ("gettext_lazy", "ngettext_lazy:1,2", "pgettext_lazy:1c,2")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|%%|\{\w*\}|`[^`]+`")
HAN = re.compile(r"[\u4e00-\u9fff]")
#: Names of things, the same in every language.
SAME = {"2026-12-31 (ISO 8601)", "API", "English"}
WORDS = ("aria-label", "title", "placeholder", "alt", "data-confirm")
SETTINGS = (
    "",
    "profile/",
    "sessions/",
    "tokens/",
    "workspace/",
    "people/",
    "people/new/",
    "teams/",
    "pipelines/",
    "currencies/",
    "imports/",
    "imports/new/",
)
PAGES = (
    "/",
    "/search/",
    "/search/?q=nothing",
    *(f"/settings/{name}" for name in SETTINGS),
    *(
        f"/{slug}/{page}"
        for slug in ("accounts", "contacts", "deals", "activities", "products")
        for page in ("", "new/", "recycle-bin/", "?q=nothing")
    ),
    "/deals/board/",
)
Key = tuple[str | None, str]


def extracted() -> Catalog:
    with (ROOT / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream, filename="babel.cfg")
    keywords = DEFAULT_KEYWORDS | parse_keywords(KEYWORDS)
    found = Catalog()
    for folder in ("app", "billing", "tenants"):
        rows = extract_from_dir(
            ROOT / folder, method_map=methods, options_map=options, keywords=keywords
        )
        for _file, _line, message, _comments, context in rows:
            found.add(message, context=context)
    return found


def by_key(catalog: Catalog) -> dict[Key, Message]:
    return {(one.context, said(one.id)): one for one in catalog if one.id}


def said(text: Any) -> str:
    return text if isinstance(text, str) else text[0]


@pytest.fixture(scope="module")
def chinese() -> dict[Key, Message]:
    with SOURCE.open("rb") as stream:
        return by_key(read_po(stream, locale="zh_Hans"))


@pytest.fixture(scope="module")
def english() -> dict[Key, Message]:
    return by_key(extracted())


def test_every_text_of_code_and_templates_is_translated(english, chinese):
    assert len(english) > 900
    missing = [key for key in english if not (key in chinese and said(chinese[key].string))]
    assert missing == [], "run `make messages`, then fill in what is empty"


def test_the_catalogue_holds_nothing_that_is_gone_or_guessed(english, chinese):
    assert chinese.keys() - english.keys() == set()
    assert [key for key, one in chinese.items() if one.fuzzy] == []


def test_the_translations_are_chinese(chinese):
    latin = {said(one.id) for one in chinese.values() if not HAN.search(said(one.string))}
    assert {text for text in latin if re.search("[A-Za-z]{2}", PLACEHOLDER.sub("", text))} == SAME


def test_the_placeholders_are_kept(chinese):
    for one in chinese.values():
        plural = one.id if isinstance(one.id, str) else one.id[1]
        assert sorted(PLACEHOLDER.findall(plural)) == sorted(PLACEHOLDER.findall(said(one.string)))


class Words(HTMLParser):
    """What a page says: its text and the attributes that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in WORDS and value]

    def handle_data(self, data: str) -> None:
        self.found.append(" ".join(data.split()))


def words_of(page: str) -> list[str]:
    words = Words()
    words.feed(page)
    return words.found


def untranslated(page: str, chinese: dict[Key, Message]) -> set[str]:
    """Texts of the page that are a text of the catalogue in English."""
    texts = {said(one.id) for one in chinese.values() if said(one.id) != said(one.string)}
    patterns = [re.compile(pattern_of(text)) for text in texts if "%" in text]
    return {
        word
        for word in words_of(page)
        if word in texts or any(one.fullmatch(word) for one in patterns)
    }


def pattern_of(text: str) -> str:
    """The text with anything in its holes; one that is all holes says nothing."""
    parts = re.split(r"%\(\w+\)[sd]", text.replace("%%", "%"))
    return ".+".join(map(re.escape, parts)) if re.search("[a-z]{3}", "".join(parts)) else r"(?!)"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_chinese_says_nothing_in_english(browser, speaks_chinese, chinese, path):
    answer = browser(speaks_chinese).get(path)
    assert answer.status_code == 200
    assert answer["Content-Language"] == "zh-hans"
    page = answer.content.decode()
    assert HAN.search(page)
    assert untranslated(page, chinese) == set()


PUBLIC = ("/", "/pricing/", "/signup/", "/find/", "/status/", "/terms/", "/privacy/")
ADVICE = "/pricing/?staff=120&sales=40&branches=3&api=1&contract=1&own_place=1&single_sign_on=1"


@pytest.mark.parametrize("path", [*PUBLIC, ADVICE])
def test_a_public_page_in_chinese_says_nothing_in_english(public, db, chinese, path):
    page = public.get(path, headers={"accept-language": "zh-CN,zh;q=0.9"}).content.decode()
    assert HAN.search(page)
    assert untranslated(page, chinese) == set()


def test_english_words_on_a_page_are_noticed(chinese):
    page = '<p>Every import</p><a title="Close">x</a><p>3 overdue</p><b>王伟</b>'
    assert untranslated(page, chinese) == {"Close", "3 overdue"}


def test_a_language_without_words_of_its_own_speaks_english():
    with translation.override("en"):
        assert translation.gettext("Recycle bin") == "Recycle bin"
    with translation.override("zh-hans"):
        assert translation.gettext("Recycle bin") == "回收站"
        assert translation.pgettext("role", "Owner") == "所有者"
        assert translation.gettext("Owner") == "负责人"


def test_a_text_that_a_library_left_in_english_speaks_chinese():
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="密码太短"):
        validate_password("x7!")


@pytest.fixture
def speaks_chinese(two, alice):
    """The owner of the first workspace, who has chosen Chinese."""
    from tenants.context import use_tenant

    with use_tenant(two[0]):
        alice.language = "zh-hans"
        alice.save(update_fields=["language"])
    return alice
