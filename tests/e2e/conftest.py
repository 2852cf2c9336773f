"""A headless browser for the journeys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from local.build.browser import chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Where pictures of the pages go, when somebody wants them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    """The machine's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium()), args=list(ARGUMENTS))
        yield browser
        browser.close()
