"""What a form with a picture in it brings."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from app.lib.pictures import MOST_BYTES


def uploaded_picture(request: HttpRequest) -> bytes | None:
    """The bytes of the chosen file; None when the picture is to be taken away.

    Raises ValidationError.
    """
    if "remove" in request.POST:
        return None
    upload = request.FILES.get("picture")
    if upload is None or not upload.size:
        raise ValidationError(_("Choose a picture first."))
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 5 MB."))
    return bytes(upload.read())
