"""Asking for access reveals nothing, reaches those who may grant, and is answered once (product.md §2d)."""

import datetime
import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import jobs, policy
from contacts.models import AccessRequest, Contact, ContactUserObjectPermission
from contacts.services import access_requests as service
from contacts.services.access_requests import normalise
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db
ASK = "/access-requests/"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def ask(crew: Crew, path: str = "", who: str = "outsider", **data: str):
    return crew.client(who).post(ASK, {"path": path or crew.url(), "access": "read", "message": "For Tom", **data})


def reply(crew: Crew, who: str, request: AccessRequest, answer: str, message: str = ""):
    return crew.client(who).post(f"{ASK}{request.pk}/", {"answer": answer, "message": message})


def bytes_of(response) -> tuple:
    """Status, headers and body without what differs from one request to the next anyway."""
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
    return response.status_code, headers, response.content


def what_stands(crew: Crew) -> dict[str, str]:
    archived = ContactFactory(owner=crew.owner, archived_at=timezone.now())
    seen = ContactFactory(owner=crew.outsider)
    return {
        "hidden": crew.url(),
        "nothing": "/contacts/987654/",
        "archived": f"/contacts/{archived.pk}/",
        "another account": f"/contacts/{ContactFactory().pk}/",
        "own": f"/contacts/{seen.pk}/",
        "no page": "/nowhere/at/all",
        "list": "/lists/3/",
        "huge": "/contacts/99999999999999999999/",
        "tab": crew.url("notes/"),
    }


def test_the_answer_is_the_same_whatever_stands_there(crew: Crew):
    answers = {what: bytes_of(ask(crew, path)) for what, path in what_stands(crew).items()}
    assert {str(answer) for answer in answers.values()} == {str(answers["nothing"])}
    assert answers["nothing"][0] == 303
    assert answers["nothing"][1]["Location"] == "/access-requests/?v=mine"


def test_it_takes_the_same_queries_and_the_same_job(crew: Crew):
    counts = set()
    for path in what_stands(crew).values():
        AccessRequest.objects.all().delete()
        client = crew.client("outsider")
        client.get("/today/")
        with CaptureQueriesContext(connection) as queries:
            client.post(ASK, {"path": path, "access": "read"})
        counts.add(tuple(re.sub(r"s\d+_x\d+|\d+|'.*'", "n", query["sql"])[:60] for query in queries))
    assert len(counts) == 1, counts
    assert ProcrastinateJob.objects.filter(task_name="contacts.jobs.send_access_request").count() == 9


def test_the_page_of_the_asker_says_nothing_before_an_answer(crew: Crew):
    ask(crew)
    ask(crew, "/contacts/987654/")
    page = crew.client("outsider").get(ASK + "?v=mine").content.decode()
    assert page.count("Sent if it exists. Ends") == 2
    assert "Renee" not in page
    shown = re.findall(r'<li class="py-3" data-request-id="\d+">(.*?)</li>', page, re.S)
    neutral = {re.sub(r"/contacts/\d+/|<time.*?</time>", "-", row) for row in shown}
    assert len(neutral) == 1


def test_every_request_is_kept(crew: Crew):
    for path in what_stands(crew).values():
        ask(crew, path)
    kept = dict(AccessRequest.objects.values_list("path", "contact_id"))
    assert len(kept) == 8  # the contact and its tab are one
    assert kept[crew.url()] == crew.contact.pk
    assert kept["/contacts/987654/"] is None


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/contacts/7/", "/contacts/7/"),
        ("/contacts/7", "/contacts/7/"),
        ("/contacts//7/?a=b#c", "/contacts/7/"),
        ("/contacts/007/notes/?v=all", "/contacts/7/"),
        ("https://kithline.example/contacts/7/edit/", "/contacts/7/"),
        ("contacts/7", "/contacts/7/"),
        ("/lists/3", "/lists/3/"),
        ("//[", "/"),
    ],
)
def test_paths_are_made_alike(typed: str, path: str):
    assert normalise(typed) == path


def test_one_open_request_for_each_object_a_repeat_renews(crew: Crew):
    ask(crew)
    AccessRequest.objects.update(asked_at=timezone.now() - datetime.timedelta(days=3))
    old = AccessRequest.objects.get()
    ask(crew, crew.url("notes/"), access="write", message="Again")
    new = AccessRequest.objects.get()
    assert (new.pk, new.access, new.message) == (old.pk, "write", "Again")
    assert new.expires_at > old.expires_at
    assert ProcrastinateJob.objects.filter(task_name="contacts.jobs.send_access_request").count() == 2
    ask(crew)
    assert ProcrastinateJob.objects.filter(task_name="contacts.jobs.send_access_request").count() == 2


def test_twenty_a_day_are_counted_alike(crew: Crew):
    for number in range(20):
        assert ask(crew, crew.url() if number == 7 else f"/contacts/{number + 900_000}/").status_code == 303
    for path in (crew.url(), "/contacts/1/", "/contacts/910000/"):
        refused = ask(crew, path)
        assert refused.status_code == 429
        assert b"20 things in a day" in refused.content
    assert ask(crew, who="reader", access="write").status_code == 303
    AccessRequest.objects.update(asked_at=timezone.now() - datetime.timedelta(hours=25))
    assert ask(crew).status_code == 303


@pytest.mark.parametrize(
    "data", [{"path": ""}, {"access": "admin"}, {"message": "x" * 501}, {"path": "/a\0b"}, {"path": "/" + "x" * 3000}]
)
def test_what_cannot_be_asked_is_refused(crew: Crew, data: dict):
    answer = crew.client("outsider").post(ASK, {"path": crew.url(), "access": "read", **data})
    assert answer.status_code == 422
    assert not AccessRequest.objects.exists()


def test_a_link_without_an_access_asks_for_read(crew: Crew):
    crew.client("outsider").post(ASK, {"path": crew.url()})
    assert AccessRequest.objects.get().access == "read"


def test_anonymous_visitors_sign_in_first(client):
    assert client.get(ASK).status_code == 302
    assert client.post(ASK, {"path": "/contacts/1/"}).status_code == 302


def test_the_form_of_the_404_leads_here(crew: Crew):
    page = crew.client("outsider").get(crew.url("notes/"))
    assert page.status_code == 404
    assert b'action="/access-requests/"' in page.content
    assert f'value="{crew.url("notes/")}"'.encode() in page.content


@pytest.mark.parametrize("who", ["owner", "manager", "writer", "reader", "outsider", "stranger"])
def test_requests_reach_those_who_may_grant(crew: Crew, who: str):
    ask(crew)
    page = crew.client(who).get(ASK).content.decode()
    is_granter = who in ("owner", "manager")
    assert ("asks for <b" in page) == is_granter
    assert ('data-action="answer-request"' in page) == is_granter
    assert ('<span class="visually-hidden">open: </span>1' in page) == is_granter


def test_requests_for_what_one_has_or_for_nothing_reach_nobody(crew: Crew):
    ask(crew, who="reader")
    ask(crew, "/contacts/987654/")
    assert not service.answerable(crew.owner).exists()
    ask(crew, who="reader", access="write")
    assert service.answerable(crew.owner).count() == 1


@pytest.mark.parametrize(("answer", "level"), [("read", "view"), ("write", "edit")])
def test_an_admin_gives_read_or_write(crew: Crew, answer: str, level: str):
    ask(crew)
    request = AccessRequest.objects.get()
    assert reply(crew, "manager", request, answer, "Welcome").status_code == 303
    assert policy.can(crew.outsider, level, crew.contact)
    assert policy.can(crew.outsider, "edit", crew.contact) == (answer == "write")
    request.refresh_from_db()
    assert (request.status, request.answered_by, request.answer_message) == ("granted", crew.manager, "Welcome")
    assert ProcrastinateJob.objects.filter(task_name="contacts.jobs.send_access_answer").count() == 1
    mine = crew.client("outsider").get(ASK + "?v=mine").content.decode()
    assert "Given by" in mine
    assert f'href="{crew.url()}"' in mine


def test_declining_gives_nothing_and_tells_the_word(crew: Crew):
    ask(crew)
    reply(crew, "owner", AccessRequest.objects.get(), "decline", "Ask Ana")
    assert not policy.can(crew.outsider, "view", crew.contact)
    mine = crew.client("outsider").get(ASK + "?v=mine").content.decode()
    assert "Declined by" in mine
    assert "Ask Ana" in mine
    assert ask(crew).status_code == 303  # asking again is a new request
    assert AccessRequest.objects.filter(status="open").count() == 1


@pytest.mark.parametrize("who", ["writer", "reader", "outsider", "stranger"])
def test_nobody_else_answers(crew: Crew, who: str):
    ask(crew)
    request = AccessRequest.objects.get()
    assert reply(crew, who, request, "write").status_code == 404
    request.refresh_from_db()
    assert request.status == "open"


def test_somebody_who_was_admin_does_not_answer(crew: Crew):
    ask(crew)
    share(crew.contact, crew.manager, "write")
    assert reply(crew, "manager", AccessRequest.objects.get(), "read").status_code == 404
    assert not policy.can(crew.outsider, "view", crew.contact)


def test_answering_twice_is_harmless(crew: Crew):
    ask(crew)
    request = AccessRequest.objects.get()
    reply(crew, "owner", request, "decline")
    again = crew.client("manager").post(f"{ASK}{request.pk}/", {"answer": "write"}, follow=True)
    assert b"Owner Person has answered this already" in again.content
    assert not policy.can(crew.outsider, "view", crew.contact)


def test_an_answer_never_takes_access_away(crew: Crew):
    ask(crew)
    share(crew.contact, crew.outsider, "admin")
    reply(crew, "owner", AccessRequest.objects.get(), "read")
    assert policy.can(crew.outsider, "grant", crew.contact)


@pytest.mark.parametrize("answer", ["", "admin", "maybe", "a\0"])
def test_an_unknown_answer_is_refused(crew: Crew, answer: str):
    ask(crew)
    assert reply(crew, "owner", AccessRequest.objects.get(), answer).status_code == 422


def test_an_ended_request_is_not_answered(crew: Crew):
    ask(crew)
    AccessRequest.objects.update(expires_at=timezone.now())
    request = AccessRequest.objects.get()
    assert not service.answerable(crew.owner).exists()
    reply(crew, "owner", request, "write")
    assert not policy.can(crew.outsider, "view", crew.contact)
    jobs.expire_access_requests(timestamp=0)
    request.refresh_from_db()
    assert request.status == "expired"
    assert b"Ended without an answer" in crew.client("outsider").get(ASK + "?v=mine").content


def test_an_archived_contact_is_not_given_but_may_be_declined(crew: Crew):
    ask(crew)
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    request = AccessRequest.objects.get()
    refused = reply(crew, "owner", request, "read")
    assert refused.status_code == 403
    assert b"unarchive it first" in refused.content
    assert reply(crew, "owner", request, "decline").status_code == 303


def test_the_mail_goes_to_those_who_may_grant(crew: Crew):
    ask(crew)
    jobs.send_access_request(AccessRequest.objects.get().pk, "https://kithline.example/")
    assert sorted(to for message in mail.outbox for to in message.to) == sorted([crew.owner.email, crew.manager.email])
    body = mail.outbox[0].body
    assert "Outsider Person" in body
    assert "For Tom" in body
    assert "https://kithline.example/access-requests/" in body


def test_no_mail_about_nothing_or_when_answered(crew: Crew):
    ask(crew, "/contacts/987654/")
    jobs.send_access_request(AccessRequest.objects.get().pk, "https://kithline.example/")
    ask(crew)
    request = AccessRequest.objects.get(contact=crew.contact)
    reply(crew, "owner", request, "decline", "No")
    jobs.send_access_request(request.pk, "https://kithline.example/")
    assert not mail.outbox
    jobs.send_access_answer(request.pk, "https://kithline.example/")
    assert mail.outbox[0].to == [crew.outsider.email]
    assert "Renee" not in mail.outbox[0].subject + mail.outbox[0].body


def test_the_mail_of_a_grant_names_the_contact(crew: Crew):
    ask(crew)
    reply(crew, "owner", AccessRequest.objects.get(), "read")
    jobs.send_access_answer(AccessRequest.objects.get().pk, "https://kithline.example/")
    assert "Renee Martinez" in mail.outbox[0].subject
    assert f"https://kithline.example{crew.url()}" in mail.outbox[0].body


def test_the_list_takes_a_constant_number_of_queries(crew: Crew):
    counts = []
    client = crew.client("owner")
    for number in (1, 20):
        for _ in range(number):
            user = UserFactory(account=crew.contact.account)
            service.ask(user, path=crew.url(), access="read", message="", mail=lambda request: None)
        with CaptureQueriesContext(connection) as queries:
            client.get(ASK)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert client.get(ASK + "?v=answered").status_code == 200
    assert client.get(ASK + "?after=x&v=y").status_code == 200
    assert client.delete(ASK).status_code == 405


def test_grants_that_have_ended_are_removed_and_recorded(crew: Crew):
    today = crew.contact.account.today()
    share(crew.contact, crew.reader, "read", until=today - datetime.timedelta(days=1))
    share(crew.contact, crew.writer, "write", until=today)
    jobs.remove_ended_grants(timestamp=0)
    left = set(ContactUserObjectPermission.objects.values_list("user__name", flat=True))
    assert left == {"Owner Person", "Manager Person", "Writer Person"}
    events = ContactUserObjectPermission.pgh_event_model.objects.filter(pgh_label="delete")
    assert events.latest("pgh_id").pgh_context.metadata["source"] == "job"
