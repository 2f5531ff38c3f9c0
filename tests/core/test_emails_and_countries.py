"""Email addresses and countries as people write them."""

import pytest

from contacts_project.core.countries import country_code, country_name
from contacts_project.core.emails import EmailImpossible, parse_email


@pytest.mark.parametrize(
    "text",
    ["Renee@Example.COM", " mailto:Renee@example.com?subject=x", "Renee M <Renee@example.com>", "<Renee@example.com>;"],
)
def test_what_stands_around_an_address_is_taken_off(text):
    assert parse_email(text) == "Renee@example.com"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sam@oneill", "This email address has no domain ending, such as .com."),
        ("sam.oneill", "This email address has no @."),
        ("a@b@c.com", "An email address has one @."),
        ("sam oneill@x.com", "An email address has no spaces."),
        ("@x.com", "The part before the @ is missing."),
        ("sam@", "The part after the @ is missing."),
        ("a" * 250 + "@x.com", "This email address is longer than 254 characters."),
        ("sam@-x-.c", "This is not an email address."),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(EmailImpossible) as refusal:
        parse_email(text)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("text", "code"),
    [("USA", "US"), ("us", "US"), ("United States of America", "US"), ("Deutschland", "DE"), ("Allemagne", "DE"),
     ("España", "ES"), ("England", "GB"), ("Narnia", ""), ("", ""), ("EU", "")],
)  # fmt: skip
def test_countries_are_known_by_code_and_by_name(text, code):
    assert country_code(text) == code


def test_a_code_has_an_english_name():
    assert country_name("de") == "Germany"
    assert country_name("??") == ""
