"""Database rules of conversations: nothing crosses accounts, and the place of an interaction follows its time.

They work for every writer: ORM, bulk and plain SQL.
"""

import pgtrigger as pt

from conversations.triggers_of_calls import CALL


def _check(name: str, columns: tuple[str, ...], wrong: str, message: str) -> pt.Trigger:
    """Refuse rows of which the SQL condition `wrong` is true, when they come or one of `columns` changes."""
    return pt.Trigger(
        name=name,
        level=pt.Row,
        when=pt.Before,
        operation=pt.Insert | pt.UpdateOf(*columns),
        func=f"""
            IF {wrong} THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


CHANNEL_OF_ACCOUNT = _check(
    "channel_of_account",
    ("account_id", "department_id"),
    "EXISTS (SELECT FROM departments_department d WHERE d.id = NEW.department_id AND d.account_id <> NEW.account_id)",
    "a channel and its department are not in one account",
)

CONVERSATION_OF_ACCOUNT = _check(
    "conversation_of_account",
    ("account_id", "channel_id"),
    "EXISTS (SELECT FROM conversations_channel c WHERE c.id = NEW.channel_id AND c.account_id <> NEW.account_id)",
    "a conversation and its channel are not in one account",
)

INTERACTION_OF_ACCOUNT = _check(
    "interaction_of_account",
    ("account_id", "department_id", "channel_id", "conversation_id", "author_id"),
    """
        EXISTS (SELECT FROM departments_department d
                 WHERE d.id = NEW.department_id AND d.account_id <> NEW.account_id)
     OR EXISTS (SELECT FROM conversations_channel c WHERE c.id = NEW.channel_id AND c.account_id <> NEW.account_id)
     OR EXISTS (SELECT FROM conversations_conversation c
                 WHERE c.id = NEW.conversation_id AND c.channel_id IS DISTINCT FROM NEW.channel_id)
     OR EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.author_id AND u.account_id IS DISTINCT FROM NEW.account_id)
    """,
    "an interaction and what it names are not in one account",
)

CONTACT_OF_ACCOUNT = pt.Trigger(
    name="contact_of_account",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("contact_id", "interaction_id"),
    func=f"""
        SELECT i.at, i.conversation_id IS NULL, {CALL.format(row="i")} INTO NEW.at, NEW.is_apart, NEW.call
          FROM conversations_interaction i JOIN contacts_contact c ON c.account_id = i.account_id
         WHERE i.id = NEW.interaction_id AND c.id = NEW.contact_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an interaction and its contact are not in one account'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,  # noqa: S608  no value in it
)

LEAD_CONTACTS = pt.Trigger(
    name="lead_contacts",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("at", "conversation_id", "type", "direction", "status", "is_answered", "removed_at"),
    condition=pt.Condition(
        "OLD.at IS DISTINCT FROM NEW.at OR OLD.conversation_id IS DISTINCT FROM NEW.conversation_id"
        f" OR ({CALL.format(row='OLD')}) IS DISTINCT FROM ({CALL.format(row='NEW')})"
    ),
    func=f"""
        UPDATE conversations_interactioncontact
           SET at = NEW.at, is_apart = NEW.conversation_id IS NULL, call = {CALL.format(row="NEW")}
         WHERE interaction_id = NEW.id;
        RETURN NULL;
    """,  # noqa: S608  as above
)

CHANNEL_GRANT = pt.Trigger(
    name="grant_of_channel",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("user_id", "content_object_id"),
    func="""
        PERFORM FROM conversations_channel c JOIN accounts_user u ON u.account_id = c.account_id
          WHERE c.id = NEW.content_object_id AND u.id = NEW.user_id AND c.department_id IS NULL
            FOR SHARE OF c;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a channel takes grants of people of its account only, and none when it is a department''s'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

CHANNEL_OF_DEPARTMENT_OR_PEOPLE = pt.Trigger(
    name="department_or_people",
    level=pt.Row,
    when=pt.Before,
    operation=pt.UpdateOf("department_id"),
    condition=pt.Condition("NEW.department_id IS NOT NULL AND OLD.department_id IS DISTINCT FROM NEW.department_id"),
    func="""
        IF EXISTS (SELECT FROM conversations_channeluserobjectpermission g WHERE g.content_object_id = NEW.id) THEN
            RAISE EXCEPTION 'a channel with collaborators cannot be a department''s'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)
