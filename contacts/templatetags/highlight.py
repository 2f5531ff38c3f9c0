"""Marks what was searched for inside a text; case and accents do not matter."""

from __future__ import annotations

import re
import unicodedata

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()
WORD = re.compile(r"\w+")
AROUND = 60  # letters shown on each side of the first match in a snippet


def plain(text: str) -> str:
    """Lower case without accents: near enough to the database's folding to show where a match is."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _spans(text: str, typed: str) -> list[tuple[int, int]]:
    terms = tuple(plain(word) for word in WORD.findall(typed))
    if not terms:
        return []
    return [found.span() for found in WORD.finditer(text) if plain(found.group()).startswith(terms)]


@register.filter
def highlight(text: str, typed: str) -> str:
    """`text`, escaped, with each word that begins like a typed one in <mark>."""
    pieces, end = [], 0
    for start, stop in _spans(text, typed):
        pieces.append((text[end:start], text[start:stop]))
        end = stop
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[end:])


@register.filter
def snippet(text: str, typed: str) -> str:
    """The part of `text` around its first match, on one line."""
    text = " ".join(text.split())
    first = next(iter(_spans(text, typed)), (0, 0))[0]
    start, stop = max(0, first - AROUND), first + AROUND
    return f"{'… ' if start else ''}{text[start:stop].strip()}{' …' if stop < len(text) else ''}"
