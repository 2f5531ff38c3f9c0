"""One line: label, department, archive, default; what account administrators may and what they read."""

import pytest
from django.utils import timezone

from conversations import policy, visibility
from conversations.models import Channel, ChannelPreference
from conversations.services.channels import set_default
from tests.contacts.crew import undo_last
from tests.factories import AccountFactory
from tests.factories_conversations import ChannelFactory, arrive
from tests.factories_departments import DepartmentFactory, operate

from .lines import Lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_write_changes_the_label_read_does_not(lines: Lines):
    assert lines.client("reader").post(lines.url(), {"label": "No"}).status_code == 403
    assert lines.client("writer").post(lines.url(), {"label": " Front   desk "}).status_code == 303
    lines.line.refresh_from_db()
    assert lines.line.label == "Front desk"


def test_account_administrators_manage_every_line_and_read_nothing(lines: Lines):
    message = arrive(lines.line, body="Secret words")
    page = lines.client("chief").get(lines.url())
    assert page.status_code == 200
    assert b"You manage this line as account administrator" in page.content
    assert lines.client("chief").post(lines.url(), {"label": "Front"}).status_code == 303
    assert not visibility.interactions_visible_to(lines.chief).exists()
    assert visibility.interactions_visible_to(lines.reader).get() == message
    assert lines.client("chief").get(f"/conversations/{message.conversation_id}/").status_code == 404


def test_moving_to_a_department_ends_the_grants(lines: Lines):
    operate(lines.sales, lines.admin, admin=True)
    assert lines.client("admin").post(lines.url(), {"label": "", "department": lines.sales.pk}).status_code == 303
    lines.line.refresh_from_db()
    assert lines.line.department == lines.sales
    assert not lines.line.grants.exists()
    assert policy.roles_on(lines.reader, lines.line) == frozenset()
    assert policy.roles_on(lines.operator, lines.line) == {"operator"}


def test_who_manages_one_end_only_moves_nothing(lines: Lines):
    move = {"label": "", "department": lines.sales.pk}
    for who, channel in (("admin", lines.line), ("writer", lines.line)):
        assert lines.client(who).post(lines.url(channel=channel), move).status_code == 403
    support = DepartmentFactory(account=lines.account, name="Support")
    other = DepartmentFactory(account=AccountFactory())
    office = lines.url(channel=lines.office)
    assert lines.client("leader").post(office, {"label": "", "department": support.pk}).status_code == 403
    assert lines.client("leader").post(office, {"label": "", "department": other.pk}).status_code == 422
    operate(support, lines.leader, admin=True)
    assert lines.client("leader").post(office, {"label": "", "department": support.pk}).status_code == 303


def test_moving_out_makes_the_admin_operators_admins(lines: Lines):
    assert (
        lines.client("chief").post(lines.url(channel=lines.office), {"label": "", "department": ""}).status_code == 303
    )
    lines.office.refresh_from_db()
    assert lines.office.department is None
    assert policy.roles_on(lines.leader, lines.office) == {"admin"}
    assert policy.roles_on(lines.operator, lines.office) == frozenset()
    assert policy.can(lines.chief, "read", lines.office) is False


def test_a_post_without_department_leaves_it(lines: Lines):
    lines.client("leader").post(lines.url(channel=lines.office), {"label": "Front"})
    lines.office.refresh_from_db()
    assert (lines.office.label, lines.office.department) == ("Front", lines.sales)


def test_archive_sends_nothing_and_comes_back_by_undo(lines: Lines):
    client = lines.client("admin")
    assert client.post(lines.url("archive/")).status_code == 303
    lines.line.refresh_from_db()
    assert lines.line.archived_at
    assert not policy.usable(lines.writer).filter(pk=lines.line.pk).exists()
    first = lines.line.archived_at
    assert client.post(lines.url("archive/")).status_code == 303  # again changes nothing
    lines.line.refresh_from_db()
    assert lines.line.archived_at == first
    assert undo_last(lines.admin)[0].endswith("unarchived")
    assert policy.usable(lines.writer).filter(pk=lines.line.pk).exists()


def test_an_archived_line_refuses_what_changes_it(lines: Lines):
    Channel.objects.filter(pk=lines.line.pk).update(archived_at=timezone.now())
    client = lines.client("admin")
    for rest, data in (("", {"label": "x"}), ("collaborators/", {"user": lines.outsider.pk, "access": "read"}),
                       ("default/", {}), (f"collaborators/{lines.reader.pk}/", {"access": "write"})):  # fmt: skip
        answer = client.post(lines.url(rest), data)
        assert answer.status_code == 403, rest
        assert b"Archived: unarchive it first" in answer.content
    assert client.get(lines.url()).status_code == 200
    assert client.post(lines.url(f"collaborators/{lines.reader.pk}/remove/")).status_code == 303
    assert client.post(lines.url("unarchive/")).status_code == 303
    assert client.post(lines.url(), {"label": "x"}).status_code == 303


def test_unarchiving_a_number_that_is_in_use_again_says_so(lines: Lines):
    Channel.objects.filter(pk=lines.line.pk).update(archived_at=timezone.now())
    ChannelFactory(account=lines.account, address=lines.line.address)
    answer = lines.client("admin").post(lines.url("unarchive/"))
    assert answer.status_code == 422
    assert b"Your account has this line already." in answer.content


def test_one_default_of_each_kind_for_each_person(lines: Lines):
    other = ChannelFactory(account=lines.account, label="Second")
    policy.grants.set_level(policy.ChannelUserObjectPermission, [other], [lines.writer], "write", by=None)
    client = lines.client("writer")
    for channel in (lines.line, other):
        assert client.post(lines.url("default/", channel)).status_code == 303
    assert ChannelPreference.objects.get(user=lines.writer).channel == other
    assert b"Your default" in client.get(lines.url(channel=other)).content
    client.post(lines.url("default/", other), {"default": "0"})
    assert not ChannelPreference.objects.exists()


def test_a_default_needs_write(lines: Lines):
    answers = {who: lines.client(who).post(lines.url("default/")).status_code for who in ("reader", "chief", "writer")}
    assert answers == {"reader": 403, "chief": 403, "writer": 303}


def test_a_default_that_is_lost_is_forgotten_with_the_access(lines: Lines):
    set_default(lines.writer, lines.line, is_default=True)
    lines.client("admin").post(lines.url(f"collaborators/{lines.writer.pk}/remove/"))
    assert not ChannelPreference.objects.exists()


def test_a_departments_line_names_its_operators_by_role(lines: Lines):
    page = lines.client("operator").get(lines.url(channel=lines.office)).content.decode()
    assert "Department Operator" in page
    assert "Lea" in page
    assert f"/departments/{lines.sales.pk}/operators/" in page
    assert "Add a person" not in page


def test_hidden_and_missing_are_one_answer(lines: Lines):
    client = lines.client("outsider")
    hidden, missing = client.get(lines.url()), client.get("/channels/987654321/")
    assert hidden.status_code == missing.status_code == 404
    assert client.get("/channels/99999999999999999999999/").status_code == 404
