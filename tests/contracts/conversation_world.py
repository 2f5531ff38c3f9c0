"""The world of conversations in which addresses are asked: one shared line, one of a department, who has which end.

KINDS, in order: a visitor, a deactivated Admin of the line, a colleague without any access, somebody of another
account, somebody with the contact only, with the line only (Read), with both (Read on the line, Read on the contact),
with both (Write, Write), an Admin of the line with Admin on the contact, an operator of the department, its Admin
Operator, an account administrator without any access, platform staff.

Things: `line` (shared) with `thread` (with `contact`; its newest message is `message`), `unknown` (a thread with nobody
known; `unknown_message`); `office` (the department's line) with `office_thread` (with `office_contact`;
`office_message`); `office_call` rings there.
"""

from __future__ import annotations

import datetime
from functools import partial
from types import SimpleNamespace

from django.utils import timezone

from contacts.models import ContactEmail
from conversations.models import ChannelCheck, Draft, Interaction, MessageTemplate, WebhookSecret
from conversations.providers.base import File
from conversations.services import verifying
from conversations.services.arriving import MailFacts
from conversations.services.attaching import attach, attach_to_draft
from conversations.services.ringing import answer_call
from conversations.services.sending import send_message
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, arrive, department_line, line, share_channel
from tests.factories_departments import DepartmentFactory, operate

from .department_world import Row

KINDS = (
    "anonymous", "inactive", "stranger", "other", "contact_only", "line_only", "reader", "writer", "admin",
    "operator", "admin_operator", "account_admin", "staff",
)  # fmt: skip
NUMBER, UNKNOWN = "+12025550142", "+12025550177"


class ConversationWorld:
    """Everything that an address of conversations may name; areas add their things in methods of their own."""

    def __init__(self) -> None:
        self.account = account = AccountFactory()
        outside = {"anonymous", "other", "account_admin", "staff"}
        self.people = {name: UserFactory(account=account, name=name.title()) for name in KINDS if name not in outside}
        self.people |= {
            "other": UserFactory(),
            "account_admin": UserFactory(account=account, is_account_admin=True),
            "staff": UserFactory(account=None, is_staff=True),
        }
        self.colleague = UserFactory(account=account, name="Colleague")
        people = self.people
        self.line = line(account, read=people["line_only"], write=people["writer"], admin=people["admin"])
        share_channel(self.line, people["reader"], "read")
        share_channel(self.line, people["inactive"], "admin")
        self.contact = ContactFactory(owner=people["admin"], account=account, phone=NUMBER)
        for kind, level in (("contact_only", "read"), ("reader", "read"), ("writer", "write"), ("inactive", "admin")):
            share(self.contact, people[kind], level)
        self.department = DepartmentFactory(account=account, name="Sales")
        operate(self.department, people["operator"])
        operate(self.department, people["admin_operator"], admin=True)
        self.office = department_line(self.department, label="Sales line")
        self.traffic()
        self.keys()
        self.channels()
        self.writing()
        self.corrections()
        self.calls()
        self.outside()
        people["inactive"].is_active = False
        people["inactive"].save()

    def traffic(self) -> None:
        """A text from the contact and from nobody known on the shared line; a text and a ringing call on Sales'."""
        self.message = arrive(self.line, NUMBER)
        self.thread = self.message.conversation
        self.unknown_message = arrive(self.line, UNKNOWN)
        self.unknown = self.unknown_message.conversation
        self.office_message = arrive(self.office, "+12025550188")
        self.office_thread = self.office_message.conversation
        self.office_contact = self.office_message.contacts.get()
        self.office_call = arrive(self.office, "+12025550189", "call", status="ringing")

    def calls(self) -> None:
        """Calls that ring on the shared line, from the contact and from nobody known; one that the writer took."""
        self.line_call = arrive(self.line, NUMBER, "call", status="ringing")
        self.unknown_call = arrive(self.line, UNKNOWN, "call", status="ringing")
        self.taken_call = arrive(self.line, NUMBER, "call", status="ringing")
        answer_call(self.people["writer"], self.taken_call)

    def outside(self) -> None:
        """Mail on the shared mailbox, from the contact and from nobody known; a chat; a mail service's address."""
        ContactEmail.objects.create(contact=self.contact, address="renee@buyer.example")
        html = MailFacts(html="<p>Hello</p>")
        self.mail = arrive(self.mailbox, "renee@buyer.example", "email", mail=html)
        self.unknown_mail = arrive(self.mailbox, "nobody@buyer.example", "email", mail=html)
        key = f"website-chat-{self.account.pk}"
        department_line(self.department, kind="chat", address="Website", provider="webchat", public_key=key)
        self.chat_key, self.hook = SimpleNamespace(pk=key), SimpleNamespace(pk="postmark/inbound/")

    def corrections(self) -> None:
        """A missed call on Sales' line, and mail to Sales that nobody has answered."""
        self.office_missed = arrive(self.office, "+12025550190", "call", is_answered=False)
        address = "sales@acme.example"
        mailbox = department_line(self.department, kind="email", address=address, verified_at=timezone.now())
        self.mail_thread = arrive(mailbox, "ann@buyer.example", "email").conversation

    def writing(self) -> None:
        """What the writer wrote in the thread: a message that failed, one for tomorrow; a draft's file; a template."""
        author, tomorrow = self.people["writer"], timezone.now() + datetime.timedelta(days=1)
        write = partial(send_message, author, channel=self.line, to=NUMBER, type="sms")
        self.failed_message = write(body="It failed")
        Interaction.objects.filter(pk=self.failed_message.pk).update(status="failed")
        self.planned_message = write(body="Tomorrow", send_at=tomorrow)
        self.attached = attach(self.message, [File("note.txt", "text/plain", b"Bay 2")])[0]
        draft = Draft.objects.create(user=author, conversation=self.thread, type="sms")
        self.draft_file = attach_to_draft(draft, [File("plan.txt", "text/plain", b"Bay 3")])[0]
        self.template = MessageTemplate.objects.create(account=self.account, name="Late", body="Sorry, {{given-name}}")

    def channels(self) -> None:
        """`caller` and `mailbox` are shared like the line and wait for the code "123456" and for `link`."""
        people = {name: self.people[name] for name in ("line_only", "reader", "writer", "admin")}
        self.reader, self.admin_person = people["reader"], people["admin"]
        self.caller, self.mailbox = (
            ChannelFactory(account=self.account, kind=kind, address=address, label=kind)
            for kind, address in (("caller_id", "+12025550190"), ("email", "own@example.com"))
        )
        levels = {"line_only": "read", "reader": "read", "writer": "write", "admin": "admin"}
        for channel, secret in ((self.caller, "123456"), (self.mailbox, "t0ken")):
            for name, person in people.items():
                share_channel(channel, person, levels[name])
            now = timezone.now()
            ChannelCheck.objects.create(
                channel=channel, secret_hash=verifying._hash(channel, secret), sent_at=now,
                expires_at=now + datetime.timedelta(minutes=10),
            )  # fmt: skip
        self.link = SimpleNamespace(pk="t0ken")

    def keys(self) -> None:
        """A key with which a phone system signs."""
        self.secret = WebhookSecret.objects.create(account=self.account, secret=f"k3y of {self.account.pk}")

    def argument(self, name: str) -> int:
        return getattr(self, name).pk

    def arguments(self, row: Row) -> list[int]:
        return [self.argument(name) for name in row.args or ()]

    def archive(self, row: Row) -> None:
        """Rows of conversations ask nothing archived; rows of departments do."""

    def fill(self, value: str) -> str:
        """Data and queries of rows name things as {thread} or {line_address}."""
        things = ("contact", "line", "office", "thread", "unknown", "office_thread", "office_contact", "colleague",
                  "department", "message")  # fmt: skip
        return value.format(
            **{name: self.argument(name) for name in things},
            line_address=self.line.address,
            office_address=self.office.address,
        )
