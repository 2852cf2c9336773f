"""Fill the workspace `demo`; run again after a crash it goes on, and changes nothing else."""

from __future__ import annotations

import json
import os
import sys

import django

EMAIL, PASSWORD, SUBDOMAIN = "demo@demo.example", "demo-workspace", "demo"
OWNER = "Darcel Schlecht"


def main() -> None:
    """Make the workspace, its people, its records; note how to sign in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.config.settings")
    django.setup()
    from django.conf import settings

    if not settings.LOCAL:
        sys.exit("The demo workspace is for a local stack.")
    from local.demo.filling import fill

    fill(subdomain=SUBDOMAIN, email=EMAIL, password=PASSWORD, owner=OWNER)
    note = {"subdomain": SUBDOMAIN, "email": EMAIL, "password": PASSWORD}
    (settings.DATA_DIR / "demo.json").write_text(json.dumps(note))


main()
