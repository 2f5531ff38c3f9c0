"""What follows people and lines around: blocks of own lines, succession, ended grants, the administration."""

import datetime

import pytest

from contacts import blocking
from contacts.models import Block
from contacts_project.accounts.services.people import deactivate_user
from conversations import jobs_channels, policy
from conversations.models import CallbackPhone, ChannelPreference, ChannelUserObjectPermission
from conversations.services import channel_sharing, channel_succession, channels
from conversations.services.channels import set_default
from tests.factories import UserFactory
from tests.factories_conversations import ChannelFactory, share_channel

from .lines import Lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Lines:
    return Lines()


def knows(user: object) -> bool:
    return blocking.standing(user).filter(blocking.known_to(user)).exists()


def block(lines: Lines, author: object) -> Block:
    return Block.objects.create(account=lines.account, scope=Block.Scope.LINES, author=author, address="+12025550142")


def test_a_block_of_own_lines_is_known_to_who_uses_one_of_them(lines: Lines):
    block(lines, lines.writer)
    known = {who: knows(getattr(lines, who)) for who in ("writer", "admin", "reader", "outsider", "operator", "chief")}
    assert known == {
        **dict.fromkeys(("writer", "admin", "reader"), True), **dict.fromkeys(("outsider", "operator", "chief"), False)
    }  # fmt: skip
    page = lines.client("reader").get("/blocks/").content.decode()
    assert "The lines of Wim" in page
    assert "Your own lines" not in page
    assert "Your own lines" in lines.client("writer").get("/blocks/").content.decode()


def test_a_line_that_its_author_only_reads_is_none_of_his_or_hers(lines: Lines):
    block(lines, lines.reader)
    assert not knows(lines.admin)
    share_channel(lines.line, lines.reader, "write")
    assert knows(lines.admin)
    share_channel(lines.line, lines.reader, "write", until=lines.account.today() - datetime.timedelta(days=1))
    assert not knows(lines.admin)


def test_sharing_a_department_is_not_sharing_lines(lines: Lines):
    block(lines, lines.operator)
    assert not knows(lines.leader)


def test_only_its_author_lifts_it(lines: Lines):
    made = block(lines, lines.writer)
    assert lines.client("reader").post(f"/blocks/{made.pk}/lift/").status_code in (403, 404)
    assert lines.client("writer").post(f"/blocks/{made.pk}/lift/").status_code == 303


def test_the_successor_takes_over_the_lines(lines: Lines):
    other = ChannelFactory(account=lines.account)
    share_channel(other, lines.admin, "write")
    share_channel(other, lines.reader, "admin")
    set_default(lines.admin, lines.line, is_default=True)
    CallbackPhone.objects.create(user=lines.admin, number="+12025550101")
    deactivate_user(lines.chief, user=lines.admin, successor=lines.reader)
    assert policy.roles_on(lines.reader, lines.line) == {"admin"}
    assert policy.roles_on(lines.reader, other) == {"admin"}  # the higher level of both
    assert not ChannelUserObjectPermission.objects.filter(user=lines.admin).exists()
    assert not ChannelPreference.objects.filter(user=lines.admin).exists()
    assert not CallbackPhone.objects.filter(user=lines.admin).exists()
    assert policy.roles_on(lines.writer, lines.line) == {"write"}


def test_ended_grants_are_removed_and_others_stay(lines: Lines):
    today = lines.account.today()
    share_channel(lines.line, lines.writer, "write", until=today - datetime.timedelta(days=1))
    share_channel(lines.line, lines.reader, "read", until=today)
    jobs_channels.remove_ended_channel_grants(0)
    left = set(ChannelUserObjectPermission.objects.values_list("user", flat=True))
    assert left == {lines.admin.pk, lines.reader.pk}


def test_an_ended_grant_does_not_come_back_with_its_old_giver(lines: Lines):
    yesterday = lines.account.today() - datetime.timedelta(days=1)
    share_channel(lines.line, lines.outsider, "admin", until=yesterday)
    lines.client("admin").post(lines.url("collaborators/"), {"user": lines.outsider.pk, "access": "read"})
    assert policy.roles_on(lines.outsider, lines.line) == {"read"}
    rows = ChannelUserObjectPermission.objects.filter(user=lines.outsider)
    assert {(row.granted_by, row.until) for row in rows} == {(lines.admin, None)}


def test_the_administration_tells_staff_no_address(lines: Lines):
    url = "/admin/conversations/channel/"
    staff = UserFactory(account=None, is_staff=True)
    page = lines.client(staff).get(url).content.decode()
    assert lines.line.address not in page
    assert "Main line" not in page
    assert str(lines.account) in page
    assert lines.client(staff).get(f"{url}{lines.line.pk}/change/").status_code in (302, 403)
    own = lines.client("chief").get(url).content.decode()
    assert lines.line.address in own
    assert "Sales line" in own
    other = UserFactory(is_account_admin=True)
    assert lines.line.address not in lines.client(other).get(url).content.decode()
    assert lines.client("admin").get(url).status_code == 403


def test_open_pages_are_told_of_what_somebody_gained_or_lost(lines: Lines, monkeypatch: pytest.MonkeyPatch):
    told: list[int] = []
    for module in (channels, channel_sharing, channel_succession):
        monkeypatch.setattr(module.telling, "tell", lambda account, kind, **facts: told.append(facts["user"]))
    channel_sharing.set_access(lines.admin, lines.line, lines.outsider, "read")
    channel_sharing.remove_access(lines.admin, lines.line, lines.outsider)
    assert told == [lines.outsider.pk] * 2
    told.clear()
    channels.edit_channel(lines.chief, lines.office, label="", department=None)
    assert told == [lines.operator.pk]  # the leader reads on as Admin
