from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0003_corrections'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhooksecret',
            name='last_used_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
