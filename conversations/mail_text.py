"""Plain text of formatted mails: for lists, search and readers without formatting. Reads no database."""

from __future__ import annotations

import re

from .mail_markup import Start, Stop, Text, read

LONGEST = 1_000_000  # characters of HTML that are read
PARAGRAPHS = frozenset({
    "address", "article", "blockquote", "center", "dl", "figure", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "main", "ol", "p", "pre", "section", "table", "ul",
})  # fmt: skip
LINES = frozenset({"dd", "div", "dt", "li", "tr"})
UNSEEN = frozenset({"head", "svg", "math", "object", "template"})
SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")


def text_of(html: str) -> str:
    """What a reader of the formatted mail would read: paragraphs, list items, and the addresses of links.

    A link whose words are not its address gets it behind: "Pay now <https://shop.example/pay>".
    """
    page = _Page()
    for token in read(html[:LONGEST]):
        if isinstance(token, Text):
            page.say(token.text)
        elif isinstance(token, Start):
            page.start(token)
        else:
            page.stop(token)
    return page.text()


class _Page:
    """The text so far, and what is open around the place where it goes on."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.breaks = 2  # line breaks at the end so far: none are needed at the beginning
        self.unseen = 0
        self.link: tuple[str, int] = ("", 0)

    def say(self, text: str) -> None:
        text = SPACES.sub(" ", text)
        if self.unseen or (self.breaks and not text.strip(" ")):
            return
        self.parts.append(text.lstrip(" ") if self.breaks else text)
        self.breaks = 0

    def start(self, tag: Start) -> None:
        name = tag.name
        if name in UNSEEN:
            self.unseen += 1
        elif name == "br":
            self.new_line(self.breaks + 1)
        elif name in PARAGRAPHS or name in LINES:
            self.new_line(2 if name in PARAGRAPHS else 1)
            if name == "li":
                self.parts.append("- ")
        elif name in ("td", "th"):
            self.say(" ")
        elif name == "img":
            self.say(tag.attributes.get("alt", ""))
        elif name == "a":
            self.link = (tag.attributes.get("href", "").strip(), len(self.parts))

    def stop(self, tag: Stop) -> None:
        if tag.name in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag.name in PARAGRAPHS or tag.name in LINES:
            self.new_line(2 if tag.name in PARAGRAPHS else 1)
        elif tag.name == "a":
            self.end_link()

    def new_line(self, number: int) -> None:
        if not self.unseen and self.breaks < min(number, 2):
            self.parts.append("\n" * (min(number, 2) - self.breaks))
            self.breaks = min(number, 2)

    def end_link(self) -> None:
        address, place = self.link
        self.link = ("", 0)
        words = "".join(self.parts[place:]).strip()
        bare = address.partition(":")[2].strip("/")
        if address.lower().startswith(("http://", "https://", "mailto:")) and words and bare not in words:
            self.say(f" <{address}>")

    def text(self) -> str:
        lines = "".join(self.parts).split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip()
