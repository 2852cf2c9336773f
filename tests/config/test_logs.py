from __future__ import annotations

import logging

from app.config.logs import OriginFilter, tag_event
from tenants.context import Ref, bind_actor, use_control, use_tenant

ACME = Ref(7, "t_7", "default", "r_t_7", "acme")


def filtered():
    record = logging.LogRecord("n", logging.INFO, "p", 1, "m", (), None)
    OriginFilter().filter(record)
    return record.workspace, record.request_id


def test_a_line_says_its_workspace_and_request():
    with use_tenant(ACME), bind_actor(3, "req-1"):
        assert filtered() == ("t_7", "req-1")
        assert tag_event({}, {})["tags"] == {"workspace": "t_7", "request_id": "req-1"}


def test_a_line_of_the_public_site_or_of_none_is_still_a_line():
    with use_control():
        assert filtered() == ("control", "-")
    assert filtered() == ("-", "-")
