"""The forms about people: who they are, where they stand, how they come in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from app.access.inviting import Guest
from app.access.models import Branch, Role, Team, User

MOST_GUESTS = 50
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>")


class PlaceForm(forms.Form):
    """As what somebody works here, and where."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.SALES)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=gettext_lazy("No team"),
    )
    manager = forms.ModelChoiceField(
        label=pgettext_lazy("of a person", "Manager"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy("Managers see the records of everybody under them."),
    )

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.all()
        managers: Any = self.fields["manager"]
        managers.queryset = _managers(person)


def _managers(person: User | None) -> Any:
    """Everybody who works here, and the manager of today even if he has left."""
    if person is None:
        return User.objects.filter(is_active=True)
    here = Q(is_active=True) | Q(pk=person.manager_id)
    return User.objects.filter(here).exclude(pk=person.pk)


class PersonForm(PlaceForm):
    """Somebody's name, role, team and manager."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    external_id = forms.CharField(
        label=gettext_lazy("External ID"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("How an import or another system names this person."),
    )
    field_order: tuple[str, ...] = ("name", "role", "team", "manager", "external_id")


class SeatForm(forms.Form):
    """What somebody signs in with."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 8 characters. It can be changed in the profile."),
    )


class NewPersonForm(PersonForm):
    """A new person; without an e-mail address one who only owns records."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy(
            "Leave it empty for somebody who owns records but does not sign in."
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        max_length=200,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 8 characters. Only with an e-mail address."),
    )
    field_order = ("name", "email", "password", "role", "team", "manager", "external_id")


class InviteForm(PlaceForm):
    """Several addresses, one place."""

    email = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"autofocus": True}),
        help_text=gettext_lazy(
            "One a line, or with commas between them: anna@example.com, Ben <ben@example.com>"
        ),
    )
    field_order = ("email", "role", "team", "manager")

    def clean_email(self) -> list[Guest]:
        """Each address as a guest; what is none is named."""
        words = [word.strip() for word in re.split(r"[\n,;，；]", self.cleaned_data["email"])]
        found = [_guest(word) for word in words if word]
        if len(found) > MOST_GUESTS:
            text = _("At most %(most)s addresses at once.")
            raise ValidationError(text % {"most": MOST_GUESTS})
        return found


class SeatInvitationForm(forms.Form):
    """The address of somebody who only owned records so far."""

    address = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)


def _guest(word: str) -> Guest:
    named = _NAMED.fullmatch(word)
    email = (named["email"] if named else word).strip()
    name = named["name"].strip(" \"'") if named else ""
    try:
        validate_email(email)
    except ValidationError:
        text = _("“%(text)s” is not an e-mail address.")
        raise ValidationError(text % {"text": word[:100]}) from None
    return Guest(email, name[:150])


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a team and its branch."""

    class Meta:
        model = Team
        fields = ("name", "branch")


class BranchForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a branch."""

    class Meta:
        model = Branch
        fields = ("name",)


class BranchPlaceForm(forms.Form):
    """What a branch belongs to."""

    parent = forms.ModelChoiceField(
        label=gettext_lazy("belongs to"), queryset=Branch.objects.none(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents: Any = self.fields["parent"]
        parents.queryset = Branch.objects.all()
