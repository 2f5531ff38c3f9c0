"""The one statement that judges everybody on an engagement's lists: will be sent, or why not (product.md §10).

Set by set, whoever asks: for the preview of a hundred thousand and for a worker's batch of fifty. Each person has the
first reason that holds, in the order of `reasons.JUDGED`. Values are parameters; the text is made of our own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from contacts.models import ListItem
from contacts_project.accounts.models import User
from conversations.models import OptOut
from conversations.policy import senders_of

from . import reasons, writing
from .models import Engagement

Kind = Engagement.Kind
MEDIA: dict[str, str] = {Kind.TEXT: OptOut.Medium.TEXT, Kind.EMAIL: OptOut.Medium.EMAIL, Kind.VOICE: ""}

PHONE = "SELECT p.number FROM contacts_contactphone p WHERE p.contact_id = {of} AND p.former_at IS NULL"
EMAIL = "SELECT lower(p.address) FROM contacts_contactemail p WHERE p.contact_id = {of} AND p.former_at IS NULL"
FIRST = " ORDER BY p.is_primary DESC, p.id LIMIT 1"

# Whoever stands on a list that it goes to; who is on two counts once, and must be subscribed on both.
ON_LISTS = """
    SELECT i.contact_id AS id, bool_and(i.is_subscribed) AS subscribed
      FROM engagements_engagementlist l JOIN contacts_listitem i ON i.list_id = l.list_id
     WHERE l.engagement_id = %(engagement)s AND NOT l.is_left_out {among}
     GROUP BY i.contact_id
"""
ASKED = "SELECT a.id, o.subscribed FROM unnest(%(among)s::bigint[]) a(id) LEFT JOIN ({on_lists}) o ON o.id = a.id"
BLOCKS = """
    SELECT b.contact_id, b.address FROM contacts_block b
     WHERE b.account_id = %(account)s AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until >= %(today)s)
       AND (b.scope = 'account' OR b.department_id = %(department)s
            OR (b.scope = 'lines' AND b.author_id = ANY(%(senders)s)))
"""
# A block of a contact covers every address that it has now, whoever else has it, too.
BLOCKED = """
    SELECT s.address FROM standing s WHERE s.contact_id IS NULL
    UNION SELECT p.number FROM standing s JOIN contacts_contactphone p ON p.contact_id = s.contact_id
           WHERE p.former_at IS NULL
    UNION SELECT lower(p.address) FROM standing s JOIN contacts_contactemail p ON p.contact_id = s.contact_id
           WHERE p.former_at IS NULL
"""
JUDGED = """
    WITH wanted AS MATERIALIZED ({wanted}),
         standing AS MATERIALIZED ({blocks}),
         blocked AS MATERIALIZED ({blocked}),
         person AS MATERIALIZED (
    SELECT c.id, coalesce(a.address, '') AS address, CASE
             WHEN w.subscribed IS NULL THEN '{off_list}'
             WHEN EXISTS (SELECT FROM engagements_engagementlist l JOIN contacts_listitem i ON i.list_id = l.list_id
                           WHERE l.engagement_id = %(engagement)s AND l.is_left_out AND i.contact_id = c.id)
                  THEN '{left_out}'
             WHEN c.archived THEN '{archived}'
             WHEN EXISTS (SELECT FROM contacts_departmentlink d WHERE d.contact_id = c.id
                           AND d.department_id = %(department)s AND d.ended_at IS NOT NULL) THEN '{removed}'
             WHEN NOT w.subscribed THEN '{unsubscribed}'
             WHEN a.address IS NULL THEN '{no_address}'
             WHEN EXISTS (SELECT FROM conversations_optout o WHERE o.account_id = %(account)s
                           AND o.medium = %(medium)s AND o.address = a.address AND o.ended_at IS NULL)
                  THEN '{opted_out}'
             WHEN EXISTS (SELECT FROM blocked b WHERE b.address = a.address)
                  OR EXISTS (SELECT FROM standing s WHERE s.contact_id = c.id) THEN '{is_blocked}'
             WHEN {no_value} THEN '{empty}'
             ELSE '' END AS reason
      FROM wanted w JOIN contacts_contact c ON c.id = w.id
      LEFT JOIN LATERAL ({address}) a(address) ON true)
    SELECT p.id, p.address, CASE WHEN p.reason = '' AND ({twice}) THEN '{duplicate}' ELSE p.reason END AS reason
      FROM person p
"""
FIRST_OF_SAME = 'row_number() OVER (PARTITION BY p.reason, p.address COLLATE "C" ORDER BY p.id) > 1'
# Somebody else of this engagement got it at this address, or comes before.
IN_LEDGER = """EXISTS (
    SELECT FROM engagements_recipient r
     WHERE r.engagement_id = %(engagement)s AND r.address = p.address AND r.address <> '' AND r.contact_id <> p.id
       AND (r.handed_over_at IS NOT NULL OR (r.contact_id < p.id AND r.status IN ('pending', 'claimed'))))
"""


def judged(engagement: Engagement, among: Sequence[int] | None = None) -> list[tuple[int, str, str]]:
    """(contact id, address, reason or "") of everybody on the lists, or of these contacts, by contact id.

    Two or three queries, however many the people.
    """
    text, values = statement(engagement, among)
    with connection.cursor() as cursor:
        cursor.execute(f"{text} ORDER BY p.id", values)
        return cursor.fetchall()


def counted(engagement: Engagement) -> dict[str, int]:
    """Reason, "" for will be sent -> how many. Two or three queries."""
    text, values = statement(engagement)
    with connection.cursor() as cursor:
        # Nothing of a person stands in the text: it is the statement above.
        cursor.execute(f"SELECT j.reason, count(*) FROM ({text}) j GROUP BY j.reason", values)  # noqa: S608  ours
        return dict(cursor.fetchall())


def on_lists(engagement: Engagement) -> list[int]:
    """Ids of everybody on the lists that it goes to. One query."""
    chosen = engagement.with_lists.filter(is_left_out=False).values("list")
    return list(ListItem.objects.filter(list__in=chosen).order_by().values_list("contact", flat=True).distinct())


def addresses_of(engagement: Engagement, contact_ids: Iterable[int]) -> dict[int, str]:
    """Contact id -> where this engagement would reach it now; those without an address are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, a.address FROM unnest(%s::bigint[]) c(id)"  # noqa: S608  our own names only
            f" JOIN LATERAL ({_address(engagement, 'c.id')}) a(address) ON true",
            [list(contact_ids)],
        )
        return dict(cursor.fetchall())


def statement(engagement: Engagement, among: Sequence[int] | None = None) -> tuple[str, dict[str, Any]]:
    """The statement, (id, address, reason) for each, and its parameters. One query or two."""
    channel = engagement.channel
    of_department = channel.department_id if channel else None
    senders = [] if channel is None or of_department else list(senders_of(channel).values_list("pk", flat=True))
    values: dict[str, Any] = {
        "engagement": engagement.pk, "account": engagement.account_id, "today": engagement.account.today(),
        "department": of_department, "senders": senders, "medium": MEDIA[engagement.kind],
    }  # fmt: skip
    names = {
        "off_list": reasons.OFF_LIST, "left_out": reasons.LEFT_OUT, "archived": reasons.ARCHIVED,
        "removed": reasons.REMOVED, "unsubscribed": reasons.UNSUBSCRIBED, "no_address": reasons.NO_ADDRESS,
        "opted_out": reasons.OPTED_OUT, "is_blocked": reasons.BLOCKED, "empty": reasons.NO_VALUE,
        "duplicate": reasons.DUPLICATE,
    }  # fmt: skip
    wanted, twice = ON_LISTS.format(among=""), FIRST_OF_SAME
    if among is not None:
        values["among"] = list(among)
        wanted = ASKED.format(on_lists=ON_LISTS.format(among="AND i.contact_id = ANY(%(among)s)"))
        twice = f"{FIRST_OF_SAME} OR {IN_LEDGER}"
    text = JUDGED.format(
        wanted=wanted, blocks=BLOCKS, blocked=BLOCKED, address=_address(engagement, "c.id"),
        no_value=_no_value(engagement, engagement.author), twice=twice, **names,
    )  # fmt: skip
    return text, values


def _address(engagement: Engagement, of: str) -> str:
    return (EMAIL if engagement.kind == Kind.EMAIL else PHONE).format(of=of) + FIRST


def _no_value(engagement: Engagement, author: User) -> str:
    """SQL: whether a field of the text has no value for this person. Names of columns stand in `writing.FILLS`."""
    fields = writing.fields_used(engagement) - writing.FALLBACKS.keys()
    own = writing.own_values(author)
    if any(name in own and not own[name] for name in fields):
        return "true"
    names = sorted(fields & writing.FILLS.keys())
    empty = [" AND ".join(f"c.{column} = ''" for column in writing.FILLS[name]) for name in names]
    return " OR ".join(f"({one})" for one in empty) or "false"
