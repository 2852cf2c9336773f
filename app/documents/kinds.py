"""The kinds of files that are taken: by their ending, with what a browser may call them.

What is not listed is refused. Types under which a file is handed out are ours, never the
browser's; what could hold a script is handed out as plain bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: What a browser says when it does not know.
UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream"})
BYTES = "application/octet-stream"
ZIPS = ("application/zip", "application/x-zip-compressed", "application/x-zip")
OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class Kind:
    """What an ending stands for."""

    ending: str
    #: The type under which it is handed out.
    content_type: str
    #: What its first bytes must look like: a word of sniffing.py.
    looks: str
    icon: str
    #: Other types that browsers give it.
    also: tuple[str, ...] = ()
    #: Whether pictures are made of it.
    previewed: bool = False

    def fits(self, declared: str) -> bool:
        """Whether a browser may have called it so."""
        plain = declared.partition(";")[0].strip().lower()
        return plain in UNKNOWN or plain == self.content_type or plain in self.also


def of_name(name: str) -> Kind | None:
    """The kind of a file of this name, None when its ending is not taken."""
    return KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None


def _documents() -> Iterator[Kind]:
    yield Kind("pdf", "application/pdf", "pdf", "file-text", ("application/x-pdf",), True)
    for ending, word, icon in (
        ("docx", "wordprocessingml.document", "file-text"),
        ("xlsx", "spreadsheetml.sheet", "file-spreadsheet"),
        ("pptx", "presentationml.presentation", "presentation"),
    ):
        yield Kind(ending, OFFICE + word, ending, icon, ZIPS)
    for ending, word, icon in (
        ("doc", "application/msword", "file-text"),
        ("xls", "application/vnd.ms-excel", "file-spreadsheet"),
        ("ppt", "application/vnd.ms-powerpoint", "presentation"),
        ("msg", "application/vnd.ms-outlook", "mail"),
    ):
        yield Kind(ending, word, "ole", icon)
    for ending, word, icon in (
        ("odt", "text", "file-text"),
        ("ods", "spreadsheet", "file-spreadsheet"),
        ("odp", "presentation", "presentation"),
    ):
        yield Kind(ending, ODF + word, "odf", icon, ZIPS)
    for ending in ("pages", "numbers", "key"):
        apple = f"application/vnd.apple.{'keynote' if ending == 'key' else ending}"
        yield Kind(ending, apple, "zip", "file-text", ZIPS)
    yield Kind("rtf", "application/rtf", "rtf", "file-text", ("text/rtf",))


def _texts() -> Iterator[Kind]:
    sheet = ("application/vnd.ms-excel", "application/csv", "text/plain", "text/x-csv")
    yield Kind("txt", "text/plain", "text", "file-text")
    yield Kind("md", "text/plain", "text", "file-text", ("text/markdown", "text/x-markdown"))
    yield Kind("csv", "text/csv", "text", "file-spreadsheet", sheet)
    yield Kind("tsv", "text/plain", "text", "file-spreadsheet", ("text/tab-separated-values",))
    yield Kind("json", "text/plain", "text", "file-code", ("application/json", "text/json"))
    yield Kind("eml", "message/rfc822", "text", "mail", ("text/plain",))
    yield Kind("ics", "text/calendar", "text", "calendar", ("text/plain",))
    yield Kind("vcf", "text/vcard", "text", "contact", ("text/x-vcard", "text/directory"))
    # What could hold a script comes back as bytes to save.
    yield Kind("xml", BYTES, "markup", "file-code", ("text/xml", "application/xml"))
    for ending in ("html", "htm"):
        yield Kind(ending, BYTES, "markup", "file-code", ("text/html", "application/xhtml+xml"))
    yield Kind("svg", BYTES, "markup", "image", ("image/svg+xml",))


def _media() -> Iterator[Kind]:
    for ending, word in (
        ("png", "png"),
        ("jpg", "jpeg"),
        ("jpeg", "jpeg"),
        ("gif", "gif"),
        ("webp", "webp"),
        ("bmp", "bmp"),
        ("tif", "tiff"),
        ("tiff", "tiff"),
    ):
        more = {"jpeg": ("image/pjpeg", "image/jpg"), "bmp": ("image/x-ms-bmp", "image/x-bmp")}
        yield Kind(ending, f"image/{word}", word, "image", more.get(word, ()), True)
    yield Kind("heic", "image/heic", "iso", "image", ("image/heif",))
    yield Kind("mp4", "video/mp4", "iso", "film")
    yield Kind("mov", "video/quicktime", "iso", "film", ("video/mp4",))
    yield Kind("m4a", "audio/mp4", "iso", "music", ("audio/x-m4a", "audio/m4a"))
    yield Kind("webm", "video/webm", "matroska", "film", ("audio/webm",))
    yield Kind("mp3", "audio/mpeg", "mp3", "music", ("audio/mp3",))
    yield Kind("wav", "audio/wav", "wav", "music", ("audio/x-wav", "audio/wave"))
    yield Kind("ogg", "audio/ogg", "ogg", "music", ("video/ogg", "application/ogg"))


def _others() -> Iterator[Kind]:
    yield Kind("zip", "application/zip", "zip", "file-archive", ZIPS)
    drawings = ("application/acad", "application/dxf", "image/x-dwg", "application/dwg")
    yield Kind("dwg", "image/vnd.dwg", "dwg", "ruler", drawings)
    yield Kind("dxf", "image/vnd.dxf", "text", "ruler", ("image/x-dxf", *drawings))
    for ending in ("step", "stp"):
        yield Kind(ending, "model/step", "step", "box", ("application/step", "text/plain"))


KINDS = {kind.ending: kind for group in (_documents, _texts, _media, _others) for kind in group()}
