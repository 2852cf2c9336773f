"""A small PDF: lines of text on one page, in a font that every reader brings along."""

from __future__ import annotations

TOP, LEFT, LEADING = 790, 40, 14
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)


def make_pdf(lines: list[str]) -> bytes:
    """One page of A4 with these lines."""
    shown = [f"({_escaped(line)}) Tj T*" for line in lines]
    drawn = "\n".join([f"BT /F1 10 Tf {LEADING} TL {LEFT} {TOP} Td", *shown, "ET"])
    stream = drawn.encode("cp1252", "replace")
    return _assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            PAGE,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        ]
    )


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").replace("−", "-")


def _assembled(objects: list[bytes]) -> bytes:
    """The objects with the table that says where each begins."""
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(whole))
    return whole + tail + trailer
