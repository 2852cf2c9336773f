"""Who works in the company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access.actors import Actor
from app.access.rights import Audience
from app.records.batch import Draft
from app.records.entity import Entity, Section
from app.records.errors import Refused
from app.records.modelfields import PhoneField
from app.records.models import LIVE, Record
from app.records.registry import register


class Employee(Record):
    """Somebody of the company, as the directory shows him; most are people of the workspace."""

    class Degree(models.TextChoices):
        """The highest degree."""

        SCHOOL = "school", _("School leaving certificate")
        VOCATIONAL = "vocational", _("Vocational training")
        ASSOCIATE = "associate", _("Associate degree")
        BACHELOR = "bachelor", _("Bachelor")
        MASTER = "master", _("Master")
        DOCTOR = "doctor", _("Doctorate")

    person = models.ForeignKey(
        "access.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("Account in the workspace"),
    )
    number = models.CharField(_("Employee number"), max_length=40, blank=True)
    department = models.ForeignKey(
        "office.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="employees",
        verbose_name=_("Department"),
    )
    post = models.CharField(_("Post"), max_length=120, blank=True)
    work_phone = PhoneField(_("Work phone"))
    mobile = PhoneField(_("Mobile phone"))
    office = models.CharField(_("Office"), max_length=120, blank=True)
    degree = models.CharField(_("Degree"), max_length=20, choices=Degree.choices, blank=True)
    school = models.CharField(_("School or university"), max_length=200, blank=True)
    subject = models.CharField(pgettext_lazy("study", "Subject"), max_length=200, blank=True)
    joined_on = models.DateField(_("Joined on"), null=True, blank=True)
    left_on = models.DateField(_("Left on"), null=True, blank=True)
    note = models.TextField(pgettext_lazy("text", "Note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Employee")
        verbose_name_plural = pgettext_lazy("people", "Employees")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=LIVE & Q(person__isnull=False),
                name="employee_person",
                violation_error_message=_("This person is in the directory already."),
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=LIVE & ~Q(number=""),
                name="employee_number",
                violation_error_message=_("Another employee has this number."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=models.F("joined_on")),
                name="employee_leaves_after_joining",
                violation_error_message=_("Nobody leaves before he joins."),
            ),
        )


#: Where a write comes from that follows the person's account.
ACCOUNT = "account"


@register
class EmployeeEntity(Entity):
    """Employees: the directory; everybody reads it, managers keep it."""

    model = Employee
    icon = "id-card"
    menu = _("Company")
    audience = Audience.SHARED
    portrait = "person"
    layout = (
        Section(_("Employee"), ("name", "number", "department", "post", "joined_on", "left_on")),
        Section(_("Reach"), ("work_phone", "mobile", "office")),
        Section(_("Education"), ("degree", "school", "subject"), collapsed=True),
        Section(pgettext_lazy("text", "Note"), ("note",)),
    )
    list_columns = ("name", "department", "post", "work_phone", "mobile", "office")
    filters = ("department", "post", "office", "degree", "joined_on", "left_on")
    search_fields = ("name", "number", "post", "work_phone", "mobile", "external_id")

    def prepare(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Somebody with an account is called as his account says."""
        if origin == ACCOUNT:
            return
        for draft in drafts:
            if draft.row.person_id is not None and "name" in draft.changed:
                draft.refuse("name", _("The name comes from the person's account."))

    def check_deletion(self, row: Any) -> None:
        """Somebody with an account stays in the directory."""
        if row.person_id is not None:
            raise Refused(_("This is a person of the workspace. Enter the day of leaving instead."))
