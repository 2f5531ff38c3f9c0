"""Everything of which people are told, made to happen by the services that do it, for the tests of notifications.

Each function does one thing for `desk.kit` (or whom `READER` names) and returns how it is hidden from him again, None
where it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable

from contacts.imports import running
from contacts.models import Import
from contacts.services import access_requests, bulk, list_sharing, ownership, sharing
from contacts_project.accounts import services
from contacts_project.accounts.models import User
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.services import ledger, reviewing, sending
from conversations.engagements.services import sharing as engagement_sharing
from conversations.reading import thread_for
from conversations.services import channel_sharing, threads
from departments.services import operators
from tests.engagements.desk import Desk
from tests.factories import UserFactory
from tests.factories_conversations import arrive, share_channel
from tests.factories_departments import DepartmentFactory, operate
from tests.factories_engagements import share_engagement, share_list

Hide = Callable[[], object] | None
NUMBER = "+12025550142"  # Renee's


def contact_shared(desk: Desk) -> Hide:
    sharing.set_access(desk.ann, [desk.renee.pk], desk.kit, "read")
    return lambda: sharing.remove_access(desk.ann, [desk.renee.pk], desk.kit)


def contact_owner(desk: Desk) -> Hide:
    ownership.change_owner(desk.ann, [desk.renee.pk], desk.kit)
    return lambda: ownership.change_owner(desk.kit, [desk.renee.pk], desk.ann)


def contacts_shared(desk: Desk) -> Hide:
    parameters = {"user": desk.kit.pk, "access": "read", "until": None}
    bulk.start(desk.ann, "share", parameters, ids=[desk.renee.pk])
    return lambda: sharing.remove_access(desk.ann, [desk.renee.pk], desk.kit)


def contacts_owner(desk: Desk) -> Hide:
    bulk.start(desk.ann, "owner", {"user": desk.kit.pk}, ids=[desk.renee.pk])
    ownership.change_owner(desk.kit, [desk.renee.pk], desk.wim)
    return lambda: sharing.remove_access(desk.wim, [desk.renee.pk], desk.kit)


def list_shared(desk: Desk) -> Hide:
    list_sharing.set_access(desk.ann, desk.bakers.pk, desk.kit, "read")
    return lambda: list_sharing.remove_access(desk.ann, desk.bakers.pk, desk.kit)


def list_owner(desk: Desk) -> Hide:
    share_list(desk.bakers, desk.kit, "admin")
    list_sharing.leave(desk.ann, desk.bakers.pk)
    return lambda: share_list(desk.bakers, desk.kit, None)


def request(desk: Desk) -> Hide:
    path = f"/contacts/{desk.renee.pk}/"
    asked = access_requests.ask(desk.kit, path=path, access="read", message="", mail=lambda _: None)
    access_requests.answer(desk.ann, asked, act=None, message="Ask me on Monday", mail=lambda _: None)
    return None


def successor(desk: Desk) -> Hide:
    boss = UserFactory(account=desk.account, is_account_admin=True, name="Bo Boss")
    services.deactivate_user(boss, user=desk.wim, successor=desk.kit)
    return lambda: services.reactivate_user(boss, user=desk.wim)


def finished_import(desk: Desk) -> Hide:
    made = Import.objects.create(
        account=desk.account, user=desk.kit, file_name="leads.csv", format="csv", status="running"
    )
    made.rows.create(number=1, cells=[], outcome="created")
    running.run(made, tells=True)
    return made.delete


def operator(desk: Desk) -> Hide:
    sales = DepartmentFactory(account=desk.account, name="Sales")
    operate(sales, desk.ann, admin=True)
    row, _ = operators.add_operator(desk.ann, sales, desk.kit, is_admin=True)
    return lambda: operators.remove_operator(desk.ann, row)


def own_naming(desk: Desk) -> Hide:
    """The one who names himself removes at once who leads, and is gone again himself: they are told all the same."""
    boss = UserFactory(account=desk.account, is_account_admin=True, name="Bo Boss")
    sales = DepartmentFactory(account=desk.account, name="Sales")
    leader = operate(sales, desk.kit, admin=True)
    operators.add_operator(boss, sales, boss, is_admin=True)
    operators.remove_operator(boss, leader)
    return None


def _thread(desk: Desk):
    desk.share_renee(desk.kit)
    share_channel(desk.line, desk.kit, "read")
    return thread_for(desk.ann, arrive(desk.line, NUMBER).conversation_id)


def mention(desk: Desk) -> Hide:
    threads.write_note(desk.ann, _thread(desk), body="Yours? A secret", mentions=[desk.kit, desk.ann])
    return lambda: sharing.remove_access(desk.ann, [desk.renee.pk], desk.kit)


def assigned(desk: Desk) -> Hide:
    thread = _thread(desk)
    threads.assign(desk.ann, thread, to=desk.kit)
    return lambda: threads.assign(desk.ann, thread, to=None)


def channel_shared(desk: Desk) -> Hide:
    channel_sharing.set_access(desk.ann, desk.line, desk.kit, "read")
    return lambda: channel_sharing.remove_access(desk.ann, desk.line, desk.kit)


def _sending(desk: Desk, **fields: object) -> Engagement:
    made = share_engagement(desk.draft(name="Autumn", status="sending", **fields), desk.kit, "admin")
    Recipient.objects.create(engagement=made, contact=desk.renee, status="delivered")
    Recipient.objects.create(engagement=made, contact=desk.hanna, status="skipped", reason="archived")
    return made


def engagement_done(desk: Desk) -> Hide:
    made = _sending(desk)
    ledger.finish(made.pk)
    ledger.finish(made.pk)  # as by another worker
    return lambda: share_engagement(made, desk.kit, None)


def engagement_paused(desk: Desk) -> Hide:
    made = _sending(desk)
    ledger.stop(made.pk, "The line was archived.")
    return lambda: share_engagement(made, desk.kit, None)


def engagement_shared(desk: Desk) -> Hide:
    made = desk.draft(name="Autumn")
    engagement_sharing.set_access(desk.ann, made, desk.kit, "read")
    return lambda: engagement_sharing.remove_access(desk.ann, made, desk.kit)


def review_asked(desk: Desk) -> Hide:
    sending.send(desk.ann, desk.draft(name="Autumn"))
    return lambda: User.objects.filter(pk=desk.cora.pk).update(is_compliance_admin=False)


def review_answered(desk: Desk) -> Hide:
    made = share_engagement(desk.draft(name="Autumn"), desk.kit, "write")
    share_channel(desk.line, desk.kit, "write")
    share_list(desk.bakers, desk.kit, "read")
    sending.send(desk.kit, made)
    reviewing.decline(desk.cora, made, message="Name the sender")
    return lambda: share_engagement(made, desk.kit, None)


# Kind -> how it happens, and how its line reads.
HAPPENINGS: dict[str, tuple[Callable[[Desk], Hide], str]] = {
    "contact-shared": (contact_shared, "Ann Lee shared Renee Martinez with you"),
    "contact-owner": (contact_owner, "Ann Lee made you owner of Renee Martinez"),
    "contacts-shared": (contacts_shared, "Ann Lee shared 1 contact with you"),
    "contacts-owner": (contacts_owner, "Ann Lee made you owner of 1 contact"),
    "list-shared": (list_shared, "Ann Lee shared the list Bakers with you"),
    "list-owner": (list_owner, "Ann Lee made you owner of the list Bakers"),
    "request": (request, "Ann Lee declined your request for /contacts/"),
    "successor": (successor, "Bo Boss deactivated Wim and named you successor: what was theirs is yours"),
    "import": (finished_import, "Your import leads.csv is done: 1 created"),
    "operator": (operator, "Ann Lee made you an Admin Operator of Sales"),
    "own-naming": (own_naming, "Bo Boss named themselves an Admin Operator of Sales"),
    "mention": (mention, "Ann Lee mentioned you in the conversation with Renee Martinez"),
    "assigned": (assigned, "Ann Lee gave you the conversation with Renee Martinez"),
    "channel-shared": (channel_shared, "Ann Lee shared the line Main line with you"),
    "engagement-done": (engagement_done, "Autumn has finished: 1 sent, 1 left out"),
    "engagement-paused": (engagement_paused, "Autumn paused by itself: The line was archived."),
    "engagement-shared": (engagement_shared, "Ann Lee shared the engagement Autumn with you"),
    "review-asked": (review_asked, "Ann Lee handed in Autumn for review: it waits for an answer"),
    "review-answered": (review_answered, "Cora declined Autumn"),
}
READER = {"review-asked": "cora"}
OF_ANN_S = {"engagement-done", "engagement-paused", "review-answered"}  # she wrote it: she is told, too
