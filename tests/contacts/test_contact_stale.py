"""Stale saves (contract.md, `version`): 409 only where both changed the same field; nothing typed is lost."""

import threading

import pytest
from django.db import connection

from contacts.models import Contact, ContactAddress, ContactPhone, ContactTag
from contacts.services.editing import Stale, save_edit
from contacts.services.merging import Changes
from tests.factories_contacts import AddressFactory, EmailFactory, PhoneFactory

from .crew import Crew, make_crew
from .forms import rows
from .test_contact_edit import edit, filled_in, fresh


@pytest.fixture
def crew(db) -> Crew:
    return make_crew()


def test_the_same_field_changed_by_both_is_refused_with_both_versions(crew: Crew):
    edit(crew, {"version": 1, "company": "Harbor Bakery"}, "owner")
    answer = edit(crew, {"version": 1, "company": "Bakery at the harbor", "nickname": "Ren"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Owner Person" in page
    assert "Bakery at the harbor" in page
    assert "Harbor Bakery" in page
    assert "Only you changed: Nickname" in page
    assert (fresh(crew).company, fresh(crew).nickname, fresh(crew).version) == ("Harbor Bakery", "", 2)


def test_different_fields_are_saved_on_top(crew: Crew):
    edit(crew, {"version": 1, "company": "Harbor Bakery"}, "owner")
    assert edit(crew, {"version": 1, "company": "", "nickname": "Ren"}).status_code == 303
    assert (fresh(crew).company, fresh(crew).nickname, fresh(crew).version) == ("Harbor Bakery", "Ren", 3)


def test_the_same_value_by_both_is_no_collision(crew: Crew):
    edit(crew, {"version": 1, "company": "Harbor Bakery"}, "owner")
    assert edit(crew, {"version": 1, "company": "Harbor Bakery"}).status_code == 303
    assert fresh(crew).version == 2


def test_without_a_version_the_post_counts_as_current(crew: Crew):
    edit(crew, {"company": "Harbor Bakery"}, "owner")
    assert edit(crew, {"company": "Mine"}).status_code == 303
    assert fresh(crew).company == "Mine"


@pytest.mark.parametrize(
    ("choice", "company"),
    [({"choice-company": "mine"}, "Mine"), ({"choice-company": "theirs"}, "Theirs"), ({"take": "mine"}, "Mine"),
     ({"take": "theirs"}, "Theirs"), ({"choice-company": "mine", "take": "theirs"}, "Theirs")],
)  # fmt: skip
def test_the_page_posts_the_choice_and_everything_else_typed(crew: Crew, choice: dict, company: str):
    edit(crew, {"company": "Theirs"}, "owner")
    typed = {"version": 1, "company": "Mine", "nickname": "Ren", "tags": "Key"} | rows(
        "phones", {"number": "+12025550142"}
    )
    page = edit(crew, typed).content.decode()
    data = {name: value for name, value in filled_in(page).items() if not name.startswith("choice-")}
    assert data["version"] == "2"
    assert edit(crew, data | choice).status_code == 303
    contact = fresh(crew)
    assert (contact.company, contact.nickname) == (company, "Ren")
    assert contact.phones.get().number == "+12025550142"
    assert contact.tags.get().name == "Key"


def test_a_third_save_meanwhile_is_told_again(crew: Crew):
    edit(crew, {"company": "Theirs"}, "owner")
    data = filled_in(edit(crew, {"version": 1, "company": "Mine"}).content.decode())
    edit(crew, {"company": "Third"}, "manager")
    answer = edit(crew, data | {"choice-company": "mine"})
    assert answer.status_code == 409
    assert "Third" in answer.content.decode()


def test_rows_are_judged_column_by_column(crew: Crew):
    phone = PhoneFactory(contact=crew.contact, number="+14155550124")
    edit(crew, {"version": 1} | rows("phones", {"id": phone.pk, "number": "+14155550149"}), "owner")
    labelled = rows("phones", {"id": phone.pk, "number": "+1 415-555-0124", "label": "Work"})
    assert edit(crew, {"version": 1} | labelled).status_code == 303
    phone.refresh_from_db()
    assert (phone.number, phone.label) == ("+14155550149", "Work")
    renumbered = rows("phones", {"id": phone.pk, "number": "+14155550142"})
    answer = edit(crew, {"version": 1} | renumbered)
    assert answer.status_code == 409
    for number in ("(415) 555-0142", "(415) 555-0149", "(415) 555-0124"):
        assert number in answer.content.decode()
    data = filled_in(answer.content.decode()) | {"choice-phones-0-number": "mine"}
    assert edit(crew, data).status_code == 303
    phone.refresh_from_db()
    assert phone.number == "+14155550142"


def test_rows_added_by_both_are_both_kept(crew: Crew):
    edit(crew, {"version": 1} | rows("phones", {"number": "+14155550149"}), "owner")
    assert edit(crew, {"version": 1} | rows("phones", {"number": "+14155550142"})).status_code == 303
    assert crew.contact.phones.count() == 2


def test_editing_a_number_that_the_other_removed_asks(crew: Crew):
    phone = PhoneFactory(contact=crew.contact, number="+14155550124")
    edit(crew, {"version": 1} | rows("phones", {"id": phone.pk, "DELETE": "on"}), "owner")
    answer = edit(crew, {"version": 1} | rows("phones", {"id": phone.pk, "number": "+14155550142"}))
    assert answer.status_code == 409
    assert "Removed" in answer.content.decode()
    data = filled_in(answer.content.decode())
    edit(crew, data | {"choice-phones-0": "theirs"})
    phone.refresh_from_db()
    assert (bool(phone.former_at), phone.number) == (True, "+14155550124")
    edit(crew, data | {"choice-phones-0": "mine"})
    phone.refresh_from_db()
    assert (phone.former_at, phone.number) == (None, "+14155550142")


def test_editing_an_address_that_the_other_removed_asks(crew: Crew):
    address = AddressFactory(contact=crew.contact)
    edit(crew, {"version": 1} | rows("addresses", {"id": address.pk, "DELETE": "on"}), "owner")
    answer = edit(crew, {"version": 1} | rows("addresses", {"id": address.pk, "city": "Oakland"}))
    assert answer.status_code == 409
    data = filled_in(answer.content.decode()) | {"choice-addresses-0": "mine"}
    assert edit(crew, data).status_code == 303
    again = ContactAddress.objects.get()
    assert (again.city, again.street) == ("Oakland", address.street)


def test_removing_what_the_other_changed_asks(crew: Crew):
    phone = PhoneFactory(contact=crew.contact, number="+14155550124")
    edit(crew, {"version": 1} | rows("phones", {"id": phone.pk, "number": "+14155550149"}), "owner")
    answer = edit(crew, {"version": 1} | rows("phones", {"id": phone.pk, "DELETE": "on"}))
    assert answer.status_code == 409
    data = filled_in(answer.content.decode())
    edit(crew, data | {"choice-phones-0-DELETE": "theirs"})
    assert ContactPhone.objects.get().former_at is None
    edit(crew, data | {"choice-phones-0-DELETE": "mine"})
    assert ContactPhone.objects.get().former_at


def test_the_primary_row_is_one_field_of_its_list(crew: Crew):
    a, b, c = (EmailFactory(contact=crew.contact, is_primary=first) for first in (True, False, False))
    edit(crew, {"version": 1} | rows("emails", {"id": b.pk, "is_primary": "on"}), "owner")
    same = rows("emails", {"id": a.pk, "is_primary": "on", "label": "Old"})
    assert edit(crew, {"version": 1} | same).status_code == 303
    assert crew.contact.emails.get(is_primary=True) == b
    answer = edit(crew, {"version": 1} | rows("emails", {"id": c.pk, "is_primary": "on"}))
    assert answer.status_code == 409
    edit(crew, filled_in(answer.content.decode()) | {"take": "mine"})
    assert crew.contact.emails.get(is_primary=True) == c


def test_tags_merge_as_sets(crew: Crew):
    edit(crew, {"tags": "a, b"}, "owner")
    edit(crew, {"version": 2, "tags": "a, b, theirs"}, "owner")
    assert edit(crew, {"version": 2, "tags": "b, mine"}).status_code == 303
    assert set(fresh(crew).tags.values_list("name", flat=True)) == {"b", "theirs", "mine"}


def test_htmx_gets_the_choice_in_place_of_the_page(crew: Crew):
    edit(crew, {"company": "Theirs"}, "owner")
    answer = edit(crew, {"version": 1, "field": "company", "company": "Mine"}, **{"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#main")
    assert "<html" not in answer.content.decode()


def test_ones_own_other_window_is_named_so(crew: Crew):
    edit(crew, {"company": "First window"})
    assert "You saved in another window" in edit(crew, {"version": 1, "company": "Second"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_sessions_at_once_lose_nothing():
    """Real connections: of two saves of one field exactly one wins and the other is told; other fields all land."""
    crew = make_crew()
    start, told = threading.Barrier(6), []

    def save(user, attributes):
        try:
            start.wait()
            save_edit(user, crew.contact.pk, Changes(version=1, attributes=attributes))
        except Stale as stale:
            told.append(stale.conflicts[0].column)
        finally:
            connection.close()

    posts = [("owner", {"company": f"Version {n}"}) for n in range(3)]
    posts += [("writer", {"nickname": "Ren"}), ("manager", {"language": "Spanish"}), ("writer", {"job_title": "Baker"})]
    threads = [threading.Thread(target=save, args=(getattr(crew, who), attributes)) for who, attributes in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contact = Contact.objects.get(pk=crew.contact.pk)
    assert told == ["company", "company"]
    assert contact.company.startswith("Version ")
    assert (contact.nickname, contact.language, contact.job_title) == ("Ren", "Spanish", "Baker")
    assert contact.version == 5


@pytest.mark.django_db(transaction=True)
def test_bulk_tags_during_an_edit_are_no_collision():
    from contacts.services.tagging import add_tags

    crew = make_crew()
    add_tags(crew.owner, [crew.contact.pk], ["Bulk"])
    save_edit(crew.writer, crew.contact.pk, Changes(version=1, attributes={"nickname": "Ren"}, tags=["Mine"]))
    assert ContactTag.objects.filter(contact=crew.contact).count() == 2
