"""Database rules of engagements: nothing crosses accounts, whatever writes (design/datalayer.md §1)."""

import pgtrigger as pt


def _refuse(name: str, columns: tuple[str, ...], wrong: str, message: str) -> pt.Trigger:
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


ENGAGEMENT_OF_ACCOUNT = _refuse(
    "engagement_of_account",
    ("account_id", "channel_id", "author_id"),
    """
        EXISTS (SELECT FROM conversations_channel c WHERE c.id = NEW.channel_id AND c.account_id <> NEW.account_id)
     OR EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.author_id AND u.account_id IS DISTINCT FROM NEW.account_id)
    """,
    "an engagement and what it names are not in one account",
)

ENGAGEMENT_GRANT = _refuse(
    "grant_of_engagement",
    ("user_id", "content_object_id"),
    """
        NOT EXISTS (SELECT FROM engagements_engagement e JOIN accounts_user u ON u.account_id = e.account_id
                     WHERE e.id = NEW.content_object_id AND u.id = NEW.user_id)
    """,
    "an engagement takes grants of people of its account only",
)

LIST_OF_ENGAGEMENT = _refuse(
    "list_of_engagement",
    ("engagement_id", "list_id"),
    """
        NOT EXISTS (SELECT FROM engagements_engagement e JOIN contacts_list l ON l.account_id = e.account_id
                     WHERE e.id = NEW.engagement_id AND l.id = NEW.list_id)
    """,
    "an engagement and its list are not in one account",
)

# Once for each statement: a hundred thousand rows are written at once.
RECIPIENT_OF_ACCOUNT = pt.Trigger(
    name="recipient_of_account",
    level=pt.Statement,
    when=pt.After,
    operation=pt.Insert,
    referencing=pt.Referencing(new="new_rows"),
    func="""
        IF EXISTS (SELECT FROM new_rows r
                     JOIN engagements_engagement e ON e.id = r.engagement_id
                     JOIN contacts_contact c ON c.id = r.contact_id
                    WHERE c.account_id <> e.account_id) THEN
            RAISE EXCEPTION 'an engagement and its recipient are not in one account'
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    """,
)
