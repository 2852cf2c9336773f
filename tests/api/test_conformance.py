"""The API does what its specification says, whatever a client sends."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.api.openapi import specification
from tests.api.caller import Caller, caller_of
from tests.records.helpers import make, pipeline

#: Not everything that fits a schema is right (IDs, states), nor is all else wrong: like a form,
#: the API takes the number 5 for the text "5", and the other way round.
EXCLUDED = [positive_data_acceptance, negative_data_rejection]
#: The cases are drawn, not enumerated: enumerating them takes minutes.
CONFIG = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})

application = get_wsgi_application()


def in_transaction(environ: Any, start_response: Any) -> Any:
    """The application itself, but for what would close the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return application(environ, start_response)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


schema = schemathesis.openapi.from_dict(orjson.loads(specification("en")), config=CONFIG)
schema.app = in_transaction


@pytest.fixture
def caller(workspace, alice) -> Caller:
    return caller_of(alice, ref=workspace)


@pytest.fixture
def known(caller, alice) -> dict[str, int]:
    """One record of each kind, so that some requests find something."""
    made = pipeline(alice)
    found = {"pipelines": made["Sales"], "stages": made["Won"]}
    for slug in ("accounts", "contacts", "products", "activities", "deals"):
        found[slug] = make(slug, alice, name="Some")
    return {slug: row.pk for slug, row in found.items()}


def send(case: Any, caller: Caller, known: dict[str, int]) -> None:
    """Call as alice; half of the requests mean a record that is there, at its version."""
    slug = case.path.split("/")[1]
    key = case.path_parameters.get("id")
    if isinstance(key, int) and key % 2 and slug in known:
        case.path_parameters["id"] = known[slug]
        version = caller.get(f"/{slug}/{known[slug]}").json().get("version", 1)
        if "If-Match" in case.headers:
            case.headers["If-Match"] = f'"{version}"'
    case.call_and_validate(
        base_url=f"http://{caller.host}/api/v1",
        headers={"Authorization": f"Bearer {caller.token}"},
        excluded_checks=EXCLUDED,
    )


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_its_description(case, caller, known):
    send(case, caller, known)
