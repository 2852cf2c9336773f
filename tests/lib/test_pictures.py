"""What a stranger sends as a picture becomes plain pixels, or is refused with a sentence."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from app.lib import pictures
from tests.drawing import drawn, read

UNREADABLE = "no picture that we can read"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_portrait_is_a_square_webp_of_the_middle(kind):
    made = read(pictures.portrait(drawn(kind, size=(900, 300))))
    assert (made.format, made.size, made.mode) == ("WEBP", (256, 256), "RGB")
    assert made.getpixel((5, 128))[0] > 200
    assert made.getpixel((250, 128))[2] > 200


def test_a_logo_keeps_its_form_and_its_transparency():
    made = read(pictures.logo(drawn("PNG", size=(2000, 400), mode="RGBA")))
    assert (made.format, made.size, made.mode) == ("WEBP", (400, 80), "RGBA")
    assert made.getpixel((5, 40))[3] == 0


def test_a_small_logo_is_not_blown_up():
    assert read(pictures.logo(drawn("PNG", size=(40, 30)))).size == (40, 30)


def test_a_transparent_portrait_stands_on_white():
    made = read(pictures.portrait(drawn("PNG", mode="RGBA")))
    assert made.getpixel((5, 128)) == (255, 255, 255)


def test_a_photograph_lying_on_its_side_is_put_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned right by a quarter
    exif[0x010E] = "at home"
    exif.get_ifd(0x8825)[1] = "N"
    lying = drawn("JPEG", size=(300, 300), exif=exif.tobytes(), quality=95)
    made = read(pictures.portrait(lying))
    assert made.getpixel((128, 5))[0] > 200, "red is above"
    assert not made.getexif()
    assert not {"exif", "icc_profile", "xmp"} & made.info.keys()


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_refused(kind):
    with pytest.raises(ValidationError, match=UNREADABLE):
        pictures.portrait(drawn(kind))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>",
        b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
        b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>",
        drawn("PNG", size=(400, 400))[:200],
        drawn("JPEG", size=(400, 400))[:400],
        b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100,
    ],
)
def test_what_is_no_picture_or_half_of_one_is_refused(data):
    for read_it in (pictures.portrait, pictures.logo):
        with pytest.raises(ValidationError, match=UNREADABLE):
            read_it(data)


def test_what_hides_behind_a_picture_is_gone():
    payload = b"<script>alert(1)</script>"
    assert payload not in pictures.portrait(drawn("JPEG") + payload)
    assert payload not in pictures.logo(drawn("PNG") + payload)


def test_a_file_of_more_than_five_megabytes_is_not_even_opened():
    with pytest.raises(ValidationError, match="5 MB"):
        pictures.portrait(drawn("PNG") + b"\x00" * pictures.MOST_BYTES)


@pytest.mark.parametrize("size", [(20_000, 20_000), (5_000, 5_000), (12_001, 1), (10**5, 10**5)])
def test_a_bomb_of_pixels_is_refused_before_it_goes_off(size):
    with pytest.raises(ValidationError, match="24 million"):
        pictures.portrait(png_that_claims(*size))


def test_a_bomb_of_text_in_a_png_is_refused():
    text = b"Comment\x00\x00" + zlib.compress(b"\x00" * (80 * 1024 * 1024), 9)
    head, rest = drawn("PNG")[:33], drawn("PNG")[33:]
    with pytest.raises(ValidationError, match=UNREADABLE):
        pictures.portrait(head + chunk(b"zTXt", text) + rest)


def test_grey_and_palette_and_cmyk_pictures_are_read():
    for kind, mode in (("PNG", "L"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "1"), ("JPEG", "CMYK")):
        written = BytesIO()
        Image.new(mode, (30, 30)).save(written, kind)
        assert read(pictures.portrait(written.getvalue())).size == (256, 256), mode
        assert read(pictures.logo(written.getvalue())).size == (30, 30), mode


def png_that_claims(width: int, height: int) -> bytes:
    """A small file that says it is a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
