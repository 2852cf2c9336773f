"""Which encoding is this file written in?

Byte order marks and the pattern of NULs settle the Unicode encodings; UTF-8 proves itself
by decoding. What is left is guessed: Chinese by how many characters are common ones
(GB 2312 level 1, Big5 level 1), the rest by charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

SAMPLE_BYTES = 64 * 1024
PLAUSIBLE = re.compile(
    r"[\t\n\r -~\u00a0-\u024f\u0370-\u04ff\u2010-\u2044"
    r"\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]"
)
HEAD_BYTES = 4096
SURE = 0.75
WESTERN = ["cp1252", "cp1250", "cp1251", "cp932", "euc_jp", "cp949"]
BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What the page offers when the guess is wrong.
CHOICES = (
    "utf-8",
    "gb18030",
    "big5hkscs",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp932",
    "euc_jp",
    "cp949",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
)


@dataclass(frozen=True)
class Encoding:
    """A codec's name and how many bytes of mark stand before the text."""

    name: str
    mark: int = 0


def detect(chunks: Iterable[bytes]) -> Encoding:
    """The encoding of the whole file, read once."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    head, foreign, valid = b"", bytearray(), True
    for block in _whole_lines(chunks):
        head += block[: HEAD_BYTES - len(head)]
        valid = valid and _accepts(decoder, block)
        if len(foreign) < SAMPLE_BYTES and not block.isascii():
            foreign += _foreign_lines(block)
    wide = _unicode(head)
    if wide:
        return wide
    if valid and _accepts(decoder, b"", final=True):
        return Encoding("utf-8", 3 if head.startswith(codecs.BOM_UTF8) else 0)
    return Encoding(_legacy(bytes(foreign[:SAMPLE_BYTES])))


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that end where a line ends."""
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        rest = block[cut:]
        if cut:
            yield block[:cut]
    if rest:
        yield rest


def _accepts(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_lines(chunk: bytes) -> bytes:
    lines = chunk.replace(b"\r", b"\n").split(b"\n")
    return b"\n".join(line for line in lines if not line.isascii()) + b"\n"


def _unicode(head: bytes) -> Encoding | None:
    """UTF-16 or UTF-32 by where the NULs stand; a mark that contradicts them is only skipped."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(head) > 4:
        return Encoding("utf-32-le" if head[0] == 0xFF else "utf-32-be", 4)
    mark = 2 if head.startswith(BOMS[1:]) else 0
    body = head[mark:]
    nuls = [body[place::4].count(0) / (len(body[place::4]) or 1) for place in range(4)]
    if min(nuls[1:]) > SURE or min(nuls[:3]) > SURE:
        return Encoding(
            "utf-32-le" if nuls[1] > SURE and nuls[3] > SURE and nuls[0] < SURE else "utf-32-be",
            mark,
        )
    if mark:
        return Encoding("utf-16-le" if head[0] == 0xFF else "utf-16-be", mark)
    return _unmarked_utf16(head) if b"\0" in head else None


def _unmarked_utf16(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: NULs stand on one side, and what comes out is text with line ends."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    plausible = sum(1 for letter in text if PLAUSIBLE.match(letter))
    has_lines = any(mark in text for mark in "\n\r,;\t")
    return Encoding(name) if has_lines and plausible >= 0.9 * len(text) else None


def _legacy(sample: bytes) -> str:
    if _decodes(sample, "utf-8"):
        return "utf-8"
    scores = {
        "gb18030": _common_share(sample, low=0xB0, high=0xD7, trail=0xA1),
        "big5hkscs": _common_share(sample, low=0xA4, high=0xC6, trail=0x40),
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= SURE and _decodes(sample, best):
        return best
    return _western(sample)


def _common_share(sample: bytes, *, low: int, high: int, trail: int) -> float:
    """How many of the two-byte characters are common Han ones; punctuation does not count."""
    common = pairs = place = 0
    while place < len(sample) - 1:
        lead, second = sample[place], sample[place + 1]
        if lead < 0x81:
            place += 1
            continue
        place += 2
        if 0xA1 <= lead <= 0xA3 and second >= 0x40:
            continue
        pairs += 1
        common += low <= lead <= high and second >= trail
    return common / pairs if pairs else 0.0


def _decodes(sample: bytes, name: str) -> bool:
    lines = [line for line in sample.split(b"\n") if line]
    broken = sum(1 for line in lines if not _decodes_line(line, name))
    return broken <= len(lines) // 20


def _decodes_line(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _western(sample: bytes) -> str:
    """The least messy reading; Windows-1252 where it is as good as the best."""
    matches = list(from_bytes(sample, cp_isolation=WESTERN))
    if not matches:
        return "cp1252"
    least = min(match.chaos for match in matches)
    good = [match.encoding for match in matches if match.chaos <= least + 0.02]
    same = sample.decode("cp1252", "replace") == sample.decode(good[0], "replace")
    return "cp1252" if same or "cp1252" in good else str(good[0])
