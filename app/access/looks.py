"""How people and the workspace look: pictures, the logo, the colour."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Accent(models.TextChoices):
    """The colours that a workspace may choose; accents.css gives each a light and a dark value."""

    INDIGO = "indigo", _("Indigo")
    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    OLIVE = "olive", _("Olive")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")
    SLATE = "slate", _("Slate")


class Picture(models.Model):
    """What we made of an uploaded picture: a WebP of a few kilobytes, under the hash of it."""

    class Of(models.TextChoices):
        """Whose picture it is."""

        PERSON = "person"
        WORKSPACE = "workspace"

    of = models.CharField(max_length=10, choices=Of.choices)
    subject_id = models.BigIntegerField()
    digest = models.CharField(max_length=32)
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["of", "subject_id"], name="access_picture_once"),
        )

    def __str__(self) -> str:
        return self.digest
