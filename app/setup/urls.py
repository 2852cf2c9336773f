"""Addresses under /settings/."""

from __future__ import annotations

from django.urls import path

from app.setup import (
    notifications,
    pages,
    people,
    pipelines,
    profile,
    provider,
    sign_in,
    signed_in,
    storage,
    tokens,
    workspace,
)

app_name = "setup"
urlpatterns = [
    path("", pages.index, name="index"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/picture/", profile.picture, name="picture"),
    path("profile/verify/", profile.verify, name="verify"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("sessions/", profile.sessions, name="sessions"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.end, name="revoke_token"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("workspace/logo/", workspace.logo, name="logo"),
    path("workspace/colour/", workspace.colour, name="colour"),
    path("storage/", storage.storage, name="storage"),
    path("teams/", workspace.teams, name="teams"),
    path("teams/<int:pk>/", workspace.change_team, name="team"),
    path("currencies/", workspace.currencies, name="currencies"),
    path("currencies/<str:code>/", workspace.change_rate, name="currency"),
    path("people/", people.people, name="people"),
    path("people/new/", people.add, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/seat/", people.seat, name="seat"),
    path("people/<int:pk>/presence/", people.presence, name="presence"),
    path("people/<int:pk>/sessions/", signed_in.sessions, name="sessions_of"),
    path("people/<int:pk>/factors/", signed_in.factors, name="factors_of"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/second-factor/", sign_in.second_factor, name="require_factor"),
    path("sign-in/provider/", provider.provider, name="provider"),
    path("pipelines/", pipelines.pipelines, name="pipelines"),
    path("pipelines/<int:pk>/", pipelines.pipeline, name="pipeline"),
    path("pipelines/<int:pk>/stages/", pipelines.add_stage, name="new_stage"),
    path("stages/<int:pk>/", pipelines.change_stage, name="stage"),
]
