"""The world that the access tests of lists, engagements and call times ask: people, lists, engagements in each state.

`reader`, `writer` and `admin` have that level on the contact, the line, the list and the engagements; `list_reader`
reads the list only, `line_reader` the line and the contact, `compliance` reviews. On the list stands also a contact
that nobody of them sees but `keeper`, who owns it.
"""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import TimestampSigner
from django.utils import timezone

from contacts.models import List
from conversations.engagements import recordings
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.unsubscribing import token_for
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import line, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, put_on_list, share_engagement, share_list

from .department_world import Row

KINDS = (
    "anonymous", "inactive", "stranger", "other", "list_reader", "line_reader", "reader", "writer", "admin",
    "compliance", "account_admin", "staff",
)  # fmt: skip
NUMBER = "+12025550142"


class EngagementWorld:
    """Everything that an address of lists and engagements may name; areas add their things in methods of their own."""

    def __init__(self) -> None:
        self.account = account = AccountFactory(export_enabled=True, compliance_required=True)
        outside = {"anonymous", "other", "account_admin", "compliance", "staff"}
        self.people = {name: UserFactory(account=account, name=name.title()) for name in KINDS if name not in outside}
        self.people |= {
            "other": UserFactory(),
            "account_admin": UserFactory(account=account, is_account_admin=True),
            "compliance": UserFactory(account=account, is_compliance_admin=True),
            "staff": UserFactory(account=None, is_staff=True),
        }
        self.colleague = UserFactory(account=account, name="Colleague")
        self.keeper = UserFactory(account=account, name="Keeper")
        people = self.people
        self.line = line(account, read=people["line_reader"], write=people["writer"], admin=people["admin"])
        share_channel(self.line, people["reader"], "read")
        self.contact = ContactFactory(owner=people["admin"], account=account, phone=NUMBER, email="renee@one.example")
        self.hidden = ContactFactory(owner=self.keeper, account=account, phone="+12025550143")
        self.spare = ContactFactory(owner=people["admin"], account=account, phone="+12025550144")
        for kind, level in (("line_reader", "read"), ("reader", "read"), ("writer", "write"), ("inactive", "admin")):
            share(self.contact, people[kind], level)
        share(self.spare, people["writer"], "read")
        self.lists()
        self.engagements()
        self.links()
        self.forged = "forged"
        people["inactive"].is_active = False
        people["inactive"].save()

    def lists(self) -> None:
        """A shared list with a contact that its readers see and one that they do not."""
        self.list: List = self.shared_list("Bakeries")
        self.item = put_on_list(self.list, self.contact)
        self.hidden_item = put_on_list(self.list, self.hidden)

    def shared_list(self, name: str) -> List:
        people = self.people
        made = ListFactory(owner=people["admin"], name=name)
        levels = {"list_reader": "read", "reader": "read", "writer": "write", "colleague": "write", "inactive": "admin"}
        for kind, level in levels.items():
            share_list(made, self.colleague if kind == "colleague" else people[kind], level)
        return made

    def engagements(self) -> None:
        """One in each state that an address asks about."""
        self.draft = self.shared_engagement("draft")
        self.sending = self.shared_engagement("sending")
        self.paused = self.shared_engagement("paused")
        self.done = self.shared_engagement("done")
        self.reviewed = self.shared_engagement("review")
        self.reviewed.reviews.create(asked_by=self.people["writer"], version=self.reviewed.version)
        for engagement in (self.sending, self.paused):
            Recipient.objects.create(engagement=engagement, contact=self.contact)
        Recipient.objects.create(
            engagement=self.done, contact=self.contact, status="failed", address=NUMBER, attempts=1,
            handed_over_at=timezone.now(), final_at=timezone.now(),
        )  # fmt: skip

    def links(self) -> None:
        """What is signed for people and machines without an account: the link out of an email, and a recording."""
        mailed = EngagementFactory(
            author=self.people["admin"], kind="email", lists=[self.list], status="done", started_at=timezone.now()
        )
        recipient = Recipient.objects.create(
            engagement=mailed, contact=self.contact, status="sent", address="renee@one.example",
            handed_over_at=timezone.now(),
        )  # fmt: skip
        self.signed = token_for(recipient)
        spoken = EngagementFactory(author=self.people["admin"], kind="voice", recording="engagements/of-the-tests.mp3")
        default_storage.save(spoken.recording.name, ContentFile(b"ID3"))
        self.sound = TimestampSigner(salt=recordings.SALT).sign(str(spoken.pk))

    def shared_engagement(self, status: str) -> Engagement:
        people = self.people
        started = None if status in ("draft", "review") else timezone.now()
        made = EngagementFactory(
            author=people["admin"], channel=self.line, lists=[self.list], status=status, started_at=started
        )
        levels = {"reader": "read", "writer": "write", "colleague": "write", "inactive": "admin"}
        for kind, level in levels.items():
            share_engagement(made, self.colleague if kind == "colleague" else people[kind], level)
        return made

    def argument(self, name: str) -> Any:
        """The id of a thing, or its text: a signed token."""
        thing = getattr(self, name)
        return thing if isinstance(thing, str) else thing.pk

    def arguments(self, row: Row) -> list[Any]:
        return [self.argument(name) for name in row.args or ()]

    def archive(self, row: Row) -> None:
        """`archived` archives the list."""
        if row.archived:
            List.objects.filter(pk=self.list.pk).update(archived_at=timezone.now())

    def fill(self, value: str) -> str:
        """Data and queries of rows name things as {contact} or {line}."""
        things = ("contact", "hidden", "spare", "line", "list", "item", "draft", "sending", "done", "colleague")
        return value.format(**{name: self.argument(name) for name in things}, colleague_email=self.colleague.email)
