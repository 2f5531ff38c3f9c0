"""The formatted body of a mail, made harmless (design/security.md rules 7 and 9), for a frame of its own only.

Two steps, both by lists of what is allowed. `rebuild` writes the mail anew with plain, well nested tags, so that
nothing in it is read in two ways and no depth slows a reader down. Then nh3 cleans what was written. What is shown asks
for nothing from outside: pictures come out of the mail itself, or are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import nh3

from .mail_markup import VOID, Start, Stop, Text, read

POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
LONGEST = 1_000_000  # characters of a body that are shown
DEEPEST, DEEPEST_FORMATS = 100, 20
MOST_REFERENCES = 50_000  # such as &amp;, which cost nh3 time by their square
LARGEST_PICTURE = 200 * 1024  # bytes
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

FORMATS = frozenset({
    "a", "b", "big", "code", "del", "em", "font", "i", "ins", "mark", "s", "small", "strike", "strong",
    "sub", "sup", "tt", "u",
})  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "ul",
})  # fmt: skip
CELLS = frozenset({
    "caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr",
})  # fmt: skip
TAGS = (
    FORMATS | BLOCKS | CELLS | frozenset({"abbr", "bdi", "bdo", "br", "cite", "img", "kbd", "q", "samp", "span", "wbr"})
)
# An element that ends the open one of these names, looked for no further up than the second set.
CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **{name: (frozenset({"p"}), CELLS | {"table"}) for name in BLOCKS},
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dd": (frozenset({"dd", "dt"}), frozenset({"dl"})),
    "dt": (frozenset({"dd", "dt"}), frozenset({"dl"})),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **{name: (frozenset({"tbody", "thead", "tfoot"}), frozenset({"table"})) for name in ("tbody", "thead", "tfoot")},
}
LAYOUT = frozenset({"align", "valign", "width", "height", "bgcolor", "dir", "lang", "style"})
ATTRIBUTES: dict[str, set[str]] = {
    **{name: set(LAYOUT) for name in TAGS},
    "a": {"href", "title", *LAYOUT},
    "img": {"src", "alt", "border", *LAYOUT},
    "font": {"color", "face", "size"},
    "ol": {"start", "type", *LAYOUT},
    "table": {"border", "cellpadding", "cellspacing", *LAYOUT},
    "td": {"colspan", "rowspan", *LAYOUT},
    "th": {"colspan", "rowspan", *LAYOUT},
}
PROPERTIES = frozenset({
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width",
    "color", "direction", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight",
    "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "text-align", "text-decoration", "text-indent", "text-transform",
    "unicode-bidi", "vertical-align", "white-space", "width", "word-break", "word-spacing", "word-wrap",
})  # fmt: skip
PLAIN_VALUE = re.compile(r"(?:(?:rgb|hsl)a?\([\d\s.,%/]*\)|[\w\s.,%#+'\"!-])*+", re.IGNORECASE)
LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)
PICTURE_DATA = re.compile(rf"data:(?:{'|'.join(PICTURES)});base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mail</title>
<style>
:root { color-scheme: light }
body { margin: 0; padding: 16px; background: #fff; color: #161a22; overflow-wrap: anywhere;
  font: 14px/20px Inter, system-ui, sans-serif }
img, table { max-width: 100%% }
img { height: auto }
img:not([src]) { border: 1px dashed #858c9b; padding: 2px 6px; font-size: 12px }
img:not([src]):not([alt]), img:not([src])[alt=""] { display: none }
blockquote { margin: 8px 0 8px 4px; padding-left: 12px; border-left: 2px solid #e4e7ec }
.plain { white-space: pre-wrap }
</style></head><body>
%s
</body></html>
"""

REST = '<p class="rest">This message is longer than 1 MB. The rest is not shown.</p>'

Picture = Callable[[str], str]


def page(html: str, text: str, picture: Picture) -> str:
    """The whole document for the frame: the formatted body, or where there is none the plain one.

    `picture` gives a data: address for a content id of the mail (RFC 2392), "" for none that can be shown.
    """
    body = sanitise(html, picture) if html.strip() else f'<div class="plain" dir="auto">{escape(text)}</div>'
    return PAGE % (body + REST if len(html) >= LONGEST else body)


def sanitise(html: str, picture: Picture) -> str:
    """Harmless HTML of a hostile one; see `page`. Text is kept, scripts, styles and forms are not."""

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return value if LINK.fullmatch(value) else None
        if name == "src":
            return value if PICTURE_DATA.fullmatch(value) else None
        return safe_style(value) or None if name == "style" else value

    return nh3.clean(
        rebuild(html[:LONGEST], picture),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def rebuild(html: str, picture: Picture) -> str:
    """`html` written anew: allowed tags only, well nested, not deeper than DEEPEST, attributes quoted."""
    out: list[str] = []
    stack: list[str] = []
    references = 0
    for token in read(html):
        if isinstance(token, Text):
            out.append(escape(token.text, quote=False))
            references += out[-1].count("&")
            if references > MOST_REFERENCES:
                out.pop()
                break
        elif isinstance(token, Stop):
            if token.name in stack:
                _close_to(out, stack, len(stack) - 1 - stack[::-1].index(token.name))
        elif token.name in TAGS:
            _open(out, stack, token, picture)
    _close_to(out, stack, 0)
    return "".join(out)


def safe_style(style: str) -> str:
    """The declarations of a style attribute that only dress: known properties, values without any address."""
    kept = []
    for declaration in style[:4000].split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        if name in PROPERTIES and value.strip() and PLAIN_VALUE.fullmatch(value):
            kept.append(f"{name}: {value.strip()}")
    return "; ".join(kept)


def _open(out: list[str], stack: list[str], tag: Start, picture: Picture) -> None:
    if tag.name in CLOSES:
        ended, limits = CLOSES[tag.name]
        for place in range(len(stack) - 1, -1, -1):
            if stack[place] in limits:
                break
            if stack[place] in ended:
                _close_to(out, stack, place)
                break
    if tag.name in VOID:
        out.append(_written(tag, picture))
        return
    formats = sum(name in FORMATS for name in stack) if tag.name in FORMATS else 0
    if len(stack) < DEEPEST and formats < DEEPEST_FORMATS:
        out.append(_written(tag, picture))
        stack.append(tag.name)


def _close_to(out: list[str], stack: list[str], depth: int) -> None:
    while len(stack) > depth:
        out.append(f"</{stack.pop()}>")


def _written(tag: Start, picture: Picture) -> str:
    allowed = ATTRIBUTES[tag.name]
    values = {name: value for name, value in tag.attributes.items() if name in allowed}
    if "src" in values:
        values["src"] = _source(values["src"].strip(), picture)
        if not values["src"]:
            del values["src"]
    if "style" in values:
        values["style"] = safe_style(values["style"])
    written = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
    return f"<{tag.name}{written}>"


def _source(address: str, picture: Picture) -> str:
    """Where a picture comes from: the mail itself, by a content id or written into it; "" for all else."""
    if address[:4].lower() == "cid:":
        return picture(address[4:])
    is_picture = len(address) <= LARGEST_PICTURE * 4 // 3 + 40 and PICTURE_DATA.fullmatch(address)
    return address if is_picture else ""
