"""Putting back what the edit history shows (product.md §12): by whom, what, and what stands in the way."""

from __future__ import annotations

import pghistory
import pytest
from django.utils import timezone

from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactSearch,
    ContactTag,
    Note,
    Tag,
)
from contacts.services.notes import create_note, delete_note, edit_note
from contacts.services.undoing import CannotUndo
from contacts_project.accounts.models import User
from tests.factories import UserFactory
from tests.factories_contacts import AddressFactory, ContactFactory, EmailFactory, PhoneFactory, share
from tests.factories_departments import DepartmentFactory, operate, shared_contact

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    with saving():
        crew = make_crew(job_title="Manager")
        share(crew.contact, crew.owner, "admin")
    return crew


def saving(user: User | None = None) -> pghistory.context:
    return pghistory.context(**({"user": user.pk, "source": "page"} if user else {"source": "command"}))


def edit(crew: Crew, who: str = "writer", **data: object) -> None:
    version = Contact.objects.get(pk=crew.contact.pk).version
    answer = crew.client(who).post(crew.url("edit/"), {"version": version, **data})
    assert answer.status_code == 303


def rows(name: str, *several: dict[str, object]) -> dict[str, object]:
    fields = {f"{name}-{n}-{key}": value for n, row in enumerate(several) for key, value in row.items()}
    return {f"{name}-TOTAL_FORMS": len(several), f"{name}-INITIAL_FORMS": len(several), **fields}


def last(model: type, log: str, column: str = "", **where: object) -> str:
    """How a form names the newest event of this table."""
    event = model.pgh_event_model.objects.filter(**where).latest("pgh_id")
    return f"{log}:{event.pgh_id}{':' + column if column else ''}"


def restore(crew: Crew, event: str, who: str = "writer", status: int = 303, **data: object):
    answer = crew.client(who).post(crew.url("restore/"), {"event": event, **data})
    assert answer.status_code == status, answer.content.decode()[-3000:]
    crew.contact.refresh_from_db()
    return answer


def test_an_old_value_comes_back_as_a_change_of_its_own(crew: Crew):
    edit(crew, job_title="Owner")
    event, version = last(Contact, "contact"), Contact.objects.get(pk=crew.contact.pk).version
    restore(crew, event, "manager")
    assert (crew.contact.job_title, crew.contact.version) == ("Manager", version + 1)
    newest = Contact.pgh_event_model.objects.select_related("pgh_context").latest("pgh_id")
    assert newest.pgh_context.metadata["user"] == crew.manager.pk
    undo_last(crew.manager)
    crew.contact.refresh_from_db()
    assert crew.contact.job_title == "Owner"


def test_one_value_of_several_comes_back_alone(crew: Crew):
    edit(crew, job_title="Owner", company="Harbor")
    restore(crew, last(Contact, "contact", "company"))
    assert (crew.contact.job_title, crew.contact.company) == ("Owner", "")


def test_a_birthday_comes_back_as_a_date(crew: Crew):
    edit(crew, birthday="1980-03-03")
    edit(crew, birthday="1990-03-03")
    restore(crew, last(Contact, "contact"))
    assert str(crew.contact.birthday) == "1980-03-03"


def test_names_are_found_again_by_their_old_words(crew: Crew):
    edit(crew, family_name="Kowalski")
    restore(crew, last(Contact, "contact"))
    search = ContactSearch.objects.filter(document__typed=(crew.contact.account_id, "martinez"))
    assert search.get().pk == crew.contact.pk


def test_a_removed_email_becomes_current_again(crew: Crew):
    email = EmailFactory(contact=crew.contact, address="old@x.example", is_primary=True)
    edit(crew, **rows("emails", {"id": email.pk, "address": email.address, "DELETE": "on"}))
    restore(crew, last(ContactEmail, "emails"))
    email.refresh_from_db()
    assert email.former_at is None
    assert email.is_primary
    undo_last(crew.writer)
    email.refresh_from_db()
    assert email.former_at is not None


def test_a_changed_number_goes_back_and_an_added_one_goes(crew: Crew):
    phone = PhoneFactory(contact=crew.contact, number="+12025550142")
    edit(crew, **rows("phones", {"id": phone.pk, "number": "202 555 0177", "label": "Mobile"}))
    restore(crew, last(ContactPhone, "phones"))
    phone.refresh_from_db()
    assert phone.number == "+12025550142"
    edit(crew, **rows("phones", {"number": "202 555 0199"}))
    added = last(ContactPhone, "phones")
    restore(crew, added)
    assert ContactPhone.objects.get(number="+12025550199").former_at
    undo_last(crew.writer)
    assert ContactPhone.objects.get(number="+12025550199").former_at is None


def test_a_deleted_address_comes_back_whole(crew: Crew):
    address = AddressFactory(contact=crew.contact)
    edit(crew, **rows("addresses", {"id": address.pk, "street": address.street, "DELETE": "on"}))
    assert not ContactAddress.objects.exists()
    restore(crew, last(ContactAddress, "addresses"))
    back = ContactAddress.objects.get()
    assert (back.street, back.city, back.postal_code, back.label) == (
        address.street, address.city, address.postal_code, address.label,
    )  # fmt: skip
    undo_last(crew.writer)
    assert not ContactAddress.objects.exists()


def test_the_mark_of_the_primary_number_goes_back_to_who_had_it(crew: Crew):
    first = PhoneFactory(contact=crew.contact, number="+12025550141", is_primary=True)
    second = PhoneFactory(contact=crew.contact, number="+12025550142")
    row = {"id": second.pk, "number": second.number, "label": "Mobile", "is_primary": "on"}
    edit(crew, **rows("phones", row))
    restore(crew, last(ContactPhone, "phones", "is_primary", pgh_obj=second))
    assert ContactPhone.objects.get(is_primary=True).pk == first.pk
    undo_last(crew.writer)
    assert ContactPhone.objects.get(is_primary=True).pk == second.pk


def test_tags_go_and_come_back(crew: Crew):
    edit(crew, tags="Key account")
    restore(crew, last(ContactTag, "tags"))
    assert not crew.contact.tags.exists()
    restore(crew, last(ContactTag, "tags"))
    assert [tag.name for tag in crew.contact.tags.all()] == ["Key account"]
    Tag.objects.create(account=crew.contact.account, name="Other")
    undo_last(crew.writer)
    assert not crew.contact.tags.exists()


def test_a_whole_saving_goes_back_at_once(crew: Crew):
    edit(crew, job_title="Owner", tags="Key account", **rows("emails", {"address": "new@x.example"}))
    events = " ".join((last(Contact, "contact"), last(ContactTag, "tags"), last(ContactEmail, "emails")))
    restore(crew, events)
    assert crew.contact.job_title == "Manager"
    assert not crew.contact.tags.exists()
    assert ContactEmail.objects.get().former_at


def test_what_stands_so_already_changes_nothing(crew: Crew):
    edit(crew, job_title="Owner")
    event = last(Contact, "contact")
    restore(crew, event)
    version = crew.contact.version
    restore(crew, event)
    assert crew.contact.version == version


def test_a_value_changed_since_is_shown_and_nothing_is_lost(crew: Crew):
    edit(crew, job_title="Owner")
    event = last(Contact, "contact")
    edit(crew, "manager", job_title="Director")
    page = restore(crew, event, status=409).content.decode()
    assert crew.contact.job_title == "Director"
    assert "Director" in page
    assert "Manager" in page
    confirmed = {"version": crew.contact.version, "job_title": "Manager", "conflict": "job_title", "take": "mine"}
    assert crew.client("writer").post(crew.url("edit/"), confirmed).status_code == 303
    crew.contact.refresh_from_db()
    assert crew.contact.job_title == "Manager"


def test_who_saw_the_newer_value_restores_at_once(crew: Crew):
    edit(crew, job_title="Owner")
    event = last(Contact, "contact")
    edit(crew, "manager", job_title="Director")
    version = Contact.objects.get(pk=crew.contact.pk).version
    edit(crew, "manager", nickname="Ren")
    restore(crew, event, version=version)
    assert (crew.contact.job_title, crew.contact.nickname) == ("Manager", "Ren")


def test_an_undo_after_a_further_change_says_so(crew: Crew):
    edit(crew, job_title="Owner")
    restore(crew, last(Contact, "contact"))
    edit(crew, "manager", job_title="Director")
    with pytest.raises(CannotUndo, match="changed again since"):
        undo_last(crew.writer)
    crew.contact.refresh_from_db()
    assert crew.contact.job_title == "Director"


def test_an_email_that_stands_already_is_refused_in_a_sentence(crew: Crew):
    email = EmailFactory(contact=crew.contact, address="old@x.example")
    edit(crew, **rows("emails", {"id": email.pk, "address": "new@x.example"}))
    event = last(ContactEmail, "emails")
    edit(crew, **rows("emails", {"address": "old@x.example"}))
    page = restore(crew, event, status=422, version=99).content.decode()
    assert "This email stands on the contact already." in page


def test_a_contact_is_not_left_without_any_name(crew: Crew):
    contact = ContactFactory(owner=crew.owner, given_name="", family_name="", company="Harbor")
    Contact.objects.filter(pk=contact.pk).update(given_name="Renee", company="")
    event = last(Contact, "contact", "given_name")
    answer = crew.client("owner").post(f"/contacts/{contact.pk}/restore/", {"event": event})
    assert answer.status_code == 422
    assert "A contact needs a name" in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 404), ("stranger", 404), ("owner", 303)])
def test_only_those_who_may_edit_restore(crew: Crew, who: str, status: int):
    edit(crew, job_title="Owner")
    restore(crew, last(Contact, "contact"), who, status)
    assert crew.contact.job_title == ("Manager" if status == 303 else "Owner")


def test_an_archived_contact_is_unarchived_first(crew: Crew):
    edit(crew, job_title="Owner")
    event = last(Contact, "contact")
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    page = restore(crew, event, status=403).content.decode()
    assert "Archived: unarchive it first" in page


def test_operators_do_not_restore_on_a_shared_contact():
    owner = UserFactory()
    sales = DepartmentFactory(account=owner.account)
    operator = UserFactory(account=owner.account)
    operate(sales, operator, admin=True)
    with saving():
        contact = shared_contact(owner, sales, job_title="Manager")
    with saving():
        Contact.objects.filter(pk=contact.pk).update(job_title="Owner")
    crew = Crew(contact, owner, operator, operator, operator, operator, operator)
    page = restore(crew, last(Contact, "contact"), "writer", 403).content.decode()
    assert "Only the original owner can edit" in page
    restore(crew, last(Contact, "contact"), "owner")
    assert contact.job_title == "Manager"


def test_events_of_other_contacts_do_not_exist(crew: Crew):
    other = ContactFactory(owner=crew.owner)
    Contact.objects.filter(pk=other.pk).update(job_title="Owner")
    restore(crew, last(Contact, "contact", pgh_obj=other), "owner", 404)
    strange = make_crew()
    edit(strange, job_title="Owner")
    restore(crew, last(Contact, "contact", pgh_obj=strange.contact), "owner", 404)


@pytest.mark.parametrize(
    "event",
    [
        "", " ", "contact", "contact:", "contact:x", "contact:-1", "contact:0", "contact:99999999999", "contact:1:",
        "contact:٣", "user:1", "contact:1:password;--", "emails:2147483648", "phones:2147483647", "x" * 5000,
        "contact:1\0", " ".join(f"contact:{n}" for n in range(600)),
    ],
)  # fmt: skip
def test_hostile_events_do_not_exist(crew: Crew, event: str):
    restore(crew, event, "owner", 404)


def test_a_column_that_did_not_change_is_not_put_back(crew: Crew):
    edit(crew, job_title="Owner")
    for column in ("owner_id", "version", "kind", "company"):
        restore(crew, last(Contact, "contact", column), "owner", 422)
    assert crew.contact.job_title == "Owner"


def test_what_has_an_act_of_its_own_is_not_restored_here(crew: Crew):
    with saving(crew.owner):
        share(crew.contact, crew.outsider, "read")
    grant = last(type(crew.contact.grants.first()), "access")
    assert "Collaborators tab" in restore(crew, grant, "owner", 422).content.decode()
    restore(crew, grant, "writer", 404)


def test_a_wrong_method_is_refused(crew: Crew):
    assert crew.client("owner").get(crew.url("restore/")).status_code == 405


def note_of(crew: Crew, who: str = "writer", body: str = "First words", visibility: str = "public") -> Note:
    with saving(getattr(crew, who)):
        return create_note(getattr(crew, who), crew.contact, body=body, visibility=visibility)


def test_old_words_of_a_note_come_back(crew: Crew):
    note = note_of(crew)
    with saving(crew.writer):
        edit_note(crew.writer, note, body="Second words")
    restore(crew, last(Note, "notes"), "manager")
    note.refresh_from_db()
    assert (note.body, note.edited_by) == ("First words", crew.manager)
    undo_last(crew.manager)
    note.refresh_from_db()
    assert note.body == "Second words"


def test_newer_words_of_a_note_are_shown_first(crew: Crew):
    note = note_of(crew)
    with saving(crew.writer):
        edit_note(crew.writer, note, body="Second words")
    event = last(Note, "notes")
    with saving(crew.manager):
        edit_note(crew.manager, note, body="Third words")
    page = restore(crew, event, status=409).content.decode()
    assert "Third words" in page
    assert "First words" in page


def test_a_deleted_note_comes_back_by_who_might_delete_it(crew: Crew):
    note = note_of(crew)
    with saving(crew.writer):
        delete_note(crew.writer, note)
    event = last(Note, "notes")
    restore(crew, event, "reader", 403)
    restore(crew, event, "manager")
    assert Note.objects.get().author == crew.writer
    undo_last(crew.manager)
    assert not Note.objects.exists()


def test_a_private_note_of_somebody_else_does_not_exist(crew: Crew):
    note = note_of(crew, visibility="private")
    with saving(crew.writer):
        edit_note(crew.writer, note, body="Other words")
    restore(crew, last(Note, "notes"), "owner", 404)
    restore(crew, last(Note, "notes"), "writer")
    note.refresh_from_db()
    assert note.body == "First words"


def test_by_htmx_the_panel_comes_back_with_the_message(crew: Crew):
    edit(crew, job_title="Owner")
    headers = {"HX-Request": "true", "HX-Target": "panel"}
    data = {"event": last(Contact, "contact")}
    answer = crew.client("writer").post(crew.url("restore/"), data, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "from the edit history" in page
    assert "data-changed" in page
    assert "/undo/" in page
