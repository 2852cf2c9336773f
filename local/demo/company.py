"""The company behind the demo: departments, posts, and faces drawn for the occasion."""

from __future__ import annotations

import colorsys
import random
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from app.access.actors import Actor
from app.access.models import Role, User
from app.access.pictures import show_person
from app.lib.people import initials
from app.office.employees import Employee
from app.records import changes, registry
from local import book

TOP, SALES = "Management", "Sales"
SCHOOLS = ("Ohio State University", "TU Delft", "浙江大学", "University of Leeds")
SUBJECTS = ("Business administration", "Mechanical engineering", "Marketing", "Economics")
SIZE = 256


def furnish(actor: Actor) -> None:
    """Departments with their heads, everybody's post and telephone, pictures of most."""
    departments = make_departments(actor)
    people = {person.pk: person for person in User.objects.select_related("team")}
    rows = Employee._default_manager.filter(person__isnull=False, post="").order_by("pk")
    chance = random.Random(2026)  # noqa: S311 (a demo, the same each time)
    values = [
        describe(row, people[row.person_id], departments, chance)
        for row in rows
        if row.person_id in people
    ]
    if values:
        write(values, actor)
    for person in people.values():
        if not person.picture and person.pk % 5:
            show_person(person, face(person.name))


def make_departments(actor: Actor) -> dict[str, int]:
    """Management, sales, and sales by region; their keys by name."""
    found = dict(registry.get("departments").queryset(actor).values_list("name", "pk"))
    managers = {office: manager for _agent, manager, office in book.teams()}
    wanted = [(TOP, "", ""), (SALES, TOP, "")]
    wanted += [(f"{SALES} {office}", SALES, manager) for office, manager in managers.items()]
    for name, parent, head in wanted:
        if name not in found:
            values: dict[str, Any] = {"name": name, "parent_id": found.get(parent)}
            values["head_id"] = User.objects.filter(name=head).values_list("pk", flat=True).first()
            made = changes.create(registry.get("departments"), values, actor=actor, origin="demo")
            found[name] = made.pk
    return found


def describe(
    row: Any, person: User, departments: dict[str, int], chance: random.Random
) -> dict[str, Any]:
    """What the directory says of one person."""
    region = f"{SALES} {person.team.name}" if person.team else SALES
    place = chance.randrange(len(SCHOOLS))
    return {
        "id": row.pk,
        "number": f"NH-{row.pk:04}",
        "department_id": departments.get(region, departments[SALES]),
        "post": "Regional manager" if person.role == Role.MANAGER else "Account executive",
        "office": person.team.name if person.team else "",
        "work_phone": f"+1 555 01{row.pk:02}",
        "joined_on": timezone.localdate() - timedelta(days=chance.randint(200, 4000)),
        "degree": chance.choice(("bachelor", "master")),
        "school": SCHOOLS[place],
        "subject": SUBJECTS[place],
    }


def write(values: list[dict[str, Any]], actor: Actor) -> None:
    """Write rows that must all be right."""
    result = changes.update_many(registry.get("employees"), values, actor=actor, origin="demo")
    errors = [one.errors for one in result.outcomes if one.errors]
    if errors:
        raise RuntimeError(f"employees: {errors[0]}")


def face(name: str) -> bytes:
    """A picture for somebody who has none: shapes in two colours, and the initials."""
    chance = random.Random(name)  # noqa: S311 (the same face each time)
    hue = chance.random()
    picture = Image.new("RGB", (SIZE, SIZE), colour(hue, 0.45, 0.55))
    pen = ImageDraw.Draw(picture)
    for step in range(3):
        radius = SIZE * (0.75 - 0.2 * step)
        x, y = chance.randint(0, SIZE), chance.randint(0, SIZE)
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(box, fill=colour(hue + 0.07 * (step + 1), 0.5, 0.42 + 0.05 * step))
    middle = (SIZE / 2, SIZE / 2)
    pen.text(middle, initials(name), font=ImageFont.load_default(110), fill="white", anchor="mm")
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def colour(hue: float, saturation: float, lightness: float) -> tuple[int, int, int]:
    """A colour that white letters can be read on."""
    red, green, blue = colorsys.hls_to_rgb(hue % 1, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
