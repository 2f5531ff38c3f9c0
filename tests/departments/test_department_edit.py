"""Name, colour and description of a department."""

import pytest

from tests.factories_departments import DepartmentFactory

from .crew import HTMX

NEW = {"name": "Sales North", "hue": "rose", "description": "The north"}


@pytest.mark.parametrize("who", ["leader", "boss"])
def test_managers_change_it(crew, who):
    client = crew.client(who)
    assert b'value="Sales"' in client.get(crew.url("edit/")).content
    answer = client.post(crew.url("edit/"), NEW)
    assert (answer.status_code, answer["Location"]) == (303, crew.url("operators/"))
    crew.sales.refresh_from_db()
    assert (crew.sales.name, crew.sales.hue, crew.sales.description) == tuple(NEW.values())


@pytest.mark.parametrize("who", ["worker", "member"])
def test_others_get_403_with_the_rule(crew, who):
    for answer in (crew.client(who).get(crew.url("edit/")), crew.client(who).post(crew.url("edit/"), NEW)):
        assert answer.status_code == 403
        assert b"Only Admin Operators of Sales and account administrators manage it" in answer.content
        assert b"Leader Person" in answer.content


def test_its_own_name_in_other_letters_is_free_and_that_of_another_is_not(crew):
    DepartmentFactory(account=crew.sales.account, name="Support")
    client = crew.client("leader")
    assert client.post(crew.url("edit/"), NEW | {"name": "SALES"}).status_code == 303
    answer = client.post(crew.url("edit/"), NEW | {"name": "support"})
    assert answer.status_code == 422
    assert b"A department has this name already." in answer.content
    crew.sales.refresh_from_db()
    assert crew.sales.name == "SALES"


def test_what_is_typed_does_not_become_the_pages_name(crew):
    answer = crew.client("leader").post(crew.url("edit/"), NEW | {"hue": "pink"})
    assert answer.status_code == 422
    assert answer.context["department"].name == "Sales"
    assert b'value="Sales North"' in answer.content


def test_htmx_gets_the_form_alone(crew):
    answer = crew.client("leader").post(crew.url("edit/"), NEW | {"name": ""}, **HTMX)
    assert answer.status_code == 422
    assert b"<html" not in answer.content
