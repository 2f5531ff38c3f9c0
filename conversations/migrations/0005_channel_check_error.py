from django.db import migrations, models

from contacts_project.core.together import Together


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0004_secret_last_used"),
    ]

    operations = [Together([
        migrations.AddField(
            model_name="channelcheck",
            name="error",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="channelcheck",
            name="secret_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
    ])]
