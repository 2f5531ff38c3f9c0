"""SQL functions that order and find contacts. They come first: a generated column of the next migration needs them.

`fold` and `sort_key` decide what stands in stored columns, and `contact_document` what stands in the search table:
a later change to one of them needs a migration that rewrites what they wrote (docs/decisions/0004-search.md).
"""

from django.db import migrations

FOLD = r"""
CREATE FUNCTION fold_letters(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  replace(replace(replace(translate(
    regexp_replace(normalize(casefold(value COLLATE pg_unicode_fast), NFKD), '[\u0300-\u036f]', '', 'g'),
    'øłđðħŧŋı', 'olddhtni'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
-- Letters and digits in lower case without accents, apostrophes gone, all else one blank. ASCII takes the short way.
CREATE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  btrim(regexp_replace(translate(
    CASE WHEN octet_length(value) = length(value) THEN lower(value) ELSE fold_letters(value) END,
    '''’ʼ`', ''), '[^[:alnum:]]+' COLLATE pg_c_utf8, ' ', 'g'));
-- Two blanks between the names put "Smith, Z" before "Smith Jones"; "~" puts the nameless last.
CREATE FUNCTION sort_key(family text, given text, company text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  left(coalesce(nullif(btrim(fold(family) || '  ' || fold(given)), ''), nullif(fold(company), ''), '~'), 120) COLLATE "C";
"""

DOCUMENT = r"""
-- Digits after the country calling code (ITU-T E.164: one digit for zones 1 and 7, two or three elsewhere).
CREATE FUNCTION national_digits(digits text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  CASE WHEN digits ~ '^[17]' THEN substr(digits, 2)
       WHEN digits ~ '^(2[07]|3[0123469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])' THEN substr(digits, 3)
       ELSE substr(digits, 4) END;
-- Lexemes: ^s ^sm ^smi ^smit (edges), smith (words over four letters), jo@x.io, @x.io, <3210 (digits from the end),
-- >4930 and >30 (digits from the start, international and national), #7 (account).
-- array_to_tsvector sorts and removes duplicates: a UNION or DISTINCT here costs forty times as much.
CREATE FUNCTION contact_document(account bigint, names text, emails text[], phones text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN array_to_tsvector(
  ARRAY['#' || account]
  || ARRAY(SELECT lexeme FROM unnest(string_to_array(fold(concat_ws(' ', names, array_to_string(emails, ' '))), ' ')) w,
                  LATERAL (VALUES ('^' || left(w, 1)), ('^' || left(w, 2)), ('^' || left(w, 3)), ('^' || left(w, 4)),
                                  (CASE WHEN length(w) > 4 THEN left(w, 500) ELSE '^' || w END)) v(lexeme) WHERE w <> '')
  || ARRAY(SELECT lexeme FROM unnest(emails) e,
                  LATERAL (VALUES (lower(e)), ('@' || lower(split_part(e, '@', 2)))) v(lexeme) WHERE e <> '')
  || ARRAY(SELECT lexeme FROM unnest(phones) p,
                  LATERAL (VALUES (regexp_replace(p, '\D', '', 'g'))) d(digits),
                  LATERAL (VALUES ('<' || reverse(digits)), ('>' || digits), ('>' || national_digits(digits))) v(lexeme)));
"""

QUERY = r"""
CREATE FUNCTION search_term(lexeme text, prefix boolean) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || CASE WHEN prefix THEN ''':*' ELSE '''' END;
-- What was typed as a query on contact_document, NULL when nothing usable was typed. Numbers of four digits and more
-- (blanks, brackets and strokes inside them allowed) match the beginning or the end of a phone number; the zero that
-- leads a national number is dropped.
CREATE FUNCTION contact_query(account bigint, typed text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
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

# Named tables come into being in the next migration: plpgsql looks them up when it runs.
UPKEEP = r"""
CREATE FUNCTION refresh_contact_search(ids bigint[], lock boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF lock THEN  -- two sessions that add an email each: the second waits, then sees the first one's row
    PERFORM FROM contacts_contact WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
  END IF;
  INSERT INTO contacts_contactsearch AS s (contact_id, document)
  SELECT c.id, contact_document(c.account_id,
           concat_ws(' ', c.given_name, c.middle_name, c.family_name, c.nickname, c.company),
           ARRAY(SELECT address FROM contacts_contactemail WHERE contact_id = c.id),
           ARRAY(SELECT number FROM contacts_contactphone WHERE contact_id = c.id))
    FROM contacts_contact c WHERE c.id = ANY(ids)  -- silent about contacts not there yet: import writes children first
  ON CONFLICT (contact_id) DO UPDATE SET document = excluded.document WHERE s.document <> excluded.document;
END $$;
"""

DROP = """
DROP FUNCTION refresh_contact_search; DROP FUNCTION contact_query; DROP FUNCTION search_term;
DROP FUNCTION contact_document; DROP FUNCTION national_digits; DROP FUNCTION sort_key; DROP FUNCTION fold;
DROP FUNCTION fold_letters;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FOLD + DOCUMENT + QUERY + UPKEEP, DROP)]
