"""How a company comes to its workspace by pages, before a journey begins."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.plain import mail_to


def sign_up(page: Any, live: Any, *, name: str, company: str, owner: str, password: str) -> None:
    """The form of the public site, and the link in the mail that proves the address.

    The owner's address is the first part of his name at the workspace's own domain.
    """
    address = f"{owner.split(maxsplit=1)[0].lower()}@{name}.example"
    page.goto(f"{live.public}/signup/")
    for field, value in (
        ("company", company),
        ("subdomain", name),
        ("full_name", owner),
        ("email", address),
        ("password", password),
    ):
        page.fill(f"[name={field}]", value)
    page.click("form.stack-form button[type=submit]")
    page.wait_for_url(live.url(name, "/"))
    link = re.search(r"http://\S+", mail_to(live.mail, address))
    assert link
    page.goto(link[0])
    confirm = page.locator("main form button[type=submit]:visible")
    if confirm.count():
        confirm.first.click()
