"""The address of a department leads on: operators to the contacts, others to the operators."""

import pytest


@pytest.mark.parametrize(
    ("who", "rest"),
    [("leader", "contacts/"), ("worker", "contacts/"), ("member", "operators/"), ("boss", "operators/")],
)
def test_it_leads_on(crew, who, rest):
    answer = crew.client(who).get(crew.url())
    assert (answer.status_code, answer["Location"]) == (302, crew.url(rest))


def test_another_account_gets_the_404_of_what_does_not_exist(crew):
    client = crew.client("stranger")
    hidden, missing = client.get(crew.url()), client.get("/departments/999999999999999999999/")
    assert hidden.status_code == missing.status_code == 404
