"""Whether somebody has seen a mention is kept by its notice (decision 24): those unseen become notices."""

from django.db import migrations

TELL = """
INSERT INTO accounts_notice (user_id, kind, about, actor_id, at)
SELECT m.user_id, 'mention', m.interaction_id, i.author_id, i.at
  FROM conversations_mention m
  JOIN conversations_interaction i ON i.id = m.interaction_id
  JOIN accounts_user u ON u.id = m.user_id AND u.is_active
 WHERE m.seen_at IS NULL AND m.user_id IS DISTINCT FROM i.author_id
 ORDER BY i.at
"""
UNTELL = """
UPDATE conversations_mention m SET seen_at = now()
 WHERE NOT EXISTS (SELECT FROM accounts_notice n WHERE n.user_id = m.user_id AND n.kind = 'mention'
                      AND n.about = m.interaction_id AND n.seen_at IS NULL);
DELETE FROM accounts_notice WHERE kind = 'mention';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_notice"), ("conversations", "0010_calls")]

    operations = [
        migrations.RunSQL(TELL, UNTELL),
        migrations.RemoveField(model_name="mention", name="seen_at"),
    ]
