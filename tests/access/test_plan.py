"""What a plan does not hold is refused with the name of the one that does; what is there stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from app.access.models import Branch, IdentityProvider, Limits
from app.access.oidc import settings as oidc
from app.access.plan import Feature, has, plan_with
from app.access.tokens import make_token
from tenants.context import use_tenant
from tests.records.helpers import actor


@pytest.fixture
def free(two: Any) -> Any:
    with use_tenant(two[0]):
        Limits.objects.update(plan="free")
    return two[0]


def test_the_trial_has_everything(workspace):
    Limits.objects.update(plan="business", state="trial")
    assert all(has(feature) for feature in Feature)


def test_the_smallest_plan_with_a_feature_is_named():
    assert plan_with(Feature.API) == "team"
    assert plan_with(Feature.BRANCHES) == "business"


def test_a_program_is_told_which_plan_it_needs(free, browser, alices_token):
    head = {"authorization": f"Bearer {alices_token}"}
    for answer in (
        browser().get("/api/v1/accounts", headers=head),
        browser().post("/api/v1/accounts", {}, content_type="application/json", headers=head),
    ):
        told = answer.json()
        assert (answer.status_code, told["plan"]) == (403, "team")
        assert told["type"] == "urn:clientele:problem:not-in-plan"
        assert "Team" in told["detail"]


def test_a_stranger_does_not_learn_the_plan(free, browser):
    assert browser().get("/api/v1/accounts").status_code == 401


def test_the_page_of_tokens_says_so_and_makes_none(free, browser, alice):
    client = browser(alice)
    with use_tenant(free):
        make_token(alice, name="Old one")
    text = client.get("/settings/tokens/").content.decode()
    assert "it comes with Team" in text
    assert "Old one" in text
    assert client.post("/settings/tokens/", {"name": "x"}).status_code == 422


def test_no_new_branch_comes_and_the_old_ones_stay(free, browser, alice):
    with use_tenant(free):
        branch = Branch.objects.create(name="Head office")
    client = browser(alice)
    text = client.get("/settings/teams/").content.decode()
    assert "it comes with Business" in text
    assert client.post("/settings/branches/", {"branch-name": "Bern"}).status_code == 422
    changed = {"branch-name": "Zurich", "parent": ""}
    assert client.post(f"/settings/branches/{branch.pk}/", changed).status_code == 302
    with use_tenant(free):
        assert list(Branch.objects.values_list("name", flat=True)) == ["Zurich"]


def test_the_own_sign_in_is_not_switched_on_but_goes_on_where_it_is(workspace, alice, monkeypatch):
    monkeypatch.setattr(oidc, "discover", lambda _issuer: {})
    row = IdentityProvider(name="Corp", issuer="https://idp.example", client_id="x", is_on=True)
    Limits.objects.update(plan="team")
    with pytest.raises(ValidationError) as refused:
        oidc.save_provider(row, by=actor(alice), secret="s")
    assert "comes with Business" in refused.value.message_dict["is_on"][0]
    Limits.objects.update(plan="business")
    oidc.save_provider(row, by=actor(alice), secret="s")
    Limits.objects.update(plan="team")
    row.name = "Corporation"
    oidc.save_provider(row, by=actor(alice), secret="")
    assert IdentityProvider.in_use() == row
