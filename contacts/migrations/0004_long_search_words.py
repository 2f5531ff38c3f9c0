"""Words of a search are cut where those of the document are: folding can make many signs out of one, and a term of
more than 2,046 bytes is an error in PostgreSQL."""

from django.db import migrations

TERM = r"""
CREATE OR REPLACE FUNCTION search_term(lexeme text, prefix boolean) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  '''' || replace(replace(%s, '\', '\\'), '''', '''''') || CASE WHEN prefix THEN ''':*' ELSE '''' END;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_note_words")]
    operations = [migrations.RunSQL(TERM.replace("%s", "left(lexeme, 500)"), TERM.replace("%s", "lexeme"))]
