"""The page of all departments, and the entries of the sidebar."""

from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, operate

URL = "/departments/"


def test_everybody_of_the_account_sees_name_colour_operators_and_the_own_role(crew):
    page = crew.client("worker").get(URL)
    row = page.context["rows"][0]
    assert (row.department, row.admins, row.total, row.role) == (
        crew.sales,
        ["Leader Person"],
        2,
        "Department Operator",
    )
    assert b'data-hue="indigo" data-department-tag="Sales"' in page.content
    assert b"Leader Person" in page.content
    assert crew.client("member").get(URL).context["rows"][0].role == ""


def test_departments_of_other_accounts_are_not_there(crew):
    page = crew.client("stranger").get(URL)
    assert page.context["rows"] == []
    assert b"Sales" not in page.content
    assert b"No departments yet" in page.content


def test_only_account_administrators_are_offered_a_new_one(crew):
    assert b'data-action="new-department"' in crew.client("boss").get(URL).content
    assert b'data-action="new-department"' not in crew.client("leader").get(URL).content
    crew.sales.delete()
    assert b'data-action="new-department"' in crew.client("boss").get(URL).content
    assert b"Account administrators create departments" in crew.client("leader").get(URL).content


def test_posting_is_405(crew):
    assert crew.client("boss").post(URL).status_code == 405


def test_the_sidebar_lists_the_departments_that_one_operates(crew):
    DepartmentFactory(account=crew.sales.account, name="Support")
    entry = f'<a href="/departments/{crew.sales.pk}/"'.encode()
    for who, shown in (("leader", True), ("worker", True), ("boss", False), ("stranger", False)):
        sidebar = crew.client(who).get("/me/").content
        assert (entry in sidebar) is shown, who
        assert b'<a href="/departments/"' in sidebar
        assert b"Support" not in sidebar


def test_a_department_is_marked_in_the_sidebar_on_its_pages(crew):
    page = crew.client("leader").get(crew.url("operators/")).content.decode()
    assert f'<a href="/departments/{crew.sales.pk}/" aria-current="page">' in page


def test_the_number_of_queries_does_not_grow(crew, django_assert_num_queries):
    client = crew.client("worker")
    client.get(URL)
    with django_assert_num_queries(7):
        client.get(URL)
    for number in range(8):
        department = DepartmentFactory(account=crew.sales.account)
        for _ in range(number):
            operate(department, UserFactory(account=crew.sales.account), admin=True)
        operate(department, crew.worker)
    with django_assert_num_queries(7):
        client.get(URL)
