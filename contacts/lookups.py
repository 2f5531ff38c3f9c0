"""Lookups and functions that Django's ORM lacks and the collection needs."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BigAutoField, CharField, Field, ForeignKey, Func, Lookup, UUIDField
from django.db.models.fields import BooleanField
from django.db.models.functions import Lower


@SearchVectorField.register_lookup
class Typed(Lookup):
    """`document__typed=(account id, text)`: contacts that match what somebody typed.

    The query is made by an immutable SQL function of constants, so the planner sees the real terms.
    """

    lookup_name = "typed"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        document, params = self.process_lhs(compiler, connection)
        return f"{document} @@ contact_query(%s, %s)", [*params, *self.rhs]


@Field.register_lookup
@ForeignKey.register_lookup
@BigAutoField.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=[ids]`: one array parameter instead of thousands (20 to 100 ms less at 5,000 ids). Also of UUIDs."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        field = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        kind = "uuid" if isinstance(field, UUIDField) else "bigint"
        return f"{column} = ANY(%s::{kind}[])", [*params, list(self.rhs)]


class RowComparison(Func):
    """(a, b) > (x, y) as SQL compares rows, so that one index range answers it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: list[Any], operator: str, values: list[Any]) -> None:
        super().__init__(*columns)
        self.operator, self.values = operator, values

    def as_sql(self, compiler, connection, **extra):
        columns, params = [], []
        for expression in self.source_expressions:
            sql, sql_params = compiler.compile(expression)
            columns.append(sql)
            params += sql_params
        holders = ", ".join(["%s"] * len(self.values))
        return f"({', '.join(columns)}) {self.operator} ({holders})", [*params, *self.values]


CharField.register_lookup(Lower)
