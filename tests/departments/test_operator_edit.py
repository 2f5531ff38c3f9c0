"""Change an operator's role."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories_departments import operate

from .crew import HTMX


def url(crew, who: str) -> str:
    return crew.url(f"operators/{getattr(crew, who).pk}/")


@pytest.mark.parametrize("who", ["leader", "boss"])
def test_those_who_manage_it_change_a_role(crew, who):
    answer = crew.client(who).post(url(crew, "worker"), {"role": "admin"})
    assert (answer.status_code, answer["Location"]) == (303, crew.url("operators/"))
    assert crew.roles()["Worker Person"] == "Admin Operator"


@pytest.mark.parametrize("who", ["worker", "member"])
def test_others_get_403_and_nothing_changes(crew, who):
    assert crew.client(who).post(url(crew, "worker"), {"role": "admin"}).status_code == 403
    assert crew.roles()["Worker Person"] == "Department Operator"


def test_the_last_admin_operator_stays_one_and_the_way_out_is_named(crew):
    answer = crew.client("leader").post(url(crew, "leader"), {"role": "operator"})
    assert answer.status_code == 422
    assert b"Sales keeps at least one Admin Operator. Make somebody else Admin Operator first." in answer.content
    assert crew.roles()["Leader Person"] == "Admin Operator"


def test_one_who_steps_down_gets_the_whole_page_anew_without_forms(crew):
    operate(crew.sales, crew.worker, admin=True)
    client = crew.client("leader")
    assert client.post(url(crew, "leader"), {"role": "operator"}, **HTMX)["HX-Redirect"] == crew.url("operators/")
    page = client.get(crew.url("operators/"))
    assert b"Leader Person is now Department Operator of Sales" in page.content
    assert b'data-action="add-operator"' not in page.content


def test_htmx_gets_the_tab_and_the_number_of_operators(crew):
    answer = crew.client("leader").post(url(crew, "worker"), {"role": "admin"}, **HTMX)
    assert answer.status_code == 200
    assert b'id="operators-count" hx-swap-oob="true">2</span>' in answer.content
    assert b"Worker Person is now Admin Operator of Sales" in answer.content


def test_an_account_administrator_raised_by_an_admin_operator_is_no_news(crew):
    operate(crew.sales, crew.boss)
    crew.client("leader").post(url(crew, "boss"), {"role": "admin"})
    assert not ProcrastinateJob.objects.filter(task_name="departments.jobs.send_own_naming").exists()
    operate(crew.sales, crew.boss)
    crew.client("boss").post(url(crew, "boss"), {"role": "admin"})
    assert ProcrastinateJob.objects.filter(task_name="departments.jobs.send_own_naming").count() == 1


@pytest.mark.parametrize("role", ["", "owner"])
def test_a_strange_role_is_refused_in_the_row(crew, role):
    answer = crew.client("leader").post(url(crew, "worker"), {"role": role})
    assert answer.status_code == 422
    assert b"Choose Department Operator or Admin Operator." in answer.content


def test_who_does_not_operate_it_is_404_and_get_is_405(crew):
    client = crew.client("leader")
    assert client.post(url(crew, "member"), {"role": "admin"}).status_code == 404
    assert client.post(url(crew, "stranger"), {"role": "admin"}).status_code == 404
    assert client.get(url(crew, "worker")).status_code == 405
    assert crew.client("stranger").post(url(crew, "worker"), {"role": "admin"}).status_code == 404
