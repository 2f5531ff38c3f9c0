"""When people answer: the windows of a record, one's own, who is callable now, and whom to call next."""

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.models import CallPreference, Interaction, InteractionContact
from conversations.services.preferring import prefer
from tests.factories_engagements import ListFactory

from .lines import own_line
from .looks import examine, too_wide
from .team import at

PHOENIX = "+16025550151"  # where the clock is never changed
OFF = {"java_script_enabled": False}


@pytest.fixture
def ada(team):
    return team.contact("Ada", "Alder", phone=PHOENIX)


@pytest.fixture
def called(team, ada):
    """Ada, who has answered at this hour on this weekday in each of the last six weeks."""
    line, now = own_line(team.owner), timezone.now()
    for weeks in range(1, 7):
        call = Interaction.objects.create(
            account=team.account, type="call", direction="out", channel=line, outside_address=PHOENIX,
            is_answered=True, at=now - datetime.timedelta(weeks=weeks),
        )  # fmt: skip
        InteractionContact.objects.create(interaction=call, contact=ada)
    return ada


def test_a_record_tells_when_somebody_answers(as_user, axe, team, called):
    page = as_user(team.owner)
    page.goto(at(called))
    times = page.locator("#call-times")
    expect(times).to_contain_text("6 of 6 answered")
    expect(times.locator("table")).to_be_visible()  # narrow screens keep it behind "Show all hours"
    expect(times.locator("td[data-top='1']")).to_have_count(1)
    expect(times.locator("td.now")).to_have_count(1)
    examine(page, axe)
    assert too_wide(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(times.locator("table")).to_be_hidden()
    times.get_by_text("Show all hours").click()
    expect(times.locator("table")).to_be_visible()
    examine(page, axe)


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no script"])
def test_a_preferred_window_stands_first_and_is_cleared(as_user, axe, team, ada, options):
    page = as_user(team.owner, **options)
    page.goto(at(ada))
    page.get_by_role("link", name="Set a preferred time").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_days_error")).to_be_visible()
    if not options:
        examine(page, axe, again=True)
        assert too_wide(page) == []
        page.set_viewport_size({"width": 1280, "height": 800})
    for day in ("Tuesday", "Thursday"):
        page.get_by_text(day, exact=True).click()
    page.get_by_label("From", exact=True).select_option("14")
    page.get_by_label("To", exact=True).select_option("16")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#call-times li").first).to_contain_text("Preferred")
    expect(page.locator("#call-times li").first).to_contain_text("2 to 4 pm")
    kept = CallPreference.objects.get(contact=ada)
    assert (list(kept.days), kept.from_hour, kept.to_hour) == ([1, 3], 14, 16)
    page.get_by_role("link", name="Change the preferred time").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("link", name="Set a preferred time")).to_be_visible()
    assert not CallPreference.objects.filter(contact=ada).exists()


def test_the_collection_shows_whom_to_call_now(as_user, axe, team, ada):
    team.contact("Bea", "Alder", phone="+12025550152")
    prefer(team.owner, ada, days=list(range(7)), from_hour=0, to_hour=24)
    page = as_user(team.owner)
    page.goto("/contacts/?callable=1")
    expect(page.locator("#rows a.k-name")).to_have_text(["Ada Alder"])
    examine(page, axe, again=True)
    assert too_wide(page) == []


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no script"])
def test_whom_to_call_next(as_user, axe, team, ada, options):
    bea = team.contact("Bea", "Alder", phone="+12025550152")
    dee = team.contact("Dee", "Alder")  # without a number
    made = ListFactory(owner=team.owner, name="Bakeries", people=[ada, bea, dee])
    page = as_user(team.owner, **options)
    page.goto(f"/lists/{made.pk}/call-next/")
    who = page.locator("#who-next")
    expect(page.locator("#call-next")).to_contain_text("1 of 2")
    first = who.inner_text()
    assert first in ("Ada Alder", "Bea Alder")
    if not options:
        examine(page, axe)
        assert too_wide(page) == []
        page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Not now").click()
    expect(who).not_to_have_text(first)
    page.get_by_role("link", name="Next person").click()
    expect(who).to_have_text(first)
    expect(page.locator("#call-next")).to_contain_text("Passed today")
    page.get_by_role("link", name="Log a call").click()
    expect(page).to_have_url(re.compile("/calls/"))
