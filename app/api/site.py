"""The one instance of the API, made when the addresses load, after all entities."""

from __future__ import annotations

from app.api.routes import make_api

api = make_api()
