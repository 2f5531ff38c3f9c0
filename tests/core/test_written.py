"""Conditions whose SQL is written once: the same rows as the querysets they were written from."""

import pytest
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from contacts.models import Contact
from contacts_project.accounts.models import User
from contacts_project.core.written import A_USER, STAND_INS, Column, Given, Written, exists, statement, write
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory

pytestmark = pytest.mark.django_db

A_CONTACT = -(2**51)


@pytest.fixture(scope="module")
def namesakes():
    """True of contacts beside which another of the same user and family name stands: a question about the own table."""
    others = Contact.objects.filter(owner=A_USER, family_name="<name>").exclude(pk=A_CONTACT)
    stand_ins = [*STAND_INS, (A_CONTACT, Column("pk")), ("<name>", Column("name"))]
    return write("EXISTS(", exists(others), ")", stand_ins=stand_ins)


@pytest.fixture
def people():
    owner = UserFactory()
    return owner, [ContactFactory(owner=owner, family_name=name) for name in ("Ray", "Ray", "Kim")]


def asked(text, user, **columns):
    return Written(text, {"pk": "pk", "name": "family_name", **columns}, {"user": user.pk})


def test_the_row_that_is_asked_about_is_not_the_subquerys_own(namesakes, people):
    owner, (one, other, _) = people
    assert {*Contact.objects.filter(asked(namesakes, owner))} == {one, other}
    assert not Contact.objects.filter(asked(namesakes, UserFactory())).exists()


def test_it_stands_in_subqueries_of_subqueries_and_among_other_conditions(namesakes, people):
    owner, (one, other, kim) = people
    found = Contact.objects.filter(asked(namesakes, owner)).filter(pk=OuterRef("pk"))
    deeper = Contact.objects.filter(Exists(found), pk=OuterRef("pk"))
    assert {*Contact.objects.filter(Exists(deeper))} == {one, other}
    assert {*Contact.objects.filter(~Q(asked(namesakes, owner)), owner=owner)} == {kim}
    assert {*Contact.objects.filter(Q(pk=kim.pk) | Q(asked(namesakes, owner)))} == {one, other, kim}


def test_it_follows_paths_and_is_shown_as_a_column(namesakes, people):
    owner, (one, other, kim) = people
    through = asked(namesakes, owner, pk="owned_contacts__pk", name="owned_contacts__family_name")
    rows = User.objects.filter(pk=owner.pk).annotate(is_one=through).values_list("owned_contacts", "is_one")
    assert {*rows} == {(one.pk, True), (other.pk, True), (kim.pk, False)}


def test_columns_may_be_expressions_with_parameters_of_their_own(namesakes, people):
    owner, (one, other, kim) = people
    same = Concat(Value("R"), Value("ay"))
    found = Contact.objects.filter(asked(namesakes, owner, name=same), owner=owner)
    assert {*found} == {one, other, kim}, "each stands beside another Ray"
    assert not Contact.objects.filter(asked(namesakes, owner, name=Concat(F("family_name"), Value("!")))).exists()


def test_each_use_has_its_own_values(namesakes, people):
    owner, (one, other, _) = people
    stranger = UserFactory()
    for _ in range(2):
        assert {*Contact.objects.filter(asked(namesakes, owner))} == {one, other}
        assert not Contact.objects.filter(asked(namesakes, stranger)).exists()


def test_a_percent_sign_in_the_text_is_refused():
    odd = Contact.objects.extra(where=["family_name LIKE 'R%%'"])
    with pytest.raises(ValueError, match="Only parameters"):
        write("EXISTS(", exists(odd), ")", stand_ins=STAND_INS)


def test_a_whole_statement_takes_its_values():
    rows = Contact.objects.filter(owner=A_USER).values("pk")
    sql, parameters = statement(write(rows, stand_ins=[(A_USER, Given("user"))]), {"user": 7})
    assert sql.count("%s") == 1
    assert parameters == (7,)
