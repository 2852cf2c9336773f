"""The public site: what the product is, what it costs, how to get in."""

from __future__ import annotations

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django.views.i18n import set_language

from app.access.throttles import Rate, allow_key, allow_visitor
from app.website import finding, signup
from app.website.forms import FindForm, SignupForm
from billing.catalogue import FREE
from tenants.models import Tenant
from tenants.subdomains import validate_subdomain

TEN_MINUTES = 600
SIGNUPS_OF_VISITOR, SIGNUPS_OF_EMAIL = Rate(30, TEN_MINUTES), Rate(6, TEN_MINUTES)
FINDS_OF_VISITOR, FINDS_OF_EMAIL = Rate(20, TEN_MINUTES), Rate(3, TEN_MINUTES)
ADDRESSES_OF_VISITOR = Rate(120, 60)

choose_language = set_language


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """What the product is."""
    return render(request, "website/landing.html", {"public_host": settings.PUBLIC_HOST})


# The form ends with a redirect to the new workspace's own host.
@csp_update({"form-action": [f"{settings.SCHEME}://*.{settings.PUBLIC_HOST}"]})
@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A company asks for its workspace and is taken to it."""
    if request.method == "GET":
        plan = request.GET.get("plan", FREE)
        return _sign_up_page(request, SignupForm(initial={"plan": plan}))
    form = SignupForm(request.POST)
    if not form.is_valid():
        return _sign_up_page(request, form, status=422)
    if not _may_sign_up(request, form.cleaned_data["email"]):
        form.add_error(None, _("Too many sign-ups from here. Please try again in ten minutes."))
        return _sign_up_page(request, form, status=429)
    try:
        tenant = signup.sign_up(_wish(form))
    except signup.Taken:
        form.add_error("subdomain", _("This address is taken. Choose another one."))
        return _sign_up_page(request, form, status=422)
    except signup.NotReady:
        form.add_error(None, _("Your workspace is being made. Please try again in a moment."))
        return _sign_up_page(request, form, status=503)
    return HttpResponseRedirect(signup.way_in(tenant))


@never_cache
@require_GET
def address_free(request: HttpRequest) -> JsonResponse:
    """Whether a company may still take this name; asked while it is being typed."""
    name = request.GET.get("subdomain", "").strip().lower()
    if not allow_visitor(request, "address", rate=ADDRESSES_OF_VISITOR):
        return JsonResponse({"free": None, "message": ""}, status=429)
    try:
        validate_subdomain(name)
    except ValidationError as error:
        return JsonResponse({"free": False, "message": error.messages[0]})
    if Tenant.objects.filter(subdomain=name).exists():
        return JsonResponse({"free": False, "message": _("This address is taken.")})
    return JsonResponse({"free": True, "message": _("This address is free.")})


@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Mail somebody the addresses of his workspaces; the page never tells."""
    form = FindForm(request.POST or None)
    if request.method == "GET":
        return render(request, "website/find.html", {"form": FindForm()})
    if not form.is_valid():
        return render(request, "website/find.html", {"form": form}, status=422)
    email = form.cleaned_data["email"]
    if not _may_find(request, email):
        form.add_error(None, _("Too many requests. Please try again in ten minutes."))
        return render(request, "website/find.html", {"form": form}, status=429)
    finding.mail_workspaces(email, language=get_language() or "en")
    return render(request, "website/find_sent.html", {"email": email})


def _may_sign_up(request: HttpRequest, email: str) -> bool:
    return allow_visitor(request, "signup", rate=SIGNUPS_OF_VISITOR) and allow_key(
        email, "signup", rate=SIGNUPS_OF_EMAIL
    )


def _may_find(request: HttpRequest, email: str) -> bool:
    return allow_visitor(request, "find", rate=FINDS_OF_VISITOR) and allow_key(
        email, "find", rate=FINDS_OF_EMAIL
    )


def _sign_up_page(request: HttpRequest, form: SignupForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "public_host": settings.PUBLIC_HOST}
    return render(request, "website/signup.html", context, status=status)


def _wish(form: SignupForm) -> signup.Wish:
    data = form.cleaned_data
    return signup.Wish(
        company=data["company"],
        subdomain=data["subdomain"],
        owner_name=data["full_name"],
        email=data["email"],
        password=data["password"],
        plan=data["plan"],
        language=get_language() or "en",
        time_zone=data["time_zone"],
    )
