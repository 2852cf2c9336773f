"""Files on records of any kind: versions, checks, previews, quota."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Files hang on records; the engine learns of them here and nowhere else."""

    name = "app.documents"
    label = "documents"
    verbose_name = _("Documents")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the panel on record pages, the files into timelines, the purge along."""
        from app.documents import deletion, jobs, panel, timeline  # noqa: F401 (jobs declare)
        from app.records import panels, purging
        from app.records import timeline as timelines

        panels.add(panel.files_panel)
        timelines.tell(timeline.moments)
        purging.along(deletion.purge_files_of)
