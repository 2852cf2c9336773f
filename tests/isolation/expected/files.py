"""Imports, and files on records."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.isolation.expected.calls import (
    Entry,
    api,
    each,
    get,
    post,
)
from tests.isolation.surface import Call
from tests.isolation.world import Target


def upload(t: Target) -> SimpleUploadedFile:
    """A file of one row."""
    return SimpleUploadedFile("accounts.csv", f"id,name\nup-1,{t.say}\n".encode(), "text/csv")


def mapping_form(t: Target) -> dict[str, str]:
    """What the page of the columns sends."""
    return {"field-0": "external_id", "field-1": "name", "key": "external_id", "do": "dry_run"}


def importing(t: Target, rest: str) -> str:
    """A page of an import that has not begun."""
    return f"/settings/imports/{t.other['draft']}/{rest}"


def imported(t: Target, rest: str) -> str:
    """A page of an import that is over."""
    return f"/settings/imports/{t.other['import']}/{rest}"


IMPORTS: dict[str, Entry] = {
    "settings/imports/": lambda _t: [get("/settings/imports/")],
    "settings/imports/new/": lambda t: [
        get("/settings/imports/new/"),
        post("/settings/imports/new/", {"entity": "accounts", "file": upload(t)}),
    ],
    "settings/imports/<int:pk>/": lambda t: [
        get(imported(t, "")),
        get(importing(t, ""), 302, why="one that has not begun is shown where it goes on"),
    ],
    "settings/imports/<int:pk>/map/": lambda t: [
        get(importing(t, "map/")),
        post(importing(t, "map/"), mapping_form(t)),
        post(importing(t, "map/"), {**mapping_form(t), "do": "refresh"}, 200),
    ],
    "settings/imports/<int:pk>/progress/": lambda t: [get(imported(t, "progress/"))],
    "settings/imports/<int:pk>/errors/": lambda t: [get(imported(t, "errors/"))],
    "settings/imports/<int:pk>/apply/": lambda t: [post(importing(t, "apply/"))],
    "settings/imports/<int:pk>/undo/": lambda t: [post(imported(t, "undo/"))],
    "settings/imports/<int:pk>/resume/": lambda t: [post(imported(t, "resume/"))],
    "api/v1/imports": lambda t: [
        api("GET", "imports"),
        Call(
            "POST",
            "/api/v1/imports",
            (202,),
            {"entity": "accounts", "mode": "dry_run", "file": upload(t)},
        ),
    ],
    "api/v1/imports/<int:import_id>": lambda t: [api("GET", f"imports/{t.other['import']}")],
    "api/v1/imports/<int:import_id>/errors": lambda t: [
        api("GET", f"imports/{t.other['import']}/errors")
    ],
    "api/v1/imports/<int:import_id>/unknown": lambda t: [
        api("GET", f"imports/{t.other['import']}/unknown")
    ],
    "api/v1/imports/<int:import_id>/undo": lambda t: [
        api("POST", f"imports/{t.other['import']}/undo", 202, data={})
    ],
}


TO_THE_STORE = "leads to the file itself"
NOT_SENT = "nothing was sent there yet"
ONE_PIECE = "an upload in one piece has no parts"


def file_at(t: Target, rest: str, which: str = "there") -> str:
    """A page of a file."""
    return f"/files/{t.other['files'][which]}/{rest}"


def say(path: str, data: object, *expect: int, why: str = "") -> Call:
    """What our script asks."""
    return Call("POST", path, expect or (200,), data, True, why=why)


def announcement(t: Target) -> dict[str, object]:
    """A file that is to come."""
    return {"name": f"{t.say}.pdf", "size": 9, "content_type": "application/pdf"}


def upload_in(t: Target) -> dict[str, object]:
    """An upload that waits for its bytes."""
    return {"upload": t.other["files"]["upload"]}


def api_file(method: str, rest: str, *expect: int, **more: object) -> Entry:
    """A request of a program about a file."""
    which = str(more.pop("which", "there"))
    return lambda t: [
        api(
            method,
            file_at(t, rest, which).strip("/"),
            *expect,
            data=more["data"](t) if "data" in more else None,
            why=str(more.get("why", "")),
        )
    ]


FILES: dict[str, Entry] = {
    "files/of/<slug:slug>/<int:pk>/": each(
        lambda e, t: [
            get(f"/files/of/{e.slug}/{t.rows[e.slug]}/"),
            say(f"/files/of/{e.slug}/{t.rows[e.slug]}/", announcement(t)),
        ]
    ),
    "files/<int:pk>/download/": lambda t: [
        get(file_at(t, "download/"), 302, why=TO_THE_STORE),
        get(file_at(t, "download/?version=2"), 302, why=TO_THE_STORE),
        get(file_at(t, "download/", "gone"), 404, why="a deleted file is not handed out"),
    ],
    "files/<int:pk>/preview/": lambda t: [get(file_at(t, "preview/"))],
    "files/<int:pk>/pictures/<int:page_>/": lambda t: [
        get(file_at(t, "pictures/1/"), 302, why=TO_THE_STORE),
        get(file_at(t, "pictures/9/"), 404, why="there is no such page"),
    ],
    "files/<int:pk>/versions/": lambda t: [
        get(file_at(t, "versions/")),
        say(file_at(t, "versions/"), announcement(t)),
    ],
    "files/<int:pk>/versions/<int:number>/": lambda t: [post(file_at(t, "versions/2/"))],
    "files/<int:pk>/parts/": lambda t: [
        say(file_at(t, "parts/"), {**upload_in(t), "numbers": [1]}, 409, why=ONE_PIECE)
    ],
    "files/<int:pk>/confirm/": lambda t: [
        say(file_at(t, "confirm/"), upload_in(t), 409, why=NOT_SENT)
    ],
    "files/<int:pk>/cancel/": lambda t: [say(file_at(t, "cancel/"), upload_in(t))],
    "files/<int:pk>/rename/": lambda t: [
        get(file_at(t, "rename/")),
        post(file_at(t, "rename/"), {"name": f"{t.say}.pdf"}),
        post(file_at(t, "rename/"), {"name": f"{t.say}.exe"}, 422, why="another kind"),
    ],
    "files/<int:pk>/delete/": lambda t: [post(file_at(t, "delete/"))],
    "files/<int:pk>/restore/": lambda t: [post(file_at(t, "restore/", "gone"))],
    "files/<int:pk>/purge/": lambda t: [
        post(file_at(t, "purge/", "gone")),
        post(file_at(t, "purge/"), None, 409, why="only a deleted file can go for good"),
    ],
    "settings/storage/": lambda _t: [get("/settings/storage/")],
    "api/v1/ENTITY/<int:id>/files": each(
        lambda e, t: [
            api("GET", f"{e.slug}/{t.rows[e.slug]}/files"),
            api("POST", f"{e.slug}/{t.rows[e.slug]}/files", 201, data=announcement(t)),
        ]
    ),
    "api/v1/files/<int:id>": lambda t: [
        *api_file("GET", "")(t),
        *api_file("PATCH", "", data=lambda t: {"name": f"{t.say}.pdf", "version": 2})(t),
        *api_file("DELETE", "", 204)(t),
    ],
    "api/v1/files/<int:id>/restore": api_file("POST", "restore", data=lambda _t: {}, which="gone"),
    "api/v1/files/<int:id>/versions": api_file("POST", "versions", 201, data=announcement),
    "api/v1/files/<int:id>/parts": api_file(
        "POST", "parts", 409, data=lambda t: {**upload_in(t), "numbers": [1]}, why=ONE_PIECE
    ),
    "api/v1/files/<int:id>/confirm": api_file("POST", "confirm", 409, data=upload_in, why=NOT_SENT),
    "api/v1/files/<int:id>/cancel": api_file("POST", "cancel", 204, data=upload_in),
    "api/v1/files/<int:id>/download": api_file("GET", "download", 302, why=TO_THE_STORE),
}
