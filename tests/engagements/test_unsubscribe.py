"""The link out of an email: for whoever holds it, with one click, and back again."""

import re

import pytest
from django.core.signing import Signer
from django.test import Client

from contacts.models import JoinedContact
from conversations.engagements import unsubscribing
from conversations.engagements.models import Recipient
from conversations.models import OptOut
from conversations.services.opting import is_opted_out, opt_out
from tests.factories_contacts import ContactFactory
from tests.factories_engagements import ListFactory, put_on_list

from .sent import EMAIL, Sent, again

pytestmark = pytest.mark.django_db
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def mailed(sent) -> Recipient:
    return sent.recipient(kind="email", status="sent")


@pytest.fixture
def url(mailed, settings) -> str:
    """The path of the link in the mail's header."""
    settings.PUBLIC_ADDRESS = "https://crm.example/"
    header = unsubscribing.headers_for(mailed)["List-Unsubscribe"]
    assert header.startswith("<https://crm.example/unsubscribe/")
    return header.removeprefix("<https://crm.example").removesuffix(">")


def test_the_headers_and_the_line_in_the_text(mailed, settings):
    settings.PUBLIC_ADDRESS = "https://crm.example"
    link = unsubscribing.link_for(mailed)
    assert unsubscribing.headers_for(mailed) == {
        "List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip
    assert link in unsubscribing.footer_for(mailed)
    for site, recipient in (("", mailed), ("https://crm.example", Recipient(contact=mailed.contact))):
        settings.PUBLIC_ADDRESS = site
        assert (unsubscribing.headers_for(recipient), unsubscribing.footer_for(recipient)) == ({}, "")


def test_a_mail_program_unsubscribes_with_one_click(sent, mailed, url):
    other = ListFactory(owner=sent.author)
    elsewhere = put_on_list(other, sent.renee)
    left_out = ListFactory(owner=sent.author)
    mailed.engagement.with_lists.create(list=left_out, is_left_out=True)
    kept = put_on_list(left_out, sent.renee)
    program = Client(enforce_csrf_checks=True)
    answers = [program.post(url, ONE_CLICK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    said = [TOKEN.sub(b"", answer.content) for answer in answers]
    assert said[0] == said[1]  # the same however often
    assert is_opted_out(sent.account.pk, "email", EMAIL)
    assert OptOut.objects.count() == 1
    assert again(mailed).unsubscribed_at
    for item, subscribed in ((sent.item, False), (elsewhere, True), (kept, True)):
        item.refresh_from_db()
        assert item.is_subscribed is subscribed
    assert (sent.item.changed_by, bool(sent.item.changed_at)) == (None, True)


def test_looking_changes_nothing_and_the_page_is_no_ones_else(sent, mailed, url):
    page = Client().get(url)
    assert page.status_code == 200
    assert b'data-action="unsubscribe"' in page.content
    assert EMAIL in page.content.decode()
    assert "Renee" not in page.content.decode()
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "no-store" in page["Cache-Control"]
    Client().head(url)
    assert not OptOut.objects.exists()
    assert again(mailed).unsubscribed_at is None


def test_there_is_a_way_back(sent, mailed, url):
    page = Client().post(url)
    assert b"You are unsubscribed" in page.content
    first = again(mailed).unsubscribed_at
    page = Client().post(url, {"again": "1"})
    assert b"You are subscribed again" in page.content
    assert not is_opted_out(sent.account.pk, "email", EMAIL)
    sent.item.refresh_from_db()
    assert sent.item.is_subscribed
    Client().post(url)
    assert is_opted_out(sent.account.pk, "email", EMAIL)
    assert again(mailed).unsubscribed_at == first


def test_the_way_back_leaves_what_a_colleague_decided(sent, mailed, url):
    sent.item.is_subscribed, sent.item.changed_by = False, sent.author
    sent.item.save()
    opt_out(sent.account.pk, "email", EMAIL)
    Client().post(url, {"again": "1"})
    sent.item.refresh_from_db()
    assert sent.item.is_subscribed is False


def test_only_the_mail_that_was_answered_counts_it(sent, mailed, url):
    newer = sent.recipient(kind="email", status="sent")
    Client().post(url, ONE_CLICK)
    assert again(mailed).unsubscribed_at
    assert again(newer).unsubscribed_at is None


def test_tokens_that_are_not_ours(sent, mailed, url):
    other, texted = Sent().recipient(kind="email"), sent.recipient()
    good = url.split("/")[2]
    pk, _, signature = good.partition(":")
    gone = sent.recipient(sent.engagement("email"), "email")
    stale = unsubscribing.token_for(gone)
    gone.delete()
    tokens = [
        f"{other.pk}:{signature}", pk, f"{pk}:", f":{signature}", good[:-1], good + "x", good.upper(),
        f"{pk}\x00:{signature}", f"0{good}", "%00", "٣:x", "x" * 5000, stale,
        Signer(salt="another").sign(pk), Signer().sign(pk), Signer(salt=unsubscribing.SALT).sign("9" * 40),
        Signer(salt=unsubscribing.SALT).sign("-1"),
        unsubscribing.token_for(texted),
    ]  # fmt: skip
    for token in tokens:
        address = f"/unsubscribe/{token}/"
        assert {Client().get(address).status_code, Client().post(address, ONE_CLICK).status_code} == {404}, token
    assert not OptOut.objects.exists()
    assert Client().put(url).status_code == 405


def test_another_account_of_the_same_address_is_not_concerned(sent, mailed, url):
    Client().post(url, ONE_CLICK)
    assert OptOut.objects.get().account == sent.account


def test_a_record_that_was_joined_leaves_the_lists_of_the_other(sent, mailed, url):
    twin = ContactFactory(owner=sent.author)
    JoinedContact.objects.create(contact=sent.renee, kept=twin)
    item = put_on_list(sent.list, twin)
    Client().post(url, ONE_CLICK)
    item.refresh_from_db()
    assert item.is_subscribed is False
