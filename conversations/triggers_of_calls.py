"""Database rules that keep what call times are counted from (product.md §11, decision 21).

`call` of an InteractionContact says that the interaction was an attempt to reach the contact: 1 answered by a person,
0 not, NULL for everything else. Whatever changes it, or its time or its contact, marks the contact's CallTimes stale,
behind a lock on that row: who counts holds the same lock, and so misses nothing (`call_times`).
"""

import pgtrigger as pt

CALL = (
    "CASE WHEN {row}.type = 'call' AND {row}.removed_at IS NULL AND {row}.status NOT IN ('blocked', 'failed')"
    " AND ({row}.direction = 'out' OR {row}.is_answered) THEN {row}.is_answered::int END"
)
COUNTS = "{row}.call IS NOT NULL AND {row}.is_current"

MARK = """
    INSERT INTO conversations_calltimes AS t (contact_id, stale, zone, attempts, answered, total)
    VALUES (NEW.contact_id, true, '', '{}', '{}', 0)
    ON CONFLICT (contact_id) DO UPDATE SET stale = true WHERE NOT t.stale;
"""
MARK_OLD = "UPDATE conversations_calltimes SET stale = true WHERE contact_id = OLD.contact_id;"

CALL_COMES = pt.Trigger(
    name="call_comes",
    level=pt.Row,
    when=pt.After,
    operation=pt.Insert,
    condition=pt.Condition(COUNTS.format(row="NEW")),
    func=MARK + "RETURN NULL;",
)

CALL_CHANGES = pt.Trigger(
    name="call_changes",
    level=pt.Row,
    when=pt.After,
    operation=pt.UpdateOf("call", "at", "is_current", "contact_id"),
    condition=pt.Condition(
        f"(({COUNTS.format(row='OLD')} OR {COUNTS.format(row='NEW')})"
        " AND (OLD.call, OLD.at, OLD.is_current, OLD.contact_id)"
        " IS DISTINCT FROM (NEW.call, NEW.at, NEW.is_current, NEW.contact_id))"
    ),
    func=f"""
        IF OLD.contact_id <> NEW.contact_id THEN
            {MARK_OLD}
        END IF;
        {MARK}
        RETURN NULL;
    """,
)

CALL_GOES = pt.Trigger(
    name="call_goes",
    level=pt.Row,
    when=pt.After,
    operation=pt.Delete,
    condition=pt.Condition(COUNTS.format(row="OLD")),
    func=MARK_OLD + "RETURN NULL;",
)
