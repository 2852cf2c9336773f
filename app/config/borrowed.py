"""Texts of libraries that have no Chinese words there: named here, translated with ours."""

from __future__ import annotations

from django.utils.translation import ngettext_lazy

BORROWED = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
