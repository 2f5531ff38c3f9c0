"""Overview, Details, History and Conversations: who opens them, what stands around them, what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, ContactTag, Tag
from tests.factories_contacts import AddressFactory, EmailFactory, NoteFactory, PhoneFactory

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db
TABS = ["", "details/", "history/", "conversations/"]
BUDGET = 16  # beyond session, user and account (design/architecture.md §4)
CLOSING = "Only conversations on numbers and mail addresses that you can use are shown."  # product.md §2c


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("manager", 200), ("writer", 200), ("reader", 200), ("outsider", 404), ("stranger", 404)],
)
def test_everybody_with_access_opens_the_tabs(crew: Crew, tab: str, who: str, status: int):
    assert crew.client(who).get(crew.url(tab)).status_code == status


@pytest.mark.parametrize("tab", TABS)
def test_anonymous_visitors_sign_in_first(crew: Crew, client, tab: str):
    answer = client.get(crew.url(tab))
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={crew.url(tab)}")


@pytest.mark.parametrize("tab", TABS)
def test_tabs_take_no_posts(crew: Crew, tab: str):
    assert crew.client("owner").post(crew.url(tab)).status_code == 405


def test_a_hidden_contact_answers_like_a_missing_one(crew: Crew):
    client = crew.client("outsider")
    hidden, missing = client.get(crew.url()), client.get("/contacts/999999999/")
    assert hidden.status_code == missing.status_code == 404
    assert _plain(hidden, crew.contact.pk) == _plain(missing, 999999999)


def _plain(answer, pk: int) -> str:
    """The page without what differs from request to request."""
    text = answer.content.decode().replace(f"/contacts/{pk}/", "/contacts/N/")
    import re

    return re.sub(r'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]*', "", text)


def test_an_id_far_away_is_missing(crew: Crew):
    assert crew.client("owner").get(f"/contacts/{10**30}/").status_code == 404


def test_the_root_carries_the_marks_that_programs_read(crew: Crew):
    page = crew.client("reader").get(crew.url()).content.decode()
    assert f'data-contact-id="{crew.contact.pk}" data-kind="personal" data-archived="0"' in page


@pytest.mark.parametrize(
    ("who", "absent"),
    [
        ("reader", {"edit", "note", "archive", "share"}),
        ("writer", {"share"}),
        ("owner", set()),
    ],
)
def test_actions_are_absent_where_the_viewer_may_not(crew: Crew, who: str, absent: set[str]):
    page = crew.client(who).get(crew.url()).content.decode()
    for action in ("edit", "note", "archive", "share"):
        assert (f'data-action="{action}"' in page) == (action not in absent), action


def test_collaborators_are_a_tab_for_admins_only(crew: Crew):
    for who in ("owner", "manager", "writer", "reader"):
        page = crew.client(who).get(crew.url()).content.decode()
        assert ("collaborators/" in page) == (who in ("owner", "manager")), who
        assert ("Who has access" in page) == (who in ("owner", "manager")), who


def test_without_a_phone_there_is_no_call_but_a_way_to_add_one(crew: Crew):
    page = crew.client("writer").get(crew.url()).content.decode()
    assert 'data-action="call"' not in page
    assert "No phone." in page
    assert "Add one" in page
    PhoneFactory(contact=crew.contact, number="+14155550142", extension="7")
    page = crew.client("writer").get(crew.url()).content.decode()
    assert 'href="tel:+14155550142;ext=7"' in page
    assert "(415) 555-0142 ext. 7" in page
    assert 'for <span dir="auto">Renee</span>' in page  # the local time, from the number


def test_a_nameless_contact_is_called_by_its_number_or_email(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(given_name="", family_name="")
    assert "No name</h1>" in crew.client("owner").get(crew.url()).content.decode()
    EmailFactory(contact=crew.contact, address="info@x.example")
    assert "info@x.example</h1>" in crew.client("owner").get(crew.url()).content.decode()
    PhoneFactory(contact=crew.contact, number="+442079460018")
    assert "+44 20 7946 0018</h1>" in crew.client("owner").get(crew.url()).content.decode()


def test_names_are_escaped(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(given_name="<script>alert(1)</script>")
    for tab in TABS:
        assert "<script>alert" not in crew.client("owner").get(crew.url(tab)).content.decode()


def test_private_notes_stand_on_their_authors_overview_only(crew: Crew):
    NoteFactory(contact=crew.contact, author=crew.writer, body="Only for me", visibility="private")
    assert b"Only for me" in crew.client("writer").get(crew.url()).content
    assert b"Only for me" not in crew.client("owner").get(crew.url()).content


@pytest.mark.parametrize("tab", ["history/", "conversations/"])
def test_history_and_conversations_end_with_the_same_line(crew: Crew, tab: str):
    page = crew.client("reader").get(crew.url(tab)).content.decode()
    assert CLOSING in page
    assert f'name="path" value="{crew.url("conversations/")}"' in page


def test_an_archived_contact_is_read_only_with_a_banner(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    page = crew.client("writer").get(crew.url()).content.decode()
    assert 'data-archived="1"' in page
    assert "read-only until it is unarchived" in page
    assert 'data-action="unarchive"' in page
    for gone in ("edit", "note", "archive", "call"):
        assert f'data-action="{gone}"' not in page
    assert 'data-action="unarchive"' not in crew.client("reader").get(crew.url()).content.decode()


def _fill(crew: Crew, number: int) -> None:
    for n in range(number):
        PhoneFactory(contact=crew.contact, number=f"+1415555{n:04}")
        EmailFactory(contact=crew.contact)
        AddressFactory(contact=crew.contact)
        NoteFactory(contact=crew.contact)
        tag = Tag.objects.create(account=crew.owner.account, name=f"Tag {n}")
        ContactTag.objects.create(contact=crew.contact, tag=tag)


def _queries(client, url: str) -> int:
    client.get(url)  # permission ids and content types are read once in a process
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    session, user, account = 1, 1, 1
    return len(asked) - session - user - account


@pytest.mark.parametrize("tab", [*TABS, "edit/?field=name"])
def test_a_tab_costs_at_most_sixteen_queries_whatever_stands_on_it(crew: Crew, tab: str):
    client = crew.client("owner")
    _fill(crew, 1)
    few = _queries(client, crew.url(tab))
    Tag.objects.all().delete()
    crew.contact.phones.all().delete()
    _fill(crew, 30)
    assert _queries(client, crew.url(tab)) == few
    assert few <= BUDGET
