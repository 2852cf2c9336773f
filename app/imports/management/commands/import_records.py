"""Import a file into a workspace, as the page does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from app.access.actors import load_actor
from app.access.workspaces import person_with, workspace_named
from app.imports import jobs, reports
from app.imports.models import Import
from app.imports.proposing import propose
from app.imports.reading import Unreadable
from app.imports.staging import find_import, store
from app.records import registry
from app.records.errors import Forbidden, Invalid
from tenants.context import bind_actor, use_tenant

SHOWN = 10  #: refused rows that are printed


class Command(BaseCommand):
    """Reads a CSV file, checks or imports its rows here and now, and tells how far it is."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """What goes where, as whom."""
        parser.add_argument("--workspace", required=True, help="subdomain")
        parser.add_argument("--email", required=True, help="who imports: his rights hold")
        parser.add_argument("entity", help="as in addresses: accounts, deals")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="JSON; else columns are matched by name")
        parser.add_argument("--dry-run", action="store_true", help="check only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import it. A row that is refused is no failure of the command."""
        with use_tenant(workspace_named(options["workspace"])):
            person = person_with(options["email"])
            with bind_actor(person.pk, "import_records"):
                made = self._prepare(person.pk, **options)
                jobs.run_here(made, watch=self._show)
                made.refresh_from_db()
                self._report(made)

    def _prepare(self, user_id: int, **options: Any) -> Import:
        actor = load_actor(user_id)
        if actor is None:
            raise CommandError(f"{options['email']} may not sign in.")
        try:
            entity = registry.get(options["entity"])
            mapping = json.loads(options["mapping"].read_text()) if options["mapping"] else None
            made = store(
                [options["file"].read_bytes()],
                entity=entity,
                file_name=options["file"].name,
                actor=actor,
                wanted=(mapping or {}).get("file"),
            )
            mode = Import.Mode.DRY_RUN if options["dry_run"] else Import.Mode.APPLY
            jobs.prepare(made, mapping=mapping or propose(made), mode=mode)
        except registry.UnknownEntity:
            raise CommandError(f"There is no entity {options['entity']!r}.") from None
        except Forbidden:
            raise CommandError(f"{options['email']} may not import {options['entity']}.") from None
        except (Unreadable, OSError, ValueError) as problem:
            raise CommandError(str(problem)) from None
        except Invalid as problem:
            lines = (f"{name}: {' '.join(words)}" for name, words in problem.errors.items())
            raise CommandError("\n".join(lines)) from None
        return find_import(made.pk, actor=actor)

    def _show(self, made: Import) -> None:
        ending = "\n" if made.dealt_with == made.rows else ""
        self.stdout.write(f"\r{made.dealt_with} of {made.rows} rows", ending=ending)
        self.stdout.flush()

    def _report(self, made: Import) -> None:
        if made.status == Import.Status.FAILED:
            raise CommandError(made.error)
        counts = ", ".join(f"{name} {getattr(made, name)}" for name in reports.COUNTERS)
        self.stdout.write(f"{made.get_mode_display()} {made.pk}: {counts}")
        refused = made.lines.filter(reports.REFUSED).order_by("number")
        for line in refused[:SHOWN]:
            self.stdout.write(f"  row {line.number}: {reports.reasons(line)}")
        if made.failed > SHOWN:
            self.stdout.write(f"  and {made.failed - SHOWN} more: /settings/imports/{made.pk}/")
