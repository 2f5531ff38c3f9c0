"""Icons, avatars, times, capped counts, the sidebar's entries and what a toast carries."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from types import SimpleNamespace

import pytest
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.utils import timezone

from contacts_project.core.templatetags import kithline

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


def render(source: str, **context: object) -> str:
    return Template("{% load kithline %}" + source).render(Context(context))


@pytest.fixture
def wednesday(monkeypatch):
    """18 November 2026, 14:30 in New York, as the reader's present."""
    moment = dt.datetime(2026, 11, 18, 14, 30, tzinfo=NEW_YORK)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    with timezone.override(NEW_YORK):
        yield moment


def test_icon_points_into_the_sprite_and_is_hidden_from_readers():
    html = render('{% icon "phone" "icon-s" %}')
    assert html.startswith('<svg class="icon icon-s" aria-hidden="true"><use href="/static/')
    assert "icons" in html
    assert '#phone"/>' in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Renee Martinez", "RM"),
        ("  Anna-Maria  van der   Berg ", "AB"),
        ("Cher", "C"),
        ("élodie", "É"),
        ("(Bob) 3rd", "BR"),
        ("李 小龙", "李小"),
        ("+1 202 555 0142", ""),
        ("", ""),
    ],
)
def test_initials_are_of_the_first_and_last_word(name, letters):
    assert kithline.initials(name) == letters


def test_avatar_without_a_name_shows_a_phone():
    html = render("{% avatar name 7 'l' %}", name=None)
    assert '<span class="k-av l" data-hue="' in html
    assert "#phone" in html


def test_avatar_escapes_and_keeps_its_hue():
    assert render("{% avatar name 7 %}", name="<b> Zed") == render("{% avatar name 7 %}", name="Bo Zed")
    assert {kithline.hue(number) for number in range(100)} == set(kithline.HUE_NAMES)


@pytest.mark.parametrize(
    ("number", "full", "short"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (10_000, "10,000+", "10k+"),
        (1_000_000, "10,000+", "10k+"),
        (None, "", ""),
    ],
)
def test_counts_are_exact_below_ten_thousand(number, full, short):
    assert kithline.capped(number) == full
    assert kithline.capped(number, "short") == short


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (dt.datetime(2026, 11, 18, 9, 5, tzinfo=NEW_YORK), "9:05"),
        (dt.datetime(2026, 11, 19, 2, 0, tzinfo=dt.UTC), "21:00"),  # still Wednesday for the reader
        (dt.datetime(2026, 11, 16, 9, 5, tzinfo=NEW_YORK), "Mon"),
        (dt.datetime(2026, 11, 15, 9, 5, tzinfo=NEW_YORK), "15 Nov"),
        (dt.datetime(2025, 3, 14, 9, 5, tzinfo=NEW_YORK), "14 Mar 2025"),
        (dt.date(2026, 11, 18), "Today"),
        (dt.date(2026, 11, 20), "Fri"),
        (dt.date(1990, 2, 3), "3 Feb 1990"),
    ],
)
def test_times_are_as_short_as_they_can_be(wednesday, value, shown):
    assert f">{shown}</time>" in kithline.when(value)


def test_time_says_everything_in_its_title(wednesday):
    html = kithline.when(dt.datetime(2026, 11, 16, 14, 5, tzinfo=dt.UTC))
    assert 'datetime="2026-11-16T09:05:00-05:00"' in html
    assert 'title="Monday 16 November 2026, 9:05 EST"' in html
    assert kithline.when(None, "Never") == "Never"


@pytest.mark.parametrize(
    ("path", "section", "current"), [("/contacts/5/", "", True), ("/today/", "", False), ("/x/", "contacts", True)]
)
def test_navigation_marks_where_the_reader_is(path, section, current):
    request = SimpleNamespace(path=path)
    html = render('{% nav_entry "contacts" "/contacts/" "phone" "Contacts" 12 %}', request=request, section=section)
    assert ('aria-current="page"' in html) is current
    assert '<span class="visually-hidden">open: </span>12' in html


@pytest.mark.parametrize(
    ("tags", "parts"),
    [
        ("undo:abc:DEF-1", {"undo": "abc:DEF-1", "link": "", "label": ""}),
        ("link:/contacts/5/|Open it", {"undo": "", "link": "/contacts/5/", "label": "Open it"}),
        ("link:/a/|Open it undo:x", {"undo": "x", "link": "/a/", "label": "Open it"}),
        ("link://evil.example/|Go", {"undo": "", "link": "", "label": ""}),
        ("", {"undo": "", "link": "", "label": ""}),
        ("undo-by:/a/5/?user=7&role=admin", {"again": "/a/5/", "fields": [("user", "7"), ("role", "admin")]}),
        ("undo-by://evil.example/?user=7", {"again": "", "fields": []}),
    ],
)
def test_toast_reads_its_tags(tags, parts):
    nothing = {"undo": "", "again": "", "fields": [], "link": "", "label": ""}
    assert kithline.toast_parts(Message(20, "Archived", tags)) == nothing | parts


def test_toast_escapes_and_offers_undo():
    html = render('{% include "_toasts.html" %}', messages=[Message(20, "<b> archived", "undo:tok")], csrf_token="t")
    assert "&lt;b&gt; archived" in html
    assert 'action="/undo/tok/"' in html
