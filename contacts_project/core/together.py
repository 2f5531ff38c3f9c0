"""Operations of a migration whose models are rendered once for all of them (decision 26).

Django renders a model again after each operation on it, with all that are related to it: of 48 seconds that migrating
an empty database took, 44 went there. Migrations import this: what it makes of their operations must never change.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# What a table made by the same migration is made with at once.
OF_NEW_TABLE = (
    migrations.AddField,
    migrations.AddIndex,
    migrations.AddConstraint,
    migrations.AlterUniqueTogether,
    AddTrigger,
)
# What asks no more of the models between two operations than of those before the first and after the last.
OF_TABLE = (
    *OF_NEW_TABLE,
    migrations.AlterField,
    migrations.RemoveField,
    migrations.RemoveIndex,
    migrations.RemoveConstraint,
    migrations.AlterModelOptions,
    RemoveTrigger,
)
OF_FIELD = (migrations.AddField, migrations.AlterField, migrations.RemoveField)


class Together(migrations.SeparateDatabaseAndState):
    """Runs `operations` in their order between two states, before the first and after the last; backwards one by one.

    Raises ValueError for what would need a state in between: a field touched twice, a change to a table made here, SQL
    beside a table made here (its triggers would see those rows), anything that renames, deletes or runs Python.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        super().__init__(database_operations=operations, state_operations=operations)
        self.made = {one.name_lower for one in operations if isinstance(one, migrations.CreateModel)}
        fields = [(one.model_name_lower, one.name_lower) for one in operations if isinstance(one, OF_FIELD)]
        if len(fields) != len(set(fields)):
            raise ValueError("A field is touched twice.")
        for one in operations:
            if not self.may_stand_here(one):
                raise ValueError(f"Needs the models of its own moment: {one.describe()}")

    def may_stand_here(self, one: Operation) -> bool:
        if isinstance(one, migrations.RunSQL):
            return not self.made
        return isinstance(one, (migrations.CreateModel, *(OF_NEW_TABLE if self.of_made(one) else OF_TABLE)))

    def of_made(self, one: Operation) -> bool:
        """Whether it is about a table that is made here."""
        named = "name_lower" if isinstance(one, migrations.AlterUniqueTogether) else "model_name_lower"
        return getattr(one, named, "") in self.made

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__qualname__, [self.database_operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # the rendered models: rendered anew when the first operation asks for them
        super().state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for one in self.database_operations:
            if not self.of_made(one):
                one.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Together: {len(self.database_operations)} operations"
