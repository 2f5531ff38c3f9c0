"""What the page of one's own activity reads: savings of one person, steps and bulk actions, each newest first.

Contexts of the edit history are another package's table, so their index is written in SQL. It holds only what people
did themselves: what jobs, imports and traffic record does not pay for it.
"""

from django.conf import settings
from django.db import migrations, models

from contacts_project.core.together import Together

OWN_SAVINGS = """
CREATE INDEX own_savings ON pghistory_context ((metadata ->> 'user'), created_at DESC, id DESC)
WHERE (metadata ->> 'source') IN ('page', 'admin')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_lists"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [Together([
        migrations.AddField(
            model_name="undostep",
            name="about",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="undostep",
            name="context",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="bulkaction",
            index=models.Index(fields=["user", "-created_at", "-id"], name="bulk_action_newest"),
        ),
        migrations.AddIndex(
            model_name="undostep",
            index=models.Index(fields=["user", "-created_at", "-token"], name="undo_step_newest"),
        ),
        migrations.AddIndex(
            model_name="undostep",
            index=models.Index(fields=["context"], name="undo_step_of_context"),
        ),
        migrations.RunSQL(OWN_SAVINGS, "DROP INDEX own_savings"),
    ])]
