"""Database rules that keep ConversationParty: what a conversation had last with each of its parties.

One interaction more is an upsert; what is moved, corrected or removed is looked up again, behind a lock on the row of
the party. They work for every writer: ORM, bulk and plain SQL.
"""

import pgtrigger as pt

COUNTS = "i.type <> 'note' AND i.removed_at IS NULL"
ARRIVED = "CASE WHEN {row}.direction = 'in' AND {row}.status <> 'blocked' THEN {row}.at END"
CURRENT = "SELECT FROM conversations_interactioncontact ic WHERE ic.interaction_id = i.id AND ic.is_current"


COPIES = "conversation_id, channel_id, contact_id, last_interaction_id, last_at, last_in_at, last_type, last_direction"
# Behind a lock on the thread, so that one that is being closed is not copied as open.
THREAD = "FROM conversations_conversation c WHERE c.id = {thread} FOR SHARE OF c"


def _upsert(contact: str, row: str) -> str:
    """Say that the interaction in the record `row` was with `contact` (SQL; NULL for nobody)."""
    return f"""
        INSERT INTO conversations_conversationparty AS p ({COPIES}, closed_at)
        SELECT {row}.conversation_id, {row}.channel_id, {contact}, {row}.id, {row}.at, {ARRIVED.format(row=row)},
               {row}.type, {row}.direction, c.closed_at {THREAD.format(thread=f"{row}.conversation_id")}
        ON CONFLICT (conversation_id, (COALESCE(contact_id, 0))) DO UPDATE SET
               (last_interaction_id, last_type, last_direction)
                   = (SELECT n.id, n.type, n.direction FROM (VALUES
                        (p.last_interaction_id, p.last_type, p.last_direction, p.last_at),
                        (EXCLUDED.last_interaction_id, EXCLUDED.last_type, EXCLUDED.last_direction, EXCLUDED.last_at)
                      ) n (id, type, direction, at) ORDER BY n.at DESC, n.id DESC LIMIT 1),
               last_at = GREATEST(p.last_at, EXCLUDED.last_at),
               last_in_at = GREATEST(p.last_in_at, EXCLUDED.last_in_at);
    """


REFRESH = f"""
    PERFORM FROM conversations_conversationparty p
      WHERE p.conversation_id = thread AND p.contact_id IS NOT DISTINCT FROM person FOR UPDATE;
    SELECT i.* INTO latest FROM conversations_interaction i
     WHERE i.conversation_id = thread AND {COUNTS}
       AND CASE WHEN person IS NULL THEN i.arrived_without_contact OR NOT EXISTS ({CURRENT})
                ELSE EXISTS ({CURRENT} AND ic.contact_id = person) END
     ORDER BY i.at DESC, i.id DESC LIMIT 1;
    IF latest.id IS NULL THEN
        DELETE FROM conversations_unread u USING conversations_conversationparty p
         WHERE u.party_id = p.id AND p.conversation_id = thread AND p.contact_id IS NOT DISTINCT FROM person;
        DELETE FROM conversations_conversationparty p
         WHERE p.conversation_id = thread AND p.contact_id IS NOT DISTINCT FROM person;
    ELSE
        SELECT max(i.at) INTO arrived FROM conversations_interaction i
         WHERE i.conversation_id = thread AND {COUNTS} AND i.direction = 'in' AND i.status <> 'blocked'
           AND CASE WHEN person IS NULL THEN i.arrived_without_contact OR NOT EXISTS ({CURRENT})
                    ELSE EXISTS ({CURRENT} AND ic.contact_id = person) END;
        INSERT INTO conversations_conversationparty ({COPIES}, closed_at)
        SELECT thread, latest.channel_id, person, latest.id, latest.at, arrived, latest.type, latest.direction,
               c.closed_at {THREAD.format(thread="thread")}
        ON CONFLICT (conversation_id, (COALESCE(contact_id, 0))) DO UPDATE SET
               last_interaction_id = EXCLUDED.last_interaction_id, last_at = EXCLUDED.last_at,
               last_in_at = EXCLUDED.last_in_at, last_type = EXCLUDED.last_type,
               last_direction = EXCLUDED.last_direction;
    END IF;
"""
REFRESH_DECLARED = [
    ("latest", "conversations_interaction"),
    ("arrived", "timestamptz"),
    ("thread", "bigint"),
    ("person", "bigint"),
]


def _refresh_each(people: str) -> str:
    """Look up again what `thread` had last with each contact of this query of one column (SQL)."""
    return f"FOR person IN {people} LOOP {REFRESH} END LOOP;"


EVERYBODY_IN_NEW = (
    "SELECT ic.contact_id FROM conversations_interactioncontact ic WHERE ic.interaction_id = NEW.id UNION SELECT NULL"
)
WHOSE_LAST_WAS_OLD = "SELECT p.contact_id FROM conversations_conversationparty p WHERE p.last_interaction_id = OLD.id"

PARTY_OF_NEW = pt.Trigger(
    name="party_of_new",
    level=pt.Row,
    when=pt.After,
    operation=pt.Insert,
    condition=pt.Condition(
        "NEW.conversation_id IS NOT NULL AND NEW.arrived_without_contact AND NEW.type <> 'note'"
        " AND NEW.removed_at IS NULL"
    ),
    func=_upsert("NULL", "NEW") + "RETURN NULL;",
)

PARTY_OF_CHANGED = pt.Trigger(
    name="party_of_changed",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf(
        "at", "status", "type", "direction", "arrived_without_contact", "conversation_id", "removed_at"
    ),
    condition=pt.Condition(
        "OLD.at IS DISTINCT FROM NEW.at OR OLD.arrived_without_contact IS DISTINCT FROM NEW.arrived_without_contact"
        " OR OLD.conversation_id IS DISTINCT FROM NEW.conversation_id OR OLD.removed_at IS DISTINCT FROM NEW.removed_at"
        " OR (OLD.status = 'blocked') IS DISTINCT FROM (NEW.status = 'blocked')"
        " OR (OLD.type, OLD.direction) IS DISTINCT FROM (NEW.type, NEW.direction)"
    ),
    declare=REFRESH_DECLARED,
    func=f"""
        FOR thread IN SELECT DISTINCT t FROM unnest(ARRAY[OLD.conversation_id, NEW.conversation_id]) t
                       WHERE t IS NOT NULL LOOP
            {_refresh_each(EVERYBODY_IN_NEW)}
        END LOOP;
        RETURN NULL;
    """,
)

PARTY_OF_DELETED = pt.Trigger(
    name="party_of_deleted",
    level=pt.Row,
    when=pt.After,
    operation=pt.Delete,
    condition=pt.Condition("OLD.conversation_id IS NOT NULL"),
    declare=REFRESH_DECLARED,
    func=f"""
        thread := OLD.conversation_id;
        {_refresh_each(WHOSE_LAST_WAS_OLD)}
        RETURN NULL;
    """,
)

PARTY_JOINS = pt.Trigger(
    name="party_joins",
    level=pt.Row,
    when=pt.After,
    operation=pt.Insert,
    condition=pt.Condition("NEW.is_current"),
    declare=REFRESH_DECLARED,
    func=f"""
        SELECT i.* INTO latest FROM conversations_interaction i
         WHERE i.id = NEW.interaction_id AND i.conversation_id IS NOT NULL AND {COUNTS};
        IF latest.id IS NULL THEN
            RETURN NULL;
        END IF;
        {_upsert("NEW.contact_id", "latest")}
        -- It had others before, none of them now: so far it was nobody's.
        thread := latest.conversation_id;
        IF NOT latest.arrived_without_contact AND EXISTS (
            SELECT FROM conversations_interactioncontact ic WHERE ic.interaction_id = latest.id AND NOT ic.is_current
        ) THEN
            {_refresh_each("SELECT NULL")}
        END IF;
        RETURN NULL;
    """,
)

_THREAD_OF = "SELECT i.conversation_id INTO thread FROM conversations_interaction i WHERE i.id = {row}.interaction_id;"

PARTY_CHANGES = pt.Trigger(
    name="party_changes",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("is_current", "contact_id"),
    condition=pt.Condition(
        "OLD.is_current IS DISTINCT FROM NEW.is_current OR OLD.contact_id IS DISTINCT FROM NEW.contact_id"
    ),
    declare=REFRESH_DECLARED,
    func=f"""
        {_THREAD_OF.format(row="NEW")}
        IF thread IS NOT NULL THEN
            {_refresh_each("SELECT OLD.contact_id UNION SELECT NEW.contact_id UNION SELECT NULL")}
        END IF;
        RETURN NULL;
    """,
)

PARTY_LEAVES = pt.Trigger(
    name="party_leaves",
    level=pt.Row,
    when=pt.After,
    operation=pt.Delete,
    declare=REFRESH_DECLARED,
    func=f"""
        {_THREAD_OF.format(row="OLD")}
        IF thread IS NOT NULL THEN
            {_refresh_each("SELECT OLD.contact_id UNION SELECT NULL")}
        END IF;
        RETURN NULL;
    """,
)

# Closing is the thread's own; its parties copy it, so that what is open is one index range.
PARTY_CLOSES = pt.Trigger(
    name="party_closes",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("closed_at"),
    condition=pt.Condition("OLD.closed_at IS DISTINCT FROM NEW.closed_at"),
    func="""
        UPDATE conversations_conversationparty SET closed_at = NEW.closed_at WHERE conversation_id = NEW.id;
        RETURN NULL;
    """,
)
