"""Reading the HTML of mails: a stream of tags and texts, in time that grows only with its length.

Mails are written by anybody, so nothing here may take long or deep: no recursion, no second look at the same signs.
Decides nothing about what is safe (`mail_html` does) and keeps no tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

# Elements whose content is no markup (HTML Standard §13.2.5): all of it goes, up to their end.
RAW = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"}
)
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
MOST_TAGS = 50_000  # a long newsletter has 5,000
LONGEST_VALUE = 300_000  # of an attribute: a picture of 200 KB in base64

NAME = re.compile(r"[a-zA-Z][^\s/>]*+")
ATTRIBUTE = re.compile(r"[\s/]*+([^\s/>=][^\s/>=]*+)")
EQUALS = re.compile(r"\s*+=\s*+")
BARE = re.compile(r"[^\s>]*+")
END = re.compile(r"[\s/]*+>")


@dataclass(frozen=True)
class Text:
    """Signs between tags, with their character references already read."""

    text: str


@dataclass(frozen=True)
class Start:
    """A start tag: name and attribute names in lower case, of several attributes of one name the first."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stop:
    """An end tag."""

    name: str


def read(html: str) -> Iterator[Text | Start | Stop]:
    """The tags and texts of `html` in their order; comments, declarations and raw elements are left out.

    After MOST_TAGS tags the rest is left out too. A tag that is never closed ends everything, as in a browser.
    """
    place, tags = 0, 0
    while place < len(html):
        found = html.find("<", place)
        if found < 0:
            yield Text(unescape(html[place:]))
            return
        if found > place:
            yield Text(unescape(html[place:found]))
        token, place = _at(html, found)
        if isinstance(token, Start) and token.name in RAW:
            place = _after_raw(html, token.name, place)
            continue
        if token is not None:
            tags += not isinstance(token, Text)
            if tags > MOST_TAGS:
                return
            yield token


def _at(html: str, place: int) -> tuple[Text | Start | Stop | None, int]:
    """What begins with the "<" at `place`, and where the reading goes on."""
    if html.startswith("<!--", place):
        return None, _after(html, "-->", place + 2)  # "<!-->" is a whole comment
    if html.startswith(("<!", "<?"), place):
        return None, _after(html, ">", place)
    closes = html.startswith("</", place)
    name = NAME.match(html, place + 1 + closes)
    if name is None:
        return (None, _after(html, ">", place)) if closes else (Text("<"), place + 1)
    attributes, place = _attributes(html, name.end())
    lowered = name.group()[:40].lower()
    return (Stop(lowered) if closes else Start(lowered, attributes)), place


def _attributes(html: str, place: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag from behind its name, and the place behind its ">"."""
    found: dict[str, str] = {}
    while not (end := END.match(html, place)):
        name = ATTRIBUTE.match(html, place)
        if name is None:
            if html.startswith("=", place):  # a name may begin with it
                place += 1
                continue
            return found, len(html)
        value, place = _value(html, name.end())
        found.setdefault(name.group(1)[:40].lower(), unescape(value[:LONGEST_VALUE]))
    return found, end.end()


def _value(html: str, place: int) -> tuple[str, int]:
    """The value that follows an attribute's name, "" where none does, and the place behind it."""
    equals = EQUALS.match(html, place)
    if equals is None:
        return "", place
    place = equals.end()
    quote = html[place : place + 1]
    if quote in ("'", '"') and quote:
        end = html.find(quote, place + 1)
        return (html[place + 1 : end], end + 1) if end >= 0 else ("", len(html))
    bare = BARE.match(html, place)
    return (bare.group(), bare.end()) if bare else ("", place)


def _after(html: str, mark: str, place: int) -> int:
    found = html.find(mark, place)
    return found + len(mark) if found >= 0 else len(html)


def _after_raw(html: str, name: str, place: int) -> int:
    """Behind the end tag of a raw element; the end of everything where there is none."""
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, place)
    return _after(html, ">", end.end()) if end else len(html)
