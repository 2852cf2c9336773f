from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.text import SORT_KEY_LENGTH, fold, normal_email, sort_key, squeeze


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  Ångström ", "angstrom"),
        ("王伟", "wang wei"),
        ("ＡＢＣ　株", "abc zhu"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("", ""),
    ],
)
def test_names_sort_by_what_people_read(text: str, key: str) -> None:
    assert sort_key(text) == key


def test_names_of_every_language_stand_where_they_are_looked_for() -> None:
    names = ["Özil", "Peter", "王伟", "Anna", "Zoë", "李娜", "oslo"]
    assert sorted(names, key=sort_key) == ["Anna", "李娜", "oslo", "Özil", "Peter", "王伟", "Zoë"]


@given(st.text())
def test_a_sort_key_can_always_be_stored(text: str) -> None:
    key = sort_key(text)
    assert len(key) <= SORT_KEY_LENGTH
    assert "\x00" not in key
    assert key == squeeze(key) or len(key) == SORT_KEY_LENGTH


def test_folding_keeps_han_and_drops_accents() -> None:
    assert fold("Café 王伟") == "cafe 王伟"


def test_addresses_are_compared_in_lower_case() -> None:
    assert normal_email(" Bob@ACME.example ") == "bob@acme.example"
