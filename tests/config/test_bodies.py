"""A body that is too long is refused unread, at every door."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.parametrize("path", ["/login/", "/api/v1/imports", "/settings/imports/new/"])
@pytest.mark.parametrize("host", ["acme.localhost:8000", "localhost:8000"])
def test_a_body_that_is_too_long_is_refused_unread(two, host, path):
    longest = settings.LONGEST_BODY
    client = Client(headers={"host": host})
    for length, refused in ((longest + 1, True), ("9" * 30, True), (longest, False), ("x", False)):
        answer = client.post(path, b"", "text/plain", CONTENT_LENGTH=str(length))
        assert (answer.status_code == 413) == refused, length
