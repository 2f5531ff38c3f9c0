-- Conversations over the contacts of the large account: one thread each with five interactions, on the line of the
-- contact's department or one of thirty shared ones. Each step begins with "-- step"; %(contacts)s as in dataset.sql.
-- step: lines
CREATE OR REPLACE FUNCTION pg_temp.pick(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
  ((hashint8extended(i, salt) & 9223372036854775807) - (hashint8extended(i, salt) & 9223372036854775807) / n * n)::int;
INSERT INTO conversations_channel (id, account_id, kind, address, label, department_id, provider, has_voice, has_sms,
    has_mms, has_fax, public_key)
  SELECT n, 1, 'phone', '+1415555' || lpad(n::text, 4, '0'), 'Line ' || n, CASE WHEN n <= 12 THEN n END, 'simulator',
      true, true, true, false, '' FROM generate_series(1, 42) n;
-- Everybody of the large account who has grants reads the shared lines; the first also writes.
INSERT INTO conversations_channeluserobjectpermission (content_object_id, user_id, permission_id, granted_at)
  SELECT c, u, p.id, timestamptz '2026-01-01' FROM generate_series(13, 42) c, generate_series(1, 5) u, auth_permission p
   WHERE p.codename = 'view_channel' OR (p.codename = 'change_channel' AND u = 1);
-- step: conversations
INSERT INTO conversations_conversation (id, account_id, channel_id, outside_address)
  SELECT c.id, 1, COALESCE((SELECT min(l.department_id) FROM contacts_departmentlink l WHERE l.contact_id = c.id),
      13 + pg_temp.pick(c.id, 100, 30)), '+1303' || lpad(c.id::text, 7, '0')
    FROM contacts_contact c WHERE c.id <= %(contacts)s ORDER BY c.id;
-- step: interactions
-- The third of five is a call; one thread in fifty was with nobody known. Spread over half a year, newest threads last.
INSERT INTO conversations_interaction (id, account_id, conversation_id, channel_id, department_id, type, direction,
    status, outcome, is_answered, at, duration, subject, body, outside_address, is_by_hand, is_automatic, asks_who,
    arrived_without_contact, external_id, error, attempts)
  SELECT 5 * (c.id - 1) + k, 1, c.id, c.channel_id, CASE WHEN c.channel_id <= 12 THEN c.channel_id END,
      CASE k WHEN 3 THEN 'call' ELSE 'sms' END, CASE WHEN k - k / 2 * 2 = 1 THEN 'in' ELSE 'out' END,
      CASE WHEN k - k / 2 * 2 = 1 THEN 'done' ELSE 'delivered' END,
      CASE k WHEN 3 THEN 'answered' ELSE '' END, CASE k WHEN 3 THEN true END,
      timestamptz '2026-03-01' + pg_temp.pick(c.id, 101, 15000000) * interval '1 second' + k * interval '37 minutes',
      CASE k WHEN 3 THEN 240 END, '', CASE k WHEN 3 THEN '' ELSE 'Is the order on its way? We expect it by noon.' END,
      c.outside_address, false, false, false, pg_temp.pick(c.id, 102, 50) = 0, '', '', 0
    FROM conversations_conversation c, generate_series(1, 5) k ORDER BY 1;
-- step: people
INSERT INTO conversations_interactioncontact (interaction_id, contact_id, effect, is_current, is_apart, at)
  SELECT i.id, i.conversation_id, '', true, false, i.at FROM conversations_interaction i
   WHERE NOT i.arrived_without_contact ORDER BY i.id;
-- step: parties
INSERT INTO conversations_conversationparty (conversation_id, channel_id, contact_id, last_interaction_id, last_at,
    last_in_at, last_type, last_direction)
  SELECT i.conversation_id, i.channel_id, CASE WHEN NOT i.arrived_without_contact THEN i.conversation_id END, i.id, i.at,
      i.at, i.type, i.direction FROM conversations_interaction i WHERE i.id - i.id / 5 * 5 = 0 ORDER BY i.id;
-- step: unread
-- One thread in three hundred, for everybody who reads the line.
INSERT INTO conversations_unread (user_id, party_id, at)
  SELECT o.user_id, p.id, p.last_at FROM conversations_conversationparty p
    JOIN conversations_channel c ON c.id = p.channel_id
    JOIN departments_operator o ON o.department_id = c.department_id WHERE pg_temp.pick(p.id, 103, 300) = 0
  UNION ALL
  SELECT u, p.id, p.last_at FROM conversations_conversationparty p, generate_series(1, 5) u
   WHERE p.channel_id > 12 AND pg_temp.pick(p.id, 103, 300) = 0;
