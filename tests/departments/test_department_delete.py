"""Deleting a department asks first, and keeps what has contacts."""

import pytest

from departments.models import Department
from tests.factories_departments import department_contact, link


def test_an_account_administrator_is_asked_and_deletes_it(crew):
    client = crew.client("boss")
    page = client.get(crew.url("delete/"))
    assert b"Delete department" in page.content
    assert Department.objects.exists()
    answer = client.post(crew.url("delete/"))
    assert (answer.status_code, answer["Location"]) == (303, "/departments/")
    assert not Department.objects.exists()
    assert client.post(crew.url("delete/")).status_code == 404


@pytest.mark.parametrize("who", ["leader", "worker", "member"])
def test_others_get_403_with_the_rule_and_whom_to_ask(crew, who):
    for answer in (crew.client(who).get(crew.url("delete/")), crew.client(who).post(crew.url("delete/"))):
        assert answer.status_code == 403
        assert b"Only account administrators delete departments" in answer.content
        assert b"Boss Person" in answer.content
    assert Department.objects.exists()


@pytest.mark.parametrize("ended", [False, True])
def test_one_with_contacts_is_refused_with_the_way_out(crew, ended):
    link(department_contact(crew.sales), crew.sales, ended=ended)
    client = crew.client("boss")
    page = client.get(crew.url("delete/"))
    assert page.status_code == 200
    assert b"remove its contacts or hand them over" in page.content
    assert b'data-action="delete-department" data' not in page.content
    assert (
        f'<form class="k-card-b k-stack gap-3" method="post" action="{crew.url("delete/")}"'.encode()
        not in page.content
    )
    answer = client.post(crew.url("delete/"))
    assert answer.status_code == 403
    assert b"remove its contacts or hand them over" in answer.content
    assert crew.url("edit/").encode() in answer.content
    assert Department.objects.exists()
