"""Lines for browser tests, what comes in on them, and the outside world as the simulator's page plays it."""

from __future__ import annotations

import random
from typing import Any

from playwright.sync_api import Locator, Page, expect

from contacts_project.accounts.models import User
from contacts_project.core.phones import format_national
from conversations.models import Channel, Interaction
from departments.models import Department
from tests.factories_conversations import arrive, department_line, line

CALLER, SHOWN = "+12025550164", "(202) 555-0164"
BLUE = bytes.fromhex(  # a picture of one pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763606060000000040001274a"
    "f4c90000000049454e44ae426082"
)
PICTURE = {"name": "oven.png", "mimeType": "image/png", "buffer": BLUE}


class Hand:
    """A person at a page, whose clicks and keys are counted; text that is typed into a field is no key."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def line_of(department: Department, **fields: Any) -> Channel:
    """The department's number, which can do everything."""
    return department_line(department, **{"label": f"{department.name} line", **fields})


def own_line(owner: User, **people: User) -> Channel:
    """A number of `owner`'s; `people` by their level."""
    channel = line(owner.account, admin=owner, **people)
    Channel.objects.filter(pk=channel.pk).update(label="Direct line")
    channel.refresh_from_db()
    return channel


def unknown_number() -> tuple[str, str]:
    """A number that nobody has, and how it is shown: the demo's accounts are kept from run to run."""
    number = f"+1212{random.randint(2_300_000, 9_999_999)}"
    return number, format_national(number, "US")


def text_from(channel: Channel, sender: str = CALLER, body: str = "Is anybody there?", **facts: Any) -> Interaction:
    return arrive(channel, sender, "sms", body=body, **facts)


def rings(channel: Channel, sender: str = CALLER) -> Interaction:
    """A call that rings until somebody answers."""
    return arrive(channel, sender, "call", status="ringing")


def thread(interaction: Interaction, rest: str = "") -> str:
    """Address of the conversation, such as thread(text, "contact/")."""
    return f"/conversations/{interaction.conversation_id}/{rest}"


def listens(page: Page) -> None:
    """Wait until the page hears the server's news."""
    expect(page.locator("#live")).to_have_attribute("data-opened", "1")


def plays(page: Page, channel: Channel, does: str, sender: str = CALLER, words: str = "") -> None:
    """Somebody outside does this with the line, on the simulator's page."""
    page.goto("/simulator/")
    page.get_by_label("From", exact=True).fill(sender)
    page.get_by_label("To", exact=True).select_option(str(channel.pk))
    page.locator("#simulator-form").get_by_text(does, exact=True).click()
    page.get_by_label("Words", exact=True).fill(words)
    page.get_by_role("button", name="Send it in").click()
    expect(page.locator("[data-toast]").first).to_be_visible()


def badge(page: Page) -> Locator:
    """The number of unread conversations beside Inbox."""
    return page.locator("#nav-inbox")
