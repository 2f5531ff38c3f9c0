"""The clean-up of shared contacts: the original owner's page, the Admin Operators' one, and its reminder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.jobs_clean_up import send_clean_up_reminder
from contacts.models import BulkAction, CleanUpReminder, Contact, JoinedContact, Kind, UndoStep
from contacts.services import bulk as bulk_service
from contacts_project.accounts.models import User
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, NoteFactory
from tests.factories_departments import DepartmentFactory, department_contact, link, operate, shared_contact

from .crew import undo_last
from .office import NUMBER, Office, again, make_office

pytestmark = pytest.mark.django_db
URL = "/departments/clean-up/"


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def more(office: Office) -> list[Contact]:
    """Two further shared contacts of the owner: of Support, and of both."""
    return [
        shared_contact(office.owner, office.support, given_name="Noor"),
        shared_contact(office.owner, office.sales, office.support, given_name="Ines"),
    ]


def page(office: Office, who: str = "owner", url: str = URL) -> str:
    return office.client(who).get(url).content.decode()


def kinds(*contacts: Contact) -> list[str]:
    return [again(contact).kind for contact in contacts]


def test_it_lists_ones_own_shared_contacts_of_all_departments(office: Office, more: list[Contact]) -> None:
    shared_contact(office.reader, office.sales, given_name="Theirs")
    ContactFactory(owner=office.owner, given_name="Personal")
    html = page(office)
    for words in ("Give to Sales", "Give to Support", "Give to Sales and Support", "0 of 3 done"):
        assert words in html
    for pk in (office.shared.pk, *(contact.pk for contact in more)):
        assert f'data-contact-id="{pk}"' in html
    assert html.count("data-contact-id=") == 3
    assert "You have no shared contacts" in page(office, "admin")


def test_one_by_one_it_comes_back_to_the_page_with_what_was_decided(office: Office, more: list[Contact]) -> None:
    client = office.client("owner")
    for contact, to in ((more[0], "department"), (more[1], "personal")):
        answer = client.post(f"/contacts/{contact.pk}/convert/", {"to": to, "next": URL})
        assert answer["Location"] == URL
    client.post(office.url("archive/"), {"next": URL})
    html = page(office)
    for words in ("All 3 decided", "Noor Raman given to its departments", "Ines Raman kept as personal", "deleted"):
        assert words in html
    token = UndoStep.objects.filter(action="archive").get().token
    assert f"/undo/{token}/" in html
    client.post(f"/undo/{token}/")
    assert again(office.shared).archived is False
    assert f"/undo/{token}/" not in page(office)


def test_steps_can_be_undone_for_30_days(office: Office) -> None:
    client = office.client("owner")
    client.post(office.url("convert/"), {"to": "personal", "next": URL})
    step = UndoStep.objects.get()
    UndoStep.objects.update(created_at=timezone.now() - timedelta(days=29))
    assert str(step.token) in page(office)
    UndoStep.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert str(step.token) not in page(office)
    client.post(f"/undo/{step.token}/")
    assert kinds(office.shared) == [Kind.PERSONAL]


@pytest.mark.parametrize(
    ("action", "kind"), [("department", Kind.DEPARTMENT), ("personal", Kind.PERSONAL), ("archive", Kind.SHARED)]
)
def test_all_at_once_and_back(office: Office, more: list[Contact], action: str, kind: str) -> None:
    theirs = shared_contact(office.reader, office.sales)
    answer = office.client("owner").post(URL, {"action": action, "all": "1"})
    assert (answer.status_code, answer["Location"]) == (303, URL)
    assert kinds(office.shared, *more) == [kind] * 3
    assert [again(one).archived for one in (office.shared, *more)] == [action == "archive"] * 3
    assert (kinds(theirs), again(theirs).archived) == ([Kind.SHARED], False)
    undo_last(office.owner)
    assert kinds(office.shared, *more) == [Kind.SHARED] * 3
    assert not any(again(one).archived for one in (office.shared, *more))


def test_only_the_ticked_ones_and_only_ones_own(office: Office, more: list[Contact]) -> None:
    theirs = shared_contact(office.reader, office.sales)
    personal = ContactFactory(owner=office.owner)
    ids = [more[0].pk, theirs.pk, personal.pk]
    office.client("owner").post(URL, {"action": "archive", "ids": ids})
    assert [again(one).archived for one in (more[0], theirs, personal, office.shared)] == [True, False, False, False]


def test_each_says_why_it_was_not_given(office: Office) -> None:
    lost = shared_contact(office.owner, office.sales, given_name="Lost")
    lost.links.update(ended_at=timezone.now())
    office.client("owner").post(URL, {"action": "department", "all": "1"})
    items = dict(BulkAction.objects.get().items.values_list("contact", "reason"))
    assert items == {
        office.shared.pk: "",
        lost.pk: "No department works it any more: keep it as personal, or delete it.",
    }
    assert "No department works it any more" in page(office)


def test_those_with_a_match_are_shown_and_joined_where_asked(office: Office) -> None:
    twin = department_contact(office.sales, phone=NUMBER)
    assert "as a Department Contact" not in page(office)  # the owner does not see the twin
    operate(office.sales, office.owner)
    assert "Same number as a Department Contact" in page(office)
    office.client("owner").post(URL, {"action": "department", "all": "1", "existing": "join"})
    assert JoinedContact.objects.get().kept == twin
    assert "1 contact handed over" in page(office)


def test_a_contact_with_public_notes_is_kept_by_way_of_the_page_that_names_their_readers(office: Office) -> None:
    assert "?to=personal" not in page(office)
    NoteFactory(contact=office.shared, author=office.operator, body="Public")
    assert f"/contacts/{office.shared.pk}/convert/?to=personal" in page(office)


def test_a_large_clean_up_becomes_a_job(office: Office, more: list[Contact], monkeypatch) -> None:
    monkeypatch.setattr(bulk_service, "AT_ONCE", 2)
    answer = office.client("owner").post(URL, {"action": "personal", "all": "1"})
    bulk = BulkAction.objects.get()
    assert answer["Location"] == f"/contacts/bulk/{bulk.pk}/"
    bulk_service.run(bulk)
    assert kinds(office.shared, *more) == [Kind.PERSONAL] * 3


@pytest.mark.parametrize("data", [{}, {"action": "boom"}, {"action": "personal", "existing": "x"}])
def test_nonsense_is_refused_in_words(office: Office, data: dict[str, str]) -> None:
    assert office.client("owner").post(URL, data | {"all": "1"}).status_code == 422
    assert kinds(office.shared) == [Kind.SHARED]


def test_nothing_selected_says_so(office: Office) -> None:
    assert office.client("owner").post(URL, {"action": "personal"}).status_code == 303
    assert not BulkAction.objects.exists()


def test_many_contacts_cost_as_many_queries_as_few(office: Office, more: list[Contact]) -> None:
    pages = {("owner", URL): 0, ("admin", lead_url(office)): 0}
    for who, url in pages:
        client = office.client(who)
        client.get(url)  # what is read once for a process
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        pages[who, url] = len(few)
    for number in range(20):
        shared_contact(office.owner, office.sales, phone=f"+120255501{number:02}")
    for (who, url), few_queries in pages.items():
        client = office.client(who)
        with CaptureQueriesContext(connection) as many:
            client.get(url)
        assert len(many) <= few_queries, url


# The department's page.


def lead_url(office: Office, rest: str = "") -> str:
    return f"/departments/{office.sales.pk}/clean-up/{rest}"


def test_admin_operators_see_the_counts_of_each_owner(office: Office, more: list[Contact]) -> None:
    left = UserFactory(account=office.owner.account, name="Carol")
    orphan = shared_contact(left, office.sales, given_name="Orphan")
    User.objects.filter(pk=left.pk).update(is_active=False)
    html = page(office, "admin", lead_url(office))
    for words in ("Olive", "2 contacts. Never reminded.", "Carol, has left", "You may convert it", "Send reminder"):
        assert words in html
    assert f"/contacts/{orphan.pk}/convert/" in html
    assert f"/contacts/{office.shared.pk}/convert/" not in html
    assert f'data-contact-id="{more[0].pk}"' not in html  # of Support alone
    narrowed = page(office, "admin", lead_url(office, f"?owner={left.pk}"))
    assert narrowed.count("data-contact-id=") == 1


def test_others_do_not_see_the_page(office: Office) -> None:
    assert office.client("operator").get(lead_url(office)).status_code == 403
    assert office.client("helper").get(lead_url(office)).status_code == 403
    stranger = UserFactory()
    office.reader = stranger
    assert office.client("reader").get(lead_url(office)).status_code == 404


def test_a_department_without_shared_contacts_says_so(office: Office) -> None:
    html = page(office, "helper", f"/departments/{office.support.pk}/clean-up/")
    assert "Nothing to clean up" in html


def test_a_reminder_goes_out_once_a_day(office: Office) -> None:
    client, url = office.client("admin"), lead_url(office, f"{office.owner.pk}/remind/")
    said = []
    for _ in range(2):
        answer = client.post(url)
        assert (answer.status_code, answer["Location"]) == (303, lead_url(office))
        said.append([str(message) for message in answer.wsgi_request._messages][-1])
    assert said == ["Reminder sent to Olive", "Reminded today"]
    assert ProcrastinateJob.objects.filter(task_name__endswith="send_clean_up_reminder").count() == 1
    assert "Reminded today" in page(office, "admin", lead_url(office))
    reminder = CleanUpReminder.objects.get()
    send_clean_up_reminder.func(reminder_id=reminder.pk, address="https://kithline.example/")
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == ([office.owner.email], "1 shared contact of Sales waits for you")
    assert "https://kithline.example/departments/clean-up/" in sent.body
    assert "Priya" not in sent.body
    CleanUpReminder.objects.update(day=reminder.day - timedelta(days=1))
    client.post(url)
    assert CleanUpReminder.objects.count() == 2


def test_no_mail_goes_to_one_who_decided_meanwhile(office: Office) -> None:
    office.client("admin").post(lead_url(office, f"{office.owner.pk}/remind/"))
    office.client("owner").post(URL, {"action": "personal", "all": "1"})
    send_clean_up_reminder.func(reminder_id=CleanUpReminder.objects.get().pk, address="https://kithline.example/")
    assert mail.outbox == []


@pytest.mark.parametrize("who", ["reader", "admin"])
def test_only_owners_of_its_shared_contacts_are_reminded(office: Office, who: str) -> None:
    person = getattr(office, who)
    assert office.client("admin").post(lead_url(office, f"{person.pk}/remind/")).status_code == 404
    assert not CleanUpReminder.objects.exists()


def test_one_who_has_left_is_not_reminded(office: Office) -> None:
    User.objects.filter(pk=office.owner.pk).update(is_active=False)
    assert office.client("admin").post(lead_url(office, f"{office.owner.pk}/remind/")).status_code == 404


def test_nobody_of_another_account_is_reminded(office: Office) -> None:
    other = UserFactory()
    shared_contact(other, DepartmentFactory(account=other.account))
    assert office.client("admin").post(lead_url(office, f"{other.pk}/remind/")).status_code == 404


def test_the_chart_decides_what_the_admin_operator_may_do_there(office: Office) -> None:
    html = page(office, "admin", lead_url(office))
    assert f'action="/contacts/{office.shared.pk}/archive/"' in html
    assert f'href="/contacts/{office.shared.pk}/block/"' in html
    link(office.shared, office.support)
    assert f'data-contact-id="{office.shared.pk}"' in page(
        office, "helper", f"/departments/{office.support.pk}/clean-up/"
    )


def test_the_list_of_departments_leads_there_while_something_waits(office: Office) -> None:
    assert f'href="{URL}"' in page(office, "owner", "/departments/")
    assert f'href="{URL}"' not in page(office, "admin", "/departments/")
