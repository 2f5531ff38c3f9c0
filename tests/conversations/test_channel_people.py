"""Sharing a line: who may, whom, and that somebody keeps it (product.md §2c)."""

import datetime
import threading

import pytest
from django.db import connection

from conversations import policy
from conversations.models import ChannelUserObjectPermission
from conversations.services import channel_sharing as services
from conversations.services.channels import ChannelError
from tests.contacts.crew import undo_last
from tests.factories import UserFactory
from tests.factories_conversations import share_channel

from .lines import Lines


@pytest.fixture
def lines(db: None) -> Lines:
    return Lines()


def people(lines: Lines, who: str = "admin", rest: str = "", **data: object):
    return lines.client(who).post(lines.url(f"collaborators/{rest}"), data)


def test_an_admin_shares_by_id_email_and_name(lines: Lines):
    for n, text in enumerate((str(lines.outsider.pk), lines.outsider.email, "Otto")):
        level = ("read", "write", "admin")[n]
        assert people(lines, user=text, access=level).status_code == 303
        assert policy.roles_on(lines.outsider, lines.line) == {level}
    line = services.line_of(lines.line, lines.outsider.pk)
    assert line
    assert line.granted_by == lines.admin


def test_only_admins_and_account_administrators_share(lines: Lines):
    data = {"user": lines.outsider.pk, "access": "read"}
    answers = {who: people(lines, who, **data) for who in ("reader", "writer", "outsider", "stranger", "chief")}
    statuses = {who: answer.status_code for who, answer in answers.items()}
    assert statuses == {"reader": 403, "writer": 403, "outsider": 404, "stranger": 404, "chief": 303}
    assert b"Only Admins of this line share it" in answers["writer"].content
    assert b"Ada" in answers["writer"].content  # whom to ask


def test_nobody_of_another_account_nobody_deactivated(lines: Lines):
    gone = UserFactory(account=lines.account, is_active=False)
    for user in (lines.stranger, gone):
        assert people(lines, user=user.pk, access="read").status_code == 422
        assert not ChannelUserObjectPermission.objects.filter(user=user).exists()
    with pytest.raises(ChannelError):
        services.set_access(lines.admin, lines.line, gone, "read")
    assert people(lines, user=lines.outsider.pk, access="owner").status_code == 422
    assert people(lines, user="", access="read").status_code == 422


def test_a_last_day_is_kept_and_may_not_have_passed(lines: Lines):
    today = lines.account.today()
    past, next_week = today - datetime.timedelta(days=1), today + datetime.timedelta(days=7)
    assert people(lines, user=lines.outsider.pk, access="read", until=past.isoformat()).status_code == 422
    assert people(lines, user=lines.outsider.pk, access="read", until=next_week.isoformat()).status_code == 303
    assert people(lines, rest=f"{lines.outsider.pk}/", access="write").status_code == 303
    line = services.line_of(lines.line, lines.outsider.pk)
    assert line
    assert (line.until, line.level) == (next_week, "write")
    assert people(lines, rest=f"{lines.outsider.pk}/", access="write", until="").status_code == 303
    line = services.line_of(lines.line, lines.outsider.pk)
    assert line
    assert line.until is None


def test_nobody_gives_more_than_he_or_she_has(lines: Lines):
    soon = lines.account.today() + datetime.timedelta(days=3)
    share_channel(lines.line, lines.writer, "admin", until=soon)
    refused = people(lines, "writer", user=lines.outsider.pk, access="read")
    assert refused.status_code == 422
    assert b"Your own access ends on" in refused.content
    assert people(lines, "writer", user=lines.outsider.pk, access="read", until=soon.isoformat()).status_code == 303


def test_the_last_admin_stays(lines: Lines):
    own = f"{lines.admin.pk}/"
    assert people(lines, rest=own, access="read").status_code == 422
    soon = lines.account.today() + datetime.timedelta(days=3)
    assert people(lines, rest=own, access="admin", until=soon.isoformat()).status_code == 422
    left = people(lines, rest=f"{own}remove/")
    assert left.status_code == 403
    assert b"keeps at least one Admin" in left.content
    assert people(lines, "chief", rest=f"{own}remove/").status_code == 403
    share_channel(lines.line, UserFactory(account=lines.account, is_active=False), "admin")  # counts for nothing
    assert people(lines, rest=f"{own}remove/").status_code == 403
    share_channel(lines.line, lines.writer, "admin")
    assert people(lines, rest=f"{own}remove/").status_code == 303
    assert policy.roles_on(lines.admin, lines.line) == frozenset()


def test_everybody_may_leave(lines: Lines):
    answer = people(lines, "reader", f"{lines.reader.pk}/remove/")
    assert (answer.status_code, answer["Location"]) == (303, "/channels/")
    assert people(lines, "reader", f"{lines.reader.pk}/remove/").status_code == 404
    assert people(lines, "writer", f"{lines.admin.pk}/remove/").status_code == 403


def test_what_was_taken_comes_back_by_undo(lines: Lines):
    until = lines.account.today() + datetime.timedelta(days=9)
    share_channel(lines.line, lines.reader, "read", until=until)
    people(lines, rest=f"{lines.reader.pk}/remove/")
    assert policy.roles_on(lines.reader, lines.line) == frozenset()
    undo_last(lines.admin)
    line = services.line_of(lines.line, lines.reader.pk)
    assert line
    assert (line.level, line.until) == ("read", until)


def test_a_departments_line_is_shared_by_role_only(lines: Lines):
    answer = lines.client("leader").post(
        lines.url("collaborators/", lines.office), {"user": lines.outsider.pk, "access": "read"}
    )
    assert answer.status_code == 403
    assert b"use its lines by role" in answer.content
    assert f"/departments/{lines.sales.pk}/operators/".encode() in answer.content


def test_a_person_without_a_grant_cannot_be_changed(lines: Lines):
    for rest in (f"{lines.outsider.pk}/", f"{lines.stranger.pk}/", "999999999999999999/"):
        assert people(lines, rest=rest, access="read").status_code == 404
        assert people(lines, rest=f"{rest}remove/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_last_two_admins_cannot_both_leave_at_once() -> None:
    lines = Lines()
    share_channel(lines.line, lines.writer, "admin")
    start, refused = threading.Barrier(2), []

    def leave(who: str) -> None:
        user = getattr(lines, who)
        start.wait()
        try:
            services.remove_access(user, lines.line, user)
        except ChannelError:
            refused.append(who)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(who,)) for who in ("admin", "writer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [user.pk for user in policy.admins_of(lines.line)] == [getattr(lines, refused[0]).pk]
