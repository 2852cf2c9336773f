"""People at customer companies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.records.entity import Entity, Section
from app.records.modelfields import PhoneField
from app.records.models import Record
from app.records.registry import register


class Contact(Record):
    """Somebody we talk to; works for one account and may play a role at others."""

    name = models.CharField(pgettext_lazy("person", "Name"), max_length=200)
    account = models.ForeignKey(
        "sales.Account",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("Account"),
    )
    salutation = models.CharField(_("Salutation"), max_length=40, blank=True)
    job_title = models.CharField(_("Job title"), max_length=120, blank=True)
    department = models.CharField(_("Department"), max_length=120, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = PhoneField(_("Phone"))
    mobile = PhoneField(_("Mobile"))
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    birthday = models.DateField(_("Birthday"), null=True, blank=True)
    street = models.CharField(_("Street"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    state = models.CharField(_("State or province"), max_length=100, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=100, blank=True)
    do_not_contact = models.BooleanField(_("Do not contact"), default=False)
    description = models.TextField(_("Description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Contact")
        verbose_name_plural = _("Contacts")


@register
class ContactEntity(Entity):
    """Contacts: the people behind the accounts."""

    model = Contact
    icon = "users"
    menu = _("Sales")
    layout = (
        Section(
            _("Contact"),
            ("name", "salutation", "account", "job_title", "department", "owner"),
        ),
        Section(_("Reach"), ("email", "phone", "mobile", "wechat", "do_not_contact")),
        Section(
            _("Address"),
            ("street", "city", "state", "postal_code", "country", "birthday"),
            collapsed=True,
        ),
        Section(_("Description"), ("description",)),
    )
    list_columns = ("name", "account", "job_title", "email", "phone", "owner", "created_at")
    filters = ("account", "owner", "job_title", "country")
    search_fields = ("name", "email", "phone", "mobile", "wechat", "external_id")
    related_lists = ("deals", "activities")
    links_to = ("accounts",)
