"""A program that calls the API as a person."""

from __future__ import annotations

import pytest

from tests.api.caller import Caller, caller_of


@pytest.fixture
def api(workspace, alice, bob, charlie, dora, rita, other, mallory) -> dict[str, Caller]:
    """A caller for each person, each at the host of his own workspace."""
    here = {p.email.partition("@")[0]: p for p in (alice, bob, charlie, dora, rita)}
    callers = {name: caller_of(one, ref=workspace) for name, one in here.items()}
    return {**callers, "mallory": caller_of(mallory, ref=other)}
