"""Text of cells and properties: cleaned of what no database or reader can hold, cut into several values, dates read."""

import datetime
import re
import unicodedata

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SEVERAL = re.compile(r"\s*(?::::|[;|\n])\s*")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene januari",
            "feb february februar fevrier fevr fev febrero februari",
            "mar march marz mars marzo maart mrz",
            "apr april avril avr abril abr",
            "may mai mayo mei",
            "jun june juni juin junio",
            "jul july juli juillet juil julio",
            "aug august aout agosto ago augustus",
            "sep sept september septembre septiembre",
            "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember decembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}


def clean(text: str) -> str:
    """Composed letters (NFC), line ends as LF, no control signs, no blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return CONTROLS.sub("", unicodedata.normalize("NFC", text)).strip()


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def split_values(text: str) -> list[str]:
    """Several values of one cell, cut at ";", "|", a new line or Google's ":::" (product.md §6)."""
    return [part for part in (piece.strip() for piece in SEVERAL.split(text)) if part]


def read_date(text: str, order: str = "mdy") -> datetime.date | None:
    """A full date in the usual ways of writing; `order` ("mdy" or "dmy") decides 03/04/1981. None if unreadable."""
    text = one_line(text)
    if len(text) > 60:
        return None
    found = re.match(r"^(\d{4})[-./]?(\d{1,2})[-./]?(\d{1,2})(?:[T ].*)?$", text)
    if found:
        return _date(*found.groups())
    found = re.match(r"^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})(?: \d{1,2}:.*)?$", text)
    if found:
        first, second, year = (int(part) for part in found.groups())
        year = year if year > 99 else _century(year)
        if first > 12 or (order == "dmy" and second <= 12):
            first, second = second, first
        return _date(year, first, second)
    return _worded_date(text)


def has_day_first(values: list[str]) -> bool:
    """Whether these dates can only be day/month/year: some first part is above 12, or all parts are dotted."""
    for value in values:
        found = re.match(r"^(\d{1,2})([-./])(\d{1,2})\2\d{2,4}\b", value.strip())
        if found and (int(found.group(1)) > 12 or found.group(2) == "."):
            return True
    return False


def _worded_date(text: str) -> datetime.date | None:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    words = re.findall(r"[a-z]+|\d+", plain)
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [int(word) for word in words if word.isdigit()]
    if len(months) != 1 or len(numbers) < 2:
        return None
    day, year = (numbers[0], numbers[1]) if numbers[0] <= 31 else (numbers[1], numbers[0])
    return _date(year, months[0], day) if year > 31 else None


def _century(year: int) -> int:
    now = datetime.date.today().year % 100
    return 2000 + year if year <= now else 1900 + year


def _date(year, month, day) -> datetime.date | None:
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date if 1800 <= date.year <= 2200 else None


NEUTRAL_PHONE = re.compile(r"^\+\d+$")
FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def neutral(value: str) -> str:
    """A cell that no spreadsheet runs as a formula; "+" and digits stays a phone number (security.md, rule 8)."""
    if FORMULA.match(value) and not NEUTRAL_PHONE.match(value):
        return "'" + value
    return value
