"""Whom a row is already here as: by outside id, email or phone, only among live contacts that the importer may see.

What is hidden from the importer changes nothing here (product.md §2, non-interference; §6, duplicates).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from contacts import policy
from contacts.imports.rows import Draft
from contacts_project.accounts.models import User

OUTSIDE_ID, EMAIL, PHONE, READ_ONLY = "outside_id", "email", "phone", "read_only"
GROUPS = {
    OUTSIDE_ID: "Same outside id",
    EMAIL: "Same email address",
    PHONE: "Same phone number",
    READ_ONLY: "Matches a contact that you may only read",
}
# Values are looked up by index in the whole account first; the policy then leaves what the importer may see.
FIND_EMAILS = """
    SELECT lower(e.address), e.contact_id FROM contacts_contactemail e JOIN contacts_contact c ON c.id = e.contact_id
     WHERE lower(e.address) = ANY(%s) AND e.former_at IS NULL AND c.account_id = %s AND NOT c.archived
       AND c.source_import_id IS DISTINCT FROM %s"""
FIND_PHONES = """
    SELECT p.number || '/' || p.extension, p.contact_id
      FROM contacts_contactphone p JOIN contacts_contact c ON c.id = p.contact_id
     WHERE p.number = ANY(%s) AND p.former_at IS NULL AND c.account_id = %s AND NOT c.archived
       AND c.source_import_id IS DISTINCT FROM %s"""
FIND_IDS = """
    SELECT c.outside_id, c.id FROM contacts_contact c
     WHERE c.outside_id = ANY(%s) AND c.outside_id <> '' AND c.account_id = %s AND NOT c.archived
       AND c.source_import_id IS DISTINCT FROM %s AND c.outside_source = %s"""


@dataclass(frozen=True)
class Match:
    """The contact that a row is already here as, and by what. Group READ_ONLY: the importer may not write it."""

    contact_id: int
    group: str


def find_matches(user: User, drafts: list[Draft], source: str, but_import: int | None = None) -> list[Match | None]:
    """For each draft its match, None for somebody new. Five queries, whatever the number.

    `source` names the system of the outside ids; contacts made by `but_import` do not count.
    """
    found = {
        OUTSIDE_ID: _find(FIND_IDS, [d.outside_id for d in drafts if d.outside_id], user, but_import, source),
        EMAIL: _find(FIND_EMAILS, [e.address.lower() for d in drafts for e in d.emails], user, but_import),
        PHONE: _find(FIND_PHONES, [p.e164 for d in drafts for p in d.phones], user, but_import),
    }
    ids = {pk for values in found.values() for held in values.values() for pk in held}
    if not ids:
        return [None] * len(drafts)
    visible = set(policy.visible_to(user).filter(pk__any_of=list(ids), archived=False).values_list("pk", flat=True))
    writable = set(policy.scope(user, "edit").filter(pk__any_of=list(visible)).values_list("pk", flat=True))
    return [_match(draft, found, visible, writable) for draft in drafts]


def _find(sql: str, values: list[str], user: User, but_import: int | None, *more: str) -> dict[str, list[int]]:
    if not values:
        return {}
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(set(values)), user.account_id, but_import or 0, *more])
        for value, pk in cursor.fetchall():
            found.setdefault(value, []).append(pk)
    return found


def _match(draft: Draft, found: dict, visible: set[int], writable: set[int]) -> Match | None:
    read_only = None
    for group, values in (
        (OUTSIDE_ID, [draft.outside_id]),
        (EMAIL, [row.address.lower() for row in draft.emails]),
        (PHONE, [f"{row.e164}/{row.extension}" for row in draft.phones]),
    ):
        ids = sorted(_visible(values, found[group], visible))
        for pk in ids:
            if pk in writable:
                return Match(pk, group)
        read_only = read_only or (Match(ids[0], READ_ONLY) if ids else None)
    return read_only


def _visible(values: Iterable[str], held: dict[str, list[int]], visible: set[int]) -> set[int]:
    return {pk for value in values for pk in held.get(value, ()) if pk in visible}
