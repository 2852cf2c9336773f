"""A few papers on the demo's deals: an offer, a chart, a price list, as somebody would add them."""

from __future__ import annotations

import io
import urllib.request
import uuid

from PIL import Image, ImageDraw, ImageFont

from app.access.actors import Actor
from app.documents import uploads
from app.documents.models import File
from app.records import registry
from tenants.files.store import Upload

INK, PALE, BRAND = "#1f2430", "#e6e8f0", "#4f46e5"
PRICES = "product,price\nGTX Basic,550\nGTX Plus Basic,1096\nGTX Pro,4821\n产品保修,120\n"


def hand_in(actor: Actor) -> None:
    """Add the papers to the latest open deals of the demo's user, once."""
    if File.objects.exists():
        return
    deals = registry.get("deals").queryset(actor).filter(status="open", owner_id=actor.user_id)
    for pk, name in deals.order_by("-pk").values_list("pk", "name")[:4]:
        add(pk, "Offer.pdf", offer(name), actor=actor)
        add(pk, "Forecast.png", chart(), actor=actor)
        add(pk, "价格表 price list.csv", PRICES.encode(), actor=actor)


def add(deal: int, name: str, content: bytes, *, actor: Actor) -> None:
    """One file, announced, sent and confirmed; the worker checks it."""
    said = uploads.announce(name, len(content), "")
    file, ticket = uploads.start(registry.get("deals"), deal, said, actor=actor)
    assert ticket.form is not None
    send(ticket.form, content)
    uploads.confirm(file.pk, ticket.version.pk, actor=actor)


def send(form: Upload, content: bytes) -> None:
    """What a browser does with the form."""
    line = uuid.uuid4().hex
    fields = "".join(
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.fields.items()
    )
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    body = f"{fields}{head}".encode() + content + f"\r\n--{line}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={line}"}
    request = urllib.request.Request(form.url, data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 (the local store)
        return


def offer(title: str) -> bytes:
    """A PDF of two pages."""
    pages = [page(f"Offer: {title}", number) for number in (1, 2)]
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=110)
    return made.getvalue()


def page(title: str, number: int) -> Image.Image:
    """A sheet with a heading and lines of text."""
    sheet = Image.new("RGB", (910, 1286), "white")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((80, 90, 86, 150), fill=BRAND)
    draw.text((110, 92), title[:48], fill=INK, font=ImageFont.load_default(34))
    draw.text((110, 140), f"Page {number} of 2", fill="#667", font=ImageFont.load_default(18))
    for row in range(22):
        width = 730 - (row * 97 % 240)
        draw.rounded_rectangle((80, 230 + row * 42, 80 + width, 244 + row * 42), 7, fill=PALE)
    return sheet


def chart() -> bytes:
    """A picture of bars."""
    picture = Image.new("RGB", (1200, 760), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((60, 40), "Forecast", fill=INK, font=ImageFont.load_default(40))
    for place, height in enumerate((180, 240, 210, 330, 400, 470)):
        left = 90 + place * 180
        draw.rounded_rectangle((left, 690 - height, left + 110, 690), 14, fill=BRAND)
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()
