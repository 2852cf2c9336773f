"""Small pictures for tests, drawn here."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def drawn(kind: str, *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **how: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 0))
    picture.paste("blue", (size[0] // 2, 0, *size))
    written = BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()


def read(content: bytes) -> Image.Image:
    """The picture again."""
    return Image.open(BytesIO(content))
