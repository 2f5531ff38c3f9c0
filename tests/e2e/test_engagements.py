"""An engagement from its text to its results, with and without JavaScript; the running worker sends it."""

import re
import time

import pytest
from playwright.sync_api import expect

from contacts.models import List, ListItem
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.unsubscribing import token_for
from conversations.models import Channel, OptOut
from tests.factories_conversations import ChannelFactory, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, put_on_list

from .lines import own_line
from .looks import every, examine, look, too_wide

OFF = {"java_script_enabled": False}
PAGES = {  # by the mailbox of who looks; what stands in braces is an id, see `ids`
    "owner": [
        "/engagements/",
        "/engagements/new/",
        "/engagements/{catalogue}/",
        "/engagements/{catalogue}/collaborators/",
    ],
    "seller": [
        "/engagements/{spring}/edit/",
        "/engagements/{spring}/preview/",
        "/engagements/{spring}/preflight/",
        "/engagements/{spring}/send/",
        "/contacts/{renee}/history/",
    ],
}
AGAIN = {
    "owner": ["/engagements/{dock}/", "/engagements/{catalogue}/?status=skipped"],
    "seller": ["/engagements/{spring}/preflight/?reason=sent", "/contacts/{renee}/"],
    "outsider": ["/engagements/"],
}
NAMES = {"catalogue": "Autumn catalogue", "dock": "Dock closed on Friday", "spring": "Spring check-up"}


@pytest.fixture(scope="module")
def ids(database):
    """{word: id} of what PAGES names in braces, from the demo."""
    made = {one.name: one.pk for one in Engagement.objects.filter(account__name="Acme")}
    renee = {"contact__given_name": "Renee", "contact__kind": "department"}
    got = Recipient.objects.filter(engagement__name="Winter service 2026", **renee).first()
    return {word: made[name] for word, name in NAMES.items()} | {"renee": got.contact_id}


@pytest.mark.parametrize(("mailbox", "address", "again"), every(PAGES, AGAIN))
def test_pages(looks_in, axe, ids, mailbox, address, again):
    page = looks_in(f"{mailbox}@acme.example")
    counting = page.locator("#preflight-slot a").filter(has_text="Pre-flight:")
    assert look(page, axe, address.format(**ids), again=again, without=counting).status == 200


@pytest.fixture
def bakeries(team):
    """Four people on a list: two who get it, one who unsubscribed, one without a number."""
    made = ListFactory(owner=team.owner, name="Bakeries")
    for name, phone in (("Ada", "+12025550151"), ("Bea", "+12025550152"), ("Cyd", "+12025550153"), ("Dee", "")):
        contact = team.contact(name, "Alder", **({"phone": phone} if phone else {}))
        put_on_list(made, contact, is_subscribed=name != "Cyd")
    return made


@pytest.fixture
def line(team):
    return own_line(team.owner)


def one(team) -> Engagement:
    return Engagement.objects.get(account=team.account)


def write(page, made: List, line: Channel):
    page.goto(f"/engagements/new/?lists={made.pk}")
    page.get_by_label("Name", exact=True).fill("Oven service")
    page.locator("[name=kind][value=text]").check()
    page.get_by_label("From", exact=True).select_option(str(line.pk))
    page.get_by_label("Text", exact=True).fill("Hi {{first-name}}, your oven is due.")
    for hour in ("from_hour", "to_hour"):
        page.locator(f"[name={hour}]").select_option("")


def sent_to_two(page):
    """The numbers of the page that is open add up: four on the list, two get it."""
    numbers = page.locator("#preflight tr")
    expect(numbers.filter(has_text="On these lists")).to_contain_text("4")
    expect(numbers.filter(has_text="Will be sent")).to_contain_text("2")
    expect(page.locator("#preflight")).to_contain_text("Unsubscribed")


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no script"])
def test_an_engagement_is_written_looked_at_and_sent(as_user, team, bakeries, line, options):
    page = as_user(team.owner, **options)
    write(page, bakeries, line)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    page.goto(f"/engagements/{one(team).pk}/preview/")
    expect(page.locator("#preview")).to_contain_text("Hi Ada, your oven is due.")
    page.goto(f"/engagements/{one(team).pk}/edit/")
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and send")
    sent_to_two(page)
    page.get_by_role("button", name="Send to 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oven service")
    if options:
        is_done(team)
        page.reload()
    done = page.locator("#engagement-head[data-status=done]")
    expect(done).to_be_visible(timeout=30_000)
    adds_up(page, team)


def is_done(team):
    """Wait until the worker is through with it."""
    for _ in range(300):
        if one(team).status == "done" and not one(team).recipients.filter(status__in=["handed", "sent"]).exists():
            return
        time.sleep(0.1)
    raise AssertionError(one(team).status)


def adds_up(page, team):
    made = one(team)
    statuses = sorted(made.recipients.values_list("status", "reason"))
    assert len(statuses) == 4
    assert sum(status == "skipped" for status, _ in statuses) == 2
    page.goto(f"/engagements/{made.pk}/")
    rows = page.locator("#recipient-rows tr")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="Ada Alder")).to_contain_text(re.compile("Delivered|Sent"))
    expect(rows.filter(has_text="Cyd Alder")).to_contain_text("Skipped")
    ada = made.recipients.get(contact__given_name="Ada").contact_id
    page.goto(f"/contacts/{ada}/history/")
    expect(page.locator("#history-rows tr")).to_contain_text("Oven service")
    expect(page.locator("#history-rows tr")).to_contain_text(re.compile("Delivered|Sent"))


def test_a_draft_saves_itself_and_shows_what_one_person_gets(as_user, team, bakeries, line):
    page = as_user(team.owner)
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/engagements/" in answer.url):
        write(page, bakeries, line)
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    expect(page.locator("#preview")).to_contain_text("your oven is due.")
    sent_to_two(page)
    page.reload()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Hi {{first-name}}, your oven is due.")
    assert Engagement.objects.filter(account=team.account).count() == 1


def test_a_field_that_there_is_not_is_refused_with_the_text_kept(as_user, team, bakeries, line):
    page = as_user(team.owner, **OFF)
    write(page, bakeries, line)
    page.get_by_label("Text", exact=True).fill("Hi {{shoe-size}}")
    page.get_by_role("button", name="Review and send").click()
    expect(page.locator("#id_body_error")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Hi {{shoe-size}}")


def test_it_is_paused_resumed_and_the_rest_cancelled(as_user, team, bakeries, line):
    """One message a minute leaves time to do so."""
    made = EngagementFactory(author=team.owner, channel=line, lists=[bakeries], name="Oven service", per_minute=1)
    page = as_user(team.owner)
    page.goto(f"/engagements/{made.pk}/send/")
    page.get_by_role("button", name="Send to 2").click()
    expect(page.locator("#engagement-head[data-status=sending]")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#engagement-head[data-status=paused]")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#engagement-head[data-status=sending]")).to_be_visible()
    page.get_by_role("button", name="Cancel the rest").first.click()
    page.locator("#cancel-rest").get_by_role("button", name="Cancel the rest").click()
    expect(page.locator("#engagement-head[data-status=cancelled]")).to_be_visible()
    assert made.recipients.exclude(handed_over_at=None).count() <= 1


def test_compliance_approves_before_anything_leaves(as_user, team, bakeries, line):
    team.account.compliance_required = True
    team.account.save()
    team.manager.is_compliance_admin = True
    team.manager.save()
    made = EngagementFactory(author=team.owner, channel=line, lists=[bakeries], name="Oven service")
    page = as_user(team.owner, **OFF)
    page.goto(f"/engagements/{made.pk}/send/")
    page.get_by_role("button", name="Hand in for review, 2 people").click()
    expect(page.locator("#engagement-head[data-status=review]")).to_be_visible()
    theirs = as_user(team.manager, **OFF)
    theirs.goto(f"/engagements/{made.pk}/")
    expect(theirs.locator("#main")).to_contain_text("the oven service is due")
    theirs.get_by_role("button", name="Approve").click()
    is_done(team)
    assert made.recipients.exclude(handed_over_at=None).count() == 2


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no script"])
def test_who_got_a_mail_leaves_by_its_link_and_comes_back(new_page, axe, team, options):
    mailbox = ChannelFactory(account=team.account, kind="email", address=f"owner.{team.account.pk}@example.com")
    share_channel(mailbox, team.owner, "admin")
    contact = team.contact(email="renee@buyer.example")
    made = ListFactory(owner=team.owner, people=[contact])
    mail = EngagementFactory(
        author=team.owner, channel=mailbox, lists=[made], kind="email", subject="News", status="done"
    )
    got = Recipient.objects.create(engagement=mail, contact=contact, status="delivered", address="renee@buyer.example")
    page = new_page(**options)
    page.goto(f"/unsubscribe/{token_for(got)}/")
    if not options:
        examine(page, axe)
        assert too_wide(page) == []
    assert not OptOut.objects.filter(account=team.account).exists()  # opening the link changes nothing
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert OptOut.objects.filter(account=team.account, address="renee@buyer.example").exists()
    assert not ListItem.objects.get(list=made, contact=contact).is_subscribed
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed again")
    assert page.goto("/unsubscribe/forged/").status == 404
