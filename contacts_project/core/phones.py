"""Phone numbers: from what people type to E.164 and back.

Owns reading (`parse_phone`), showing (`format_national`, `format_international`) and the time zone of a number.
It knows no model; the digits come from the phonenumbers library (ITU E.164, national numbering plans).
The rules on refusing and hinting are product.md §3, last paragraph.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from contacts_project.core.countries import country_name

NOT_A_NUMBER = "This is not a phone number."
NO_SUCH_CODE = "No country has this country code."
SEVERAL = "This looks like several phone numbers. Give each its own line."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SHORT_NAMES = {"US": "US", "GB": "UK"}
# Ten digits of North America in the usual punctuation need no library: imports of 100,000 rows have 200,000 of them.
PLAIN = re.compile(r"^\(?([2-9][0-9]{2})\)?[ .-]{0,2}([0-9]{3})[ .-]?([0-9]{4})$")
PLAIN_REGIONS = {"US", "CA"}
NORTH_AMERICA = "1"  # its area codes alone tell the place, of mobiles as well
MOBILES_WITH_PLACES = {52, 54, 55, 62, 86}  # country codes: Mexico, Argentina, Brazil, Indonesia, China
MAINLAND = {"Europe/London", "Europe/Oslo"}  # of several with one clock, islands stand first by the alphabet
LONGEST_TEXT = 250  # phonenumbers refuses longer text as well


class PhoneImpossible(ValueError):
    """The text cannot be a phone number; `str(error)` is the sentence for people."""


@dataclass(frozen=True)
class Phone:
    """A number that can be dialled: `e164` ("+12025550142"), `extension` ("" or digits), `hint` ("" or a sentence)."""

    e164: str
    extension: str = ""
    hint: str = ""


def parse_phone(text: str, region: str = "US", *, hints: bool = True) -> Phone:
    """Read a number in any common format; `region` (ISO 3166 code) is the country of numbers without a code.

    Raises PhoneImpossible with a sentence that helps. A possible but unlikely number is returned with a hint
    (product.md §3), unless `hints` is off, which is quicker.
    """
    if not hints and region in PLAIN_REGIONS and (plain := PLAIN.match(text)):
        return Phone("+1" + "".join(plain.groups()))
    region = region.upper() if region and region.upper() in phonenumbers.SUPPORTED_REGIONS else "US"
    number = _read(_cleaned(text), region)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        raise PhoneImpossible(_sentence(number, reason))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    unlikely = hints and not phonenumbers.is_valid_number(number)
    return Phone(e164, number.extension or "", _hint(number) if unlikely else "")


@lru_cache(maxsize=10_000)
def format_national(e164: str, region: str = "US") -> str:
    """The number as people of `region` write it: national at home, international abroad. Unreadable text unchanged."""
    number = _stored(e164)
    if number is None:
        return e164
    home = phonenumbers.region_code_for_number(number) == region or (
        number.country_code == phonenumbers.country_code_for_region(region)
    )
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def format_international(e164: str) -> str:
    """The number with its country code, "+1 202-555-0142". Unreadable text unchanged."""
    number = _stored(e164)
    return e164 if number is None else phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=100_000)
def time_zone_of(e164: str) -> str | None:
    """The IANA zone that the number belongs to, or None when it is unknown or its country has several clocks.

    As the library says, without its slow reading (100,000 numbers a second instead of 20,000), and with two things
    better: zones are one only when their clocks agree all year, and the mobile of a country with one clock has it.
    """
    if e164[:1] != "+" or not e164[1:].isascii() or not e164[1:].isdecimal():
        return None
    digits = e164[1:]
    code = _country_code(digits[:3])
    zone = _one_clock(code)
    if not zone and (len(digits) == 11 if code == NORTH_AMERICA else _has_place(code, digits[len(code) :])):
        zone = _one_clock(_known_prefix(digits))
    return zone


@lru_cache
def _country_code(digits: str) -> str:
    """What of the first three digits is the country's; "" where no country has them."""
    parts = (digits[:end] for end in range(1, 4))
    return next((part for part in parts if int(part) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")


def _known_prefix(digits: str) -> str:
    """The longest beginning of the digits of which the library knows the zones; "" where there is none."""
    ends = range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1)
    return next((digits[:end] for end in ends if digits[:end] in TIMEZONE_DATA), "")


@lru_cache(maxsize=5000)
def _one_clock(prefix: str) -> str | None:
    """The zone of a known prefix; of several the first when they show the same time all year."""
    zones = TIMEZONE_DATA.get(prefix, ())
    clocks = {_clock(zone) for zone in zones}
    if len(clocks) != 1 or None in clocks:
        return None
    return next((zone for zone in zones if zone in MAINLAND), zones[0])


@lru_cache
def _clock(zone: str) -> tuple[timedelta | None, ...] | None:
    """What the zone's clock differs from UTC by, month by month; None for a zone that is not known here."""
    try:
        place, year = ZoneInfo(zone), datetime.now(UTC).year
    except (KeyError, ValueError, OSError):
        return None
    return tuple(datetime(year, month, 1, tzinfo=place).utcoffset() for month in range(1, 13))


def _has_place(code: str, national: str) -> bool:
    """Does the beginning of the number tell where in its country it is? Of most mobiles, free numbers … it does not."""
    return bool(code) and any(pattern.fullmatch(national) for pattern in _patterns_of_places(code))


@lru_cache
def _patterns_of_places(code: str) -> tuple[re.Pattern[str], ...]:
    known = (PhoneMetadata.metadata_for_region(one) for one in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)])
    regions = [region for region in known if region]
    kinds = [region.fixed_line for region in regions]
    kinds += [region.mobile for region in regions if int(code) in MOBILES_WITH_PLACES]
    return tuple(re.compile(kind.national_number_pattern) for kind in kinds if kind and kind.national_number_pattern)


def _cleaned(text: str) -> str:
    """Without what programs wrap around a number: a tel: address, the mark of text in spreadsheets, hidden signs."""
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text or "").strip().lstrip("'")
    if len(text) > LONGEST_TEXT or not any(sign.isdigit() for sign in text):
        raise PhoneImpossible(NOT_A_NUMBER)
    # Addresses like tel:020-7946;phone-context=+44 stay as they are: phonenumbers reads RFC 3966.
    return text if "phone-context" in text else re.sub(r"^(?:tel|callto|sms):", "", text, flags=re.IGNORECASE)


def _read(text: str, region: str) -> PhoneNumber:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise PhoneImpossible(NO_SUCH_CODE) from error
        raise PhoneImpossible(SEVERAL if _holds_several(text) else NOT_A_NUMBER) from error
    if text.startswith("00") and not phonenumbers.is_possible_number(number):
        # 00 is how most of the world dials abroad; keep the first reading where the second is no better.
        try:
            abroad = phonenumbers.parse("+" + text[2:], region)
        except NumberParseException:
            return number
        if phonenumbers.is_possible_number(abroad):
            return abroad
    if not phonenumbers.is_possible_number(number) and _holds_several(text):
        raise PhoneImpossible(SEVERAL)
    return number


def _holds_several(text: str) -> bool:
    parts = [part for part in re.split(r"[/;,|\n]|\bor\b", text) if sum(sign.isdigit() for sign in part) >= 7]
    return len(parts) > 1


def _stored(e164: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(e164, None)
    except NumberParseException:
        return None


def _lengths(number: PhoneNumber) -> tuple[str, list[int]]:
    region = phonenumbers.region_code_for_country_code(number.country_code)
    if region == "001":  # numbers of no country, such as +800
        metadata = PhoneMetadata.metadata_for_nongeo_region(number.country_code)
    else:
        metadata = PhoneMetadata.metadata_for_region(region)
    lengths = metadata.general_desc.possible_length if metadata and metadata.general_desc else ()
    return region, sorted(length for length in lengths or () if length > 0)


def _whose(region: str, country_code: int) -> str:
    if region in SHORT_NAMES:
        return f"{SHORT_NAMES[region]} numbers"
    name = country_name(region)
    return f"Numbers of {name}" if name else f"Numbers with +{country_code}"


def _sentence(number: PhoneNumber, reason: int) -> str:
    if reason == ValidationResult.INVALID_COUNTRY_CODE:
        return NO_SUCH_CODE
    region, lengths = _lengths(number)
    if not lengths:
        return NOT_A_NUMBER
    typed = len(phonenumbers.national_significant_number(number))
    span = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    rule = f"{_whose(region, number.country_code)} have {span}."
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return f"The area code is missing. {rule[:-1]} digits."
    if typed < lengths[0]:
        return f"This number is {_digits(lengths[0] - typed)} short. {rule}"
    if typed > lengths[-1]:
        return f"This number is {_digits(typed - lengths[-1])} too long. {rule}"
    return f"This number has {_digits(typed)}. {rule}"


def _digits(count: int) -> str:
    word = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{word} digit{'' if count == 1 else 's'}"


def _hint(number: PhoneNumber) -> str:
    region = phonenumbers.region_code_for_country_code(number.country_code)
    return f"{_whose(region, number.country_code)} do not usually look like this. Check it."
