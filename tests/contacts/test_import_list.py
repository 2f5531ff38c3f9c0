"""An import puts its people on a list: one that its user may fill, or a new one; nothing is lost over it."""

import re

import pytest

from contacts import jobs_imports
from contacts.imports import listing, running, steps
from contacts.models import Contact, Import, List
from contacts.services.lists import archive_list
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_engagements import ListFactory, put_on_list, share_list

from .test_import import begin, text, work

pytestmark = pytest.mark.django_db
PEOPLE = "Name,Email\nAnn Lee,ann@x.example\nBo Ray,bo@x.example\n"


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def guests(user):
    return ListFactory(owner=user, name="Guests")


def checked(client, content=PEOPLE) -> str:
    address = begin(client, content)
    client.post(address + "map/")
    return address


def on(found: List) -> set[str]:
    return set(found.items.values_list("contact__emails__address", flat=True))


def test_everybody_of_the_file_stands_on_the_list_also_who_was_here_already(client, user, guests):
    put_on_list(guests, ContactFactory(owner=user, given_name="Bo", email="bo@x.example"))
    ContactFactory(owner=user, given_name="Cid", email="cid@x.example")
    address = checked(client, PEOPLE + "Cid,cid@x.example\n")
    assert "Put everybody on a list" in text(client.get(address + "check/"))
    client.post(address + "run/", {"duplicates": "skip", "list": guests.pk})
    assert on(guests) == {"ann@x.example", "bo@x.example", "cid@x.example"}
    page = text(client.get(address + "result/"))
    assert f'href="/lists/{guests.pk}/">3 are on <bdi>Guests</bdi></a>' in page
    assert "2 put there by this import." in page
    assert set(guests.items.exclude(how="page").values_list("how", flat=True)) == {"import"}
    assert ", import" in text(client.get(f"/lists/{guests.pk}/"))


def test_a_new_list_is_made_once_when_the_import_begins(client, user):
    address = checked(client)
    client.post(address + "check/", {"list_name": "Fair 2026"})
    assert 'value="Fair 2026"' in text(client.get(address + "check/")), "corrections saved, the name stays"
    assert not List.objects.exists()
    for _ in range(2):
        client.post(address + "run/", {"list_name": "Fair 2026"})
    made = List.objects.get()
    assert (made.name, made.owner) == ("Fair 2026", user)
    assert on(made) == {"ann@x.example", "bo@x.example"}


def test_without_a_list_nobody_is_put_anywhere(client, user, guests):
    address = checked(client)
    client.post(address + "check/", {"list": guests.pk})
    client.post(address + "run/", {"list": ""})
    assert Contact.objects.count() == 2
    assert not guests.items.exists()
    assert "put there by this import" not in text(client.get(address + "result/"))


@pytest.mark.parametrize("level", ["read", "write"])
def test_it_takes_write_on_the_list(client, user, level):
    found = share_list(ListFactory(owner=UserFactory(account=user.account), name="Theirs"), user, level)
    address = checked(client)
    page = client.post(address + "run/", {"list": found.pk})
    assert (page.status_code, found.items.count()) == ((303, 2) if level == "write" else (422, 0))


def test_a_list_that_one_may_not_fill_stops_the_import_and_loses_nothing(client, user, guests):
    hidden = ListFactory(owner=UserFactory(account=user.account), name="Secret")
    elsewhere = ListFactory(owner=UserFactory(), name="Elsewhere")
    archive_list(user, guests.pk)
    address = checked(client, "Name,Email\nAnn Lee,ann@x\n")
    field = re.search(r'name="(fix-[^"]+)"', client.get(address + "check/").content.decode())[1]
    pages = set()
    for wrong in (hidden.pk, elsewhere.pk, guests.pk, 10**12, "x"):
        page = client.post(address + "run/", {"list": wrong, field: "ann@x.example"})
        assert page.status_code == 422
        assert "Choose one of your lists." in text(page)
        pages.add(text(page).replace(str(wrong), ""))
    assert not Contact.objects.exists()
    assert not any(name in page for page in pages for name in ("Secret", "Elsewhere"))
    client.post(address + "run/")
    assert Contact.objects.get().emails.get().address == "ann@x.example", "what was corrected meanwhile stayed"


def test_both_a_list_and_a_new_name_is_asked_again(client, user, guests):
    address = checked(client)
    page = client.post(address + "run/", {"list": guests.pk, "list_name": "Guests too"})
    assert page.status_code == 422
    assert "not both" in text(page)
    assert 'value="Guests too"' in text(page)
    assert Import.objects.get().status == Import.Status.CHECKED


def test_a_list_that_is_archived_while_it_runs_gets_nobody_more_and_the_result_says_so(
    client, user, guests, monkeypatch
):
    monkeypatch.setattr(steps, "AT_ONCE", 0)
    monkeypatch.setattr(running, "FIRST_CHUNK", 1)
    monkeypatch.setattr(running, "CHUNK", 1)
    monkeypatch.setattr(running, "analyze", lambda: archive_list(user, guests.pk))
    address = checked(client)
    work(jobs_imports.check_import)
    client.post(address + "run/", {"list": guests.pk})
    monkeypatch.setattr(running, "ANALYZE_AFTER", {1})
    Import.objects.update(total=running.FIRST_CHUNK + 1)
    work(jobs_imports.run_import)
    assert Contact.objects.count() == 2
    assert on(guests) == {"ann@x.example"}
    assert "1 not: " in text(client.get(address + "result/"))


def test_a_column_of_the_file_names_lists_which_are_found_or_made_once(client, user, guests, monkeypatch):
    ListFactory(owner=UserFactory(account=user.account), name="Hidden")
    monkeypatch.setattr(steps, "AT_ONCE", 0)
    monkeypatch.setattr(running, "FIRST_CHUNK", 1)
    monkeypatch.setattr(running, "CHUNK", 1)
    address = checked(
        client, "Name,Email,List\nAnn,ann@x.example,guests; Fair\nBo,bo@x.example,FAIR|Hidden\nCid,cid@x.example,\n"
    )
    work(jobs_imports.check_import)
    assert "A column of the file names lists." in text(client.get(address + "check/"))
    client.post(address + "run/")
    work(jobs_imports.run_import)
    assert on(guests) == {"ann@x.example"}
    assert on(List.objects.get(name="Fair", owner=user)) == {"ann@x.example", "bo@x.example"}
    assert on(List.objects.get(name="Hidden", owner=user)) == {"bo@x.example"}, "a hidden one of this name is not it"
    page = text(client.get(address + "result/"))
    assert [name in page for name in ("2 are on <bdi>Fair", "1 is on <bdi>Guests", "1 is on <bdi>Hidden")] == [True] * 3


def test_a_column_of_names_mapped_to_lists_by_mistake_makes_few(client, user, monkeypatch):
    monkeypatch.setattr(listing, "MOST_MADE", 2)
    rows = "".join(f"P{number},p{number}@x.example,Place {number}\n" for number in range(4))
    address = checked(client, "Name,Email,List\n" + rows)
    client.post(address + "run/")
    assert Contact.objects.count() == 4
    assert List.objects.count() == 2
    assert "2 not: One file makes at most" in text(client.get(address + "result/"))


def test_people_of_another_owner_are_left_out_with_the_reason(client, user, guests):
    user.is_account_admin = True
    user.save()
    UserFactory(account=user.account, name="Priya Kulkarni")
    address = checked(client, "Name,Email,Owner\nAnn,ann@x.example,Priya Kulkarni\nBo,bo@x.example,\n")
    client.post(address + "run/", {"list": guests.pk})
    assert Contact.objects.count() == 2
    assert on(guests) == {"bo@x.example"}
    assert "1 not: You have no access to this contact." in text(client.get(address + "result/"))
