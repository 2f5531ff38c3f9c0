"""The edit history (product.md §12): one entry for each saving, in words, with what it was made through."""

from __future__ import annotations

import html
import re

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactPhone, ContactTag, Import, Tag
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import EmailFactory, NoteFactory, PhoneFactory
from tests.factories_departments import DepartmentFactory, link, operate, shared_contact
from tests.turns import AT_LENGTH

from .crew import Crew, make_crew
from .histories import PANEL, edit, noted, panel, read, reworded, rows, saving, sign_in, text_of

pytestmark = pytest.mark.django_db
LIMIT = 18  # of a page of the record: 16 and the two of session and user (design/performance.md)


@pytest.fixture
def crew() -> Crew:
    with saving():
        return make_crew()


@pytest.mark.parametrize("who", ["owner", "manager", "writer", "reader"])
def test_everybody_with_access_reads_who_changed_what(crew: Crew, who: str):
    edit(crew, "writer", job_title="Shop manager")
    edit(crew, "writer", job_title="Owner")
    text = read(crew, who)
    name = "You" if who == "writer" else "Writer Person"
    assert f"{name} changed 1 field on the page" in text
    assert "Job title Shop manager Owner" in text


@pytest.mark.parametrize("who", ["outsider", "stranger"])
def test_nobody_else_does(crew: Crew, who: str):
    assert crew.client(who).get(crew.url("edit-history/")).status_code == 404


def test_one_saving_is_one_entry(crew: Crew):
    phone = {"phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 0, "phones-0-number": "202 555 0142"}
    edit(crew, "writer", company="Harbor Bakery", nickname="Ren", **phone, **{"phones-0-label": "Mobile"})
    text = read(crew, "owner")
    assert "Writer Person added 3 values on the page" in text
    assert "Phone, mobile (202) 555-0142" in text


def test_rows_are_changed_and_removed_in_words(crew: Crew):
    email = EmailFactory(contact=crew.contact, address="old@x.example", label="Billing")
    edit(crew, "writer", **rows("emails", id=email.pk, address="new@x.example", label="Billing"))
    assert "Email, billing old@x.example new@x.example" in read(crew, "owner")
    edit(crew, "writer", **rows("emails", id=email.pk, address="new@x.example", DELETE="on"))
    assert "Writer Person removed a value on the page" in read(crew, "owner")


def test_another_primary_number_is_one_line(crew: Crew):
    first, second = PhoneFactory(contact=crew.contact, is_primary=True), PhoneFactory(contact=crew.contact)
    first_text, second_text = ("(415) 555-" + phone.number[-4:] for phone in (first, second))
    edit(crew, "writer", **rows("phones", id=second.pk, number=second.number, label="Mobile", is_primary="on"))
    assert f"Primary phone {first_text} {second_text}" in read(crew, "owner")


def test_the_sources_of_a_change_are_named(crew: Crew):
    crew.client("writer").post("/contacts/bulk/", {"action": "tag", "ids": crew.contact.pk, "tags": "Key account"})
    assert "Writer Person added a tag in bulk" in read(crew, "owner")
    with pghistory.context(user=crew.manager.pk, source="admin"):
        Contact.objects.filter(pk=crew.contact.pk).update(company="Harbor")
    assert "Manager Person added a value in the administration" in read(crew, "owner")
    with pghistory.context(source="job", job="remove_ended_grants"):
        Contact.objects.filter(pk=crew.contact.pk).update(company="Harbor Bakery")
    assert "Kithline changed 1 field on its last day" in read(crew, "owner")
    with pghistory.context(party=True):
        Contact.objects.filter(pk=crew.contact.pk).update(nickname="Ren")
    assert "A call or message added a value" in read(crew, "owner")
    with pghistory.context(user=crew.owner.pk, source="page", suggested_by=crew.reader.pk):
        Contact.objects.filter(pk=crew.contact.pk).update(company="Harbor Café")
    assert "You changed 1 field, as Reader Person suggested" in read(crew, "owner")


@pytest.mark.django_db(transaction=True)
def test_a_change_by_sql_is_one_of_the_database(crew: Crew):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET nickname = 'Ren' WHERE id = %s", [crew.contact.pk])
    text = read(crew, "reader")
    assert "Database change added a value" in text
    assert "Nickname Ren" in text


def test_an_import_is_named_only_to_whom_it_belongs(crew: Crew):
    made = Import.objects.create(account=crew.contact.account, user=crew.owner, file_name="us-500.csv", format="csv")
    with pghistory.context(user=crew.owner.pk, source="import", import_id=made.pk):
        Contact.objects.filter(pk=crew.contact.pk).update(company="Harbor")
    assert "Import “us-500.csv” added a value" in read(crew, "owner")
    assert f"/contacts/import/{made.pk}/result/" in panel(crew, "owner")
    text = panel(crew, "reader")
    assert "Owner Person" in text
    assert "us-500" not in text
    assert f"/import/{made.pk}/" not in text


def test_the_archive_state_is_in_it(crew: Crew):
    crew.client("writer").post(crew.url("archive/"))
    assert "Writer Person archived the contact on the page" in read(crew, "reader")
    crew.client("writer").post(crew.url("unarchive/"))
    assert "Writer Person unarchived the contact on the page" in read(crew, "reader")


def test_a_long_note_is_shown_around_its_difference(crew: Crew):
    note = noted(crew, "writer", "Same words. " * 500 + "The old end")
    reworded(crew, note, "Same words. " * 500 + "A new end")
    text = read(crew, "reader")
    assert "The old end" in text
    assert "A new end" in text
    assert len(text) < 2000


def test_the_filters_narrow_to_a_person_and_a_field(crew: Crew):
    edit(crew, "writer", company="Harbor")
    edit(crew, "manager", nickname="Ren")
    tag = Tag.objects.create(account=crew.contact.account, name="Key account")
    ContactTag.objects.create(contact=crew.contact, tag=tag)
    assert "Harbor" not in read(crew, "owner", f"?by={crew.manager.pk}")
    assert "Ren" in read(crew, "owner", f"?by={crew.manager.pk}")
    only_tags = read(crew, "owner", "?field=tags")
    assert "Key account" in only_tags
    assert "Harbor" not in only_tags
    for odd in ("?by=abc&field=nothing", "?by=%00", "?after=x~y~z", "?after=2026-01-01T00:00:00%2B00:00~99~1"):
        assert "Harbor" in read(crew, "owner", odd)


def test_a_filter_that_nothing_fits_says_so(crew: Crew):
    assert "Nothing fits this filter" in read(crew, "owner", "?field=blocks")
    old = "?after=2001-01-01T00:00:00%2B00:00~0~1"
    assert "No older edits" in read(crew, "owner", old)


def test_departments_and_kinds_are_in_words():
    account = AccountFactory()
    sales, support = (DepartmentFactory(account=account, name=name) for name in ("Sales", "Support"))
    owner = UserFactory(account=account)
    with saving():
        contact = shared_contact(owner, sales)
    with saving(owner):
        link(contact, support)
    with saving(owner):
        link(contact, support, ended=True)
    with saving(owner):
        Contact.objects.filter(pk=contact.pk).update(kind="department", owner=None)
    text = text_of(sign_in_operator(sales).get(f"/contacts/{contact.pk}/edit-history/", headers=PANEL))
    assert "added the contact to Support" in text
    assert "removed the contact from Support" in text
    assert "Kind Shared dept. Department" in text


def sign_in_operator(department) -> Client:
    user = UserFactory(account=department.account)
    operate(department, user)
    return sign_in(user)


def test_a_creation_shows_what_it_was_made_with(crew: Crew):
    answer = crew.client("owner").post("/contacts/new/", {"given_name": "Nova", "company": "Harbor"})
    text = text_of(crew.client("owner").get(f"{answer['Location']}edit-history/", headers=PANEL))
    assert "You created the contact on the page" in text
    assert "Nova" in text
    assert "Restore" not in text


def fill(contact: Contact, number: int) -> None:
    """So many changes of one number, each a transaction of its own kind, with the version raised."""
    phone = ContactPhone.objects.filter(contact=contact).first() or PhoneFactory(contact=contact)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contactphoneevent (pgh_created_at, pgh_label, pgh_obj_id, id, contact_id, number,"
            " extension, label, is_primary, former_at)"
            " SELECT now() - make_interval(secs => %s - n), 'update', %s, %s, %s,"
            " '+1202555' || lpad((n %% 9999)::text, 4, '0'), '', 'Mobile', false, NULL FROM generate_series(1, %s) n",
            [number, phone.pk, phone.pk, contact.pk, number],
        )


def asked(crew: Crew, query: str = "", **headers: str) -> int:
    client = crew.client("owner")
    client.get(crew.url("edit-history/"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(crew.url(f"edit-history/{query}"), headers=headers).status_code == 200
    return len(queries)


def test_two_thousand_events_are_paged_in_a_constant_number_of_queries(crew: Crew):
    NoteFactory(contact=crew.contact)
    fill(crew.contact, 5)
    few = asked(crew)
    assert few <= LIMIT
    fill(crew.contact, 2000 if AT_LENGTH else 160)
    client, seen, address = crew.client("owner"), [], crew.url("edit-history/")
    for _ in range(60):
        page = client.get(address).content.decode()
        seen.append(len(re.findall(r'<li[^>]*>\n<div class="row-f">', page)))
        older = re.search(r'id="edits-older"><a class="btn btn-line" href="([^"]+)"', page)
        if not older:
            break
        address = html.unescape(older[1])
    assert seen[:3] == [50, 50, 50]
    assert sum(seen) >= (2000 if AT_LENGTH else 160)
    fill(crew.contact, 2000)
    assert asked(crew) == few


def test_the_fragment_is_the_panel_alone(crew: Crew):
    edit(crew, "writer", job_title="Owner")
    assert panel(crew, "owner").lstrip().startswith('<div class="k-f" id="edit-history">')
    older = crew.client("owner").get(crew.url("edit-history/"), headers={"HX-Request": "true", "HX-Target": "edits"})
    assert "<hx-partial" in older.content.decode()
    assert "panel-h" not in older.content.decode()
    assert asked(crew, **{"HX-Request": "true"}) < asked(crew)
