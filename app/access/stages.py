"""The steps between the right password and being signed in."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from app.access.models import IdentityProvider
from app.access.ways import PROVIDER, ways_of


class SecondFactorStage(AuthenticateStage):
    """Ask for the second factor, except of people whom the provider answers for."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if not super()._should_handle(request):
            return False
        if PROVIDER not in ways_of(request.session, self.login.user.pk):
            return True
        return not IdentityProvider.objects.filter(is_on=True, asks_factor=False).exists()
