"""A blank row is what the model itself would make."""

from __future__ import annotations

from app.records import registry


def test_a_blank_row_holds_what_a_new_model_holds():
    for entity in registry.all_entities():
        made, blank = entity.model(), entity.blank_row()
        assert vars(blank) | {"_state": None} == vars(made) | {"_state": None}
        assert blank._state.adding
        assert blank.custom is not entity.blank_row().custom
