"""Fill the workspace `demo`; run again after a crash it goes on, and changes nothing else."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

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
    stay_open()
    note = {"subdomain": SUBDOMAIN, "email": EMAIL, "password": PASSWORD}
    (settings.DATA_DIR / "demo.json").write_text(json.dumps(note))


def stay_open() -> None:
    """Nobody pays for the demo, and yet it may be bought: its trial lasts for years."""
    from billing import clock
    from billing.accounts import account_of
    from billing.models import BillingAccount
    from tenants.context import use_control
    from tenants.models import Tenant

    end = clock.now() + timedelta(days=3650)
    with use_control():
        account = account_of(Tenant.objects.get(subdomain=SUBDOMAIN).pk)
        rows = BillingAccount.objects.filter(pk=account.pk)
        rows.update(trial_ends_at=end, next_look_at=clock.now())


main()
