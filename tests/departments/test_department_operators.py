"""The Operators tab: everybody of the account reads it, those who manage the department add to it."""

import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from departments.models import MOST_OPERATORS, Operator
from departments.pages import TABS
from tests.factories import UserFactory
from tests.factories_departments import operate

from .crew import HTMX

REST = "operators/"


@pytest.mark.parametrize("who", ["leader", "worker", "boss", "member"])
def test_everybody_of_the_account_reads_who_operates_it(crew, who):
    page = crew.client(who).get(crew.url(REST))
    assert [row.operator.user for row in page.context["rows"]] == [crew.leader, crew.worker]
    assert page.content.count(b'<tr data-user-id="') == 2


@pytest.mark.parametrize(("who", "manages"), [("leader", True), ("boss", True), ("worker", False), ("member", False)])
def test_only_those_who_manage_it_find_forms(crew, who, manages):
    page = crew.client(who).get(crew.url(f"{REST}?edit={crew.worker.pk}")).content.decode()
    main = page[page.index('<main class="k-main"') :]
    for act in ("add-operator", "change-role", "remove-operator", "edit-department"):
        assert (f'data-action="{act}"' in main) is manages, act
    assert ('data-action="delete-department"' in main) is (who == "boss")


@pytest.mark.parametrize(("who", "number"), [("leader", 8), ("worker", 6), ("boss", 2), ("member", 2)])
def test_tabs_that_the_viewer_may_not_open_are_absent(crew, who, number):
    tabs = crew.client(who).get(crew.url(REST)).context["tabs"]
    assert len(tabs) == number
    assert len(TABS) == 8
    assert {"operators", "privileges"} <= {tab.key for tab in tabs}
    assert next(tab.count for tab in tabs if tab.key == "operators") == 2


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("leader", "You are an Admin Operator here"),
        ("worker", "You are a Department Operator here"),
        ("boss", "You do not operate this department"),
    ],
)
def test_the_head_says_who_one_is_here(crew, who, words):
    page = crew.client(who).get(crew.url(REST)).content.decode()
    assert words in page
    assert ('data-action="log-call"' in page) is (who != "boss")


@pytest.mark.parametrize("who", ["leader", "boss"])
@pytest.mark.parametrize("by", ["pk", "email", "name"])
def test_an_operator_is_added_by_id_email_or_name(crew, who, by):
    answer = crew.client(who).post(crew.url(REST), {"user": getattr(crew.member, by), "role": "operator"})
    assert (answer.status_code, answer["Location"]) == (303, crew.url(REST))
    assert crew.roles()["Member Person"] == "Department Operator"


@pytest.mark.parametrize("who", ["worker", "member"])
def test_others_get_403_with_the_rule_and_whom_to_ask(crew, who):
    answer = crew.client(who).post(crew.url(REST), {"user": crew.member.pk, "role": "admin"})
    assert answer.status_code == 403
    assert b"Only Admin Operators of Sales and account administrators manage it" in answer.content
    assert b"Leader Person" in answer.content
    assert "Member Person" not in crew.roles()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"user": "", "role": "operator"}, "Type a name or an email."),
        ({"user": "nobody", "role": "operator"}, "Nobody active in your account has this name or email."),
        ({"user": "Member Person", "role": "owner"}, "Choose Department Operator or Admin Operator."),
        ({"user": "Member Person"}, "Choose Department Operator or Admin Operator."),
        ({"user": "Stranger", "role": "operator"}, "Nobody active in your account has this name or email."),
    ],
)
def test_what_is_wrong_is_said_in_the_form(crew, fields, words):
    answer = crew.client("leader").post(crew.url(REST), fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert len(crew.roles()) == 2


def test_the_26th_is_refused_with_the_way_out(crew):
    for _ in range(MOST_OPERATORS - 2):
        operate(crew.sales, UserFactory(account=crew.sales.account))
    answer = crew.client("leader").post(crew.url(REST), {"user": crew.member.pk, "role": "operator"})
    assert answer.status_code == 422
    assert b"Sales has 25 operators, which is the most. Remove somebody first." in answer.content
    assert crew.sales.operators.count() == MOST_OPERATORS


def test_adding_twice_says_so_and_the_form_is_taken_once(crew):
    client, once = crew.client("leader"), str(uuid.uuid4())
    for _ in range(2):
        client.post(crew.url(REST), {"user": crew.member.pk, "role": "operator", "once": once})
    client.post(crew.url(REST), {"user": crew.member.pk, "role": "admin"})
    page = client.get(crew.url(REST)).content.decode()
    assert page.count("Member Person now operates Sales as Department Operator") == 1
    assert "Member Person already operates Sales as Department Operator" in page


def test_an_account_administrator_who_names_himself_is_told_to_the_admin_operators(crew):
    crew.client("boss").post(crew.url(REST), {"user": crew.boss.pk, "role": "admin"})
    job = ProcrastinateJob.objects.get(task_name="departments.jobs.send_own_naming")
    assert job.args["recipient_ids"] == [crew.leader.pk]
    assert job.args["address"] == "http://testserver/"
    assert Operator.pgh_event_model.objects.filter(user=crew.boss, pgh_label="insert").exists()


def test_htmx_gets_the_tab_alone(crew):
    client = crew.client("leader")
    for answer in (
        client.get(crew.url(REST), **HTMX),
        client.post(crew.url(REST), {"user": crew.member.pk, "role": "operator"}, **HTMX),
    ):
        assert answer.status_code == 200
        assert b"<html" not in answer.content
        assert b'id="department-operators"' in answer.content
    assert b"Member Person" in answer.content


def test_another_account_gets_404(crew):
    client = crew.client("stranger")
    assert client.get(crew.url(REST)).status_code == 404
    assert client.post(crew.url(REST), {"user": crew.stranger.pk, "role": "admin"}).status_code == 404


@pytest.mark.parametrize("edit", ["", "x", "-1", "²", "9" * 40, "0"])
def test_a_strange_edit_is_ignored(crew, edit):
    page = crew.client("leader").get(crew.url(REST), {"edit": edit})
    assert page.status_code == 200
    assert b'data-action="change-role"' not in page.content


def test_the_number_of_queries_does_not_grow(crew, django_assert_num_queries):
    client = crew.client("leader")
    client.get(crew.url(REST))
    with django_assert_num_queries(9):
        client.get(crew.url(REST))
    for _ in range(MOST_OPERATORS - 2):
        operate(crew.sales, UserFactory(account=crew.sales.account))
    with django_assert_num_queries(9):
        client.get(crew.url(REST))
