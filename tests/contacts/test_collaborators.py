"""The Collaborators tab (product.md §2a; seed S1): who sees it, what can be given, and that an Admin always stays."""

import datetime
import threading

import pytest
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission
from contacts.services.outcomes import ALREADY, DONE, REFUSED
from contacts.services.sharing import remove_access, restore_access, set_access
from contacts.services.undoing import CannotUndo
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db
EVERYBODY = ["owner", "manager", "writer", "reader", "outsider", "stranger"]


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def level_of(crew: Crew, who) -> str | None:
    user = getattr(crew, who) if isinstance(who, str) else who
    line = grants.lines(ContactUserObjectPermission, content_object=crew.contact, user=user).get(
        (crew.contact.pk, user.pk)
    )
    return line.level.value if line else None


def add(crew: Crew, who: str, user, access: str = "read", **more):
    return crew.client(who).post(crew.url("collaborators/"), {"user": user, "access": access, **more})


def tomorrow(crew: Crew) -> datetime.date:
    return crew.contact.account.today() + datetime.timedelta(days=1)


LADDER = [("owner", 200), ("manager", 200), ("writer", 403), ("reader", 403), ("outsider", 404), ("stranger", 404)]


@pytest.mark.parametrize(("who", "status"), LADDER)
def test_only_admins_see_the_tab(crew: Crew, who: str, status: int):
    assert crew.client(who).get(crew.url("collaborators/")).status_code == status
    assert crew.client(who).get(crew.url("collaborators/people/?q=per")).status_code == status
    if status != 404:
        assert (b"/collaborators/" in crew.client(who).get(crew.url("notes/")).content) == (status == 200)


@pytest.mark.parametrize(("who", "status"), LADDER)
def test_only_admins_grant_change_and_revoke(crew: Crew, who: str, status: int):
    posted = 303 if status == 200 else status
    assert add(crew, who, crew.outsider.pk if who != "outsider" else crew.reader.pk).status_code == posted
    changed = crew.client(who).post(crew.url(f"collaborators/{crew.reader.pk}/"), {"access": "write"})
    assert changed.status_code == posted
    assert level_of(crew, "reader") == ("write" if posted == 303 else "read")
    assert crew.client(who).post(crew.url(f"collaborators/{crew.reader.pk}/remove/")).status_code == posted
    assert (level_of(crew, "reader") is None) == (posted == 303)


def test_anonymous_visitors_sign_in_first(crew: Crew, client):
    assert client.get(crew.url("collaborators/")).status_code == 302


@pytest.mark.parametrize("named", ["pk", "email", "EMAIL", "name"])
def test_a_person_is_named_by_id_email_or_full_name(crew: Crew, named: str):
    user = crew.outsider
    typed = {"pk": user.pk, "email": user.email, "EMAIL": user.email.upper(), "name": user.name}[named]
    assert add(crew, "manager", typed, "write").status_code == 303
    assert level_of(crew, "outsider") == "write"
    line = grants.lines(ContactUserObjectPermission, content_object=crew.contact, user=user)[crew.contact.pk, user.pk]
    assert line.granted_by == crew.manager


def test_a_name_that_several_have_is_asked_back(crew: Crew):
    twins = [UserFactory(account=crew.contact.account, name="Ana Brandt") for _ in range(2)]
    answer = add(crew, "owner", "ana brandt")
    assert answer.status_code == 422
    for twin in twins:
        assert f'value="{twin.pk}"' in answer.content.decode()
    chosen = crew.client("owner").post(
        crew.url("collaborators/"), {"user": ["ana brandt", twins[1].pk], "access": "read"}
    )
    assert chosen.status_code == 303
    assert level_of(crew, twins[1]) == "read"
    assert level_of(crew, twins[0]) is None


def test_part_of_a_name_offers_people_and_gives_nothing(crew: Crew):
    answer = add(crew, "owner", "Outsid")
    assert answer.status_code == 422
    assert f'value="{crew.outsider.pk}"' in answer.content.decode()
    assert level_of(crew, "outsider") is None


@pytest.mark.parametrize("typed", ["", "nobody@example.com", "99999999999999999999999", "a\0b", "²", "%"])
def test_an_unknown_person_is_refused(crew: Crew, typed: str):
    assert add(crew, "owner", typed).status_code == 422


def test_strangers_and_the_deactivated_are_nobody(crew: Crew):
    left = UserFactory(account=crew.contact.account, is_active=False)
    for user in (crew.stranger, left):
        assert add(crew, "owner", user.pk).status_code == 422
        assert add(crew, "owner", user.email).status_code == 422
    assert set_access(crew.owner, [crew.contact.pk], crew.stranger, "read")[0].status == REFUSED
    assert set_access(crew.owner, [crew.contact.pk], left, "read")[0].status == REFUSED


@pytest.mark.parametrize("access", ["", "owner", "ADMIN", "view"])
def test_an_unknown_access_is_refused(crew: Crew, access: str):
    assert add(crew, "owner", crew.outsider.pk, access).status_code == 422
    assert level_of(crew, "outsider") is None


def test_until_is_today_or_later_in_the_accounts_zone(crew: Crew):
    yesterday = crew.contact.account.today() - datetime.timedelta(days=1)
    assert add(crew, "owner", crew.outsider.pk, until=yesterday).status_code == 422
    assert add(crew, "owner", crew.outsider.pk, until="never").status_code == 422
    assert add(crew, "owner", crew.outsider.pk, until=tomorrow(crew)).status_code == 303
    assert policy.can(crew.outsider, "view", crew.contact)
    ContactUserObjectPermission.objects.filter(user=crew.outsider).update(until=yesterday)
    assert not policy.can(crew.outsider, "view", crew.contact)
    assert b"Outsider Person" not in crew.client("owner").get(crew.url("collaborators/")).content


def test_access_given_anew_after_its_end_names_the_new_giver(crew: Crew):
    share(crew.contact, crew.outsider, "read")
    ContactUserObjectPermission.objects.filter(user=crew.outsider).update(until=datetime.date(2020, 1, 1))
    assert add(crew, "manager", crew.outsider.pk, "read").status_code == 303
    line = grants.lines(ContactUserObjectPermission, user=crew.outsider)[crew.contact.pk, crew.outsider.pk]
    assert (line.granted_by, line.until) == (crew.manager, None)


def test_changing_the_level_keeps_the_end_unless_it_is_sent(crew: Crew):
    share(crew.contact, crew.reader, "read", until=tomorrow(crew))
    url = crew.url(f"collaborators/{crew.reader.pk}/")
    crew.client("owner").post(url, {"access": "write"})
    rows = ContactUserObjectPermission.objects.filter(user=crew.reader)
    assert {row.until for row in rows} == {tomorrow(crew)}
    crew.client("owner").post(url, {"access": "write", "until": ""})
    assert {row.until for row in rows.all()} == {None}


def test_the_level_opens_its_form_in_the_row(crew: Crew):
    page = crew.client("owner").get(crew.url(f"collaborators/?edit={crew.reader.pk}")).content.decode()
    assert page.count('data-action="change-access"') == 1
    assert crew.client("owner").get(crew.url(f"collaborators/{crew.reader.pk}/")).status_code == 303


def test_the_owners_row_is_fixed(crew: Crew):
    owner = f"collaborators/{crew.owner.pk}/"
    assert crew.client("manager").post(crew.url(owner), {"access": "read"}).status_code == 422
    assert crew.client("manager").post(crew.url(owner), {"access": "admin", "until": tomorrow(crew)}).status_code == 422
    refused = crew.client("manager").post(crew.url(owner + "remove/"))
    assert refused.status_code == 403
    assert b"Make somebody else owner first" in refused.content
    assert level_of(crew, "owner") == "admin"


def test_the_last_active_admin_stays(crew: Crew):
    """Also where the owner is no active Admin any more: then the manager is the last one."""
    crew.owner.is_active = False
    crew.owner.save()
    url = crew.url(f"collaborators/{crew.manager.pk}/")
    assert crew.client("manager").post(url, {"access": "write"}).status_code == 422
    assert crew.client("manager").post(url, {"access": "admin", "until": tomorrow(crew)}).status_code == 422
    refused = crew.client("manager").post(url + "remove/")
    assert refused.status_code == 403
    assert b"keeps at least one Admin" in refused.content
    share(crew.contact, crew.writer, "admin")
    assert crew.client("writer").post(url + "remove/").status_code == 303


def test_removing_oneself_leads_to_the_collection(crew: Crew):
    answer = crew.client("manager").post(crew.url(f"collaborators/{crew.manager.pk}/remove/"))
    assert (answer.status_code, answer["Location"]) == (303, "/contacts/")
    assert level_of(crew, "manager") is None


def test_lowering_oneself_leads_to_the_collection_or_the_rule(crew: Crew):
    answer = crew.client("manager").post(crew.url(f"collaborators/{crew.manager.pk}/"), {"access": "read"})
    assert answer.status_code == 303
    assert level_of(crew, "manager") == "read"


def test_people_without_a_grant_are_not_there(crew: Crew):
    for user in (crew.outsider, crew.stranger):
        url = crew.url(f"collaborators/{user.pk}/")
        assert crew.client("owner").post(url, {"access": "read"}).status_code == 404
        assert crew.client("owner").post(url + "remove/").status_code == 404


def test_undo_of_a_removal_puts_giver_and_end_back(crew: Crew):
    share(crew.contact, crew.reader, "write", until=tomorrow(crew))
    before = grants.lines(ContactUserObjectPermission, user=crew.reader)
    crew.client("manager").post(crew.url(f"collaborators/{crew.reader.pk}/remove/"))
    assert level_of(crew, "reader") is None
    undo_last(crew.manager)
    assert grants.lines(ContactUserObjectPermission, user=crew.reader) == before


def test_undo_does_not_overwrite_what_was_given_since(crew: Crew):
    crew.client("manager").post(crew.url(f"collaborators/{crew.reader.pk}/remove/"))
    share(crew.contact, crew.reader, "write")
    with pytest.raises(CannotUndo):
        undo_last(crew.manager)
    assert level_of(crew, "reader") == "write"


def test_undo_needs_admin_now(crew: Crew):
    crew.client("manager").post(crew.url(f"collaborators/{crew.reader.pk}/remove/"))
    share(crew.contact, crew.manager, "write")
    with pytest.raises(CannotUndo):
        undo_last(crew.manager)
    assert level_of(crew, "reader") is None


def test_an_archived_contact_only_loses_collaborators(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    assert crew.client("owner").get(crew.url("collaborators/")).status_code == 200
    refused = add(crew, "owner", crew.outsider.pk)
    assert refused.status_code == 403
    assert b"unarchive it first" in refused.content
    changed = crew.client("owner").post(crew.url(f"collaborators/{crew.reader.pk}/"), {"access": "write"})
    assert changed.status_code == 403
    assert crew.client("owner").post(crew.url(f"collaborators/{crew.reader.pk}/remove/")).status_code == 303


def test_autocomplete_names_active_colleagues_only(crew: Crew):
    UserFactory(account=crew.contact.account, name="Person Gone", is_active=False)
    options = crew.client("owner").get(crew.url("collaborators/people/?q=person")).content.decode()
    assert crew.outsider.email in options
    assert "Gone" not in options
    assert "Stranger" not in options
    by_field = crew.client("owner").get(crew.url("collaborators/people/?user=outs")).content.decode()
    assert crew.outsider.email in by_field
    assert crew.client("owner").get(crew.url("collaborators/people/?q=%00")).status_code == 200


def crowd(crew: Crew, number: int) -> list:
    users = [
        UserFactory(account=crew.contact.account, name=f"Crowd {n:03}", verified_email=False) for n in range(number)
    ]
    grants.set_level(ContactUserObjectPermission, [crew.contact], users, "read", by=crew.owner)
    return users


def test_many_people_come_in_pages_with_counts_and_constant_queries(crew: Crew):
    client = crew.client("owner")
    with CaptureQueriesContext(connection) as few:
        client.get(crew.url("collaborators/"))
    crowd(crew, 120)
    with CaptureQueriesContext(connection) as many:
        first = client.get(crew.url("collaborators/")).content.decode()
    assert len(many) == len(few) <= 20
    assert first.count("data-user-id=") == 51  # the owner and 50
    assert ">124<" in first
    after = first.split("after=")[-1].split('"')[0]
    second = client.get(crew.url(f"collaborators/?after={after}")).content.decode()
    assert second.count("data-user-id=") == 50
    assert "Crowd 000" in first
    assert "Crowd 000" not in second


def test_the_filter_narrows_by_name_and_level(crew: Crew):
    client = crew.client("owner")
    by_name = client.get(crew.url("collaborators/?q=writer")).content.decode()
    assert by_name.count("data-user-id=") == 1
    by_level = client.get(crew.url("collaborators/?level=admin")).content.decode()
    assert by_level.count("data-user-id=") == 2
    assert client.get(crew.url("collaborators/?q=zzz")).content.count(b"data-user-id=") == 0


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=99999999999999999999", "?level=x", "?q=%00", "?edit=-1", "?after=1"]
)
def test_nonsense_in_the_address_is_ignored(crew: Crew, query: str):
    assert crew.client("owner").get(crew.url("collaborators/" + query)).status_code == 200


def test_a_hidden_contact_is_left_out_of_a_bulk_change(crew: Crew):
    other, strange = ContactFactory(owner=crew.outsider), ContactFactory()
    outcomes = set_access(crew.writer, [crew.contact.pk, other.pk, strange.pk], crew.outsider, "read")
    assert [(one.contact_id, one.status) for one in outcomes] == [(crew.contact.pk, REFUSED)]


def test_bulk_changes_take_the_same_queries_for_one_and_for_many(crew: Crew):
    contacts = [ContactFactory(owner=crew.owner, given_name=f"C{n}") for n in range(30)]
    ids = [contact.pk for contact in contacts]
    counts = []
    for some in (ids[:1], ids[1:]):
        with CaptureQueriesContext(connection) as given:
            outcomes = set_access(crew.owner, some, crew.reader, "write")
        with CaptureQueriesContext(connection) as taken:
            taken_outcomes = remove_access(crew.owner, some, crew.reader)
        with CaptureQueriesContext(connection) as restored:
            back = restore_access(crew.owner, {one.contact_id: one.before for one in taken_outcomes}, crew.reader)
        assert {one.status for one in outcomes + taken_outcomes + back} == {DONE}
        counts.append((len(given), len(taken), len(restored)))
    assert counts[0] == counts[1]
    assert all(number <= 14 for number in counts[0])


def test_raising_only_never_takes_anything_away(crew: Crew):
    pk = crew.contact.pk
    assert set_access(crew.owner, [pk], crew.writer, "read", raise_only=True)[0].status == ALREADY
    assert level_of(crew, "writer") == "write"
    assert set_access(crew.owner, [pk], crew.reader, "write", raise_only=True)[0].status == DONE
    assert level_of(crew, "reader") == "write"


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one():
    crew = make_crew()
    share(crew.contact, crew.writer, "admin")
    type(crew.owner).objects.filter(pk=crew.owner.pk).update(is_active=False)  # no owner to fall back on
    start, statuses = threading.Barrier(2), []

    def remove(actor, other) -> None:
        start.wait()
        try:
            statuses.append([one.status for one in remove_access(actor, [crew.contact.pk], other)])
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=remove, args=pair)
        for pair in ((crew.manager, crew.writer), (crew.writer, crew.manager))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [level_of(crew, "manager"), level_of(crew, "writer")].count("admin") == 1
    assert sorted(statuses) == [[], [DONE]]
