"""The translated texts, from .po as they are kept to .mo as they are read; no gettext needed."""

from __future__ import annotations

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from local.build import steps


def compile_catalogs() -> None:
    for source in steps.files("app/locale", "*.po"):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalog = read_po(stream)
        with target.open("wb") as stream:
            write_mo(stream, catalog)
