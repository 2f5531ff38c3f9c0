"""The record of a Department Contact and of a shared one: its head, its actions by role, its access page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from contacts.models import Contact
from tests.factories import UserFactory
from tests.factories_contacts import NoteFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

pytestmark = pytest.mark.django_db
ROLES = ("lead", "operator", "reader", "owner")


class Crew:
    """A Department Contact of Sales and a shared one of `owner`, with everybody who has a role on them."""

    def __init__(self) -> None:
        self.sales = DepartmentFactory(name="Sales")
        self.support = DepartmentFactory(account=self.sales.account, name="Support")
        for role in ROLES:
            setattr(self, role, UserFactory(account=self.sales.account, name=f"{role.title()} Person"))
        operate(self.sales, self.lead, admin=True)
        operate(self.sales, self.operator)
        self.department = department_contact(self.sales, phone="+12025550101")
        self.shared = shared_contact(self.owner, self.sales, phone="+12025550102")
        for contact in (self.department, self.shared):
            share(contact, self.reader, "read")

    def page(self, role: str, kind: str, tab: str = "") -> str:
        client = Client()
        client.force_login(getattr(self, role))
        return client.get(f"/contacts/{getattr(self, kind).pk}/{tab}").content.decode()

    def actions(self, role: str, kind: str) -> set[str]:
        head = self.page(role, kind).partition('id="record-header"')[2].partition("<nav aria-label=")[0]
        return set(re.findall(r'data-action="([a-z-]+)"', head))


@pytest.fixture
def crew() -> Crew:
    return Crew()


SAME = {"call", "message", "access", "log-call", "follow-up", "edit-history", "list"}
OFFERED = {
    ("lead", "department"): {"note", "edit", "share", "block", "archive"},
    ("operator", "department"): {"note", "edit", "ask-block"},
    ("reader", "department"): {"leave"},
    ("lead", "shared"): {"note", "block", "archive", "suggest"},
    ("operator", "shared"): {"note", "ask-block", "suggest"},
    ("reader", "shared"): {"suggest", "leave"},
    ("owner", "shared"): {"note", "edit", "share", "block", "archive", "convert"},
}


@pytest.mark.parametrize(("role", "kind"), OFFERED, ids=lambda value: value)
def test_the_head_offers_what_the_chart_grants_and_nothing_else(crew, role, kind):
    assert crew.actions(role, kind) == SAME | OFFERED[role, kind]


def test_an_archived_record_offers_the_way_back_to_those_who_have_it(crew):
    Contact.objects.filter(pk=crew.department.pk).update(archived_at="2026-01-01T00:00Z")
    assert "unarchive" in crew.actions("lead", "department")
    assert crew.actions("operator", "department") == {"access", "edit-history"}


def test_a_shared_record_names_its_original_owner(crew):
    for role in ("lead", "operator", "reader"):
        html = crew.page(role, "shared")
        assert re.search(r"Original owner: <b[^>]*>Owner Person</b></span>", html)
        assert "Only the original owner can edit" in html
    html = crew.page("owner", "shared")
    assert re.search(r"Original owner: <b[^>]*>you</b>", html)
    assert "Only the original owner can edit" not in html


def test_an_original_owner_who_has_left_is_still_named(crew):
    crew.owner.is_active = False
    crew.owner.save()
    html = crew.page("lead", "shared")
    assert re.search(r"Original owner: <b[^>]*>Owner Person</b> \(left\)", html)
    actions = crew.actions("lead", "shared")
    assert "suggest" not in actions
    assert "convert" in actions
    assert "convert" not in crew.actions("operator", "shared")


def test_a_department_contact_has_no_owner_anywhere(crew):
    for tab in ("", "details/", "history/", "conversations/", "notes/", "access/", "collaborators/", "edit/"):
        html = crew.page("lead", "department", tab)
        assert "Owned by" not in html, tab
        assert "None" not in re.sub(r"<[^>]+>", "", html.partition('id="main"')[2]).replace("None yet", ""), tab


def test_kind_and_tag_stand_on_every_tab(crew):
    for kind, words in (("department", "Department"), ("shared", "Shared dept.")):
        for tab in ("", "details/", "history/", "conversations/", "notes/", "access/"):
            html = crew.page("operator", kind, tab)
            assert re.search(rf'class="k-kind">.*?{words}</span>', html), tab
            assert 'data-department-tag="Sales"' in html
            assert f'data-kind="{kind}"' in html


def test_while_another_department_keeps_it_the_button_says_from_where_it_is_removed(crew):
    both = department_contact(crew.sales, crew.support)
    crew.department = both
    html = crew.page("lead", "department")
    assert "Remove from Sales" in html
    assert "Support keeps it" in html
    assert 'name="department"' not in html
    assert "Archive</button>" not in html
    operate(crew.support, crew.lead, admin=True)
    html = crew.page("lead", "department")
    for department in (crew.sales, crew.support):
        assert f'name="department" value="{department.pk}"' in html
        assert f"Remove from {department.name}" in html


def test_the_row_in_the_collection_offers_the_same(crew):
    operate(crew.support, crew.lead, admin=True)
    both = department_contact(crew.sales, crew.support, family_name="Both")
    client = Client()
    client.force_login(crew.lead)
    html = client.get("/contacts/?q=both").content.decode()
    entries = re.findall(rf'formaction="/contacts/{both.pk}/archive/" name="department" value="(\d+)"', html)
    assert entries == [str(crew.sales.pk), str(crew.support.pk)]


@pytest.mark.parametrize(
    ("role", "kind", "level", "words"),
    [
        ("lead", "department", "Admin", "Admin Operator of"),
        ("operator", "department", "Write", "Operator of"),
        ("reader", "department", "Read", "Read, granted by"),
        ("lead", "shared", "Read", "Admin Operator of"),
        ("owner", "shared", "Admin", "Original owner."),
    ],
)
def test_your_access_says_through_which_role(crew, role, kind, level, words):
    html = crew.page(role, kind, "access/")
    assert f"Your access: {level}" in html
    assert words in html


def test_those_who_may_grant_see_everybody_with_the_source(crew):
    html = crew.page("lead", "department", "access/")
    through = re.sub(r"<[^>]+>", "", html.partition('id="everyone"')[2])
    assert "Admin Operator of Sales" in through
    assert "Operator of Sales, since" in through
    assert "Granted by" in through
    assert "Everyone who can see" not in crew.page("operator", "department", "access/")
    assert "Original owner" in crew.page("owner", "shared", "access/").partition('id="everyone"')[2]


def test_notes_of_both_kinds_stand_on_the_overview(crew):
    NoteFactory(contact=crew.department, author=crew.operator, body="Rings before noon")
    assert "Rings before noon" in crew.page("lead", "department")


LIMIT = 19  # see test_query_counts.LIMIT


@pytest.mark.parametrize("role", ["lead", "operator"])
@pytest.mark.parametrize("tab", ["", "details/", "notes/"])
def test_a_tab_of_a_department_contact_costs_few_queries(crew, role, tab, django_assert_max_num_queries):
    client = Client()
    client.force_login(getattr(crew, role))
    path = f"/contacts/{crew.department.pk}/{tab}"
    client.get(path)
    with django_assert_max_num_queries(LIMIT + 2):
        assert client.get(path).status_code == 200
