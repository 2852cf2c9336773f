"""Files as they come: encodings, separators, ragged rows, titles, broken quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.imports.layout import Layout
from app.imports.reading import Row, Unreadable, look_at, read_rows
from local.book import shared_folder


def read(data: bytes, **wanted: object) -> tuple[Layout, list[Row]]:
    """The file in pieces of seven bytes after a big first one: no piece ends where a row does."""
    chunks = [data[:7], *(data[at : at + 7] for at in range(7, len(data), 7))]
    layout = look_at(chunks, wanted=wanted)
    return layout, list(read_rows(chunks, layout))


CHINESE = "客户名称,联系人,电话\r\n北京晨星科技有限公司,王伟,010-1234567\r\n上海远航,李娜,021\r\n"
TAIWAN = "公司名稱,聯絡人\n臺北晨星設計股份有限公司,陳淑芬\n高雄港務,黃志明\n"
GERMAN = "Firma;Straße;Größe\nMüller & Söhne;Königsallee 5;12,5\nJäger;Ölmühle;7\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32-le"),
        (TAIWAN, "big5", "big5hkscs"),
        (TAIWAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "cp1252", "cp1252"),
        (GERMAN, "utf-8", "utf-8"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str, found: str) -> None:
    layout, rows = read(text.encode(encoding))
    lines = [line.split(layout.separator) for line in text.splitlines()]
    assert layout.encoding == found
    assert [list(layout.headers), *(row.cells for row in rows)] == lines


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(separator: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (("a", "b"), ('"x, ""y"""', "2"), ("p", "q")))
    layout, rows = read(text.encode())
    assert (layout.separator, layout.headers) == (separator, ("a", "b"))
    assert [row.cells for row in rows] == [['x, "y"', "2"], ["p", "q"]]


def test_short_rows_are_padded_and_long_ones_say_so() -> None:
    _layout, rows = read(b"a,b,c\n1\n1,2,3,4\n1,2,3,,\n")
    assert [row.cells for row in rows] == [["1", "", ""], ["1", "2", "3", "4"], ["1", "2", "3"]]
    assert [bool(row.error) for row in rows] == [False, True, False]
    assert "4 cells" in rows[1].error


def test_null_bytes_and_blank_rows_are_left_out() -> None:
    _layout, rows = read(b"a,b\n\x00x,1\n\n,,\n2,\n")
    assert [(row.number, row.cells) for row in rows] == [(2, ["x", "1"]), (5, ["2", ""])]


def test_titles_above_the_header_are_skipped() -> None:
    layout, rows = read(b"Customers of 2026,,\n,,\nname,city,phone\nA,B,1\nC,D,2\n")
    assert (layout.header_row, layout.headers) == (3, ("name", "city", "phone"))
    assert len(rows) == 2


def test_a_file_without_header_gets_numbered_columns() -> None:
    layout, rows = read(b"1,Anna,anna@a.example\n2,Ben,ben@b.example\n")
    assert (layout.header_row, layout.headers) == (0, ("Column 1", "Column 2", "Column 3"))
    assert len(rows) == 2


def test_headers_become_unique() -> None:
    layout, _rows = read(b"name,name,,name (2),x\n1,2,3,4,5\n")
    assert layout.headers == ("name", "name (2)", "Column 3", "name (2) (2)", "x")


def test_what_somebody_says_beats_the_guess() -> None:
    layout, rows = read("a;b\né;1\n".encode("cp1250"), encoding="cp1252", header_row=0)
    assert (layout.encoding, layout.header_row, len(rows)) == ("cp1252", 0, 2)


def test_a_quotation_mark_that_is_never_closed_is_reported() -> None:
    _layout, rows = read(b'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert len(rows) == 2
    assert "never closed" in rows[1].error


def test_bytes_that_are_not_of_the_encoding_fail_their_row_only() -> None:
    lines = [f"é{n},{n}".encode() for n in range(40)]
    lines[7] = b"\xff\xfe,7"
    layout, rows = read(b"a,b\n" + b"\n".join(lines))
    assert layout.encoding == "utf-8"
    assert [row.number for row in rows if row.error] == [9]


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b",,,\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_a_file_of_too_many_columns_or_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable):
        read(b",".join(b"c%d" % n for n in range(501)))
    monkeypatch.setattr("app.imports.reading.MAX_ROWS", 3)
    with pytest.raises(Unreadable):
        read(b"a\n" + b"x\n" * 4)


def test_the_published_messy_files_can_all_be_read() -> None:
    folder = shared_folder()
    files: list[Path] = sorted(folder.rglob("*.csv")) if folder else []
    for file in files:
        layout, rows = read_whole(file.read_bytes())
        assert layout.headers, file.name
        assert all("\0" not in cell for row in rows for cell in row.cells)
    if folder:
        assert [layout.encoding for layout in known(folder / "messy")] == KNOWN


KNOWN = ["big5hkscs", "cp1252", "utf-16-le", "utf-32-le", "utf-32-be", "utf-16-be", "utf-8"]


def known(folder: Path) -> list[Layout]:
    names = ("characters", "spanish_chars", "utf-16le_encoded", "csvtext_BOM_UTF32LE")
    names += ("csvtext_BOM_UTF32BE", "csvtext_BOM_UTF16BE", "commons_bom")
    return [read_whole((folder / f"{name}.csv").read_bytes())[0] for name in names]


def read_whole(data: bytes) -> tuple[Layout, list[Row]]:
    layout = look_at([data])
    return layout, list(read_rows([data], layout))
