"""Pictures of people and the logo of the workspace: kept, replaced, taken away."""

from __future__ import annotations

import hashlib

from django.db import router, transaction

from app.access.looks import Picture
from app.access.models import User, Workspace
from app.lib import pictures

WORKSPACE = 1


def show_person(user: User, upload: bytes | None) -> None:
    """Give the person this picture, or none. Raises ValidationError."""
    content = None if upload is None else pictures.portrait(upload)
    with transaction.atomic(using=router.db_for_write(User)):
        user.picture = _keep(Picture.Of.PERSON, user.pk, content)
        user.save(update_fields=["picture"])


def show_logo(upload: bytes | None) -> None:
    """Give the workspace this logo, or none. Raises ValidationError."""
    content = None if upload is None else pictures.logo(upload)
    with transaction.atomic(using=router.db_for_write(Workspace)):
        digest = _keep(Picture.Of.WORKSPACE, WORKSPACE, content)
        Workspace.objects.update(logo=digest)


def content_of(of: Picture.Of, subject_id: int, digest: str) -> bytes | None:
    """The bytes of this very picture, if it is still shown."""
    rows = Picture._default_manager.filter(of=of, subject_id=subject_id, digest=digest)
    found = rows.values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def _keep(of: Picture.Of, subject_id: int, content: bytes | None) -> str:
    """Write or remove the one row; answers the picture's digest."""
    if content is None:
        Picture._default_manager.filter(of=of, subject_id=subject_id).delete()
        return ""
    digest = hashlib.sha256(content).hexdigest()[:32]
    Picture._default_manager.update_or_create(
        of=of, subject_id=subject_id, defaults={"digest": digest, "content": content}
    )
    return digest
