"""Addresses under /settings/security/, under the names that allauth knows."""

from __future__ import annotations

from django.urls import path

from app.setup import security

urlpatterns = [
    path("", security.security, name="mfa_index"),
    path("app/", security.add_app, name="mfa_activate_totp"),
    path("app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("codes/", security.show_codes, name="mfa_view_recovery_codes"),
    path("codes/new/", security.new_codes, name="mfa_generate_recovery_codes"),
]
