"""The privileges chart: cell by cell as seed S2 has it, drawn from the tables that enforce it."""

import re

import pytest

from contacts import privileges, rights
from contacts.models import Kind
from tests.factories_departments import DepartmentFactory, shared_contact

REST = "privileges/"
MADE = "Make an outbound call from a Department, or receive an inbound call to a Department"
# Written from the seed's chart and product.md §2b: AO Department, DO Department, AO Shared, DO Shared, original owner.
SEED = {
    "Create contact": (f"Yes {MADE}", f"Yes {MADE}", "No", "No", "No"),
    "View contact": ("Yes", "Yes", "Yes", "Yes", "Yes"),
    "Delete contact": ("Yes", "No", "Yes", "No Only the original owner can delete", "Yes"),
    "Block contact": ("Yes", "No", "Yes", "No Only the original owner can block", "Yes"),
    "Edit contact": (
        "Yes",
        "Yes",
        "No Only the original owner can edit",
        "No Only the original owner can edit",
        "Yes",
    ),
    "Edit history": ("Yes", "Yes", "Yes", "Yes", "Yes"),
    "Notes": ("Yes As Admin", "Yes As Write", "Yes Public, as Write", "Yes Public, as Write", "Yes As Admin"),
    "Grant collaborators": ("Yes Read and Write", "No", "No", "No", "Yes Read only"),
    "Unarchive": ("Yes", "No", "Yes", "No", "Yes"),
    "Unblock": ("Yes", "No", "Yes", "No", "Yes"),
    "Convert to Department Contact": ("–", "–", "No Only if the owner has left", "No", "Yes"),
    "Convert to personal": ("–", "–", "No", "No", "Yes"),
}


def shown(crew, who: str) -> dict[str, list[str]]:
    """Row title -> the words of its five cells, read from the page."""
    page = crew.client(who).get(crew.url(REST)).content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
        title = re.search(r'<th scope="row">(.*?)</th>', row)[1]
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        rows[title] = [" ".join(re.sub(r"<[^>]+>", " ", cell).replace("Does not apply", "").split()) for cell in cells]
    return rows


def marked(crew, who: str) -> list[bool]:
    page = crew.client(who).get(crew.url(REST)).content.decode()
    heads = re.findall(r'<th scope="col" class="([^"]*)">', page)
    cells = re.findall(r'<td class="([^"]*)">', page)
    mine = ["k-mine" in classes for classes in heads]
    assert [("k-mine" in classes) for classes in cells] == mine * len(SEED)
    return mine


@pytest.mark.parametrize("who", ["leader", "worker", "boss", "member"])
def test_every_account_user_reads_the_chart_cell_by_cell(crew, who):
    rows = shown(crew, who)
    assert len(rows) == len(SEED)
    for title, cells in SEED.items():
        found = next(words for name, words in rows.items() if name.startswith(title))
        assert [words.removesuffix(f". {privileges.ALSO_CREATED}") for words in found] == list(cells), title


def test_another_account_gets_404_and_posting_is_405(crew):
    assert crew.client("stranger").get(crew.url(REST)).status_code == 404
    assert crew.client("leader").post(crew.url(REST)).status_code == 405


def test_the_viewers_columns_are_marked(crew):
    assert marked(crew, "leader") == [True, False, True, False, False]
    assert marked(crew, "worker") == [False, True, False, True, False]
    assert marked(crew, "boss") == [False] * 5


def test_the_original_owner_of_a_contact_here_is_marked_too(crew):
    shared_contact(crew.leader, crew.sales)
    shared_contact(crew.member, DepartmentFactory(account=crew.sales.account, name="Support"))
    assert marked(crew, "leader") == [True, False, True, False, True]
    assert marked(crew, "member") == [False] * 5
    page = crew.client("leader").get(crew.url(REST)).content
    assert b"you are an Admin Operator, and the original owner of some shared contacts" in page


def test_no_cell_is_written_by_hand(crew, monkeypatch):
    """Whatever the tables say is what the page shows."""
    monkeypatch.setitem(rights.RIGHTS, "archive", {Kind.DEPARTMENT: rights.OPERATORS, Kind.SHARED: frozenset()})
    monkeypatch.setitem(rights.CREATORS, Kind.SHARED, rights.ADMIN_OPERATORS)
    rows = shown(crew, "member")
    refused = "No Only the original owner can delete"
    assert rows["Delete contact"] == ["Yes", "Yes", refused, refused, refused]
    assert rows["Create contact"][2].startswith("Yes")


def test_the_number_of_queries_does_not_grow(crew, django_assert_max_num_queries):
    client = crew.client("leader")
    client.get(crew.url(REST))
    with django_assert_max_num_queries(11):
        client.get(crew.url(REST))
