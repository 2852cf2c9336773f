"""A request of somebody who is signed in, for the types of views."""

from __future__ import annotations

from django.http import HttpRequest

from app.access.actors import Actor
from app.access.models import User


class SignedInRequest(HttpRequest):
    """The middleware lets nobody else into the workspace's pages."""

    actor: Actor
    user: User
