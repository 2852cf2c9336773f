"""Hosted pages: escaped text in one frame with one stylesheet, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
HTML = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Page:
    """An answer to a browser."""

    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def safe(value: object) -> Markup:
    """HTML as it is, anything else escaped."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def tag(element: str, /, *children: object, **attributes: object) -> Markup:
    """``tag("a", "Pay", href="/x")``; ``class_`` and ``for_`` lose their line."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = "".join(safe(child) for child in children)
    if element in {"input", "link", "meta", "br"}:
        return Markup(f"<{element}{told}>")
    return Markup(f"<{element}{told}>{inner}</{element}>")


def join(parts: Iterable[object]) -> Markup:
    """One after the other."""
    return Markup("".join(safe(part) for part in parts))


def document(title: str, *body: object, wide: bool = False, status: int = 200) -> Page:
    """A whole page."""
    head = join(
        [
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", title),
            tag("link", rel="stylesheet", href="/assets/sim.css"),
        ]
    )
    note = tag("p", "Simulator: no real money moves here.", class_="note")
    main = tag("main", *body, class_="wide" if wide else "narrow")
    html = tag("html", tag("head", head), tag("body", note, main), lang="en")
    return Page(status, f"<!doctype html>{html}".encode(), dict(HTML))


def failure(title: str, text: str, *, status: int) -> Page:
    """A page that says what is wrong."""
    return document(title, tag("h1", title), tag("p", text), status=status)


def redirect(where: str) -> Page:
    """See there."""
    return Page(303, b"", {"Location": where, "Cache-Control": "no-store"})


def entry(
    label: str,
    name: str,
    value: str = "",
    *,
    error: str | None = None,
    **more: object,
) -> Markup:
    """A labelled field."""
    told = tag("span", error, class_="error", id=f"{name}-error") if error else ""
    described = f"{name}-error" if error else None
    box = tag("input", id=name, name=name, value=value, aria_describedby=described, **more)
    return tag("label", tag("span", label), box, told, for_=name)


def choice(label: str, name: str, options: Mapping[str, str], value: str) -> Markup:
    """A labelled choice."""
    listed = [
        tag("option", text, value=key, selected="selected" if key == value else None)
        for key, text in options.items()
    ]
    box = tag("select", *listed, id=name, name=name)
    return tag("label", tag("span", label), box, for_=name)


def button(text: str, *, quiet: bool = False, **more: object) -> Markup:
    """What sends a form."""
    return tag("button", text, type="submit", class_="quiet" if quiet else "strong", **more)


def form(*children: object, action: str | None = None, class_: str | None = None) -> Markup:
    """A form that posts."""
    return tag("form", *children, method="post", action=action, class_=class_)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Markup:
    """A table."""
    top = tag("tr", *(tag("th", name, scope="col") for name in head))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    return tag("div", tag("table", tag("thead", top), tag("tbody", *body)), class_="scroll")


def asset(name: str) -> Page:
    """The stylesheet."""
    file = ASSETS / name
    if name != "sim.css" or not file.is_file():
        return failure("Not found", "There is no such file.", status=404)
    return Page(200, file.read_bytes(), {"Content-Type": "text/css; charset=utf-8"})


COUNTRIES = {
    "": "–", "AT": "Austria", "AU": "Australia", "BR": "Brazil", "CA": "Canada",
    "CH": "Switzerland", "CN": "China", "DE": "Germany", "DK": "Denmark", "ES": "Spain",
    "FR": "France", "GB": "United Kingdom", "HK": "Hong Kong", "IE": "Ireland", "IN": "India",
    "IT": "Italy", "JP": "Japan", "NL": "Netherlands", "PL": "Poland", "PT": "Portugal",
    "SE": "Sweden", "SG": "Singapore", "TW": "Taiwan", "US": "United States",
}  # fmt: skip
TAX_KINDS = {
    "": "No tax id", "eu_vat": "EU VAT", "gb_vat": "UK VAT", "ch_vat": "Swiss VAT",
    "cn_tin": "China TIN", "us_ein": "US EIN", "sg_gst": "Singapore GST", "jp_cn": "Japan CN",
}  # fmt: skip
