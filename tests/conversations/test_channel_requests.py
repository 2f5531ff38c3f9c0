"""Asking for a line: nothing is learnt, its Admins are reached, and what they give is given (product.md §2d)."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import jobs
from contacts import policy as contact_policy
from contacts.models import AccessRequest, Contact
from contacts.services.access_requests import normalise
from conversations import policy
from conversations.models import Channel
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, arrive, share_channel
from tests.factories_departments import operate

from .lines import Lines

pytestmark = pytest.mark.django_db
ASK = "/access-requests/"
NUMBER = "+12025550142"


@pytest.fixture
def lines() -> Lines:
    return Lines()


def ask(lines: Lines, path: str, who: str = "outsider", access: str = "read"):
    return lines.client(who).post(ASK, {"path": path, "access": access, "message": "For Tom"})


def page(lines: Lines, who: str, query: str = "") -> str:
    return lines.client(who).get(ASK + query).content.decode()


def reply(lines: Lines, who: str, answer: str):
    return lines.client(who).post(f"{ASK}{AccessRequest.objects.latest('pk').pk}/", {"answer": answer})


def known(lines: Lines) -> Contact:
    """A contact of the outsider's, who has written to `line` and to the department's: one reader of each knows it."""
    contact = ContactFactory(owner=lines.outsider, given_name="Renee", phone=NUMBER)
    share(contact, lines.admin, "read")
    share(contact, lines.operator, "read")
    arrive(lines.line, NUMBER)
    arrive(lines.office, NUMBER)
    return contact


def what_stands(lines: Lines) -> dict[str, str]:
    contact = known(lines)
    own = ChannelFactory(account=lines.account)
    share_channel(own, lines.outsider, "admin")
    return {
        "hidden": f"/channels/{lines.line.pk}/",
        "nothing": "/channels/987654/",
        "tab": f"/channels/{lines.line.pk}/collaborators/",
        "department": f"/channels/{lines.office.pk}/",
        "own": f"/channels/{own.pk}/",
        "another account": f"/channels/{ChannelFactory(account=lines.stranger.account).pk}/",
        "huge": "/channels/99999999999999999999/",
        "conversations": f"/contacts/{contact.pk}/conversations/",
        "no conversations": "/contacts/987654/conversations/",
        "contact": f"/contacts/{contact.pk}/",
    }


def test_the_answer_the_queries_and_the_job_are_the_same_whatever_stands_there(lines: Lines):
    answers, counts = set(), set()
    places = what_stands(lines)
    for path in places.values():
        AccessRequest.objects.all().delete()
        client = lines.client("outsider")
        client.get("/today/")
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(ASK, {"path": path, "access": "read"})
        counts.add(tuple(re.sub(r"s\d+_x\d+|\d+|'.*'", "n", query["sql"])[:60] for query in queries))
        answers.add((answer.status_code, answer["Location"], answer.content))
    assert len(counts) == 1, counts
    assert answers == {(303, "/access-requests/?v=mine", b"")}
    made = ProcrastinateJob.objects.filter(task_name="contacts.jobs.send_access_request").count()
    assert made == len(places)


def test_what_is_kept_names_only_what_is_missing(lines: Lines):
    places = what_stands(lines)
    for path in places.values():
        ask(lines, path)
    kept = dict(AccessRequest.objects.values_list("path", "about"))
    assert kept.pop(f"/channels/{lines.line.pk}/") == [f"channel:{lines.line.pk}"]
    assert kept.pop(f"/channels/{lines.office.pk}/") == [f"channel:{lines.office.pk}"]
    assert kept.pop(places["conversations"]) == [f"channel:{lines.line.pk}", f"channel:{lines.office.pk}"]
    assert set(map(tuple, kept.values())) == {()}
    assert len(kept) == 6  # the tab of the line is the line


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/channels/07/collaborators/3/", "/channels/7/"),
        ("/channels/7/verify/abc/", "/channels/7/"),
        ("/contacts/07/conversations/?thread=3", "/contacts/7/conversations/"),
        ("/contacts/7/conversations/x/", "/contacts/7/"),
    ],
)
def test_paths_are_made_alike(typed: str, path: str):
    assert normalise(typed) == path


def test_it_reaches_the_admins_and_nobody_else(lines: Lines):
    ask(lines, f"/channels/{lines.line.pk}/", access="write")
    words = {who: "Otto" in page(lines, who) for who in ("admin", "writer", "reader", "leader", "chief", "stranger")}
    assert words == {"admin": True, **dict.fromkeys(("writer", "reader", "leader", "chief", "stranger"), False)}
    jobs.send_access_request(AccessRequest.objects.get().pk, "https://kithline.example/")
    (sent,) = mail.outbox
    assert sent.to == [lines.admin.email]
    assert "asks for Write on Main line" in sent.subject
    for who in ("writer", "leader", "chief", "stranger"):
        assert reply(lines, who, "read").status_code == 404
    assert "is-new" in page(lines, "admin") or "open: " in page(lines, "admin")


def test_what_is_given_is_given_and_told(lines: Lines):
    ask(lines, f"/channels/{lines.line.pk}/")
    assert reply(lines, "admin", "admin").status_code == 422
    assert reply(lines, "admin", "write").status_code == 303
    assert policy.roles_on(lines.outsider, lines.line) == {"write"}
    request = AccessRequest.objects.get()
    assert (request.status, request.access, request.answered_by) == ("granted", "write", lines.admin)
    jobs.send_access_answer(request.pk, "https://kithline.example/")
    assert f"https://kithline.example/channels/{lines.line.pk}/" in mail.outbox[0].body
    assert "Main line" in page(lines, "admin", "?v=answered")
    assert lines.client("outsider").get(lines.url()).status_code == 200
    assert f'href="/channels/{lines.line.pk}/"' in page(lines, "outsider", "?v=mine")
    assert (
        "answered this already"
        in lines.client("admin").post(f"{ASK}{request.pk}/", {"answer": "read"}, follow=True).content.decode()
    )


def test_declining_gives_nothing(lines: Lines):
    ask(lines, f"/channels/{lines.line.pk}/")
    assert reply(lines, "admin", "decline").status_code == 303
    assert policy.roles_on(lines.outsider, lines.line) == frozenset()


def test_a_reader_asks_for_write_and_nobody_gets_less(lines: Lines):
    assert ask(lines, f"/channels/{lines.line.pk}/", "reader", "write").status_code == 303
    share_channel(lines.line, lines.reader, "admin")  # given meanwhile
    reply(lines, "admin", "read")
    assert policy.roles_on(lines.reader, lines.line) == {"admin"}


def test_nothing_is_answered_after_the_right_has_gone(lines: Lines):
    ask(lines, f"/channels/{lines.line.pk}/")
    share_channel(lines.line, lines.writer, "admin")
    share_channel(lines.line, lines.admin, "write")
    assert reply(lines, "admin", "read").status_code == 404
    assert reply(lines, "writer", "read").status_code == 303


def test_a_departments_line_is_given_by_role_only(lines: Lines):
    ask(lines, f"/channels/{lines.office.pk}/")
    text = page(lines, "leader")
    assert "Make them an operator of Sales" in text
    assert f"/departments/{lines.sales.pk}/operators/" in text
    assert "Give Read" not in text
    assert reply(lines, "leader", "read").status_code == 422
    operate(lines.sales, lines.outsider)
    assert "Has access by now" in page(lines, "leader")
    assert reply(lines, "leader", "read").status_code == 303
    assert AccessRequest.objects.get().status == "granted"
    assert not lines.office.grants.exists()


def test_conversations_reach_the_admins_of_each_hidden_line_without_saying_with_whom(lines: Lines):
    contact = known(lines)
    share(contact, lines.admin, None)
    ask(lines, f"/contacts/{contact.pk}/conversations/")
    shown = page(lines, "admin")
    assert "Main line" in shown
    assert "Sales line" not in shown
    assert "Renee" not in shown
    led = page(lines, "leader")
    assert "Sales line" in led
    assert "Main line" not in led
    assert reply(lines, "admin", "read").status_code == 303
    assert policy.roles_on(lines.outsider, lines.line) == {"read"}
    assert policy.roles_on(lines.outsider, lines.office) == frozenset()
    ask(lines, f"/contacts/{contact.pk}/conversations/")  # what is left
    assert AccessRequest.objects.latest("pk").about == [f"channel:{lines.office.pk}"]


def test_who_does_not_see_the_contact_asks_its_admins(lines: Lines):
    contact = ContactFactory(owner=lines.admin, phone=NUMBER)
    arrive(lines.line, NUMBER)
    ask(lines, f"/contacts/{contact.pk}/conversations/", "operator")
    request = AccessRequest.objects.get()
    assert (request.contact, request.about) == (contact, [])
    assert reply(lines, "admin", "read").status_code == 303
    assert contact_policy.can(lines.operator, "view", contact)
    assert policy.roles_on(lines.operator, lines.line) == frozenset()


def test_an_archived_line_cannot_be_asked_for(lines: Lines):
    ask(lines, f"/channels/{lines.line.pk}/")
    Channel.objects.filter(pk=lines.line.pk).update(archived_at="2026-01-01T00:00Z")
    assert "Otto" not in page(lines, "admin")
    assert reply(lines, "admin", "read").status_code == 404


def test_the_page_of_requests_takes_the_same_queries_for_many(lines: Lines):
    def count() -> int:
        client = lines.client("admin")
        client.get(ASK)
        with CaptureQueriesContext(connection) as queries:
            client.get(ASK)
        return len(queries)

    ask(lines, f"/channels/{lines.line.pk}/")
    before = count()
    for _ in range(3):
        other = ChannelFactory(account=lines.account)
        share_channel(other, lines.admin, "admin")
        ask(lines, f"/channels/{other.pk}/", "operator")
    assert count() == before
