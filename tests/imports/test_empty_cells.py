"""What an empty cell means for a record that is known."""

from __future__ import annotations

from app.records import changes, registry
from app.sales.accounts import Account
from tests.imports.conftest import counts, import_file

FULL = b"id,name,city,employees,parent\nA1,Acme,Berlin,40,\nA2,Beta,Paris,7,Acme\n"
BARE = b"id,name,city,employees,parent\nA1,Acme,,,\nA2,,Rome,,\n"
MAPPING = {
    "columns": {
        "id": "external_id",
        "name": "name",
        "city": "city",
        "employees": "employees",
        "parent": "parent",
    },
    "key": "external_id",
}


def rows() -> list[tuple]:
    found = Account.objects.order_by("external_id")
    return list(found.values_list("name", "city", "employees", "parent__name"))


def test_it_leaves_what_is_there(owner):
    import_file(FULL, "accounts", actor=owner, mapping=MAPPING)
    import_file(BARE, "accounts", actor=owner, mapping=MAPPING)
    assert rows() == [("Acme", "Berlin", 40, None), ("Beta", "Rome", 7, "Acme")]


def test_it_empties_the_field_where_the_mapping_says_so(owner):
    import_file(FULL, "accounts", actor=owner, mapping=MAPPING)
    made = import_file(BARE, "accounts", actor=owner, mapping=MAPPING | {"empty": "clear"})
    assert counts(made) == (2, 0, 2, 0, 0)
    assert rows() == [("Acme", "", None, None), ("Beta", "Rome", None, None)], "a name stays"


def test_what_was_emptied_comes_back_by_undo(owner):
    from app.imports.undoing import undo

    import_file(FULL, "accounts", actor=owner, mapping=MAPPING)
    before = rows()
    made = import_file(BARE, "accounts", actor=owner, mapping=MAPPING | {"empty": "clear"})
    type(made).objects.filter(pk=made.pk).update(undo="queued")
    undo(made.pk)
    assert rows() == before


def test_another_word_is_refused(owner):
    import pytest

    from app.records.errors import Invalid

    with pytest.raises(Invalid) as refusal:
        import_file(FULL, "accounts", actor=owner, mapping=MAPPING | {"empty": "perhaps"})
    assert "empty" in refusal.value.errors


def test_a_file_that_we_exported_changes_nothing(owner, browser, alice):
    entity = registry.get("accounts")
    values = {"name": "+Plus", "phone": "+86 10 1234 5678", "city": "@home", "external_id": "X1"}
    changes.create(entity, values, actor=owner)
    answer = browser(alice).get("/accounts/export/?columns=name,phone,city")
    data = b"".join(answer.streaming_content)
    assert b"'+86" in data
    made = import_file(data, "accounts", actor=owner)
    assert counts(made) == (1, 0, 0, 1, 0)
