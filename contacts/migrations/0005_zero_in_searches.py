"""The zero that leads a national number is dropped only where a number is matched from its beginning: what was typed as
the end of a number is meant as it stands. "0150" no longer finds 555-1150."""

from django.db import migrations

QUERY = r"""
CREATE OR REPLACE FUNCTION contact_query(account bigint, typed text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  rest text := left(coalesce(typed, ''), 200);
  number text;
  digits text;
  significant text;
  token text;
  word text;
  terms text[] := '{}';
BEGIN
  FOR number IN SELECT m[1] FROM regexp_matches(' ' || rest || ' ', '(?<=\s)(\+?[(0-9][0-9()./ +-]*[0-9])(?=\s)', 'g') m LOOP
    digits := regexp_replace(replace(number, '(0)', ''), '\D', '', 'g');
    CONTINUE WHEN length(digits) < 4;
    significant := ltrim(digits, '0');
    terms := terms || ('(' || search_term('<' || reverse(digits), true)
      || CASE WHEN length(significant) >= 4 THEN '|' || search_term('>' || significant, true) ELSE '' END || ')');
    rest := replace(rest, number, ' ');
  END LOOP;
  FOREACH token IN ARRAY regexp_split_to_array(btrim(rest), '\s+') LOOP
    IF token LIKE '@_%' THEN terms := terms || search_term(lower(token), false);
    ELSIF token LIKE '_%@%' THEN terms := terms || search_term(lower(token), true);
    ELSE
      FOREACH word IN ARRAY string_to_array(fold(token), ' ') LOOP
        CONTINUE WHEN word = '';
        terms := terms || CASE WHEN length(word) <= 4 THEN search_term('^' || word, false) ELSE search_term(word, true) END;
      END LOOP;
    END IF;
  END LOOP;
  IF terms = '{}' THEN RETURN NULL; END IF;
  RETURN (array_to_string(terms[1:12], '&') || '&' || search_term('#' || account, false))::tsquery;
END $$;
"""

BEFORE = r"""
CREATE OR REPLACE FUNCTION contact_query(account bigint, typed text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  rest text := left(coalesce(typed, ''), 200);
  number text;
  digits text;
  token text;
  word text;
  terms text[] := '{}';
BEGIN
  FOR number IN SELECT m[1] FROM regexp_matches(' ' || rest || ' ', '(?<=\s)(\+?[(0-9][0-9()./ +-]*[0-9])(?=\s)', 'g') m LOOP
    digits := regexp_replace(replace(number, '(0)', ''), '\D', '', 'g');
    CONTINUE WHEN length(digits) < 4;
    digits := ltrim(digits, '0');
    CONTINUE WHEN digits = '';
    terms := terms || ('(' || search_term('<' || reverse(digits), true) || '|' || search_term('>' || digits, true) || ')');
    rest := replace(rest, number, ' ');
  END LOOP;
  FOREACH token IN ARRAY regexp_split_to_array(btrim(rest), '\s+') LOOP
    IF token LIKE '@_%' THEN terms := terms || search_term(lower(token), false);
    ELSIF token LIKE '_%@%' THEN terms := terms || search_term(lower(token), true);
    ELSE
      FOREACH word IN ARRAY string_to_array(fold(token), ' ') LOOP
        CONTINUE WHEN word = '';
        terms := terms || CASE WHEN length(word) <= 4 THEN search_term('^' || word, false) ELSE search_term(word, true) END;
      END LOOP;
    END IF;
  END LOOP;
  IF terms = '{}' THEN RETURN NULL; END IF;
  RETURN (array_to_string(terms[1:12], '&') || '&' || search_term('#' || account, false))::tsquery;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_long_search_words")]
    operations = [migrations.RunSQL(QUERY, BEFORE)]
