"""Addresses of sign-in on the workspace host."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path, re_path

from app.access import factor_views, joining, views, views_pictures
from app.access.oidc import views as oidc

urlpatterns = [
    path("login/", factor_views.log_in, name="account_login"),
    path("login/second/", factor_views.second_step, name="mfa_authenticate"),
    path("login/passkey/", factor_views.passkey_login, name="mfa_login_webauthn"),
    path("login/provider/", oidc.begin, name="openid_connect_login"),
    path("login/provider/callback/", oidc.callback, name="openid_connect_callback"),
    path("again/", factor_views.reauthenticate, name="account_reauthenticate"),
    path("again/code/", factor_views.reauthenticate_by_code, name="mfa_reauthenticate"),
    path(
        "again/passkey/",
        factor_views.reauthenticate_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("logout/", views.log_out, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("enter/", views.enter, name="enter"),
    path("support/enter/", views.enter_as_support, name="enter_as_support"),
    path("pictures/<int:pk>/<slug:digest>.webp", views_pictures.person, name="picture"),
    path("pictures/logo/<slug:digest>.webp", views_pictures.logo, name="logo"),
    path("join/<str:secret>/", joining.join, name="join"),
    path("language/", views.choose_language, name="choose_language"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "confirm-email/",
        allauth.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", allauth.confirm_email, name="account_confirm_email"
    ),
]
