"""Support access: nobody gets in before the company says so, and attacks on what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from app.access import support as here
from app.access.actors import load_actor
from app.access.jobs import tell_of_support
from app.access.models import Limits, User
from app.access.rights import Verb, may
from app.access.seats import seats
from app.records import lookups
from app.records.models import AuditEntry
from app.records.registry import get
from tenants import support
from tenants.context import use_control, use_tenant
from tenants.models import Tenant
from tenants.operating import OperatorAct, SupportAccess, SupportPass
from tenants.support import Decider, Helper, state_of
from tests.factories import sample
from tests.people import person

REASON = "The import of Tuesday lost its owners."


@pytest.fixture
def desk(operators: Any, browser: Any, mallory: Any) -> Client:
    """The operator's browser at the console: mallory runs the fleet."""
    return browser(mallory, ref=operators)


@pytest.fixture
def owner(operators: Any, browser: Any, alice: Any) -> Client:
    """The browser of the company's owner."""
    return browser(alice)


def ask(desk: Client, two: Any, **more: Any) -> SupportAccess:
    data = {"reason": REASON, "hours": 2} | more
    response = desk.post(f"/console/workspaces/{two[0].id}/support/", data)
    assert response.status_code == 302
    with use_control():
        return SupportAccess.objects.latest("pk")


def answer(owner: Client, access: SupportAccess, act: str, **more: Any) -> Any:
    return owner.post(f"/settings/support/{access.pk}/", {"act": act} | more)


def grant(owner: Client, access: SupportAccess, mode: str = "looking", hours: int = 2) -> None:
    assert answer(owner, access, "grant", hours=hours, mode=mode).status_code == 302
    assert state_of(fresh(access)) == "live"


def fresh(access: SupportAccess) -> SupportAccess:
    with use_control():
        return SupportAccess.objects.get(pk=access.pk)


def way_in(desk: Client, access: SupportAccess) -> str:
    response = desk.post(f"/console/support/{access.pk}/enter/")
    assert response.status_code == 302
    return str(response["Location"])


def follow(location: str, *, host: str = "acme.localhost:8000") -> tuple[Client, Any]:
    guest = Client(headers={"host": host})
    return guest, guest.get(location.partition(":8000")[2])


def entered(desk: Client, access: SupportAccess) -> Client:
    guest, response = follow(way_in(desk, access))
    assert (response.status_code, response["Location"]) == (302, "/")
    return guest


def is_in(guest: Client) -> bool:
    return guest.get("/accounts/").status_code == 200


def helper(two: Any) -> User:
    with use_tenant(two[0]):
        return User.everyone.exclude(support_number=None).get()


# --- The usual way ---------------------------------------------------------------------------


def test_the_company_is_asked_by_mail_and_nobody_gets_in_before_it_answers(two, desk, owner):
    access = ask(desk, two)
    with use_tenant(two[0]):
        tell_of_support(access_id=access.pk)
    assert [one.to for one in mail.outbox] == [["alice@acme.example"]]
    assert REASON in mail.outbox[0].body
    assert "/settings/support/" in mail.outbox[0].body
    assert REASON in owner.get("/settings/support/").content.decode()
    assert desk.post(f"/console/support/{access.pk}/enter/")["Location"] == "/console/support/"
    with use_control():
        assert not SupportPass.objects.exists()


def test_a_refusal_is_final_and_both_sides_see_it(two, desk, owner):
    access = ask(desk, two)
    answer(owner, access, "refuse")
    answer(owner, access, "grant", hours=2, mode="looking")
    assert state_of(fresh(access)) == "refused"
    assert "Refused" in desk.get("/console/support/").content.decode()
    assert "Refused" in owner.get("/settings/support/").content.decode()


def test_who_is_let_in_to_look_sees_and_changes_nothing(two, desk, owner, alice):
    with use_tenant(two[0]):
        record = sample("accounts", by=alice)
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    page = guest.get(f"/accounts/{record.pk}/")
    assert page.status_code == 200
    assert "as support, looking only" in page.content.decode()
    assert guest.post("/accounts/new/", {"name": "Written by support"}).status_code == 403
    assert guest.post(f"/accounts/{record.pk}/delete/", {}).status_code == 403
    with use_tenant(two[0]):
        actor = load_actor(helper(two).pk)
        verbs = {verb for verb in Verb if may(actor, verb, get("accounts"))}
    assert verbs == {Verb.VIEW}


def test_who_may_change_works_in_the_name_of_support_and_owns_nothing(two, desk, owner, alice):
    access = ask(desk, two, wants_to_change="on")
    grant(owner, access, mode="changing")
    guest = entered(desk, access)
    assert guest.post("/accounts/new/", {"name": "Written by support"}).status_code == 302
    with use_tenant(two[0]):
        made = get("accounts").model._default_manager.get(name="Written by support")
        trail = AuditEntry._default_manager.filter(record_id=made.pk, actor_id=helper(two).pk)
        assert made.owner_id == alice.pk
        assert trail.exists()
    assert helper(two).name == "Support (Mallory Marsh, Clientele)"
    timeline = owner.get(f"/accounts/{made.pk}/").content.decode()
    assert "Support (Mallory Marsh, Clientele)" in timeline
    done = owner.get(f"/settings/support/{access.pk}/").content.decode()
    assert f"/accounts/{made.pk}/" in done


def test_a_company_that_is_read_only_can_still_let_somebody_in(two, desk, owner):
    access = ask(desk, two)
    with use_tenant(two[0]):
        Limits.objects.update(state=Limits.State.RESTRICTED)
    grant(owner, access)
    assert is_in(entered(desk, access))


def test_the_trail_of_the_workspace_knows_who_let_him_in(two, desk, owner, alice):
    access = ask(desk, two)
    grant(owner, access)
    answer(owner, access, "end")
    with use_tenant(two[0]):
        events = AuditEntry._default_manager.filter(
            table_name="access_user", record_id=helper(two).pk
        )
        said = set(events.values_list("event", "actor_id"))
    assert {("support.let_in", alice.pk), ("support.ended", alice.pk)} <= said
    with use_control():
        acts = set(OperatorAct.objects.values_list("what", "reason"))
    assert ("support.asked", REASON) in acts


# --- What stays shut --------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["looking", "changing"])
@pytest.mark.parametrize(
    "path",
    [
        "/settings/",
        "/settings/people/",
        "/settings/people/invite/",
        "/settings/people/1/",
        "/settings/people/1/factors/",
        "/settings/tokens/",
        "/settings/security/",
        "/settings/sign-in/",
        "/settings/reach/",
        "/settings/plan/",
        "/settings/export/",
        "/settings/imports/",
        "/settings/support/",
        "/again/",
        "/password/reset/",
    ],
)
def test_settings_money_people_and_tokens_stay_shut(two, desk, owner, mode, path):
    access = ask(desk, two)
    grant(owner, access, mode=mode)
    guest = entered(desk, access)
    assert guest.get(path).status_code in (403, 404)
    assert guest.post(path, {"name": "x"}).status_code in (403, 404)


@pytest.mark.parametrize("mode", ["looking", "changing"])
def test_nothing_is_taken_along_and_no_program_gets_in(two, desk, owner, alice, mode):
    from app.access.tokens import make_token

    access = ask(desk, two)
    grant(owner, access, mode=mode)
    guest = entered(desk, access)
    assert guest.get("/accounts/export/").status_code in (403, 404)
    with use_tenant(two[0]):
        _token, secret = make_token(helper(two), name="smuggled")
    headers = {"host": "acme.localhost:8000", "authorization": f"Bearer {secret}"}
    assert Client(headers=headers).get("/api/v1/accounts").status_code == 401
    assert guest.get("/api/v1/accounts").status_code == 401


def test_support_takes_no_seat_and_stands_in_no_list(two, desk, owner, alice):
    with use_tenant(two[0]):
        before = seats().people
    access = ask(desk, two)
    grant(owner, access)
    entered(desk, access)
    with use_tenant(two[0]):
        pk = helper(two).pk
        assert seats().people == before
        assert pk not in [one.id for one in lookups.people("")]
        assert not User.objects.filter(pk=pk).exists()
    for page in ("/settings/people/", "/settings/people/?show=seatless", "/settings/people/chart/"):
        assert "Clientele)" not in owner.get(page).content.decode()
    assert owner.get(f"/settings/people/{pk}/").status_code == 404
    assert owner.post(f"/settings/people/{pk}/seat/", {}).status_code == 404


def test_nothing_can_be_given_to_support(two, desk, owner, alice):
    access = ask(desk, two)
    grant(owner, access)
    pk = helper(two).pk
    response = owner.post("/accounts/new/", {"name": "Given", "owner_id": pk})
    assert response.status_code == 422


# --- Attacks ----------------------------------------------------------------------------------


def test_a_pass_works_once(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    location = way_in(desk, access)
    assert follow(location)[1].status_code == 302
    assert follow(location)[1].status_code == 410


def test_a_pass_is_nothing_after_a_minute(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    location = way_in(desk, access)
    with use_control():
        SupportPass.objects.update(expires_at=timezone.now())
    assert follow(location)[1].status_code == 410


def test_a_pass_is_nothing_at_another_workspace_and_is_not_used_up_there(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    location = way_in(desk, access)
    assert follow(location, host="globex.localhost:8000")[1].status_code == 410
    assert follow(location)[1].status_code == 302


@pytest.mark.parametrize("token", ["", "nonsense", "%00", "x" * 5000])
def test_nonsense_is_no_pass(two, desk, token):
    guest = Client(headers={"host": "acme.localhost:8000"})
    assert guest.get(f"/support/enter/?token={token}").status_code == 410


def test_a_pass_of_an_access_that_was_ended_meanwhile_is_nothing(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    location = way_in(desk, access)
    answer(owner, access, "end")
    assert follow(location)[1].status_code == 410


def test_only_the_operator_who_asked_gets_a_pass(two, desk, owner, operators, browser):
    access = ask(desk, two)
    grant(owner, access)
    with use_tenant(operators):
        User.objects.filter(email__startswith="bob@").update(role="administrator")
    colleague = browser(person("bob", ref=operators), ref=operators)
    assert colleague.post(f"/console/support/{access.pk}/enter/").status_code == 403


def test_an_end_by_the_company_counts_at_the_next_request(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    assert is_in(guest)
    answer(owner, access, "end")
    assert not is_in(guest)


def test_an_end_by_the_operators_counts_at_the_next_request(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    desk.post(f"/console/support/{access.pk}/end/")
    assert not is_in(guest)
    assert state_of(fresh(access)) == "ended"


@pytest.mark.parametrize("side", ["workspace", "control"])
def test_each_side_alone_shuts_the_door(two, desk, owner, side):
    """A process that died between the two writes leaves nobody inside."""
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    if side == "control":
        support.end(access.pk, by="x")
    else:
        with use_tenant(two[0]):
            here.put_out(access)
    assert not is_in(guest)


def test_time_alone_ends_it_without_a_job(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    with use_tenant(two[0]):
        User.everyone.filter(pk=helper(two).pk).update(
            support_until=timezone.now() - timedelta(seconds=1)
        )
    assert not is_in(guest)


def test_an_old_session_does_not_come_back_with_a_new_access(two, desk, owner):
    first = ask(desk, two)
    grant(owner, first, mode="changing")
    old = entered(desk, first)
    answer(owner, first, "end")
    second = ask(desk, two)
    grant(owner, second)
    assert not is_in(old)
    assert is_in(entered(desk, second))
    assert not is_in(old)


def test_a_workspace_that_is_suspended_shuts_out_support_too(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    with use_tenant(two[0]):
        Limits.objects.update(state=Limits.State.SUSPENDED)
    assert not is_in(guest)


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "read-only"}, {"has_seat": False}]
)
def test_an_operator_who_left_or_lost_his_role_is_out_at_once(
    two, desk, owner, operators, mallory, change
):
    access = ask(desk, two)
    grant(owner, access)
    guest, location = entered(desk, access), way_in(desk, access)
    with use_tenant(operators):
        User.objects.filter(pk=mallory.pk).update(**change)
    assert not is_in(guest)
    assert follow(location)[1].status_code == 410


def test_a_role_that_is_raised_in_the_workspace_raises_nothing(two, desk, owner):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)
    with use_tenant(two[0]):
        User.everyone.filter(pk=helper(two).pk).update(role="owner", support_looks=False)
    assert not is_in(guest)
    assert guest.get("/settings/people/").status_code in (302, 403)


def test_when_the_control_plane_does_not_answer_nobody_helps(two, desk, owner, monkeypatch):
    access = ask(desk, two)
    grant(owner, access)
    guest = entered(desk, access)

    def down(*_args: Any, **_more: Any) -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(support, "live_of", down)
    assert not is_in(guest)


def test_nobody_is_let_into_the_operators_own_workspace(two, desk, operators):
    path = f"/console/workspaces/{operators.id}/support/"
    assert desk.post(path, {"reason": "x", "hours": 1}).status_code == 404
    with pytest.raises(support.NotPossible):
        support.ask(
            operators.id, by=Helper(1, "A", "a@b.c"), reason="x", hours=1, wants_to_change=False
        )


def test_one_request_at_a_time(two, desk, owner):
    ask(desk, two)
    ask(desk, two)
    with use_control():
        assert SupportAccess.objects.count() == 1


def test_a_request_nobody_answers_lapses_and_cannot_be_granted_later(two, desk, owner):
    access = ask(desk, two)
    with use_control():
        SupportAccess.objects.update(asked_at=timezone.now() - support.ANSWER_WITHIN)
    answer(owner, access, "grant", hours=2, mode="looking")
    assert state_of(fresh(access)) == "lapsed"


@pytest.mark.parametrize("hours", ["0", "73", "-1", "x", ""])
def test_a_company_lets_in_for_one_to_72_hours(two, desk, owner, hours):
    access = ask(desk, two)
    assert answer(owner, access, "grant", hours=hours, mode="looking").status_code == 422
    assert state_of(fresh(access)) == "asked"


@pytest.mark.parametrize("data", [{"hours": 2}, {"reason": REASON, "hours": 73}, {"hours": "x"}])
def test_a_request_says_why_and_for_how_long(two, desk, data):
    response = desk.post(f"/console/workspaces/{two[0].id}/support/", data)
    assert response.status_code == 422
    with use_control():
        assert not SupportAccess.objects.exists()


@pytest.mark.parametrize("act", ["grant", "refuse", "end"])
def test_a_request_of_another_workspace_is_not_found(two, desk, owner, act):
    with use_control():
        third = Tenant.objects.create(
            company="Third",
            subdomain="third",
            schema_name="t_9999",
            cell_id="default",
            status=Tenant.Status.ACTIVE,
        )
    foreign = support.ask(
        third.pk, by=Helper(1, "A", "a@b.c"), reason="x", hours=1, wants_to_change=False
    )
    assert owner.get(f"/settings/support/{foreign.pk}/").status_code == 404
    answer(owner, foreign, act, hours=2, mode="looking")
    assert state_of(fresh(foreign)) == "asked"


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_only_owner_and_administrators_answer(two, desk, browser, name):
    access = ask(desk, two)
    member = browser(person(name, ref=two[0]))
    assert member.get("/settings/support/").status_code == 403
    assert answer(member, access, "grant", hours=2, mode="looking").status_code == 403
    assert state_of(fresh(access)) == "asked"


def test_two_answers_at_once_are_one(two, desk, owner):
    access = ask(desk, two)
    by = Decider(1, "Alice")
    support.grant(access.pk, ref=two[0], by=by, hours=1, may_change=False)
    with pytest.raises(support.NotPossible):
        support.refuse(access.pk, ref=two[0], by=by)
    with pytest.raises(support.NotPossible):
        support.grant(access.pk, ref=two[0], by=by, hours=72, may_change=True)
    assert fresh(access).mode == "looking"
