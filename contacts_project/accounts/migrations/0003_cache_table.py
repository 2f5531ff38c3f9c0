"""The table of the shared cache, which holds the sign-in limits: `migrate` alone makes a database complete."""

from django.db import migrations

MAKE = """
CREATE TABLE IF NOT EXISTS cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_deactivation")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE cache")]
