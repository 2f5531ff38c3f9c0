"""Who reads which line of the edit history (product.md §12): grants, private notes, blocks; nothing tells of more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from contacts.models import Block, Note
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import share
from tests.factories_departments import DepartmentFactory, department_contact, operate

from .crew import Crew, make_crew
from .histories import PANEL, edit, noted, panel, read, reworded, saving, sign_in, text_of, unmade

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    with saving():
        return make_crew()


def test_grants_are_one_line_for_those_who_may_grant(crew: Crew):
    with saving(crew.manager):
        share(crew.contact, crew.outsider, "write")
    edit_url = crew.url(f"collaborators/{crew.outsider.pk}/")
    crew.client("owner").post(edit_url, {"access": "read"})
    text = read(crew, "manager")
    assert "Owner Person changed access on the page" in text
    assert text.count("Access of Outsider Person Write Read") == 1
    assert "Access of Outsider Person Write" in text
    for who in ("writer", "reader"):
        assert "Outsider" not in read(crew, who)


def test_access_that_ends_and_access_to_the_top_are_told(crew: Crew):
    with saving(crew.owner):
        share(crew.contact, crew.outsider, "admin")
    with saving(crew.manager):
        share(crew.contact, crew.outsider, None)
    text = read(crew, "owner")
    assert "You gave access on the page" in text
    assert "Manager Person ended access on the page" in text
    assert text.count("Access of Outsider Person Admin") == 2


def private_note(crew: Crew, who: str = "writer", body: str = "Secret words") -> Note:
    return noted(crew, who, body, "private")


def test_a_private_note_is_its_authors_alone(crew: Crew):
    note = private_note(crew)
    reworded(crew, note, "Secret words, again")
    unmade(note)
    assert "Secret words" in read(crew, "writer")
    for who in ("owner", "manager", "reader"):
        assert "note" not in read(crew, who).lower().replace("notes", "")


def test_a_note_made_private_takes_its_past_along(crew: Crew):
    note = noted(crew, "writer", "Public once")
    assert "Public once" in read(crew, "reader")
    reworded(crew, note, "Public once", "private")
    assert "Public once" not in read(crew, "reader")
    assert "made a note private" in read(crew, "writer")
    unmade(note)
    assert "Public once" not in read(crew, "reader")


def test_what_a_published_note_said_before_stays_private(crew: Crew):
    note = private_note(crew, body="The first draft")
    note = reworded(crew, note, "The fair copy")
    reworded(crew, note, "The fair copy", "public")
    text = read(crew, "reader")
    assert "The fair copy" in text
    assert "added a note" in text
    assert "draft" not in text
    assert "Private" not in text
    assert "The first draft" in read(crew, "writer")


def test_a_deleted_public_note_stands_with_its_words(crew: Crew):
    unmade(noted(crew, "writer", "Rings at noon"))
    assert "deleted a note" in read(crew, "reader")


@pytest.mark.usefixtures("still_clock")
def test_hidden_things_change_no_byte(crew: Crew):
    """Non-interference (product.md §2): private notes, grants and blocks of others leave the page as it was."""
    edit(crew, "writer", job_title="Owner")
    before = comparable(crew, "reader")
    private_note(crew)
    note = private_note(crew, "owner", "Another")
    reworded(crew, note, "Another one")
    share(crew.contact, crew.outsider, "admin")
    Block.objects.create(account=crew.contact.account, scope="lines", contact=crew.contact, author=crew.writer)
    assert comparable(crew, "reader") == before


def comparable(crew: Crew, who: str) -> list[str]:
    lines = crew.client(who).get(crew.url("edit-history/")).content.decode().splitlines()
    return [line for line in lines if "csrf" not in line.lower()]


def test_the_filter_offers_nobody_through_hidden_lines(crew: Crew):
    private_note(crew)
    with saving(crew.manager):
        share(crew.contact, crew.outsider, "read")
    page = panel(crew, "reader")
    assert f'<option value="{crew.manager.pk}"' not in page
    assert '<option value="access"' not in page
    assert f'<option value="{crew.manager.pk}"' in panel(crew, "owner")


def test_blocks_are_told_to_those_who_see_the_chip():
    account = AccountFactory()
    sales, support = (DepartmentFactory(account=account, name=name) for name in ("Sales", "Support"))
    seller, helper, reader = (UserFactory(account=account) for _ in range(3))
    operate(sales, seller)
    operate(support, helper)
    with saving():
        contact = department_contact(sales, support)
        share(contact, reader, "read")
    with saving(seller):
        block = Block.objects.create(
            account=account, scope="department", department=sales, contact=contact, reason="Robot"
        )
    with saving(seller):
        Block.objects.filter(pk=block.pk).update(lifted_at=timezone.now())
    page = f"/contacts/{contact.pk}/edit-history/"
    told = text_of(sign_in(seller).get(page, headers=PANEL))
    assert "blocked the contact" in told
    assert "unblocked the contact" in told
    assert "Sales: Robot" in told
    for user in (helper, reader):
        assert "Robot" not in sign_in(user).get(page, headers=PANEL).content.decode()


def test_a_level_is_read_from_the_lowest_row_where_only_a_higher_one_was_added(crew: Crew):
    for level in ("read", "admin"):
        with saving(crew.owner):
            share(crew.contact, crew.outsider, level)
    assert "Access of Outsider Person Read Admin" in read(crew, "owner")


def test_readers_get_no_way_to_restore(crew: Crew):
    edit(crew, "writer", job_title="Owner")
    assert 'data-action="restore"><input' not in panel(crew, "reader")
    assert "Restore to before this" not in read(crew, "reader")
    assert "Restore to before this" in read(crew, "writer")
