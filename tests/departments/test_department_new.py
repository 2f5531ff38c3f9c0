"""A new department."""

import uuid

import pytest

from departments.models import Department
from tests.factories import UserFactory

from .crew import HTMX

URL = "/departments/new/"


def fields(crew, **more) -> dict[str, object]:
    return {"name": "Billing", "hue": "amber", "description": "Invoices", "admin": crew.member.pk, **more}


def made() -> Department:
    return Department.objects.get(name="Billing")


@pytest.mark.parametrize("by", ["pk", "email", "name"])
def test_an_account_administrator_makes_one_and_names_its_first_admin_operator(crew, by):
    answer = crew.client("boss").post(URL, fields(crew, admin=getattr(crew.member, by)))
    assert (answer.status_code, answer["Location"]) == (303, f"/departments/{made().pk}/operators/")
    assert (made().hue, made().description, made().account) == ("amber", "Invoices", crew.sales.account)
    assert [(row.user, row.is_admin) for row in made().operators.all()] == [(crew.member, True)]


def test_the_creator_may_name_himself(crew):
    assert crew.client("boss").post(URL, fields(crew, admin=crew.boss.email)).status_code == 303


@pytest.mark.parametrize("who", ["leader", "member"])
def test_others_get_403_with_the_rule_and_whom_to_ask(crew, who):
    for answer in (crew.client(who).get(URL), crew.client(who).post(URL, fields(crew))):
        assert answer.status_code == 403
        assert b"Only account administrators create departments" in answer.content
        assert b"Boss Person" in answer.content
    assert not Department.objects.filter(name="Billing").exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Give it a name."),
        ("name", "  sALES ", "A department has this name already."),
        ("name", "x" * 61, "Keep the name to 60 characters."),
        ("name", "Bil\0ling", "Null characters are not allowed."),
        ("hue", "", "Choose a colour."),
        ("hue", "#ff0000", "Choose one of the colours."),
        ("description", "x" * 301, "Keep it to 300 characters."),
        ("admin", "", "Name the first Admin Operator by name or email."),
        ("admin", "nobody@acme.example", "Nobody active in your account has this name or email."),
        ("admin", "9" * 18, "Nobody active in your account has this name or email."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(crew, field, value, words):
    answer = crew.client("boss").post(URL, fields(crew, **{field: value}))
    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field]
    assert words in answer.content.decode()
    assert Department.objects.count() == 1


def test_people_of_other_accounts_are_nobody(crew):
    answer = crew.client("boss").post(URL, fields(crew, admin=crew.stranger.pk))
    assert answer.status_code == 422
    assert b"Stranger" not in answer.content


def test_an_unclear_name_offers_the_people_it_may_mean(crew):
    other = UserFactory(account=crew.sales.account, name="Member Person")
    answer = crew.client("boss").post(URL, fields(crew, admin="Member Person"))
    assert answer.status_code == 422
    assert set(answer.context["form"].people) == {crew.member, other}
    assert f'name="admin" value="{other.pk}"' in answer.content.decode()


def test_the_form_is_taken_once(crew):
    client, once = crew.client("boss"), str(uuid.uuid4())
    assert 'name="once"' in client.get(URL).content.decode()
    first, second = (client.post(URL, fields(crew, once=once)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Department.objects.count() == 2


def test_with_htmx_the_form_comes_back_or_the_browser_goes_on(crew):
    client = crew.client("boss")
    answer = client.post(URL, fields(crew, name=""), **HTMX)
    assert answer.status_code == 422
    assert b"<html" not in answer.content
    assert b'id="department-form"' in answer.content
    assert client.post(URL, fields(crew), **HTMX)["HX-Redirect"] == f"/departments/{made().pk}/operators/"


def test_a_name_with_markup_is_text(crew):
    crew.client("boss").post(URL, fields(crew, name="<b>Bill</b>"))
    page = crew.client("member").get("/departments/").content
    assert b"&lt;b&gt;Bill&lt;/b&gt;" in page
    assert b"<b>Bill" not in page
