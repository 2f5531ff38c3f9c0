"""Countries: ISO 3166 codes from what people write, and their English names. The names come from CLDR (babel)."""

import re
from functools import lru_cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da")
# Short forms that CLDR does not hold. England, Scotland and Wales dial and post as one country.
ALIASES = {
    "usa": "US", "us": "US", "united states of america": "US", "america": "US", "u s a": "US",
    "estados unidos de america": "US", "eeuu": "US", "ee uu": "US", "etats unis": "US",
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "united kingdom of great britain and northern ireland": "GB", "grossbritannien": "GB", "britain": "GB",
    "gbr": "GB", "can": "CA", "deu": "DE", "ger": "DE", "fra": "FR", "esp": "ES", "ita": "IT", "nld": "NL",
    "holland": "NL", "the netherlands": "NL", "aut": "AT", "che": "CH", "swiss": "CH", "bel": "BE", "prt": "PT",
    "irl": "IE", "republic of ireland": "IE", "aus": "AU", "nzl": "NZ", "ind": "IN", "chn": "CN", "jpn": "JP",
    "mex": "MX", "bra": "BR", "pol": "PL", "swe": "SE", "nor": "NO", "dnk": "DK", "fin": "FI", "cze": "CZ",
    "czech republic": "CZ", "russia": "RU", "russian federation": "RU", "korea": "KR", "south korea": "KR",
    "republic of korea": "KR", "macedonia": "MK", "burma": "MM", "turkey": "TR", "uae": "AE", "hong kong": "HK",
    "macau": "MO", "taiwan": "TW", "vietnam": "VN", "viet nam": "VN", "iran": "IR", "syria": "SY",
}  # fmt: skip


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold().replace("é", "e").replace("ß", "ss")).strip()


def _is_country(code: str) -> bool:
    """Whether a CLDR territory is a country: regions such as 001 or EU and private codes are left out."""
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in reversed(LANGUAGES):  # English is written last and wins where two languages differ
        for code, name in Locale(language).territories.items():
            if _is_country(code):
                names[_plain(name)] = code
    return names | ALIASES


@lru_cache(maxsize=10_000)
def country_code(text: str) -> str:
    """The ISO code ("US") for a code or a name in any of LANGUAGES; "" when unknown."""
    text = (text or "").strip()
    if len(text) == 2 and text.upper() in country_names():
        return text.upper()
    return _codes().get(_plain(text), "")


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """English names by ISO code, in the order of the names."""
    territories = Locale("en").territories
    names = {code: name for code, name in territories.items() if _is_country(code)}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def country_name(code: str) -> str:
    """The English name of an ISO code; "" when unknown."""
    return country_names().get((code or "").upper(), "")
