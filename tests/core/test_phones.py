"""Reading and showing phone numbers (product.md §3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts_project.core import phones


@pytest.mark.parametrize(
    ("text", "region", "e164", "extension"),
    [
        ("(202) 555-0142", "US", "+12025550142", ""),
        ("905-555-1234 x12", "US", "+19055551234", "12"),
        ("415 555 0100 ext. 7", "US", "+14155550100", "7"),
        ("1-800-FLOWERS", "US", "+18003569377", ""),
        ("tel:+1-418-656-9254;ext=102", "US", "+14186569254", "102"),
        ("0171 1234567", "DE", "+491711234567", ""),
        ("+49 (0)171 1234567", "US", "+491711234567", ""),
        ("0044 20 7946 0018", "US", "+442079460018", ""),
        ("'+1 202 555 0142", "DE", "+12025550142", ""),
        ("\u202a202\u2011555\u20110142\u202c", "US", "+12025550142", ""),
        ("202.555.0142", "nowhere", "+12025550142", ""),
    ],
)
def test_common_ways_of_writing_are_read(text, region, e164, extension):
    phone = phones.parse_phone(text, region)
    assert (phone.e164, phone.extension) == (e164, extension)


@pytest.mark.parametrize(
    ("text", "region", "sentence"),
    [
        ("415 555 01", "US", "This number is two digits short. US numbers have 10."),
        ("415 555 0166 0", "US", "This number is one digit too long. US numbers have 10."),
        ("555-1234", "US", "The area code is missing. US numbers have 10 digits."),
        ("n/a", "US", "This is not a phone number."),
        ("", "US", "This is not a phone number."),
        ("9" * 300, "US", "This is not a phone number."),
        ("+999 12345678", "US", "No country has this country code."),
        ("415 555 0166 / 415 555 0167", "US", "This looks like several phone numbers. Give each its own line."),
        ("+800 12", "US", "This number is six digits short. Numbers with +800 have 8."),
    ],
)
def test_impossible_numbers_are_refused_with_a_sentence_that_helps(text, region, sentence):
    with pytest.raises(phones.PhoneImpossible) as refusal:
        phones.parse_phone(text, region)
    assert str(refusal.value) == sentence


def test_unlikely_numbers_are_kept_with_a_hint():
    assert phones.parse_phone("555 123 4567").hint
    assert not phones.parse_phone("202 555 0142").hint


def test_numbers_are_national_at_home_and_international_abroad():
    assert phones.format_national("+12025550142", "US") == "(202) 555-0142"
    assert phones.format_national("+442079460018", "US") == "+44 20 7946 0018"
    assert phones.format_national("+442079460018", "GB") == "020 7946 0018"
    assert phones.format_international("+12025550142") == "+1 202-555-0142"
    assert phones.format_national("rubbish") == "rubbish"


def test_a_time_zone_is_known_where_the_number_has_one_place():
    assert phones.time_zone_of("+12025550142") == "America/New_York"
    assert phones.time_zone_of("+4915112345678") == "Europe/Berlin"
    assert phones.time_zone_of("+18005550142") is None
    assert phones.time_zone_of("rubbish") is None


@given(
    st.from_regex(r"\(?[2-9][0-9]{2}\)?[ .-]{0,2}[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True),
    st.sampled_from(["US", "CA"]),
)
def test_the_short_cut_for_plain_numbers_reads_what_the_library_reads(text, region):
    assert phones.parse_phone(text, region, hints=False).e164 == phones.parse_phone(text, region).e164
