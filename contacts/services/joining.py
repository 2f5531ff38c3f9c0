"""Joining a record into a Department Contact that holds one of its addresses, and parting them (product.md §8).

Nothing is deleted that undo needs: rows move by their ids, and what does not move stays on the joined record, which
nobody can open any more. `join` returns JSON that says what moved; `part` reads it. Rights are judged by `converting`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

from contacts import policy
from contacts.models import (
    Block,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactRemark,
    ContactTag,
    ContactUserObjectPermission,
    ContactWebsite,
    DepartmentLink,
    FollowUp,
    JoinedContact,
    Note,
)
from contacts.signals import addresses_added, contact_joined, contact_parted
from contacts_project.accounts import grants
from contacts_project.accounts.grants import LEVELS, GrantLine
from contacts_project.accounts.models import User

from .list_joining import move_items, move_items_back
from .sharing import kept_line, read_lines
from .states import ROW_KINDS, RowKind

Moved = dict[str, Any]
MODELS: dict[str, type[models.Model]] = {
    "phones": ContactPhone,
    "emails": ContactEmail,
    "addresses": ContactAddress,
    "websites": ContactWebsite,
    "other_fields": ContactOtherField,
    "remarks": ContactRemark,
    "notes": Note,
    "follow_ups": FollowUp,
    "blocks": Block,
    "tags": ContactTag,
}
NAME = ("prefix", "given_name", "middle_name", "family_name", "suffix")
# Taken over where the kept record has none; where both differ, kept as another field.
FACTS = {"company": "company", "job_title": "job title", "language": "language", "time_zone": "time zone"}
LONGEST_NICKNAME = 120


def join(actor: User, source: Contact, kept: Contact, departments: Iterable[int], lines: dict[int, GrantLine]) -> Moved:
    """Move what `source` has to `kept`, which ends with live links to `departments` too and with the grants of `lines`.

    Both must be locked, of one account and different. The source loses its rows only: its kind, links and grants are
    the caller's to empty. About 35 queries.
    """
    moved: Moved = {"kept": kept.pk}
    moved["links"] = _add_links(actor, kept, departments)
    moved["lines"] = _add_grants(actor, kept, lines)
    rows = {name: _move_rows(ROW_KINDS[name], source, kept) for name in ("phones", "emails")}
    moved["primary"] = {name: primary for name, (_, primary, _, _) in rows.items()}
    moved["former"] = {name: former for name, (_, _, former, _) in rows.items()}
    moved["current"] = {name: current for name, (_, _, _, current) in rows.items()}
    moved["rows"] = {name: ids for name, (ids, _, _, _) in rows.items()}
    moved["rows"] |= {name: _move_all(MODELS[name], source, kept) for name in ("addresses", "websites", "remarks")}
    moved["rows"]["other_fields"] = _move_all(ContactOtherField, source, kept)
    moved["rows"]["tags"] = _move_tags(source, kept)
    moved["rows"]["notes"] = _move_notes(source, kept)
    moved["rows"]["follow_ups"] = _move(FollowUp.objects.filter(contact=source, done_at__isnull=True), kept)
    moved["rows"]["blocks"] = _move_blocks(source, kept)
    moved["lists"] = move_items(source, kept)
    moved["attributes"], moved["made_fields"] = _merge_names(source, kept)
    JoinedContact.objects.create(contact=source, kept=kept, joined_by=actor)
    moved["elsewhere"] = told(contact_joined.send(Contact, contact_id=source.pk, kept_id=kept.pk))
    addresses_added.send(sender=None, contact_ids=[kept.pk])
    return moved


def told(answers: list[tuple[Any, Any]]) -> Moved:
    """What the receivers of a signal returned, in one dictionary."""
    return {name: value for _, answer in answers if isinstance(answer, dict) for name, value in answer.items()}


def _move(rows: models.QuerySet, kept: Contact, **more: Any) -> list[int]:
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        rows.model._default_manager.filter(pk__in=ids).update(contact=kept, **more)
    return ids


def _move_rows(kind: RowKind, source: Contact, kept: Contact) -> tuple[list[int], list[int], list[int], list[int]]:
    """Move emails or phones that are not there yet: (moved, moved primary ones, made former, made current on `kept`).

    One that both hold becomes former on the source, so that no caller finds it twice; where it was former on `kept`
    it is current again.
    """
    stored: Any = kind.model._default_manager
    mine, theirs = list(stored.filter(contact=source)), list(stored.filter(contact=kept))
    there = {kind.identity_of(_values(kind, row)): row for row in theirs}
    both = [(row, there[key]) for row in mine if (key := kind.identity_of(_values(kind, row))) in there]
    doubled = {row.pk for row, _ in both}
    moving = [row for row in mine if row.pk not in doubled]
    revived = [other.pk for row, other in both if other.former_at and not row.former_at]
    now_former = [row.pk for row, _ in both if not row.former_at]
    primary = [row.pk for row in mine if row.is_primary]
    has_current = revived or any(row.former_at is None for row in theirs)
    stored.filter(pk__in=now_former).update(former_at=timezone.now(), is_primary=False)
    stored.filter(pk__in=revived).update(former_at=None)
    if has_current:
        stored.filter(pk__in=[row.pk for row in moving], is_primary=True).update(is_primary=False)
    stored.filter(pk__in=[row.pk for row in moving]).update(contact=kept)
    return [row.pk for row in moving], primary, now_former, revived


def _values(kind: RowKind, row: Any) -> dict[str, Any]:
    return {column: getattr(row, column) for column in kind.columns}


def _move_all(model: type[models.Model], source: Contact, kept: Contact) -> list[int]:
    """Move rows without an identity; one that says exactly the same stays behind."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "contact_id")]
    rows = model._default_manager.filter(contact=source)
    there = set(model._default_manager.filter(contact=kept).values_list(*columns))
    ids = [row[0] for row in rows.values_list("pk", *columns) if row[1:] not in there]
    return _move(rows.filter(pk__in=ids), kept)


def _move_tags(source: Contact, kept: Contact) -> list[int]:
    there = ContactTag.objects.filter(contact=kept).values("tag")
    return _move(ContactTag.objects.filter(contact=source).exclude(tag__in=there), kept)


def _move_notes(source: Contact, kept: Contact) -> list[int]:
    """All public notes; private ones of those who can read the kept record. The others stay, closed to everybody."""
    readers = [holder.user.pk for holder in policy.holders(kept)]
    notes = Note.objects.filter(contact=source)
    public = notes.filter(visibility=Note.Visibility.PUBLIC)
    ids = _move(public, kept)
    if ids and kept.awaits_name:
        Contact.objects.filter(pk=kept.pk).update(awaits_name=False)
    return ids + _move(notes.filter(visibility=Note.Visibility.PRIVATE, author__in=readers), kept)


def _move_blocks(source: Contact, kept: Contact) -> list[int]:
    """Blocks of the record itself, where the kept one is not blocked in that scope already."""
    today = kept.account.today()
    standing = Block.objects.filter(lifted_at__isnull=True)
    standing.filter(contact=kept, until__lt=today).update(lifted_at=timezone.now())  # over: it makes room

    def scope_of(block: Block) -> tuple[Any, ...]:
        return block.scope, block.department_id, block.author_id if block.scope == Block.Scope.LINES else None

    there = {scope_of(block) for block in standing.filter(contact=kept)}
    ids = [block.pk for block in standing.filter(contact=source) if scope_of(block) not in there]
    return _move(standing.filter(pk__in=ids), kept)


def _add_links(actor: User, kept: Contact, departments: Iterable[int]) -> Moved:
    """Live links of `kept` to these departments: {made: department ids, revived: {link id: [ended_at, ended_by]}}."""
    known = {link.department_id: link for link in DepartmentLink.objects.filter(contact=kept)}
    made, revived = [], {}
    for pk in departments:
        link = known.get(pk)
        if link is None:
            DepartmentLink.objects.create(contact=kept, department_id=pk, linked_by=actor)
            made.append(pk)
        elif link.ended_at:
            revived[link.pk] = [link.ended_at.isoformat(), link.ended_by_id]
            DepartmentLink.objects.filter(pk=link.pk).update(ended_at=None, ended_by=None)
    return {"made": made, "revived": revived}


def _add_grants(actor: User, kept: Contact, lines: dict[int, GrantLine]) -> dict[str, Any]:
    """Give people on `kept` what they had, never less than they have there: user id -> [before, level after]."""
    there = grants.lines(ContactUserObjectPermission, content_object_id=kept.pk)
    today = kept.account.today()
    changed: dict[str, Any] = {}
    for user_id, line in lines.items():
        had = there.get((kept.pk, user_id))
        if had and had.until and had.until < today:
            had = None
        if (line.until and line.until < today) or (had and not _is_more(line, had)):
            continue
        changed[str(user_id)] = [kept_line(had), line.level.value]
        grants.put_back(ContactUserObjectPermission, line.user, {kept.pk: line})
    return changed


def _is_more(line: GrantLine, had: GrantLine) -> bool:
    """Whether `line` gives more than `had` and ends no earlier: nobody's access is shortened by a join."""
    lasts = line.until is None or (had.until is not None and line.until >= had.until)
    return lasts and (LEVELS.index(line.level), line.until is None) > (LEVELS.index(had.level), had.until is None)


def _merge_names(source: Contact, kept: Contact) -> tuple[dict[str, Any], list[int]]:
    """Fill what `kept` lacks; what differs is kept as its nickname or as another field (product.md §8).

    Returns {attribute: [before, after]} and the ids of the fields made. Raises the kept record's version.
    """
    new: dict[str, Any] = {}
    fields: list[tuple[str, str]] = []
    named = any(getattr(kept, name) for name in NAME)
    if not named and any(getattr(source, name) for name in NAME):
        new |= {name: getattr(source, name) for name in NAME if getattr(source, name)}
    elif _full(source) and _full(source).casefold() != _full(kept).casefold():
        _keep_name(_full(source), "Former name", kept, new, fields)
    if source.nickname and source.nickname.casefold() != kept.nickname.casefold():
        _keep_name(source.nickname, "Former nickname", kept, new, fields)
    for name, label in FACTS.items():
        theirs, mine = getattr(kept, name), getattr(source, name)
        if mine and not theirs:
            new[name] = mine
        elif mine and mine != theirs:
            fields.append((f"Former {label}", mine))
    if source.birthday and not kept.birthday:
        new["birthday"] = source.birthday
    made = [ContactOtherField.objects.create(contact=kept, label=label, value=value).pk for label, value in fields]
    before = {name: _plain(getattr(kept, name)) for name in new}
    Contact.objects.filter(pk=kept.pk).update(**new, version=F("version") + 1)
    return {name: [before[name], _plain(value)] for name, value in new.items()}, made


def _keep_name(name: str, label: str, kept: Contact, new: dict[str, Any], fields: list[tuple[str, str]]) -> None:
    if kept.nickname or "nickname" in new or len(name) > LONGEST_NICKNAME:
        fields.append((label, name))
    else:
        new["nickname"] = name


def _full(contact: Contact) -> str:
    return " ".join(filter(None, (getattr(contact, name) for name in NAME)))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def part(source: Contact, kept: Contact, moved: Moved) -> None:
    """Give `source` back what `join` moved, as far as it still stands on `kept`; what was changed since stays there.

    The caller has brought back the source's kind. Both must be locked.
    """
    for name, ids in moved["rows"].items():
        if name not in ("phones", "emails"):
            MODELS[name]._default_manager.filter(pk__in=ids, contact=kept).update(contact=source)
    for name in ("phones", "emails"):
        stored: Any = MODELS[name]._default_manager
        stored.filter(pk__in=moved["rows"][name], contact=kept).update(contact=source, is_primary=False)
        stored.filter(pk__in=moved["former"][name], contact=source).update(former_at=None)
        stored.filter(pk__in=moved["current"][name], contact=kept).update(former_at=timezone.now(), is_primary=False)
        stored.filter(pk__in=moved["primary"][name], contact=source, former_at__isnull=True).update(is_primary=True)
    ContactOtherField.objects.filter(pk__in=moved["made_fields"], contact=kept).delete()
    unchanged = {name: old for name, (old, new) in moved["attributes"].items() if _plain(getattr(kept, name)) == new}
    Contact.objects.filter(pk=kept.pk).update(**unchanged, version=F("version") + 1)
    _take_links_back(kept, moved["links"])
    _take_grants_back(kept, moved["lines"])
    JoinedContact.objects.filter(contact=source).delete()
    move_items_back(source, kept, moved.get("lists", {}))
    contact_parted.send(Contact, contact_id=source.pk, kept_id=kept.pk, moved=moved["elsewhere"])


def _take_links_back(kept: Contact, links: Moved) -> None:
    DepartmentLink.objects.filter(contact=kept, department__in=links["made"]).delete()
    for pk, (ended_at, ended_by) in links["revived"].items():
        by = User.objects.filter(pk=ended_by).first() if ended_by else None
        again = DepartmentLink.objects.filter(pk=pk, contact=kept, ended_at__isnull=True)
        again.update(ended_at=datetime.datetime.fromisoformat(ended_at), ended_by=by)


def _take_grants_back(kept: Contact, changed: dict[str, Any]) -> None:
    now = grants.lines(ContactUserObjectPermission, content_object_id=kept.pk)
    people = User.objects.in_bulk([int(pk) for pk in changed])
    for pk, (before, after) in changed.items():
        line, user = now.get((kept.pk, int(pk))), people.get(int(pk))
        if user and line and line.level.value == after:  # else somebody has changed it since
            back = read_lines(user, {kept.pk: before})
            grants.put_back(ContactUserObjectPermission, user, back)
