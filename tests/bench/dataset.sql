-- The data set, made in the database from numbers alone: the same rows every time. Each step begins with "-- step".
-- %(contacts)s is the size of the large account; ids up to it are its contacts, the next 1,000 the small account's.
-- About half of the large account's contacts belong to twelve departments: see the function department.
-- step: words
CREATE FUNCTION pg_temp.pick(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
  ((hashint8extended(i, salt) & 9223372036854775807) - (hashint8extended(i, salt) & 9223372036854775807) / n * n)::int;
-- Skewed to low numbers, as names are: the first of n is taken by one in sqrt(n).
CREATE FUNCTION pg_temp.skew(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
  floor(n * power(pg_temp.pick(i, salt, 1000000) / 1000000.0, 2))::int;
-- The department of a contact of the large account, 0 for a personal one. In thousandths: 300, 120 and 30 belong to the
-- first three (together 450,000 of a million), 45 and 5 to the next two (50,000), 10 to the seven small ones.
CREATE FUNCTION pg_temp.department(i bigint) RETURNS int LANGUAGE sql IMMUTABLE RETURN
  CASE WHEN i > %(contacts)s OR pg_temp.pick(i, 3, 1000) >= 510 THEN 0
       WHEN pg_temp.pick(i, 3, 1000) < 500 THEN width_bucket(pg_temp.pick(i, 3, 1000), ARRAY[0, 300, 420, 450, 495])
       ELSE 6 + pg_temp.pick(i, 4, 7) END;
-- What a colleague was granted: Write six times in ten, Read three times.
CREATE FUNCTION pg_temp.level(i bigint, salt int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
  CASE WHEN pg_temp.pick(i, salt, 10) < 6 THEN 2 WHEN pg_temp.pick(i, salt, 10) < 9 THEN 1 ELSE 0 END;
CREATE FUNCTION pg_temp.kind(i bigint) RETURNS text LANGUAGE sql IMMUTABLE RETURN
  CASE WHEN pg_temp.department(i) = 0 THEN 'personal' WHEN pg_temp.pick(i, 5, 100) = 0 THEN 'shared' ELSE 'department' END;
CREATE TEMP TABLE given AS SELECT row_number() OVER () - 1 AS n, name FROM unnest(string_to_array(
  'John,Maria,Anna,Johan,Peter,Mary,Ahmed,José,Renee,Li,Fatima,David,Olga,Jürgen,Priya,Carlos,Zoë,Michael,Sara,Ivan,'
  'Chloé,Daniel,Mei,Omar,Lucía,Johanna,Thomas,Ngozi,Søren,Emma,Hiroshi,Laura,Paul,Amélie,Victor,Ingrid,Raj,Nora,Łukasz,'
  'Elena,Joan,Hugo,Aisha,Mark,Sofia,Pablo,Ruth,Yusuf,Clara,Felix,Grace,Tomás,Irene,Oscar,Vera,Leo,Alice,Samir,Judith,Max',
  ',')) name;
CREATE TEMP TABLE family AS SELECT row_number() OVER () - 1 AS n, name FROM (
  SELECT unnest(string_to_array('Smith,Martinez,Müller,Johnson,Smirnov,García,O''Brien,Lee,Nguyen,Smithson,Khan,Rossi,'
    'Silva,Kim,Novák,Dubois,Andersson,Cohen,Okafor,Yamamoto,Brown,Schmidt,Patel,Ivanov,Hernández,Jansen,Moreau,Chen', ',')) AS name
  UNION ALL
  SELECT initcap(a || b || c) FROM unnest(string_to_array('ba,cor,del,fen,gar,hol,kra,lin,mor,nes,pol,ros,ste,tor,wal,zim', ',')) a,
    unnest(string_to_array('a,be,di,er,in,lo,man,ne,ri,so,ter,va', ',')) b,
    unnest(string_to_array('berg,dez,ford,ini,ley,mann,nen,off,sen,ski,son,ton,vic,well,wood,yan', ',')) c) all_names;
CREATE TEMP TABLE firm AS SELECT n, initcap(a || b) || ' ' || kind AS name FROM (
  SELECT (row_number() OVER () - 1)::int AS n, a, b, kind FROM
    unnest(string_to_array('acme,blue,nord,sun,river,iron,alto,prime,green,west', ',')) a,
    unnest(string_to_array('line,works,gate,field,soft,port,mill,forge', ',')) b,
    unnest(string_to_array('Ltd,GmbH,Inc,SA,Partners', ',')) kind) firms;
-- step: people
INSERT INTO accounts_account (id, name, default_region, time_zone, export_enabled, compliance_required)
  SELECT id, name, 'US', 'America/New_York', false, false FROM (VALUES (1, 'Large'), (2, 'Small'), (3, 'Writes')) a(id, name);
INSERT INTO accounts_user (id, account_id, email, name, password, is_account_admin, is_compliance_admin, is_staff,
    is_superuser, is_active, time_zone, theme, keys_enabled, date_joined)
  SELECT id, account, key || '@bench.example', initcap(key), '!', false, false, false, false, true, '', 'auto', true, timestamptz '2026-01-01'
    FROM (VALUES (1, 1, 'sees-450000'), (2, 1, 'sees-50000'), (3, 1, 'sees-5000'), (4, 1, 'sees-50'), (5, 1, 'sees-tail'),
                 (6, 2, 'sees-1000'), (7, 3, 'writer'), (8, 1, 'operates-450000'), (9, 1, 'operates-50000'),
                 (10, 1, 'operates-everything')) u(id, account, key)
  UNION ALL
  SELECT 10 + n, 1, 'colleague-' || n || '@bench.example', 'Colleague ' || n, '!', false, false, false, false, true, '', 'auto',
    true, timestamptz '2026-01-01' FROM generate_series(1, 200) n;
INSERT INTO contacts_tag (id, account_id, name)
  SELECT n, 1, (ARRAY['Customer', 'Lead', 'Supplier', 'Rare'])[n] FROM generate_series(1, 4) n
  UNION ALL SELECT n, 1, 'Tag ' || n FROM generate_series(5, 40) n
  UNION ALL SELECT 41, 2, 'Customer';
-- step: departments
INSERT INTO departments_department (id, account_id, name, hue, description)
  SELECT n, 1, 'Department ' || n, (ARRAY['indigo', 'teal', 'amber', 'rose', 'violet', 'sky', 'green', 'slate'])[1 + n - n / 8 * 8], ''
    FROM generate_series(1, 12) n;
INSERT INTO departments_operator (department_id, user_id, is_admin)
  SELECT n, 8, n = 1 FROM generate_series(1, 3) n
  UNION ALL SELECT n, 9, n = 4 FROM generate_series(4, 5) n
  UNION ALL SELECT n, 10, true FROM generate_series(1, 12) n
  UNION ALL SELECT n, 200 + n, false FROM generate_series(1, 10) n;
-- step: contacts
INSERT INTO contacts_contact (id, account_id, kind, owner_id, created_by_id, given_name, middle_name, family_name, prefix, suffix,
    nickname, company, job_title, language, time_zone, photo_digest, outside_id, outside_source, version, created_at, archived_at,
    awaits_name)
  SELECT i, account, kind, CASE WHEN kind <> 'department' THEN owner END, owner,
    CASE WHEN shape < 96 THEN given.name ELSE '' END, '', CASE WHEN shape < 94 THEN family.name ELSE '' END, '', '', '',
    CASE WHEN shape < 35 OR shape BETWEEN 96 AND 98 THEN firm.name ELSE '' END,
    CASE WHEN shape < 25 THEN 'Head of purchasing' ELSE '' END, '', '', '', '', '', 1,
    timestamptz '2024-01-01' + i * interval '1 minute',
    CASE WHEN pg_temp.pick(i, 20, 100) < 5 THEN timestamptz '2026-06-01' END,
    kind = 'department' AND shape > 98 AND i / 10 * 10 <> i  -- callers whom nobody has named; those with notes are known
  FROM (SELECT i, CASE WHEN i <= %(contacts)s THEN 1 ELSE 2 END AS account, pg_temp.kind(i) AS kind,
          -- one in twenty department contacts has only called: no name, no company
          CASE WHEN pg_temp.department(i) > 0 AND pg_temp.pick(i, 14, 20) = 0 THEN 99 ELSE pg_temp.pick(i, 10, 100) END AS shape,
          CASE WHEN i > %(contacts)s THEN 6 WHEN pg_temp.pick(i, 1, 1000) < 50 THEN 1 ELSE 11 + pg_temp.pick(i, 2, 200) END AS owner
          FROM generate_series(1, %(contacts)s + 1000) i) c
  JOIN given ON given.n = pg_temp.skew(i, 11, (SELECT count(*)::int FROM given))
  JOIN family ON family.n = pg_temp.skew(i, 12, (SELECT count(*)::int FROM family))
  JOIN firm ON firm.n = pg_temp.pick(i, 13, (SELECT count(*)::int FROM firm))
  ORDER BY i;
-- step: emails
INSERT INTO contacts_contactemail (contact_id, label, is_primary, address)
  SELECT c.id, 'Work', k = 0, replace(fold(c.given_name), ' ', '') || '.' || replace(fold(c.family_name), ' ', '') || c.id
      || repeat('x', k) || '@' || (ARRAY['acme.io', 'mail.example', 'post.example', 'work.example'])[least(4, 1 + pg_temp.pick(c.id, 30 + k, 12))]
    FROM contacts_contact c, generate_series(0, 1) k WHERE k = 0 OR pg_temp.pick(c.id, 29, 10) = 0 ORDER BY c.id;
-- step: phones
INSERT INTO contacts_contactphone (contact_id, label, is_primary, number, extension)
  SELECT c.id, CASE k WHEN 0 THEN 'Mobile' ELSE 'Work' END, k = 0,
      CASE WHEN k = 0 OR pg_temp.pick(c.id, 42, 4) > 0
        THEN '+1' || 201 + pg_temp.pick(c.id, 40 + k, 780) || 2 + pg_temp.pick(c.id, 43 + k, 8) || lpad(pg_temp.pick(c.id, 45 + k, 1000000)::text, 6, '0')
        ELSE '+4930' || lpad(pg_temp.pick(c.id, 47, 10000000)::text, 7, '0') END, ''
    FROM contacts_contact c, generate_series(0, 1) k ORDER BY c.id;
-- step: addresses
INSERT INTO contacts_contactaddress (contact_id, label, street, city, region, postal_code, country)
  SELECT id, 'Work', 1 + pg_temp.pick(id, 50, 999) || ' Market Street', 'San Francisco', 'CA', '94111', 'US' FROM contacts_contact ORDER BY id;
-- step: tags
INSERT INTO contacts_contacttag (contact_id, tag_id)
  SELECT c.id, t.tag FROM contacts_contact c, LATERAL (VALUES
      (1, pg_temp.pick(c.id, 60, 100) < 30), (2, pg_temp.pick(c.id, 61, 100) < 10), (3, pg_temp.pick(c.id, 62, 1000) < 10),
      (4, pg_temp.pick(c.id, 63, 20000) = 0), (5 + pg_temp.pick(c.id, 64, 36), pg_temp.pick(c.id, 65, 100) < 30)) t(tag, has)
   WHERE has AND c.account_id = 1 ORDER BY c.id;
INSERT INTO contacts_contacttag (contact_id, tag_id) SELECT id, 41 FROM contacts_contact WHERE account_id = 2 AND pg_temp.pick(id, 60, 100) < 30;
-- step: notes
INSERT INTO contacts_note (contact_id, author_id, body, visibility, created_at)
  SELECT c.id, c.created_by_id, 'Called about the order ' || k || '. Wants a new offer by the end of the month.', 'public',
      timestamptz '2026-01-01' + k * interval '1 day' FROM contacts_contact c, generate_series(1, 3) k WHERE c.id / 10 * 10 = c.id ORDER BY c.id;
-- step: links
INSERT INTO contacts_departmentlink (contact_id, department_id, linked_at, ended_at, sort_key, archived, unnamed)
  SELECT c.id, l.department, c.created_at, CASE WHEN l.second AND pg_temp.pick(c.id, 81, 10) = 0 THEN timestamptz '2026-07-01' END,
      c.sort_key, c.archived, c.unnamed
    FROM contacts_contact c, LATERAL (VALUES
        (pg_temp.department(c.id), false),  -- one in ten has a second link, and one in ten of those has ended
        ((ARRAY[2, 3, 1, 5, 4, 7, 8, 9, 10, 11, 12, 6])[pg_temp.department(c.id)], true)) l(department, second)
   WHERE c.kind <> 'personal' AND (NOT l.second OR pg_temp.pick(c.id, 80, 10) = 0)
   ORDER BY c.id;
-- step: grants
-- A personal contact has its owner's three rows and at most one colleague's; a department's has more colleagues' instead.
INSERT INTO contacts_contactuserobjectpermission (content_object_id, user_id, permission_id, granted_by_id, granted_at, until,
    sort_key, archived, unnamed, is_owner)
  SELECT c.id, g.user_id, p.id, c.created_by_id, c.created_at,
      CASE WHEN g.user_id = c.owner_id THEN NULL WHEN pg_temp.pick(c.id, 79, 500) = 0 THEN date '2020-01-01'
           WHEN pg_temp.pick(c.id, 79, 500) < 6 THEN date '2099-12-31' END,
      c.sort_key, c.archived, c.unnamed, COALESCE(g.user_id = c.owner_id, false)
    FROM contacts_contact c,
      LATERAL (VALUES (CASE c.kind WHEN 'personal' THEN c.owner_id END, 3),
        (1, CASE WHEN pg_temp.pick(c.id, 70, 1000) < 433 THEN 1 + (pg_temp.pick(c.id, 71, 10) = 0)::int ELSE 0 END),
        (2, CASE WHEN pg_temp.pick(c.id, 72, 1000) < 50 THEN 1 + pg_temp.pick(c.id, 73, 2) ELSE 0 END),
        (3, CASE WHEN pg_temp.pick(c.id, 74, 1000) < 5 THEN 1 + pg_temp.pick(c.id, 75, 2) ELSE 0 END),
        (4, CASE WHEN pg_temp.pick(c.id, 76, %(contacts)s / 50) = 0 THEN 1 ELSE 0 END),
        (11 + pg_temp.pick(c.id, 77, 200), pg_temp.level(c.id, 78)),
        (CASE WHEN c.kind <> 'personal' THEN 11 + (pg_temp.pick(c.id, 77, 200) + 67 - (pg_temp.pick(c.id, 77, 200) + 67) / 200 * 200) END,
          pg_temp.level(c.id, 82)),
        (CASE WHEN c.kind <> 'personal' THEN 11 + (pg_temp.pick(c.id, 77, 200) + 134 - (pg_temp.pick(c.id, 77, 200) + 134) / 200 * 200) END,
          pg_temp.level(c.id, 83))
      ) g(user_id, level),
      (SELECT a.id, v.step FROM auth_permission a JOIN (VALUES ('view_contact', 1), ('change_contact', 2), ('admin_contact', 3)) v(name, step)
         ON v.name = a.codename) p
   WHERE p.step <= CASE c.kind WHEN 'shared' THEN least(g.level, 1) ELSE g.level END
     AND (g.level = 3 OR g.user_id IS DISTINCT FROM c.owner_id) AND g.user_id IS NOT NULL AND (c.account_id = 1 OR g.level = 3)
   ORDER BY c.id;
INSERT INTO contacts_contactuserobjectpermission (content_object_id, user_id, permission_id, granted_by_id, granted_at, sort_key, archived,
    unnamed, is_owner)
  SELECT c.id, 5, p.id, c.created_by_id, c.created_at, c.sort_key, c.archived, c.unnamed, false
    FROM (SELECT * FROM contacts_contact WHERE account_id = 1 AND NOT unnamed ORDER BY sort_key DESC, id DESC LIMIT %(contacts)s / 200) c,
         auth_permission p WHERE p.codename = 'view_contact';
