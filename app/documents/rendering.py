"""Pictures of a file, made in a process of its own: `python -m app.documents.rendering`.

What it reads was made by strangers, so it holds no secret, reaches no database, and ends when it
takes more memory or time than a page needs. Everything is decoded and encoded anew: nothing of
the file's own bytes, and none of its notes about place and camera, comes out.

Arguments: the word of the kind, the file, the folder for the pictures. It writes `0.webp` (small)
and `1.webp`, `2.webp`, ... (a page each).
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MEMORY = 1024**3
SECONDS = 40
MOST_PIXELS = 60_000_000
MOST_PAGES = 20
SMALL, LARGE = 320, 1600
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


def main(looks: str, source: str, target: str) -> None:
    """Write the pictures, or end with an error."""
    limit()
    pages = pages_of_pdf(source) if looks == "pdf" else pages_of_picture(source)
    for number, page in enumerate(pages, start=1):
        if number == 1:
            save(page, Path(target) / "0.webp", SMALL)
        save(page, Path(target) / f"{number}.webp", LARGE)


def limit() -> None:
    """Take no more of the machine than this from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024**2, 64 * 1024**2))


def pages_of_picture(source: str) -> Iterator[Picture]:
    """The one page of a picture, the way up that its camera meant."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # beyond twice of it Pillow refuses
    with Image.open(source, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (LARGE * 2, LARGE * 2))
        turned = ImageOps.exif_transpose(picture)
        yield turned.convert("RGBA" if turned.has_transparency_data else "RGB")


def pages_of_pdf(source: str) -> Iterator[Picture]:
    """The first pages of a PDF, each no larger than it is shown."""
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        width, height = page.get_size()
        scale = min(LARGE / max(width, height, 1), 4)
        yield page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        page.close()


def save(page: Picture, target: Path, edge: int) -> None:
    """A copy no longer than this at any side, without notes."""
    copy = page.copy()
    copy.thumbnail((edge, edge))
    copy.save(target, "WEBP", quality=82, method=4, exif=b"", xmp=b"", icc_profile=b"")


if __name__ == "__main__":
    main(*sys.argv[1:4])
