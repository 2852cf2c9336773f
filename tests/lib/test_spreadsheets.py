"""No cell of ours runs as a formula, and a file of ours comes back as it went."""

from __future__ import annotations

import pytest

from app.lib.spreadsheets import as_written, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 10 1234", "-2", "@sum", "\t=1", "  =1", "＝1", "＠a", "\u3000=1"]
)
def test_a_formula_gets_an_apostrophe_and_loses_it_on_the_way_back(text):
    assert harmless(text) == f"'{text}"
    assert as_written(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "Acme", "O'Neil", "'quoted'", "1 = 1"])
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text
    assert as_written(text) == text
