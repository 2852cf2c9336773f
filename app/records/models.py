"""What every record has, and the few tables that the engine keeps for all of them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from app.lib.text import SORT_KEY_LENGTH

LIVE = Q(deleted_at__isnull=True)
PERSON = "access.User"


class Record(models.Model):
    """A row that people work with: owned, versioned, audited, deleted softly."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=200)
    sort_key = models.CharField(
        max_length=SORT_KEY_LENGTH, editable=False, default="", db_collation="C"
    )
    external_id = models.CharField(_("External ID"), max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        PERSON,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("Owner"),
    )
    created_at = models.DateTimeField(_("Created"), editable=False)
    created_by = models.ForeignKey(
        PERSON,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("Created by"),
    )
    updated_at = models.DateTimeField(_("Last changed"), editable=False)
    updated_by = models.ForeignKey(
        PERSON,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("Changed by"),
    )
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    custom = models.JSONField(_("Custom fields"), default=dict, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["external_id"],
                condition=LIVE & ~Q(external_id=""),
                name="%(class)s_external_id",
                violation_error_message=_("Another record has this external ID."),
            ),
        )
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(fields=["sort_key", "id"], name="%(class)s_sort", condition=LIVE),
            models.Index(
                fields=["owner", "sort_key", "id"], name="%(class)s_owner", condition=LIVE
            ),
            models.Index(fields=["created_at", "id"], name="%(class)s_created", condition=LIVE),
        )

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """A tie between two records of any kind, with the role that the target plays."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    target = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    role = models.CharField(_("Role"), max_length=100, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_id", "target", "target_id"], name="link_once"
            ),
        )
        indexes = (models.Index(fields=["target", "target_id", "source"], name="link_target"),)


class Event(models.Model):
    """Something that happened to records, told once per act: deal.won, account.updated."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    entity = models.CharField(max_length=40)
    record_ids = ArrayField(models.BigIntegerField())
    actor_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=20, default="page")
    at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["at", "id"], name="event_at"),)


class AuditEntry(models.Model):
    """One write to one row, noted by the database itself; nobody can change it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    request_id = models.TextField(db_default="")
    event = models.TextField(db_default="")
    table_name = models.TextField()
    record_id = models.BigIntegerField(null=True)
    op = models.TextField()
    diff = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["table_name", "record_id", "id"], name="audit_record"),)


class SearchEntry(models.Model):
    """A record as global search sees it: one row each, tokens of all search fields."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(null=True)
    title = models.TextField()
    sort_key = models.TextField(db_collation="C")
    text = models.TextField()
    tokens = SearchVectorField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "record_id"], name="search_record"),
        )
        indexes = (
            GinIndex(fields=["tokens"], name="search_tokens"),
            GinIndex(OpClass(F("text"), "gin_trgm_ops"), name="search_text_trgm"),
            models.Index(OpClass(F("sort_key"), "text_pattern_ops"), name="search_title"),
        )


class IdempotencyKey(models.Model):
    """The answer that a POST with this key got, so that a repeat gets the same one."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200)
    actor_id = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_once"),
        )
