"""What the plan of the workspace holds and what it does not: the only place that decides."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from app.access.models import Limits
from billing.catalogue import PLANS, Feature, allows

__all__ = ["Feature", "allows", "has", "missing", "name_of", "need", "plan_with"]

NAMES: dict[Feature, Promise] = {
    Feature.API: gettext_lazy("The programming interface"),
    Feature.SINGLE_SIGN_ON: gettext_lazy("Signing in through your own provider"),
    Feature.BRANCHES: gettext_lazy("Head office and branches"),
}


def has(feature: Feature) -> bool:
    """Whether the plan of the current workspace has it."""
    return allows(Limits.objects.values_list("plan", flat=True).get(), feature)


def need(feature: Feature) -> None:
    """Refuse what the plan does not hold. Raises ValidationError with the way to it."""
    if not has(feature):
        raise ValidationError(missing(feature))


def missing(feature: Feature) -> str:
    """The sentence that says which plan has it."""
    text = _("%(what)s is not part of your plan: it comes with %(plan)s.")
    return text % {"what": NAMES[feature], "plan": name_of(plan_with(feature))}


def plan_with(feature: Feature) -> str:
    """The smallest plan that has it."""
    having = [plan for plan in PLANS if feature in plan.features]
    return min(having, key=lambda plan: plan.rank).slug


def name_of(slug: str) -> str:
    """What the plan is called; one that is not sold any more goes by its word."""
    return next((str(plan.name) for plan in PLANS if plan.slug == slug), slug)
