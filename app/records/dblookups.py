"""Comparisons that our indexes answer and Django does not know."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import CharField, ForeignKey, IntegerField, Lookup, TextField

from app.records.arrays import literal

ESCAPES = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class Has(Lookup):
    """Contains, whatever the case, by the trigram index (icontains never uses it)."""

    lookup_name = "has"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        pattern = f"%{str(self.rhs).translate(ESCAPES)}%"
        return f"{left} ILIKE %s", (*params, pattern)


class TokensMatch(Lookup):
    """A tsvector meets a ready tsquery literal."""

    lookup_name = "tokens_match"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", (*params, str(self.rhs))


class Among(Lookup):
    """Is one of many values; `in` sends, quotes and plans each of them by itself."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        kind = (field.target_field if field.is_relation else field).db_type(connection)
        kind = "text" if kind.startswith("varchar") else kind
        return f"{left} = ANY(%s::{kind}[])", (*params, literal(self.rhs))


def register() -> None:
    """Make the comparisons known."""
    for field in (CharField, TextField, IntegerField, ForeignKey):
        field.register_lookup(Among)
    CharField.register_lookup(Has)
    TextField.register_lookup(Has)
    SearchVectorField.register_lookup(TokensMatch)
