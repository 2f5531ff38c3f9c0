"""Operations rendered once make what they make one by one; what cannot is refused; our migrations use it."""

import pytest
from django.db import connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from contacts_project.core.together import Together

OURS = {"accounts", "departments", "contacts", "conversations", "engagements"}
FEW = 3  # operations that may be rendered one by one
CATALOGUE = {
    "columns": "SELECT attrelid::regclass::text, attnum, attname, format_type(atttypid, atttypmod), attnotnull"
    " FROM pg_attribute WHERE attrelid::regclass::text LIKE 'trial_%' AND attnum > 0 AND NOT attisdropped",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE conrelid::regclass::text LIKE 'trial_%'",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'trial_%'",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid), obj_description(oid)"
    " FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'trial_%' AND NOT tgisinternal",
    "shelves": "SELECT to_jsonb(s) FROM trial_shelf s",
}


def trigger(name: str, table: str) -> Trigger:
    sql = UpsertTriggerSql(pgid=f"pgtrigger_{name}", func="RETURN NEW;", table=table, when="BEFORE", operation="UPDATE")
    return Trigger(name=name, sql=sql)


def number() -> models.BigAutoField:
    return models.BigAutoField(primary_key=True)


TABLES = [
    migrations.CreateModel("Shelf", [("id", number()), ("name", models.CharField(max_length=9))]),
    migrations.CreateModel("Book", [("id", number()), ("pages", models.IntegerField())]),
    migrations.CreateModel("Reader", [("id", number())]),
    migrations.AddField("book", "shelf", models.ForeignKey("trial.shelf", models.CASCADE, related_name="+")),
    migrations.AddField("book", "title", models.CharField(max_length=20, unique=True, default="")),
    migrations.AddField("reader", "books", models.ManyToManyField("trial.book")),
    migrations.AddIndex("book", models.Index(fields=["shelf", "-pages"], name="trial_thick")),
    migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(pages__gt=0), name="trial_some")),
    migrations.AddConstraint("book", models.UniqueConstraint(models.F("shelf"), models.F("pages"), name="trial_once")),
    migrations.AlterUniqueTogether("book", {("shelf", "title")}),
    AddTrigger("shelf", trigger("lift", "trial_shelf")),
    AddTrigger("book", trigger("open", "trial_book")),
]
CHANGES = [
    RemoveTrigger("book", "open"),
    migrations.RemoveIndex("book", "trial_thick"),
    migrations.RemoveConstraint("book", "trial_once"),
    migrations.RemoveField("reader", "books"),
    migrations.AddField("shelf", "height", models.IntegerField(default=7)),
    migrations.AddField("book", "borrower", models.ForeignKey("trial.reader", models.SET_NULL, null=True)),
    migrations.AlterField("book", "shelf", models.ForeignKey("trial.shelf", models.CASCADE, null=True, db_index=False)),
    migrations.AlterField("shelf", "name", models.CharField(max_length=40)),
    migrations.AddIndex("book", models.Index(fields=["borrower", "title"], name="trial_lent")),
    migrations.AddConstraint("shelf", models.UniqueConstraint(fields=["name"], name="trial_shelf_once")),
    migrations.AlterModelOptions("shelf", {"ordering": ["name"]}),
    AddTrigger("book", trigger("shut", "trial_book")),
]
LATER = [
    migrations.CreateModel("Loan", [("id", number())]),
    migrations.AddField("loan", "book", models.ForeignKey("trial.book", models.CASCADE)),
    migrations.AddField("reader", "latest", models.ForeignKey("trial.loan", models.SET_NULL, null=True)),
]
FILLING = [
    migrations.AddField("shelf", "code", models.CharField(max_length=9, default="")),
    migrations.RunSQL("UPDATE trial_shelf SET code = 's' || id"),
    migrations.AddConstraint("shelf", models.UniqueConstraint(fields=["code"], name="trial_code_once")),
]


def outcome(together: bool) -> tuple[ProjectState, dict[str, list[tuple]]]:
    """Apply all steps to an empty database; what is in the catalogue and in the tables, then all is taken back."""
    state = ProjectState()
    assert state.apps  # rendered, as before each migration of an empty database
    with transaction.atomic(), connection.cursor() as cursor:
        for step, operations in enumerate((TABLES, CHANGES, LATER, FILLING)):
            migration = migrations.Migration(f"step_{step}", "trial")
            migration.operations = [Together(operations)] if together else operations
            with connection.schema_editor() as editor:
                state = migration.apply(state, editor)
            if operations is TABLES:
                cursor.execute("INSERT INTO trial_shelf (name) VALUES ('a'), ('b')")
        found = {}
        for what, question in CATALOGUE.items():
            cursor.execute(question)
            found[what] = sorted(cursor.fetchall(), key=str)
        transaction.set_rollback(True)
    return state, found


def test_together_makes_what_they_make_one_by_one(db):
    state, found = outcome(together=True)
    alone_state, alone = outcome(together=False)
    assert found == alone
    assert state == alone_state
    assert all(found.values())


def test_backwards_they_are_undone_one_by_one(db):
    state = ProjectState()
    migration = migrations.Migration("step", "trial")
    migration.operations = [Together(TABLES)]
    with connection.schema_editor() as editor:
        migration.apply(state.clone(), editor)
    with connection.schema_editor() as editor:
        migration.unapply(state, editor)
    assert [name for name in connection.introspection.table_names() if name.startswith("trial_")] == []


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("shelf", "code", models.IntegerField(null=True)),
         migrations.AlterField("shelf", "code", models.IntegerField())],
        [*LATER, migrations.AlterField("loan", "book", models.IntegerField())],
        [*LATER, migrations.RemoveField("loan", "book")],
        [*LATER, migrations.RunSQL("INSERT INTO trial_loan DEFAULT VALUES")],
        [migrations.RenameField("shelf", "name", "code")],
        [migrations.RenameModel("Shelf", "Board")],
        [migrations.DeleteModel("Shelf")],
        [migrations.RunPython(migrations.RunPython.noop)],
    ],
)  # fmt: skip
def test_what_needs_a_state_in_between_is_refused(operations: list[Operation]):
    with pytest.raises(ValueError, match=r"twice|moment"):
        Together(operations)


def test_our_migrations_with_many_operations_stand_together():
    rendered = {
        key: sum(not isinstance(one, Together | migrations.RunSQL) for one in migration.operations)
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if key[0] in OURS
    }
    assert rendered
    assert {key: number for key, number in rendered.items() if number > FEW} == {}, "put them into a Together"
