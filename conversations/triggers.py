"""Database rules of conversations: nothing crosses accounts, and the place of an interaction follows its time.

They work for every writer: ORM, bulk and plain SQL.
"""

import pgtrigger as pt


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
    func="""
        SELECT i.at INTO NEW.at
          FROM conversations_interaction i JOIN contacts_contact c ON c.account_id = i.account_id
         WHERE i.id = NEW.interaction_id AND c.id = NEW.contact_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an interaction and its contact are not in one account'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

LEAD_CONTACTS = pt.Trigger(
    name="lead_contacts",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("at"),
    condition=pt.Condition("OLD.at IS DISTINCT FROM NEW.at"),
    func="""
        UPDATE conversations_interactioncontact SET at = NEW.at WHERE interaction_id = NEW.id;
        RETURN NULL;
    """,
)
