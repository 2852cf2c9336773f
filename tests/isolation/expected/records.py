"""Pages and API of every entity."""

from __future__ import annotations

from app.records.entity import Entity
from tests.isolation.expected.calls import (
    NO_BOARD,
    NO_SUCH,
    STATE,
    Entry,
    api,
    each,
    get,
    has_board,
    post,
)
from tests.isolation.surface import Call
from tests.isolation.world import Target, json_body, page_form


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
