"""Words of a text by which people leave and return (product.md §10)."""

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import OptOut
from conversations.services.opting import is_opted_out, opt_out
from tests.factories_conversations import arrive, line

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def gone(team: Team, medium: str = "text", address: str = NUMBER) -> bool:
    return is_opted_out(team.account.pk, medium, address)


@pytest.mark.parametrize("word", ["STOP", " stop\n", "StopAll", "Unsubscribe", "CANCEL", "end", "Quit."])
def test_a_word_opts_out_of_texts_only(team: Team, word: str) -> None:
    arrive(line(team.account, admin=team.owner), NUMBER, body=word)
    assert (gone(team), gone(team, "email")) == (True, False)


@pytest.mark.parametrize("words", ["Please stop by", "stop it", "the end", ""])
def test_the_word_must_be_the_whole_text(team: Team, words: str) -> None:
    arrive(line(team.account, admin=team.owner), NUMBER, body=words)
    assert not gone(team)


def test_it_is_one_row_until_they_return(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    for word in ("STOP", "QUIT", "start", "YES", "Stop"):
        arrive(channel, NUMBER, body=word)
    assert [row.ended_at is None for row in OptOut.objects.order_by("pk")] == [False, True]
    arrive(channel, NUMBER, body="unstop")
    assert not gone(team)


def test_other_accounts_and_other_types_do_not_count(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    arrive(channel, NUMBER, "voicemail", body="STOP")
    opt_out(Team().account.pk, "text", NUMBER)
    assert not gone(team)
    opt_out(team.account.pk, "email", "Ann@Example.com")
    assert gone(team, "email", "ann@example.com")


def test_the_record_says_so_for_a_current_address_only(team: Team) -> None:
    contact = team.mine(phone=NUMBER)
    browser = Client()
    browser.force_login(team.owner)

    def has_chip() -> bool:
        return 'data-opted-out="texts"' in browser.get(f"/contacts/{contact.pk}/details/").content.decode()

    assert not has_chip()
    opt_out(team.account.pk, "text", NUMBER)
    assert has_chip()
    contact.phones.update(former_at=timezone.now())
    assert not has_chip()
