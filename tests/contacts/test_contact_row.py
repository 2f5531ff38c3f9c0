"""The collection's lines are filled into patterns: whatever a contact is called, it stands there as text."""

import datetime

import pytest
from django.template import Context, Template

from contacts.menus import Choice, Menu
from contacts.rows import Row

LINE = Template("{% load contacts_rows %}{% contact_row row %}")
ALL = ("company", "kind", "phone", "email", "owner", "tags", "created")


def line(shown=ALL, **facts):
    usual = {
        "id": 7, "kind": "personal", "archived": False, "name": "Renee Martinez", "company": "",
        "phone": "+14155550160", "extension": "", "email": "renee@example.com", "owner": "Mia",
        "owned_by_viewer": False, "tags": [],
        "created_at": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), "photo_digest": "", "actions": {"edit"},
    }  # fmt: skip
    return LINE.render(Context({"row": Row(**(usual | facts)), "shown": shown}))


@pytest.mark.parametrize("text", ["{id} {0} {title!r} {", "<b>bold</b>", '"><script>', "900000000000000001"])
def test_what_people_typed_stays_text(text):
    html = line(name=text, company=f"{text} Ltd", owner=text, tags=[text, text], email=text)
    escaped = text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert f">{escaped}</a>" in html
    assert f"{escaped} Ltd" in html
    assert f'title="{escaped}"' in html
    assert text == escaped or text not in html


def test_lines_of_one_shape_differ_by_their_values():
    first, second = line(), line(id=8, name="Ana Silva", phone="+442079460958")
    assert 'href="/contacts/7/"' in first
    assert "(415) 555-0160" in first
    assert 'href="/contacts/8/"' in second
    assert "Renee" not in second
    assert 'href="tel:+442079460958"' in second


def test_parts_come_and_go_with_what_is_known_and_allowed():
    assert "tel:" not in line(phone="")
    assert "No name" in line(name="", phone="", email="")
    assert 'data-action="archive"' not in line()
    assert 'data-action="archive"' in line(actions={"archive"})
    assert 'data-action="unarchive"' in line(archived=True, actions={"unarchive"})
    assert ">You<" in line(owned_by_viewer=True)
    assert "+2<" in line(tags=["Customer", "Lead", "Supplier"])
    assert "Customer" not in line(shown=("kind",), tags=["Customer"])


def test_menu_choices_are_escaped_and_ticked():
    menu = Menu("tag", "Tag", [Choice("1", "<i>", True), Choice("2", "Lead", False)], "")
    html = Template("{% load contacts_rows %}{% menu_choices menu %}").render(Context({"menu": menu}))
    assert html.count("<label>") == 2
    assert html.count(" checked>") == 1
    assert "&lt;i&gt;" in html
