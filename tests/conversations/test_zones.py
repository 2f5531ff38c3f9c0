"""In which time zone contacts are: their own, else that of the primary phone; many at once."""

from __future__ import annotations

import pytest

from contacts.models import ContactPhone
from contacts.templatetags.contacts import zone_of
from contacts_project.core import phones
from conversations.zones import zones_of
from tests.factories_contacts import ContactFactory


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+12025550142", "America/New_York"),
        ("+16025550142", "America/Phoenix"),
        ("+12465550142", "America/Barbados"),  # a mobile of a country with one clock
        ("+18005550142", None),  # free numbers have no place
        ("+16235550142", "America/Phoenix"),
        ("+19286725014", None),  # the Navajo Nation keeps summer time, the rest of Arizona does not
        ("+442079460018", "Europe/London"),
        ("+447400123456", "Europe/London"),
        ("+74951234567", "Europe/Moscow"),
        ("+73431234567", "Asia/Yekaterinburg"),
        ("+79123456789", None),  # a Russian mobile may be in any of eleven zones
        ("+61412345678", None),
        ("+61731234567", "Australia/Brisbane"),
        ("+5511912345678", "America/Sao_Paulo"),
        ("+5592912345678", "America/Manaus"),
        ("+9779812345678", "Asia/Katmandu"),
        ("+80012345678", None),  # of no country
        ("+", None),
        ("+²02", None),
    ],
)
def test_a_number_tells_the_zone_where_it_has_one(number, zone):
    assert phones.time_zone_of(number) == zone


@pytest.mark.django_db
def test_the_own_zone_goes_before_the_primary_phone_and_none_is_unknown():
    own = ContactFactory(phone="+12025550142", time_zone="Asia/Kolkata")
    derived = ContactFactory(phone="+12025550142")
    neither = ContactFactory(email="nobody@one.example")
    strange = ContactFactory(phone="+12025550142", time_zone="Mars/Olympus")
    several = ContactFactory(phone="+12025550142")
    ContactPhone.objects.create(contact=several, number="+14155550142")
    ContactPhone.objects.filter(contact=several, number="+12025550142").update(is_primary=False)
    ContactPhone.objects.filter(contact=several, number="+14155550142").update(is_primary=True)
    found = zones_of([own.pk, derived.pk, neither.pk, strange.pk, several.pk, 10**15])
    assert found == {
        own.pk: "Asia/Kolkata",
        derived.pk: "America/New_York",
        neither.pk: "",
        strange.pk: "",
        several.pk: "America/Los_Angeles",
    }
    primary = several.phones.filter(former_at=None).order_by("-is_primary").first()
    assert zone_of(several, primary)[0] == found[several.pk]


@pytest.mark.django_db
def test_a_former_number_says_nothing(django_assert_num_queries):
    contact = ContactFactory(phone="+12025550142")
    contact.phones.update(former_at="2026-01-01T00:00Z", is_primary=False)
    with django_assert_num_queries(1):
        assert zones_of([contact.pk]) == {contact.pk: ""}
