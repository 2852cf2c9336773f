"""Every colour of the palette can be read, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.access.looks import Accent

CSS = Path("app/static/css/accents.css").read_text()
LIGHT = re.compile(r'^\[data-accent="(\w+)"\] \{(.*)\}$', re.MULTILINE)
DARK = re.compile(
    r'^\.dark\[data-accent="(\w+)"\], \.dark \[data-accent="\1"\] \{(.*)\}$', re.MULTILINE
)
#: The grounds of tokens.css as sRGB: page and sidebar, light and dark.
PAGE = {"light": ("#ffffff", "#f8f9fb"), "dark": ("#101113", "#17181b", "#0b0c0e")}


def colours(found: re.Pattern[str]) -> dict[str, dict[str, str]]:
    """The variables of each accent."""
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))
        for name, body in found.findall(CSS)
    }


def contrast(one: str, other: str) -> float:
    """As WCAG counts it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_accent_has_a_light_and_a_dark_value():
    assert set(colours(LIGHT)) == set(colours(DARK)) == set(Accent.values)


@pytest.mark.parametrize("accent", Accent.values)
def test_text_on_the_colour_and_in_the_colour_can_be_read(accent):
    light, dark = colours(LIGHT)[accent], colours(DARK)[accent]
    pairs = [("#ffffff", light["brand"]), (light["brand-text"], light["brand-soft"])]
    pairs += [(light["brand-text"], ground) for ground in PAGE["light"]]
    pairs += [(dark["brand-text"], ground) for ground in (*PAGE["dark"], dark["brand-soft"])]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []
