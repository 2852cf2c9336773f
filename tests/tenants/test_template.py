"""template.sql replays into exactly what the migrations make."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tenants.addresses import connect_owner
from tenants.context import use_control
from tenants.schemas import Connection, drop_schema, grant_schema, make_schema, migrate_schema
from tenants.template import PLACEHOLDER, dump_schema, ensure_template, replay

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, column_default, is_nullable, data_type, udt_name,
               collation_name, is_identity, character_maximum_length
        FROM information_schema.columns WHERE table_schema = %(schema)s
        ORDER BY 1, ordinal_position""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = %(schema)s ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "triggers": """
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2""",
    "rights": """
        SELECT relname, relkind, relowner::regrole::text,
               ARRAY(SELECT a::text FROM unnest(relacl) a ORDER BY 1)::text FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace ORDER BY 1""",
    "default rights": """
        SELECT defaclobjtype, ARRAY(SELECT a::text FROM unnest(defaclacl) a ORDER BY 1)::text
        FROM pg_default_acl
        WHERE defaclnamespace = %(schema)s::regnamespace ORDER BY 1""",
    "migrations": """SELECT 'app', app, name FROM {schema}.django_migrations ORDER BY 2, 3""",
}


def _catalogue(owner: Connection, schema: str) -> dict[str, Any]:
    owner.execute(f"SET search_path = {schema}".encode())
    return {
        name: [
            tuple(str(cell).replace(schema, PLACEHOLDER) for cell in row)
            for row in owner.execute(query.replace("{schema}", schema).encode(), {"schema": schema})
        ]
        for name, query in CATALOGUE.items()
    }


@pytest.fixture
def pair(open_fresh: Any) -> Any:
    """A migrated schema and a replayed one; prints what each took."""
    with connect_owner() as owner, use_control():
        text = ensure_template()
        for name in ("t_900001", "t_900002"):
            drop_schema(owner, name)
        start = time.perf_counter()
        make_schema(owner, "t_900001")
        migrate_schema("t_900001", cell="default")
        migrated = time.perf_counter()
        replay(owner, text, schema="t_900002")
        replayed = time.perf_counter()
        print(f"migration {migrated - start:.2f} s, replay {replayed - migrated:.3f} s")
        yield owner, replayed - migrated
        for name in ("t_900001", "t_900002"):
            drop_schema(owner, name)


def test_a_replayed_schema_equals_a_migrated_one(pair: Any) -> None:
    owner, _seconds = pair
    migrated, replayed = _catalogue(owner, "t_900001"), _catalogue(owner, "t_900002")
    for name in CATALOGUE:
        if name in ("indexes", "constraints"):
            continue
        assert migrated[name] == replayed[name], name
    for name in ("indexes", "constraints"):
        assert [row[:2] for row in migrated[name]] == [row[:2] for row in replayed[name]]


def test_the_template_is_a_fixed_point(pair: Any) -> None:
    assert dump_schema("t_900002") == ensure_template()


def test_a_replay_takes_less_than_a_second(pair: Any) -> None:
    assert pair[1] < 1


def test_the_template_names_no_schema_of_its_own(pair: Any) -> None:
    text = ensure_template()
    assert "tmpl_" not in text
    assert PLACEHOLDER in text
    assert "restrict" not in text.replace("ON DELETE RESTRICT", "").lower().split("create table")[0]


def test_granting_twice_does_no_harm(pair: Any) -> None:
    owner, _seconds = pair
    for _turn in range(2):
        owner.execute("GRANT USAGE ON SCHEMA t_900002 TO tenant_app")
    with pytest.raises(Exception, match="does not exist"):
        grant_schema(owner, "t_900003")
