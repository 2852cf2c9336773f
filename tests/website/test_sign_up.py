from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from app.access.jobs import ask_for_proof
from app.access.models import Currency, Limits, User, Workspace
from app.records.registry import get
from app.website import founding, signup
from tenants import provisioning
from tenants.context import use_control, use_tenant
from tenants.handoffs import tenants_of_email
from tenants.models import Tenant
from tenants.routing import ref_of

Pool = Callable[[int], None]


def answers(**changes: str) -> dict[str, str]:
    name = f"firm-{uuid4().hex[:8]}"
    return {
        "company": "Firm & Söhne",
        "subdomain": name,
        "full_name": "Fiona Fir",
        "email": f"fiona@{name}.example",
        "password": "leaves of green",
        "plan": "team",
    } | changes


def tenant_at(subdomain: str) -> Tenant | None:
    with use_control():
        return Tenant.objects.filter(subdomain=subdomain).first()


def facts(subdomain: str) -> tuple[Any, ...]:
    """What the new workspace holds, and how often."""
    tenant = tenant_at(subdomain)
    assert tenant is not None
    with use_tenant(ref_of(tenant)):
        return (
            tenant.status,
            Workspace.objects.get().name,
            Limits.objects.get().plan,
            list(Currency.objects.values_list("code", flat=True)),
            list(User.objects.values_list("email", "role", "has_seat")),
            get("pipelines").model._default_manager.count(),
            get("stages").model._default_manager.count(),
        )


def complete(data: dict[str, str]) -> tuple[Any, ...]:
    """Everything that a trial has, whichever plan was picked."""
    owner = (data["email"], "owner", True)
    return ("active", data["company"], "business", ["USD"], [owner], 1, 6)


def test_a_company_signs_up_and_its_owner_is_signed_in(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers()
    answer = public.post("/signup/", data)
    assert answer.status_code == 302
    host = f"{data['subdomain']}.localhost:8000"
    assert answer["Location"].startswith(f"http://{host}/enter/?token=")
    assert facts(data["subdomain"]) == complete(data)
    owner = Client(headers={"host": host})
    entered = owner.get(answer["Location"].split(host)[1])
    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert data["full_name"] in owner.get("/settings/profile/").content.decode()
    assert [t.subdomain for t in tenants_of_email(data["email"])] == [data["subdomain"]]


def test_what_the_sign_up_needed_is_forgotten(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers()
    public.post("/signup/", data)
    tenant = tenant_at(data["subdomain"])
    assert tenant is not None
    kept = (tenant.owner_email, tenant.owner_password, tenant.owner_name, tenant.signup)
    assert kept == ("", "", "", {})


def test_the_verification_mail_is_queued_with_the_owner(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers()
    public.post("/signup/", data)
    tenant = tenant_at(data["subdomain"])
    assert tenant is not None
    with use_tenant(ref_of(tenant)):
        ask_for_proof(user_id=User.objects.get().pk)
        ask_for_proof(user_id=User.objects.get().pk)
    assert [message.to for message in mail.outbox] == [[data["email"]]]
    assert data["subdomain"] in mail.outbox[0].body


def test_the_page_speaks_chinese_and_so_does_the_workspace(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers(time_zone="Asia/Shanghai")
    public.post("/signup/", data, headers={"accept-language": "zh-CN"})
    tenant = tenant_at(data["subdomain"])
    assert tenant is not None
    with use_tenant(ref_of(tenant)):
        row = Workspace.objects.get()
    assert (row.language, row.time_zone, row.base_currency) == ("zh-hans", "Asia/Shanghai", "CNY")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", ""),
        ("company", "   "),
        ("subdomain", "www"),
        ("subdomain", "admin"),
        ("subdomain", "ab"),
        ("subdomain", "-abc"),
        ("subdomain", "xn--80ak6aa92e"),
        ("subdomain", "a.b"),
        ("subdomain", "büro"),
        ("full_name", ""),
        ("email", "nobody"),
        ("password", "password"),
        ("password", "short"),
        ("password", ""),
    ],
)
@pytest.mark.django_db
def test_a_mistake_names_its_field_and_keeps_the_rest(
    public: Client, field: str, value: str
) -> None:
    data = answers(**{field: value})
    answer = public.post("/signup/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'name="(\w+)"[^>]*aria-invalid="true"', page) == [field]
    kept = {"full_name", "email"} - {field}
    assert all(data[name] in page for name in kept)
    assert "leaves of green" not in page
    assert tenant_at(data["subdomain"]) is None


@pytest.mark.django_db
def test_a_taken_address_is_refused(public: Client) -> None:
    answer = public.post("/signup/", answers(subdomain="acme"))
    assert answer.status_code == 422
    assert "taken" in answer.content.decode()


@pytest.mark.django_db
def test_the_page_tells_while_typing_whether_an_address_is_free(public: Client) -> None:
    free = {}
    for name in ("acme", "ACME ", "www", "no", "quite-new"):
        free[name] = public.get("/signup/address/", {"subdomain": name}).json()["free"]
    assert free == {"acme": False, "ACME ": False, "www": False, "no": False, "quite-new": True}


def test_a_plan_that_does_not_exist_becomes_the_free_one(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers(plan="")
    assert public.post("/signup/", data).status_code == 302
    tenant = tenant_at(data["subdomain"])
    assert tenant is not None
    assert tenant.plan == "free"


def test_sign_ups_of_one_address_are_throttled(pool: Pool, public: Client) -> None:
    email = f"{uuid4().hex}@many.example"
    taken = answers(subdomain="acme", email=email)
    codes = [public.post("/signup/", taken).status_code for _attempt in range(7)]
    assert codes == [422] * 6 + [429]
    assert public.post("/signup/", answers(subdomain="acme")).status_code == 422


def test_sign_ups_from_one_place_are_throttled(pool: Pool, public: Client) -> None:
    codes = [
        public.post("/signup/", answers(subdomain="acme")).status_code for _attempt in range(31)
    ]
    assert codes[:30] == [422] * 30
    assert codes[30] == 429
    elsewhere = public.post("/signup/", answers(subdomain="acme"), REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 422


class Killed(BaseException):
    """The process is gone: nothing catches it."""


STEPS = ("found", "_first_pipeline", "add_login_hint", "activate", "way_in")


def die(*args: Any, **kwargs: Any) -> None:
    raise Killed


def killed_sign_up(
    public: Client, data: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, step: str
) -> None:
    """A sign-up whose process dies before this step."""
    module = founding if step == "_first_pipeline" else signup
    with monkeypatch.context() as patch:
        patch.setattr(module, step, die)
        with pytest.raises(Killed):
            public.post("/signup/", data)


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_sign_up_is_completed_by_trying_again(
    pool: Pool, public: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    pool(1)
    data = answers()
    killed_sign_up(public, data, monkeypatch, step=step)
    answer = public.post("/signup/", data)
    assert answer.status_code == 302
    assert facts(data["subdomain"]) == complete(data)


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_killed_sign_up_is_completed_by_the_provisioner(
    pool: Pool, public: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    pool(1)
    data = answers()
    killed_sign_up(public, data, monkeypatch, step=step)
    signup.resume_stuck()
    half = tenant_at(data["subdomain"])
    assert half is not None
    assert half.status == Tenant.Status.PROVISIONING, "the company may still be at it"
    with use_control():
        before = timezone.now() - signup.STUCK_AFTER - timedelta(seconds=1)
        Tenant.objects.filter(subdomain=data["subdomain"]).update(created_at=before)
    assert signup.resume_stuck() >= 1
    assert facts(data["subdomain"]) == complete(data)
    signup.resume_stuck()
    assert facts(data["subdomain"]) == complete(data)


def test_a_sign_up_killed_while_the_row_is_written_leaves_nothing(
    pool: Pool, public: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool(1)
    data = answers()
    with monkeypatch.context() as patch:
        patch.setattr(provisioning.Domain.objects, "create", die)
        with pytest.raises(Killed):
            public.post("/signup/", data)
    assert tenant_at(data["subdomain"]) is None
    assert public.post("/signup/", data).status_code == 302


@pytest.mark.parametrize("change", [{"email": "eve@evil.example"}, {"password": "other leaves"}])
def test_a_half_done_sign_up_is_nobody_elses(
    pool: Pool, public: Client, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    pool(1)
    data = answers()
    killed_sign_up(public, data, monkeypatch, step="found")
    assert public.post("/signup/", data | change).status_code == 422
    killed_sign_up(public, data, monkeypatch, step="way_in")
    assert public.post("/signup/", data | change).status_code == 422


def test_repeating_the_sign_up_is_no_way_in_later(pool: Pool, public: Client) -> None:
    pool(1)
    data = answers()
    public.post("/signup/", data)
    assert public.post("/signup/", data).status_code == 302
    with use_control():
        old = timezone.now() - signup.SECOND_CHANCE - timedelta(seconds=1)
        Tenant.objects.filter(subdomain=data["subdomain"]).update(created_at=old)
    assert public.post("/signup/", data).status_code == 422


def test_an_empty_pool_is_waited_for_and_the_input_kept(
    pool: Pool, public: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signup, "wait_until_ready", provisioning.is_ready)
    with use_control():
        provisioning.ReadySchema.objects.filter(tenant=None).update(migration_hash="old")
    data = answers()
    answer = public.post("/signup/", data)
    assert answer.status_code == 503
    assert data["subdomain"] in answer.content.decode()
    pool(0)
    assert public.post("/signup/", data).status_code == 302
    assert facts(data["subdomain"]) == complete(data)


def post_elsewhere(data: dict[str, str]) -> int:
    try:
        return Client(headers={"host": "localhost:8000"}).post("/signup/", data).status_code
    finally:
        connections.close_all()


def test_of_eight_at_once_none_is_lost(pool: Pool) -> None:
    pool(8)
    wishes = [answers() for _number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(post_elsewhere, wishes))
    assert codes == [302] * 8
    assert [facts(wish["subdomain"]) for wish in wishes] == [complete(wish) for wish in wishes]
    with use_control():
        names = Tenant.objects.filter(subdomain__in=[w["subdomain"] for w in wishes])
        assert len(set(names.values_list("schema_name", flat=True))) == 8


def test_of_eight_who_want_one_name_one_gets_it(pool: Pool) -> None:
    pool(8)
    name = answers()["subdomain"]
    wishes = [answers(subdomain=name) for _number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(post_elsewhere, wishes))
    assert sorted(codes) == [302] + [422] * 7


def test_pressing_the_button_twice_makes_one_workspace(pool: Pool) -> None:
    pool(2)
    data = answers()
    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(post_elsewhere, [data] * 4))
    assert codes == [302] * 4
    assert facts(data["subdomain"]) == complete(data)
