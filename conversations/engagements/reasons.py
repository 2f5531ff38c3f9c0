"""Why somebody on the lists gets nothing: the reasons of the pre-flight, in the order in which they are judged.

One person has one reason, the first that holds; what is sent and all reasons add up to the lists (product.md §10).
"""

from __future__ import annotations

OFF_LIST = "off_list"
LEFT_OUT = "left_out"
ARCHIVED = "archived"
REMOVED = "removed"
UNSUBSCRIBED = "unsubscribed"
NO_ADDRESS = "no_address"
OPTED_OUT = "opted_out"
BLOCKED = "blocked"
NO_VALUE = "no_value"
DUPLICATE = "duplicate"
CANCELLED = "cancelled"

# Reason -> as the pre-flight and the results name it. CANCELLED is no judgement: sending ended before their turn.
# OFF_LIST comes up only while it is sent: before that, who is on no list is in nobody's numbers.
LABELS: dict[str, str] = {
    OFF_LIST: "Taken off the list",
    LEFT_OUT: "On a list to leave out",
    ARCHIVED: "Archived",
    REMOVED: "Removed from the department",
    UNSUBSCRIBED: "Unsubscribed from the list",
    NO_ADDRESS: "No address",
    OPTED_OUT: "Opted out",
    BLOCKED: "Blocked",
    NO_VALUE: "A merge field is empty",
    DUPLICATE: "Duplicate address, sent once",
    CANCELLED: "Cancelled before their turn",
}
JUDGED: tuple[str, ...] = tuple(reason for reason in LABELS if reason != CANCELLED)
HELD = "held"  # not a reason: will be sent, but later

# In one sentence about one person.
SENTENCES: dict[str, str] = {
    OFF_LIST: "Taken off the list since sending began",
    LEFT_OUT: "On a list to leave out",
    ARCHIVED: "Contact archived",
    REMOVED: "Removed from the department",
    UNSUBSCRIBED: "Unsubscribed from the list",
    NO_ADDRESS: "No address",
    OPTED_OUT: "Opted out",
    BLOCKED: "Blocked",
    NO_VALUE: "A merge field is empty for this person",
    DUPLICATE: "The same address is sent to once",
    CANCELLED: "Sending was cancelled",
}
