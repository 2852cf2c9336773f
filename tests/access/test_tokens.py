from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from app.access.models import ApiToken, User
from app.access.tokens import actor_of_token, make_token, revoke
from tenants.context import Ref, use_tenant


def test_a_token_stands_for_its_person(workspace: Ref, bob: User) -> None:
    token, secret = make_token(bob, name="Nightly export")
    assert secret.startswith("clt_")
    assert len(secret) == 44
    assert secret.startswith(token.prefix)
    actor = actor_of_token(secret)
    assert actor is not None
    assert actor.user_id == bob.pk


def test_the_secret_is_not_kept(workspace: Ref, bob: User) -> None:
    _token, secret = make_token(bob, name="Nightly export")
    row = ApiToken.objects.values().get()
    assert secret not in {str(value) for value in row.values()}
    assert secret[8:] not in str(row)


def test_a_revoked_token_is_nothing(workspace: Ref, bob: User) -> None:
    token, secret = make_token(bob, name="Nightly export")
    revoke(token)
    assert actor_of_token(secret) is None
    assert ApiToken.objects.get().revoked_at is not None


def test_the_token_of_somebody_who_left_is_nothing(workspace: Ref, bob: User) -> None:
    _token, secret = make_token(bob, name="Nightly export")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert actor_of_token(secret) is None


def test_a_token_is_nothing_at_another_workspace(two: tuple[Ref, Ref], alice: User) -> None:
    with use_tenant(two[0]):
        _token, secret = make_token(alice, name="Nightly export")
    with use_tenant(two[1]):
        assert actor_of_token(secret) is None


def test_words_that_are_no_token_are_nothing(workspace: Ref) -> None:
    for words in ("", "clt_", "Basic abc", "clt_" + "a" * 40, "é" * 300):
        assert actor_of_token(words) is None


def test_the_last_use_is_noted_now_and_then(workspace: Ref, bob: User) -> None:
    token, secret = make_token(bob, name="Nightly export")
    actor_of_token(secret)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    assert first is not None
    actor_of_token(secret)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first
    long_ago = timezone.now() - timedelta(hours=1)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=long_ago)
    actor_of_token(secret)
    used = ApiToken.objects.get(pk=token.pk).last_used_at
    assert used is not None
    assert used > long_ago
