"""Two sessions block, or answer, at the same moment: one of them does it, the other finds it done."""

from __future__ import annotations

from functools import partial

import pytest

from contacts.models import AccessRequest, Block, Contact
from contacts.services import access_requests, blocks, suggesting
from contacts.services.merging import Changes
from tests.contracts.test_races import meanwhile

from .team import NUMBER, make_team

pytestmark = pytest.mark.django_db(transaction=True)


def nobody(_: AccessRequest) -> None:
    """Mails to no one."""


def test_a_contact_is_blocked_once() -> None:
    team = make_team()
    block = partial(blocks.block_contact, team.lead, team.contact)
    assert meanwhile(block, block) == []
    assert Block.objects.count() == 1


@pytest.mark.parametrize("scope", ["lines", "department"])
def test_an_address_is_blocked_once(scope: str) -> None:
    team = make_team()
    value = scope if scope == "lines" else f"department:{team.sales.pk}"
    block = partial(blocks.block_address, team.lead, NUMBER, scope=value)
    made, is_new = meanwhile(block, block)
    assert not is_new
    assert made == Block.objects.get()


def test_a_suggestion_is_accepted_once() -> None:
    team = make_team()
    change = Changes(attributes={"company": "Bright Dental"})
    asked = suggesting.suggest(team.operator, team.shared, change, message="", mail=nobody)
    accept = partial(suggesting.accept, team.owner, "")
    answer = partial(access_requests.answer, team.owner, asked, act=accept, message="", mail=nobody)
    second = meanwhile(answer, answer)
    assert not second.is_new
    assert Contact.objects.get(pk=team.shared.pk).version == team.shared.version + 1


def test_a_suggestion_that_is_renewed_while_it_is_accepted_waits() -> None:
    team = make_team()
    suggest = partial(suggesting.suggest, team.operator, team.shared, message="", mail=nobody)
    asked = suggest(Changes(attributes={"company": "Bright Dental"}))
    accept = partial(suggesting.accept, team.owner, "")
    again = meanwhile(
        partial(access_requests.answer, team.owner, asked, act=accept, message="", mail=nobody),
        partial(suggest, Changes(attributes={"company": "Dental Arts"})),
    )
    assert again.pk != asked.pk  # a request of its own: the first was answered meanwhile
    assert again.proposal["before"] == {"company": "Bright Dental"}
