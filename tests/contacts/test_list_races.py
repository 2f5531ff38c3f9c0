"""Two at once on one list: the lock decides, not the clock."""

from __future__ import annotations

import pytest

from contacts.services import archiving, list_items, list_sharing, lists, sharing
from contacts.services.lists import ListError
from tests.contracts.test_races import meanwhile
from tests.factories_contacts import ContactFactory, share
from tests.factories_engagements import share_list

from .lists_room import Room, make_room

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_put_on_a_list_is_judged_by_what_stands_then() -> None:
    room = make_room()

    def assigned(number: int, first) -> tuple[str, str]:
        contact = share(ContactFactory(owner=room.owner, phone=f"+1415555{number:04}"), room.writer, "read")
        outcome = meanwhile(
            lambda: first(contact), lambda: list_items.assign(room.writer, [contact.pk], room.list.pk)[0]
        )
        return outcome.status, outcome.reason

    assert assigned(1, lambda one: archiving.archive(room.owner, [one.pk])) == (
        "refused", "Archived: unarchive it first",
    )  # fmt: skip
    assert assigned(2, lambda one: sharing.remove_access(room.owner, [one.pk], room.writer)) == (
        "refused", "You have no access to this contact.",
    )  # fmt: skip
    assert assigned(3, lambda one: list_items.assign(room.owner, [one.pk], room.list.pk)) == ("already", "")
    assert assigned(4, lambda one: None) == ("done", "")
    assert assigned(5, lambda one: lists.archive_list(room.owner, room.list.pk)) == (
        "refused", "Archived: unarchive it first",
    )  # fmt: skip


def test_of_two_admins_who_leave_at_once_one_stays() -> None:
    room: Room = make_room()
    share_list(share_list(room.list, room.writer, "admin"), room.reader, "read")
    refused = meanwhile(
        lambda: list_sharing.leave(room.owner, room.list.pk), lambda: list_sharing.leave(room.writer, room.list.pk)
    )
    assert isinstance(refused, ListError)
    room.list.refresh_from_db()
    assert room.list.owner == room.writer
