"""Remove an operator, and take it back."""

import re

import pytest

from tests.factories_departments import operate

from .crew import HTMX


def url(crew, who: str) -> str:
    return crew.url(f"operators/{getattr(crew, who).pk}/remove/")


def undo_form(page: str) -> tuple[str, dict[str, str]]:
    """Address and fields of the toast's Undo."""
    form = re.search(r'<form class="k-f" method="post" action="([^"]+)" data-action="undo">(.*?)</form>', page, re.S)
    return form[1], dict(re.findall(r'name="(user|role)" value="([^"]*)"', form[2]))


@pytest.mark.parametrize("who", ["leader", "boss"])
@pytest.mark.parametrize(("is_admin", "role"), [(False, "Department Operator"), (True, "Admin Operator")])
def test_a_removal_is_taken_back_with_the_role_of_before(crew, who, is_admin, role):
    operate(crew.sales, crew.worker, admin=is_admin)
    client = crew.client(who)
    answer = client.post(url(crew, "worker"), follow=True)
    assert answer.redirect_chain == [(crew.url("operators/"), 303)]
    assert "Worker Person" not in crew.roles()
    assert b"Worker Person no longer operates Sales" in answer.content
    address, fields = undo_form(answer.content.decode())
    assert client.post(address, fields).status_code == 303
    assert crew.roles()["Worker Person"] == role


@pytest.mark.parametrize("who", ["worker", "member"])
def test_others_get_403_and_nothing_changes(crew, who):
    assert crew.client(who).post(url(crew, "worker")).status_code == 403
    assert "Worker Person" in crew.roles()


def test_the_last_admin_operator_is_refused_with_the_way_out(crew):
    for who in ("leader", "boss"):
        answer = crew.client(who).post(url(crew, "leader"))
        assert answer.status_code == 403
        assert b"Make somebody else Admin Operator first" in answer.content
        assert crew.url("operators/").encode() in answer.content
    assert "Leader Person" in crew.roles()


def test_the_row_of_the_last_admin_operator_has_no_controls(crew):
    page = crew.client("boss").get(crew.url("operators/")).content.decode()
    assert url(crew, "leader") not in page
    assert url(crew, "worker") in page
    assert "The only one. Make somebody else Admin Operator first" in page


def test_who_removes_himself_cannot_take_it_back(crew):
    operate(crew.sales, crew.worker, admin=True)
    client = crew.client("leader")
    assert client.post(url(crew, "leader"), **HTMX)["HX-Redirect"] == crew.url("operators/")
    page = client.get(crew.url("operators/"))
    assert b"Leader Person no longer operates Sales" in page.content
    assert b'data-action="undo"' not in page.content
    assert client.get(crew.url("edit/")).status_code == 403


def test_twice_is_404_and_get_is_405(crew):
    client = crew.client("leader")
    assert client.get(url(crew, "worker")).status_code == 405
    assert [client.post(url(crew, "worker")).status_code for _ in range(2)] == [303, 404]
    assert crew.client("stranger").post(url(crew, "leader")).status_code == 404
