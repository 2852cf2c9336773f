"""An app that only the tests install: one more entity, declared like all others."""

from __future__ import annotations

from django.apps import AppConfig


class ExtraConfig(AppConfig):
    name = "tests.extra"
    label = "extra"
    default_auto_field = "django.db.models.BigAutoField"
