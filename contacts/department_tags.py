"""Department tags: the coloured marks beneath a contact's name, for one viewer (product.md §1, Department tag).

A department or shared record shows one tag for each link that counts, to everybody who sees the record. On a personal
record the tags are derived: a live contact linked to a department that the viewer operates has one of its current
addresses. So nobody learns of a contact that he or she does not see, and the personal record tells nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from contacts_project.accounts.models import User
from departments.models import Operator

from .models import DepartmentLink, Kind
from .policy import holds_anything

MOST_ADDRESSES = 50  # of one contact, the primary ones first: more belong to no person, and a page stays quick


@dataclass(frozen=True)
class DepartmentTag:
    """A department as a tag names it; `hue` is one of the eight of departments.models.Hue."""

    id: int
    name: str
    hue: str


Tags = tuple[DepartmentTag, ...]
ContactFacts = tuple[int, str]  # id and kind

# The rows of each contact that are current, then the operated departments in which a live contact has one of them.
# Each distinct address is looked up once for a page and EXISTS ends at the first hit, so that a switchboard's number
# costs the same whether one contact of the page has it or all fifty.
DERIVED = """
    WITH mine AS MATERIALIZED (
        SELECT contact_id, 'phone' AS kind, number AS address FROM (
            SELECT contact_id, number, row_number() OVER (PARTITION BY contact_id ORDER BY is_primary DESC, id) AS place
              FROM contacts_contactphone WHERE contact_id = ANY(%(ids)s) AND former_at IS NULL) p
         WHERE place <= %(most)s
        UNION
        SELECT contact_id, 'email', address FROM (
            SELECT contact_id, lower(address) AS address,
                   row_number() OVER (PARTITION BY contact_id ORDER BY is_primary DESC, id) AS place
              FROM contacts_contactemail WHERE contact_id = ANY(%(ids)s) AND former_at IS NULL) e
         WHERE place <= %(most)s),
    known AS MATERIALIZED (
        SELECT a.kind, a.address, d.id AS department_id
          FROM (SELECT DISTINCT kind, address FROM mine) a, unnest(%(departments)s::bigint[]) AS d(id)
         WHERE (a.kind = 'phone' AND EXISTS (
                   SELECT FROM contacts_contactphone p JOIN contacts_departmentlink l ON l.contact_id = p.contact_id
                    WHERE p.number = a.address AND p.former_at IS NULL
                      AND l.department_id = d.id AND l.ended_at IS NULL AND NOT l.archived))
            OR (a.kind = 'email' AND EXISTS (
                   SELECT FROM contacts_contactemail e JOIN contacts_departmentlink l ON l.contact_id = e.contact_id
                    WHERE lower(e.address) = a.address AND e.former_at IS NULL
                      AND l.department_id = d.id AND l.ended_at IS NULL AND NOT l.archived)))
    SELECT DISTINCT mine.contact_id, known.department_id
      FROM mine JOIN known ON known.kind = mine.kind AND known.address = mine.address"""


@dataclass(frozen=True)
class Operated:
    """A department that the viewer operates."""

    tag: DepartmentTag
    is_admin: bool


def operated_rows(user: User) -> QuerySet:
    """The departments that `user` operates, by name, as JSON of `operated_from`; index operator_of_user."""
    held = Operator.objects.filter(user=user) if holds_anything(user) else Operator.objects.none()
    facts = JSONObject(**_columns("department_id"), is_admin="is_admin")
    return held.order_by("department__name", "department").values_list(facts, flat=True)


def linked_rows(links: QuerySet) -> QuerySet:
    """The links that count of these, first link first, as JSON of `tag_from` with the contact's id."""
    facts = JSONObject(**_columns("department_id"), contact="contact_id")
    return links.filter(counts=True).order_by("linked_at", "pk").values_list(facts, flat=True)


def _columns(pk: str) -> dict[str, str]:
    return {"id": pk, "name": "department__name", "hue": "department__hue"}


def tag_from(facts: dict[str, Any]) -> DepartmentTag:
    return DepartmentTag(facts["id"], facts["name"], facts["hue"])


def operated_from(facts: dict[str, Any]) -> Operated:
    return Operated(tag_from(facts), facts["is_admin"])


def operated_by(user: User) -> list[Operated]:
    """The departments that `user` operates, by name. One query."""
    return [operated_from(facts) for facts in operated_rows(user)]


def department_tags(
    user: User, contacts: Iterable[ContactFacts], operated: list[Operated] | None = None
) -> dict[int, Tags]:
    """Contact id -> its tags, for contacts that `user` sees (ids come from `policy`); first link first, else by name.

    At most three queries, whatever the number: operated departments (none where the caller has them), links, derived
    tags. A viewer who operates nothing costs the first, and the second where the page has department contacts.
    """
    facts = list(contacts)
    linked = [pk for pk, kind in facts if kind != Kind.PERSONAL]
    personal = [pk for pk, kind in facts if kind == Kind.PERSONAL]
    tags = _linked(linked) if linked else {}
    if personal:
        tags |= derived_tags(personal, operated_by(user) if operated is None else operated)
    return tags


def _linked(ids: list[int]) -> dict[int, Tags]:
    found: dict[int, Tags] = {}
    for facts in linked_rows(DepartmentLink.objects.filter(contact__any_of=ids)):
        found[facts["contact"]] = (*found.get(facts["contact"], ()), tag_from(facts))
    return found


def derived_tags(ids: list[int], operated: list[Operated]) -> dict[int, Tags]:
    """Tags of personal contacts, for a viewer who operates these departments. One query, none without departments."""
    if not operated:
        return {}
    places = {one.tag.id: place for place, one in enumerate(operated)}
    with connection.cursor() as cursor:
        cursor.execute(DERIVED, {"ids": ids, "departments": list(places), "most": MOST_ADDRESSES})
        pairs = sorted((contact, places[department]) for contact, department in cursor.fetchall())
    found: dict[int, Tags] = {}
    for contact, place in pairs:
        found[contact] = (*found.get(contact, ()), operated[place].tag)
    return found


def removable_from(kind: str, tags: Tags, operated: list[Operated]) -> Tags:
    """The departments from which the viewer may remove this contact one at a time; () where archiving is the whole.

    While a Department Contact has another live link, an Admin Operator ends the own department's (product.md §2b).
    `tags` are those of a live contact.
    """
    if kind != Kind.DEPARTMENT or len(tags) < 2:
        return ()
    administered = {one.tag.id for one in operated if one.is_admin}
    return tuple(tag for tag in tags if tag.id in administered)
