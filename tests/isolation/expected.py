"""What the owner gets at every address: a page or a document, else the reason why not.

An address of the resolver that has no entry here fails the tests; so does an entry without one.
Methods that an entry does not name must answer 405.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from app.records import registry
from app.records.entity import Entity
from tests.drawing import drawn
from tests.isolation.surface import METHODS, Call
from tests.isolation.world import Target, json_body, page_form

AFTER = "a form that was accepted leads on to a page"
SIGNED_IN = "who is signed in needs no page of sign-in"
NO_BOARD = "an entity without a board has no such page"
CLOSED = "nobody makes himself a person of somebody else's workspace"
NO_SUCH = "there is nothing at this address, and it says so"
STATE = "the record's state refuses it; the services' own tests cover the rest"
NO_FACTOR = "she has no such second factor; the tests of sign-in cover the good case"
PROVE = "wants a fresh proof first; the tests of sign-in cover the good case"
ONCE = "needs a secret that was mailed; the tests of sign-in cover the good case"
OTHER_TESTS = "commits in both planes; the tests of signing up cover the good case"

Entry = Callable[[Target], list[Call]]


def get(path: str, *expect: int, why: str = "", data: object = None) -> Call:
    """A page."""
    return Call("GET", path, expect or (200,), data, why=why)


def post(path: str, data: object = None, *expect: int, why: str = AFTER) -> Call:
    """A form."""
    return Call("POST", path, expect or (302,), data or {}, why=why)


def each(make: Callable[[Entity, Target], list[Call]]) -> Entry:
    """The same for every entity."""
    return lambda t: [call for one in registry.all_entities() for call in make(one, t)]


def has_board(entity: Entity) -> bool:
    """Whether the entity has a board."""
    return bool(entity.board_field)


# --- Pages of records ----------------------------------------------------------------------------
def one_list(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/"
    names = [field.key for field in entity.fields.values() if field.target in t.rows]
    return [
        get(path),
        get(f"{path}?q={t.stamp}"),
        get(f"{path}?sort=-created_at&limit=1"),
        get(f"{path}?name__contains={t.stamp}&columns={','.join(entity.fields)}"),
        *(get(f"{path}?{key}={t.rows[str(entity.by_key[key].target)]}") for key in names),
        *(get(f"{path}?sort={key.removesuffix('_id')}&limit=1") for key in names),
    ]


def one_filter(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/filter/"
    chosen = f"op=exact&value={t.rows[entity.slug]}&keep.q=a"
    applied = "the chosen filter leads back to the list"
    return [
        *(get(f"{path}?field={name}") for name in entity.filters),
        get(f"{path}?field=id&{chosen}", 302, why=applied),
    ]


def one_bulk(entity: Entity, t: Target) -> list[Call]:
    path, ids = f"/{entity.slug}/bulk/", {"id": [t.rows[entity.slug]]}
    return [
        post(path, {**ids, "do": "assign", "owner_id": t.people}),
        post(path, {**ids, "do": "delete"}),
        post(path, {**ids, "do": "export"}, 200),
    ]


def one_lookup(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/lookup/"
    names = [field.name for field in entity.relations]
    return [
        get(f"{path}?q={t.stamp}"),
        get(path),
        *(get(f"{path}?field={name}&q={t.stamp}") for name in names),
    ]


def one_board(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/board/"
    if not has_board(entity):
        return [get(path, 404, why=NO_BOARD)]
    tabs = [get(f"{path}?pipeline_id={t.rows['pipelines']}")] if "pipeline" in entity.fields else []
    return [get(path), get(f"{path}?q={t.stamp}"), *tabs]


def one_cards(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/board/cards/?lane={lane_of(entity, t)}&start=0"
    return [get(path)] if has_board(entity) else [get(path, 404, why=NO_BOARD)]


def lane_of(entity: Entity, t: Target) -> object:
    """A column of the entity's board."""
    field = entity.fields.get(entity.board_field or "")
    return field.choices[-1][0] if field and field.choices else t.rows["stages"]


def one_new(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/new/"
    form = page_form(entity.slug, t.rows, stamp=f"{t.say}2", owner=t.people)
    fill = "&".join(
        f"{f.key}={t.rows[str(f.target)]}" for f in entity.relations if f.target in t.rows
    )
    link = "&".join(f"link={slug}:{t.rows[slug]}" for slug in entity.links_to)
    return [get(path), get(f"{path}?{fill}&{link}"), post(path, form)]


def one_edit(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/{t.rows[entity.slug]}/edit/"
    form = page_form(entity.slug, t.rows, stamp=t.say, owner=t.people)
    for one in entity.relations:
        form |= {one.key: ""} if one.target == entity.slug else {}
    return [
        get(path),
        post(path, {**form, "version": "1"}),
        post(path, {**form, "version": "77"}, 412, why="an older version is told so"),
    ]


def one_field(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/{t.rows[entity.slug]}/field/"
    names = [f.name for f in entity.writable.values() if f.name != "custom"]
    renamed = {"name": f"{t.say}2", "version": "1"}
    return [*(get(f"{path}{name}/") for name in names), post(f"{path}name/", renamed)]


def one_delete(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/{t.rows[entity.slug]}/delete/"
    return [get(path), post(path, {"version": "1", "with_children": "1"})]


def one_move(entity: Entity, t: Target) -> list[Call]:
    path, data = f"/{entity.slug}/{t.rows[entity.slug]}/move/", {"to": lane_of(entity, t)}
    if not has_board(entity):
        return [post(path, data, 404, why=NO_BOARD)]
    return [post(path, {**data, "version": "1"})]


def one_action(entity: Entity, t: Target) -> list[Call]:
    path = f"/{entity.slug}/{t.rows[entity.slug]}/actions/"
    calls = [Call(m, f"{path}nonsense/", (404,), why=NO_SUCH) for m in ("GET", "POST")]
    for act in entity.actions:
        form = {param.name: t.say for param in act.params if param.required}
        calls += [get(f"{path}{act.name}/"), post(f"{path}{act.name}/", {**form, "version": "1"})]
    return calls


PAGES: dict[str, Entry] = {
    "": lambda _t: [get("/")],
    "search/": lambda t: [get(f"/search/?q={t.stamp}"), get(f"/search/?q={t.stamp}&part=palette")],
    "<slug:slug>/": each(one_list),
    "<slug:slug>/filter/": each(one_filter),
    "<slug:slug>/columns/": each(lambda e, _t: [get(f"/{e.slug}/columns/")]),
    "<slug:slug>/bulk/": each(one_bulk),
    "<slug:slug>/export/": each(lambda e, t: [get(f"/{e.slug}/export/")]),
    "<slug:slug>/lookup/": each(one_lookup),
    "<slug:slug>/board/": each(one_board),
    "<slug:slug>/board/cards/": each(one_cards),
    "<slug:slug>/recycle-bin/": each(lambda e, t: [get(f"/{e.slug}/recycle-bin/")]),
    "<slug:slug>/new/": each(one_new),
    "<slug:slug>/<int:pk>/": each(lambda e, t: [get(f"/{e.slug}/{t.rows[e.slug]}/")]),
    "<slug:slug>/<int:pk>/edit/": each(one_edit),
    "<slug:slug>/<int:pk>/field/<slug:name>/": each(one_field),
    "<slug:slug>/<int:pk>/delete/": each(one_delete),
    "<slug:slug>/<int:pk>/restore/": each(
        lambda e, t: [post(f"/{e.slug}/{t.other['deleted'][e.slug]}/restore/")]
    ),
    "<slug:slug>/<int:pk>/move/": each(one_move),
    "<slug:slug>/<int:pk>/actions/<slug:name>/": each(one_action),
}


# --- The API of records --------------------------------------------------------------------------
def api(
    method: str, path: str, *expect: int, data: object = None, why: str = "", **head: str
) -> Call:
    """A request of a program."""
    headers = {key.replace("_", "-"): value for key, value in head.items()}
    return Call(method, f"/api/v1/{path}", expect or (200,), data, data is not None, headers, why)


def api_list(entity: Entity, t: Target) -> list[Call]:
    body = json_body(entity.slug, t.rows, stamp=f"{t.say}2", owner=t.people)
    names = [field.key for field in entity.fields.values() if field.target in t.rows]
    at = f"{entity.slug}?limit=1"
    return [
        api("GET", entity.slug),
        api("GET", f"{entity.slug}?q={t.stamp}&limit=1&sort=-name"),
        api("GET", f"{entity.slug}?name__contains={t.stamp}&custom.stamp={t.stamp}"),
        api("GET", f"{entity.slug}?id__in={t.rows[entity.slug]}"),
        *(api("GET", f"{at}&{key}={t.rows[str(entity.by_key[key].target)]}") for key in names),
        *(api("GET", f"{at}&sort={key.removesuffix('_id')}") for key in names),
        api("POST", entity.slug, 201, data=body),
    ]


def api_bulk(entity: Entity, t: Target) -> list[Call]:
    body = json_body(entity.slug, t.rows, stamp=f"{t.say}3", owner=t.people)
    path, mode = f"{entity.slug}/bulk", {"mode": "all_or_nothing"}
    old = {"id": t.rows[entity.slug], "name": f"{t.say}4"}
    return [
        api("POST", path, data={**mode, "operation": "create", "records": [body]}),
        api("POST", path, data={**mode, "operation": "update", "records": [old]}),
        api(
            "POST",
            path,
            data={**mode, "operation": "upsert", "records": [{**body, "external_id": "up-1"}]},
        ),
    ]


def api_one(entity: Entity, t: Target) -> list[Call]:
    path = f"{entity.slug}/{t.rows[entity.slug]}"
    return [
        api("GET", path),
        api("PATCH", path, data={"name": f"{t.say}5"}, If_Match="1"),
        api("PATCH", path, 428, data={"name": "x"}, why="a change names the version it saw"),
        api("PATCH", path, 412, data={"name": "x"}, If_Match="77", why="an older version"),
        api("DELETE", f"{path}?with_children=true", 204, If_Match="1"),
    ]


def api_actions(entity: Entity, t: Target) -> list[Call]:
    path = f"{entity.slug}/{t.rows[entity.slug]}"
    calls = []
    for act in entity.actions:
        body = {param.name: t.say for param in act.params if param.required}
        refused = {"why": STATE} if act.name == "reopen" else {}
        calls.append(
            api("POST", f"{path}/{act.name}", 409 if refused else 200, data=body, **refused)
        )
    return calls


API: dict[str, Entry] = {
    "api/v1/openapi.json": lambda _t: [api("GET", "openapi.json")],
    "api/v1/docs": lambda _t: [api("GET", "docs")],
    "api/v1/me": lambda _t: [api("GET", "me")],
    "api/v1/people": lambda t: [api("GET", "people"), api("GET", "people?q=a&limit=1")],
    "api/v1/people/<int:id>": lambda t: [api("GET", f"people/{t.people}")],
    "api/v1/search": lambda t: [api("GET", f"search?q={t.stamp}")],
    "api/v1/ENTITY": each(api_list),
    "api/v1/ENTITY/bulk": each(api_bulk),
    "api/v1/ENTITY/<int:id>": each(api_one),
    "api/v1/ENTITY/<int:id>/restore": each(
        lambda e, t: [api("POST", f"{e.slug}/{t.other['deleted'][e.slug]}/restore", data={})]
    ),
    "api/v1/ENTITY/<int:id>/links": each(
        lambda e, t: [api("GET", f"{e.slug}/{t.rows[e.slug]}/links")]
    ),
    "api/v1/ENTITY/<int:id>/ACTION": each(api_actions),
    r"api/^[\s\S]*$": lambda _t: [
        Call(method, "/api/v1/nonsense", (404,), why=NO_SUCH)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    ],
}


# --- Sign-in -------------------------------------------------------------------------------------
def forms_of_allauth(path: str, *expect: int, why: str = SIGNED_IN) -> list[Call]:
    """The library's views answer before they look at the method."""
    return [Call(method, path, expect or (302,), why=why) for method in METHODS]


def languages() -> list[Call]:
    """The library's view goes back wherever one came from, whatever the method."""
    back = "goes back, without a change unless it was a form"
    others = [
        Call(method, "/language/", (302,), why=back) for method in METHODS if method != "POST"
    ]
    return [*others, post("/language/", {"language": "zh-hans"})]


ACCESS: dict[str, Entry] = {
    "people/<int:pk>/": lambda t: [
        get(f"/people/{t.people}/", 302, why="leads to the person in the directory")
    ],
    "pictures/<int:pk>/<slug:digest>.webp": lambda t: [
        get(f"/pictures/{t.people}/{t.other['picture']}.webp")
    ],
    "pictures/logo/<slug:digest>.webp": lambda t: [get(f"/pictures/logo/{t.other['logo']}.webp")],
    "login/": lambda _t: forms_of_allauth("/login/"),
    "login/second/": lambda _t: [
        get("/login/second/", 302, why=SIGNED_IN),
        post("/login/second/", {"code": "123456"}, why=SIGNED_IN),
    ],
    "login/passkey/": lambda _t: [
        get("/login/passkey/", 302, why=SIGNED_IN),
        post("/login/passkey/", {"credential": "{}"}, why=SIGNED_IN),
    ],
    "login/provider/": lambda _t: [
        post("/login/provider/", None, 404, why="no provider is in use; test_oidc has the rest")
    ],
    "login/provider/callback/": lambda _t: [
        get("/login/provider/callback/?code=x&state=y", 404, why="no provider is in use")
    ],
    "again/": lambda _t: [
        get("/again/"),
        post("/again/", {"password": "wrong"}, 200, why="a wrong password"),
    ],
    "again/code/": lambda _t: [
        get("/again/code/", 302, why=NO_FACTOR),
        post("/again/code/", {"code": "123456"}, why=NO_FACTOR),
    ],
    "again/passkey/": lambda _t: [
        get("/again/passkey/", 302, why=NO_FACTOR),
        post("/again/passkey/", {"credential": "{}"}, why=NO_FACTOR),
    ],
    "logout/": lambda _t: [get("/logout/"), post("/logout/")],
    "signup/": lambda _t: forms_of_allauth("/signup/", 200, 302, why=CLOSED),
    "inactive/": lambda _t: [get("/inactive/")],
    "enter/": lambda t: [
        get(f"/enter/?token={t.other['handoff']}", 302, why="leads to the home page"),
        get("/enter/?token=nonsense", 410, why=ONCE),
    ],
    "join/<str:secret>/": lambda _t: [
        get("/join/nonsense/", 410, why=ONCE),
        post("/join/nonsense/", {"name": "x", "password": "a long password"}, 410, why=ONCE),
    ],
    "language/": lambda _t: languages(),
    "password/reset/": lambda _t: [
        get("/password/reset/"),
        post("/password/reset/", {"email": "nobody@acme.example"}),
        Call("PUT", "/password/reset/", (200,), why="the library's form, shown again"),
    ],
    "password/reset/done/": lambda _t: [get("/password/reset/done/")],
    "password/reset/key/done/": lambda _t: [get("/password/reset/key/done/")],
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": lambda _t: forms_of_allauth(
        "/password/reset/key/1-nonsense/", 200, why=ONCE
    ),
    "confirm-email/": lambda _t: [get("/confirm-email/")],
    "^confirm-email/(?P<key>[-:\\w]+)/$": lambda _t: [
        get("/confirm-email/nonsense/", 404, 200, why=ONCE),
        post("/confirm-email/nonsense/", None, 404, why=ONCE),
    ],
}


# --- Settings ------------------------------------------------------------------------------------
def person_form(t: Target) -> dict[str, str]:
    return {"name": t.say, "role": "sales", "team": "", "manager": "", "external_id": t.say}


def guests(t: Target) -> dict[str, str]:
    """A form of the invitations."""
    return {"email": f"{t.say}@acme.example, Two <{t.say}2@acme.example>", "role": "sales"}


def reach_form() -> dict[str, str]:
    """Managers reach those under them, everything else as always."""
    groups = ("view", "change", "delete", "export", "assign")
    chosen = {f"manager.{group}": "under" for group in groups}
    return {**chosen, "sales.view": "team", "sales.change": "own", "read-only.view": "own"}


def proving(rest: str) -> list[Call]:
    """Pages that want the password again before they open."""
    path = f"/settings/security/{rest}"
    return [get(path, 302, why=PROVE), post(path, None, 302, why=PROVE)]


SETTINGS: dict[str, Entry] = {
    "settings/": lambda _t: [get("/settings/")],
    "settings/profile/": lambda t: [
        get("/settings/profile/"),
        post("/settings/profile/", {"name": t.say, "language": "", "time_zone": ""}),
    ],
    "settings/profile/password/": lambda _t: [
        post("/settings/profile/password/", {"oldpassword": "wrong"}, 422, why="a wrong password")
    ],
    "settings/profile/picture/": lambda _t: [
        post("/settings/profile/picture/", {"picture": png()}),
        post("/settings/profile/picture/", {}, 422, why="no picture was chosen"),
    ],
    "settings/profile/verify/": lambda _t: [post("/settings/profile/verify/")],
    "settings/security/": lambda _t: [get("/settings/security/")],
    "settings/security/app/": lambda _t: proving("app/"),
    "settings/security/app/remove/": lambda _t: [
        get("/settings/security/app/remove/", 404, why=NO_FACTOR),
        post("/settings/security/app/remove/", None, 404, why=NO_FACTOR),
    ],
    "settings/security/passkeys/add/": lambda _t: proving("passkeys/add/"),
    "settings/security/passkeys/<int:pk>/name/": lambda _t: proving("passkeys/1/name/"),
    "settings/security/passkeys/<int:pk>/remove/": lambda _t: proving("passkeys/1/remove/"),
    "settings/security/codes/": lambda _t: proving("codes/"),
    "settings/security/codes/new/": lambda _t: proving("codes/new/"),
    "settings/sign-in/": lambda _t: [get("/settings/sign-in/")],
    "settings/sign-in/second-factor/": lambda _t: [
        post("/settings/sign-in/second-factor/", {"required": "1"}),
    ],
    "settings/sign-in/provider/": lambda _t: [
        get("/settings/sign-in/provider/"),
        post(
            "/settings/sign-in/provider/",
            {"name": "Corp", "issuer": "https://idp.example", "client_id": "x"},
        ),
    ],
    "settings/notifications/": lambda _t: [
        get("/settings/notifications/"),
        post("/settings/notifications/", {"wanted": ["due"]}),
        post("/settings/notifications/", {"wanted": "all"}, 422, why="no kind of mail"),
    ],
    "settings/sessions/": lambda _t: [
        get("/settings/sessions/"),
        post("/settings/sessions/", {"session": "others"}),
    ],
    "settings/tokens/": lambda t: [
        get("/settings/tokens/"),
        post("/settings/tokens/", {"name": t.say}, 200),
    ],
    "settings/tokens/<int:pk>/revoke/": lambda t: [
        post(f"/settings/tokens/{t.other['token']}/revoke/")
    ],
    "settings/workspace/": lambda t: [
        get("/settings/workspace/"),
        post(
            "/settings/workspace/",
            {"name": t.say, "language": "en", "time_zone": "UTC", "base_currency": "USD"},
        ),
    ],
    "settings/workspace/logo/": lambda _t: [
        post("/settings/workspace/logo/", {"picture": png()}),
        post("/settings/workspace/logo/", {"remove": "1"}),
    ],
    "settings/workspace/colour/": lambda _t: [
        post("/settings/workspace/colour/", {"accent": "teal"}),
        post("/settings/workspace/colour/", {"accent": "beige"}, 422, why="not of the palette"),
    ],
    "settings/teams/": lambda t: [
        get("/settings/teams/"),
        post("/settings/teams/", {"name": f"{t.say}2"}),
    ],
    "settings/teams/<int:pk>/": lambda t: [
        post(f"/settings/teams/{t.other['team']}/", {"name": f"{t.say}3"}),
        post(f"/settings/teams/{t.other['team']}/", {"delete": "1"}),
    ],
    "settings/currencies/": lambda _t: [
        get("/settings/currencies/"),
        post("/settings/currencies/", {"code": "CHF", "rate": "1.1"}),
    ],
    "settings/currencies/<str:code>/": lambda t: [
        post(f"/settings/currencies/{t.other['currency']}/", {"rate": "1.2", "active": "on"})
    ],
    "settings/people/": lambda _t: [
        get("/settings/people/"),
        get("/settings/people/?show=seatless"),
        get("/settings/people/?show=former"),
        get(f"/settings/people/?q={_t.stamp}&role=sales&team={_t.other['team']}&branch=1"),
    ],
    "settings/people/new/": lambda t: [
        get("/settings/people/new/"),
        post("/settings/people/new/", {**person_form(t), "external_id": "new-1"}),
    ],
    "settings/people/<int:pk>/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/"),
        post(f"/settings/people/{t.other['seatless']}/", person_form(t)),
    ],
    "settings/branches/": lambda t: [
        post("/settings/branches/", {"branch-name": f"{t.say}2", "parent": t.other["branch"]})
    ],
    "settings/branches/<int:pk>/": lambda t: [
        post(f"/settings/branches/{t.other['branch']}/", {"branch-name": f"{t.say}3"}),
        post(f"/settings/branches/{t.other['branch']}/", {"delete": "1"}),
    ],
    "settings/reach/": lambda t: [
        get("/settings/reach/"),
        post("/settings/reach/", {**reach_form(), "preview": "1", "person": "2"}, 200),
        post("/settings/reach/", reach_form()),
        post("/settings/reach/", {"manager.view": "own"}, 422, why="a reach beyond what is seen"),
    ],
    "settings/people/chart/": lambda _t: [get("/settings/people/chart/")],
    "settings/people/invite/": lambda t: [
        get("/settings/people/invite/"),
        post("/settings/people/invite/", guests(t)),
    ],
    "settings/people/invited/": lambda _t: [get("/settings/people/invited/")],
    "settings/people/invited/<int:pk>/": lambda t: [
        post(f"/settings/people/invited/{t.other['invitation']}/", {"resend": "1"}),
        post(f"/settings/people/invited/{t.other['invitation']}/", {"revoke": "1"}),
    ],
    "settings/people/<int:pk>/invite/": lambda t: [
        post(
            f"/settings/people/{t.other['seatless']}/invite/",
            {"address": f"{t.say}@acme.example".lower()},
        )
    ],
    "settings/people/<int:pk>/leave/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/leave/"),
        post(f"/settings/people/{t.other['seatless']}/leave/", {"to": t.people}),
    ],
    "settings/people/<int:pk>/hand-over/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/hand-over/"),
        post(f"/settings/people/{t.other['seatless']}/hand-over/", {"to": t.people}),
    ],
    "settings/hand-overs/<int:pk>/": lambda t: [
        get(f"/settings/hand-overs/{t.other['hand_over']}/")
    ],
    "settings/hand-overs/<int:pk>/progress/": lambda t: [
        get(f"/settings/hand-overs/{t.other['hand_over']}/progress/")
    ],
    "settings/hand-overs/<int:pk>/change/": lambda t: [
        post(f"/settings/hand-overs/{t.other['hand_over']}/change/", {"undo": "1"})
    ],
    "settings/people/<int:pk>/seat/": lambda t: [
        post(
            f"/settings/people/{t.other['seatless']}/seat/",
            {"email": f"{t.say}@acme.example".lower(), "password": "a long new password"},
        )
    ],
    "settings/people/<int:pk>/presence/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/presence/", {"return": "1"})
    ],
    "settings/people/<int:pk>/sessions/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/sessions/", {"session": "all"})
    ],
    "settings/people/<int:pk>/unlink/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/unlink/")
    ],
    "settings/people/<int:pk>/factors/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/factors/")
    ],
    "settings/pipelines/": lambda t: [
        get("/settings/pipelines/"),
        post("/settings/pipelines/", {"name": f"{t.say}2"}),
    ],
    "settings/pipelines/<int:pk>/": lambda t: [
        get(f"/settings/pipelines/{t.rows['pipelines']}/"),
        post(f"/settings/pipelines/{t.rows['pipelines']}/", {"name": t.say, "version": "1"}),
    ],
    "settings/pipelines/<int:pk>/stages/": lambda t: [
        post(
            f"/settings/pipelines/{t.rows['pipelines']}/stages/",
            {"name": f"{t.say}2", "kind": "open", "probability": "5"},
        )
    ],
    "settings/stages/<int:pk>/": lambda t: [
        post(
            f"/settings/stages/{t.rows['stages']}/",
            {"name": f"{t.say}2", "kind": "open", "probability": "5", "version": "1"},
        )
    ],
}


def png() -> SimpleUploadedFile:
    """A picture."""
    return SimpleUploadedFile("me.png", drawn("PNG"), "image/png")


# --- Imports -------------------------------------------------------------------------------------
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


# --- Files ---------------------------------------------------------------------------------------
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

WORKSPACE: dict[str, Entry] = {**PAGES, **API, **ACCESS, **SETTINGS, **IMPORTS, **FILES}

#: Pages of a workspace that somebody may open who has not signed in there.
OPEN = {
    "login/": "the log-in page itself",
    "login/second/": "the second step, which leads back to the first without it",
    "login/passkey/": "signing in by a passkey",
    "pictures/logo/<slug:digest>.webp": "the logo of the log-in page",
    "login/provider/": "signing in through the company's provider",
    "login/provider/callback/": "the way back from it",
    "logout/": "asks whether to sign out; harmless without a session",
    "signup/": CLOSED,
    "inactive/": "says that an account is inactive",
    "enter/": "takes the token of a new owner",
    "join/<str:secret>/": "somebody who is invited",
    "language/": "the language of the log-in page",
    "password/reset/": "somebody who forgot his password",
    "password/reset/done/": "the same",
    "password/reset/key/done/": "the same",
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "the same",
    "confirm-email/": "tells to look into the mailbox",
    "^confirm-email/(?P<key>[-:\\w]+)/$": "the link in the mail",
}

# --- The public host -----------------------------------------------------------------------------
PUBLIC: dict[str, Entry] = {
    "": lambda _t: [get("/")],
    "pricing/": lambda _t: [get("/pricing/")],
    "signup/": lambda _t: [
        get("/signup/"),
        post("/signup/", {"company": "x"}, 422, why=OTHER_TESTS),
    ],
    "signup/address/": lambda _t: [get("/signup/address/?subdomain=free-one")],
    "find/": lambda _t: [get("/find/"), post("/find/", {"email": "nobody@acme.example"}, 200)],
    "language/": lambda _t: languages(),
}
