"""Pictures that people upload: decoded, cut, and written anew, so that only pixels remain.

What a stranger sends is believed only as far as a decoder for PNG, JPEG or WebP makes pixels of
it. Place and time of a photograph, colour profiles and whatever hides behind the picture are gone.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MOST_BYTES: Final = 5 * 1024 * 1024
#: A photograph of 24 megapixels takes 100 MB while it is decoded.
MOST_PIXELS: Final = 24_000_000
LONGEST_SIDE: Final = 12_000
FORMATS: Final = ("PNG", "JPEG", "WEBP")
PORTRAIT: Final = 256
LOGO: Final = (400, 120)
#: What the decoders raise when a file is not what it says.
BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, struct.error)
TOO_LARGE: Final = _("The picture has too many pixels: at most 24 million, and 12,000 a side.")
UNREADABLE: Final = _("This is no picture that we can read: send a PNG, JPEG or WebP.")


def portrait(data: bytes) -> bytes:
    """The middle of the picture as a square WebP. Raises ValidationError."""
    picture = _pixels(data, (PORTRAIT, PORTRAIT))
    square = ImageOps.fit(_on_white(picture), (PORTRAIT, PORTRAIT), Image.Resampling.LANCZOS)
    return _webp(square)


def logo(data: bytes) -> bytes:
    """The picture as large as a logo may be, transparent where it was. Raises ValidationError."""
    picture = _pixels(data, LOGO).convert("RGBA")
    picture.thumbnail(LOGO, Image.Resampling.LANCZOS)
    return _webp(picture)


def _pixels(data: bytes, wanted: tuple[int, int]) -> Image.Image:
    """The decoded picture, upright. `wanted` lets a JPEG be decoded no larger than needed."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 5 MB."))
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened.size)
            opened.draft("RGB", (wanted[0] * 2, wanted[1] * 2))
            opened.load()
            return ImageOps.exif_transpose(opened).copy()
    except Image.DecompressionBombError:
        raise ValidationError(TOO_LARGE) from None
    except BROKEN:
        raise ValidationError(UNREADABLE) from None


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise ValidationError(TOO_LARGE)


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency."""
    if picture.mode in ("RGB", "L", "CMYK", "YCbCr"):
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(white, layers).convert("RGB")


def _webp(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "WEBP", quality=86, method=4)
    return written.getvalue()
