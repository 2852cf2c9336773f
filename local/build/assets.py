"""build/static: one style sheet, the bundles and the icons that are used."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

from local.build import steps

SOURCE = steps.ROOT / "app" / "static"
TARGET = steps.ROOT / "build" / "static"
ICONS = steps.ROOT / "node_modules" / "lucide-static" / "icons"
#: Entry points of the browser's code; the second is fetched by the pages that draw.
BUNDLES = ("main.js", "chart.js")
SHAPE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
#: Made into something else, or never asked for by a page.
NOT_SERVED = ("css", "icons.txt", "htmx-4*", "htmax-4*", "htmx-2.js", "ext")


def build_assets() -> None:
    """Everything that a page links to, with hashed names and compressed copies."""
    sources = steps.files("app", "*.css", "*.js", "*.html", "*.svg", "*.py", "icons.txt")
    sources += [steps.ROOT / "package-lock.json", *steps.ROOT.glob("requirements*.txt")]
    sources += steps.files("local/build", "*.py")
    stamp = steps.ROOT / "build" / "assets.stamp"
    steps.once("Assets", stamp=stamp, sources=sources, make=_build)


def _build() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    style_sheet()
    bundles()
    icons()
    collect()


def style_sheet() -> None:
    tailwind = Path(sys.executable).with_name("tailwindcss")
    entry = SOURCE / "css" / "input.css"
    steps.run([tailwind, "--minify", "-i", entry, "-o", TARGET / "app.css"])


def bundles() -> None:
    machine = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
    esbuild = steps.ROOT / "node_modules" / "@esbuild" / machine / "bin" / "esbuild"
    entries = [SOURCE / "js" / name for name in BUNDLES]
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"]
    steps.run([esbuild, *entries, *options, f"--outdir={TARGET}"])


def icons() -> None:
    """One file of the icons that app/static/icons.txt names."""
    names = (SOURCE / "icons.txt").read_text().split()
    symbols = "".join(_symbol(name) for name in sorted(set(names)))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'
    (TARGET / "icons.svg").write_text(sprite)


def _symbol(name: str) -> str:
    file = ICONS / f"{name}.svg"
    if not file.is_file():
        raise steps.StepFailed(f"app/static/icons.txt: there is no icon {name!r}.")
    shape = SHAPE.search(file.read_text())
    assert shape is not None
    look = 'fill="none" stroke="currentColor" stroke-width="2"'
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    drawn = re.sub(r">\s+<", "><", shape.group(1)).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look} {ends}>{drawn}</symbol>'


def collect() -> None:
    """build/collected: what is served, under names that change with the content."""
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear"]
    ignored = [part for name in NOT_SERVED for part in ("--ignore", name)]
    env = {"LOCAL": "1", "ENV_FILE": "", "STATIC_HASHED": "1"}
    steps.run([*manage, *ignored], env=os.environ | env)
