"""Pictures of the demo workspace for README and the public site, taken from a running stack.

`make pictures` takes them anew.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from local import stamps
from local.build.browser import chromium

FOLDER = stamps.ROOT / "docs" / "pictures"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: Name, page, and how it is looked at.
SHOTS = (
    ("home", "/", DESKTOP, "light", "en"),
    ("list", "/deals/?status=open&sort=-amount", DESKTOP, "light", "en"),
    ("board", "/deals/board/", DESKTOP, "dark", "en"),
    ("record", "/accounts/1/", DESKTOP, "light", "en"),
    ("record-zh", "/contacts/90/", DESKTOP, "light", "zh-hans"),
    ("list-zh", "/accounts/?country=China", DESKTOP, "dark", "zh-hans"),
    ("employee", "/employees/1/", DESKTOP, "light", "en"),
    ("people-zh", "/settings/people/chart/", DESKTOP, "dark", "zh-hans"),
    ("phone", "/deals/?status=open&sort=-amount", PHONE, "light", "en"),
)

#: What the landing page shows: each in light and dark, English and Chinese.
SITE = stamps.ROOT / "app" / "static" / "pictures"
WINDOW = {"width": 1280, "height": 800}
SITE_SHOTS = (
    ("board", "/deals/board/"),
    ("list", "/deals/?status=open&sort=-amount"),
    ("record", "/accounts/1/"),
)


def main() -> int:
    """Sign in as the demo's user and look at each page."""
    from playwright.sync_api import sync_playwright

    data_dir = Path(os.environ.get("DATA_DIR") or "var")
    if not (data_dir / "env.json").is_file():
        sys.stderr.write("Start the stack first: make run\n")
        return 1
    host = json.loads((data_dir / "env.json").read_text())["PUBLIC_HOST"]
    demo = json.loads((data_dir / "demo.json").read_text())
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium()), args=list(ARGUMENTS))
        for shot in SHOTS:
            take(browser, f"http://{demo['subdomain']}.{host}", demo, shot)
        take_for_site(browser, f"http://{demo['subdomain']}.{host}", demo)
        take(browser, f"http://{host}", None, ("landing", "/", DESKTOP, "light", "en"))
        browser.close()
    return 0


def take_for_site(browser: Any, site: str, demo: dict[str, str]) -> None:
    """The landing page's pictures, as WebP."""
    SITE.mkdir(parents=True, exist_ok=True)
    for name, path in SITE_SHOTS:
        for scheme in ("light", "dark"):
            for language in ("en", "zh-hans"):
                short = f"{name}-{scheme}-{language[:2]}"
                take(browser, site, demo, (short, path, WINDOW, scheme, language), into=SITE)


def take(
    browser: Any,
    site: str,
    demo: dict[str, str] | None,
    shot: tuple[Any, ...],
    *,
    into: Path = FOLDER,
) -> None:
    """One picture, in a browser of its own."""
    name, path, size, scheme, language = shot
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    if demo:
        page.goto(f"{site}/login/")
        page.fill("[name=email]", demo["email"])
        page.fill("[name=password]", demo["password"])
        page.click("form button[type=submit]:visible")
        page.wait_for_url(f"{site}/")
        speak(page, site, language)
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    keep(page.screenshot(), into, name)
    if demo and language != "en":
        speak(page, site, "en")
    context.close()


def keep(png: bytes, into: Path, name: str) -> None:
    """PNG for README, WebP for the site."""
    if into == FOLDER:
        (into / f"{name}.png").write_bytes(png)
        return
    Image.open(io.BytesIO(png)).save(into / f"{name}.webp", quality=80, method=6)


def speak(page: Any, site: str, language: str) -> None:
    """Set the user's language."""
    page.goto(f"{site}/settings/profile/")
    if page.locator("[name=language]").first.input_value() != language:
        page.locator("[name=language]").first.select_option(language)
        page.click("main form:has([name=language]) button[type=submit]")
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main())
