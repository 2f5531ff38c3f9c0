import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0008_activity_and_bulk"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessrequest",
            name="about",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
