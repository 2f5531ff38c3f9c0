"""The page of lines: what each person finds there, in which words, at a constant number of queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.services.channels import set_default
from tests.factories_conversations import ChannelFactory, share_channel

from .lines import Lines

pytestmark = pytest.mark.django_db
LIST = "/channels/"


@pytest.fixture
def lines() -> Lines:
    return Lines()


def rows(lines: Lines, who: str, query: str = "") -> dict[str, str]:
    """Channel id -> the text of its row."""
    page = lines.client(who).get(LIST + query).content.decode()
    found = re.findall(r'<tr data-channel-id="(\d+)".*?</tr>', page, re.S)
    cells = re.findall(r"<tr data-channel-id=.*?</tr>", page, re.S)
    return {int(pk): " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for pk, cell in zip(found, cells, strict=True)}


def test_everybody_finds_his_or_her_own_lines_with_the_access_in_words(lines: Lines):
    words = {who: rows(lines, who) for who in ("admin", "writer", "reader", "leader", "operator", "chief")}
    assert {who: set(found) for who, found in words.items()} == {
        **{who: {lines.line.pk} for who in ("admin", "writer", "reader")},
        **{who: {lines.office.pk} for who in ("leader", "operator")},
        "chief": {lines.line.pk, lines.office.pk},
    }
    assert "Admin" in words["admin"][lines.line.pk]
    assert "Write" in words["writer"][lines.line.pk]
    assert "Read" in words["reader"][lines.line.pk]
    assert "Admin, by role" in words["leader"][lines.office.pk]
    assert "Write, by role" in words["operator"][lines.office.pk]
    assert "Manages it, reads nothing" in words["chief"][lines.line.pk]


def test_others_find_nothing(lines: Lines):
    for who in ("outsider", "stranger"):
        assert rows(lines, who) == {}
        assert b"No lines yet" in lines.client(who).get(LIST).content


def test_an_ended_grant_shows_nothing(lines: Lines):
    yesterday = lines.account.today() - timezone.timedelta(days=1)
    share_channel(lines.line, lines.reader, "read", until=yesterday)
    assert rows(lines, "reader") == {}
    share_channel(lines.line, lines.reader, "read", until=lines.account.today())
    assert set(rows(lines, "reader")) == {lines.line.pk}


def test_archived_lines_stand_apart(lines: Lines):
    lines.line.archived_at = timezone.now()
    lines.line.save()
    assert rows(lines, "reader") == {}
    assert b"1 archived" in lines.client("reader").get(LIST).content
    assert set(rows(lines, "reader", "?archived=1")) == {lines.line.pk}
    assert rows(lines, "outsider", "?archived=1") == {}


def test_what_is_not_verified_and_the_default_are_told(lines: Lines):
    caller = lines.caller()
    set_default(lines.writer, lines.line, is_default=True)
    found = rows(lines, "writer")
    assert "No: enter the code" in found[caller.pk]
    assert "Not needed" in found[lines.line.pk]
    assert "Default" in found[lines.line.pk]
    assert "Default" not in rows(lines, "admin")[lines.line.pk]


def test_the_queries_do_not_grow_with_the_lines(lines: Lines):
    def count() -> int:
        client = lines.client("admin")
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    before = count()
    for _ in range(4):
        share_channel(ChannelFactory(account=lines.account), lines.admin, "admin")
    assert count() == before


def test_the_department_shows_its_lines_to_those_who_know_them(lines: Lines):
    page = f"/departments/{lines.sales.pk}/operators/"
    mark = f'data-channel-id="{lines.office.pk}"'.encode()
    shown = {who: mark in lines.client(who).get(page).content for who in ("operator", "leader", "chief", "outsider")}
    assert shown == {"operator": True, "leader": True, "chief": True, "outsider": False}
    adds = {who: b"add-line" in lines.client(who).get(page).content for who in ("operator", "leader", "chief")}
    assert adds == {"operator": False, "leader": True, "chief": True}
