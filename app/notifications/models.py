"""What people want to be told by mail, what waits to be told, and what was told."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

PERSON = "access.User"


class Kind(models.TextChoices):
    """Mails that somebody can do without."""

    GIVEN = "given", _("Records given to me")
    DUE = "due", _("What is due and overdue, each morning")
    IMPORT = "import", _("My import is finished")


class Choice(models.Model):
    """A kind of mail that a person does not want; all others he gets."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+", db_index=False)
    refused = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "refused"], name="notification_choice_once"),
        )

    def __str__(self) -> str:
        return self.refused


class Notice(models.Model):
    """Records that somebody was given and has not been told of."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    by_id = models.BigIntegerField()
    entity = models.CharField(max_length=40)
    record_ids = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = (models.Index(fields=["person_id", "id"], name="notice_person"),)

    def __str__(self) -> str:
        return f"{self.entity} {self.record_ids}"


class Told(models.Model):
    """When a person was last sent a kind of mail, so that it is not sent too often."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    day = models.DateField(
        null=True
    )  #: the day of the person's calendar that a morning mail is for

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "kind"], name="told_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


def rows(model: type[models.Model]) -> Any:
    """The rows of a model of ours."""
    return model._default_manager
