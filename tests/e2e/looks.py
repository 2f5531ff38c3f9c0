"""How a page is looked at: by axe wide in light and dark and narrow in light, and at widths where nothing scrolls.

The states of a page have most of it in common: one is looked at in full, the others once (`again`), or with
EVERY_VALUE=1 in full as well.
"""

import os

from playwright.sync_api import expect

# High enough that no sticky bar lies over what it would leave free once scrolled.
WIDE, NARROW = {"width": 1280, "height": 4000}, {"width": 390, "height": 6000}
LOOKS = ((WIDE, "light", ()), (WIDE, "dark", ("color-contrast", "link-in-text-block")), (NARROW, "light", ()))
WIDTHS = (360, 768, 1280, 1600)
# Takes the rows out of long lists that bring no kind of element, by its tag, classes and what it stands in, that two
# rows before them did not have: of 3,700 elements of a collection a few hundred differ.
THIN = """() => {
  const told = new Set(["class", "role", "type", "style", "aria-current"]);
  const kinds = (one, within) => {
    const facts = [...one.attributes].map((fact) => told.has(fact.name) ? `${fact.name}=${fact.value}` : fact.name);
    const kind = `${within}>${one.tagName}[${facts.sort()}]${one.textContent.trim() ? "t" : ""}`;
    return [kind, ...[...one.children].flatMap((child) => kinds(child, kind))];
  };
  for (const list of document.querySelectorAll("#main tbody, #main ul, #main ol")) {
    const seen = {};
    if (list.children.length < 10) continue;
    for (const row of [...list.children]) {
      const here = new Set(kinds(row, ""));
      if ([...here].every((kind) => seen[kind] > 1)) row.remove();
      else for (const kind of here) seen[kind] = (seen[kind] || 0) + 1;
    }
  }
}"""


def examine(page, axe, *, again=False):
    """Three looks at the page that is open, dark for its colours. The theme follows the device without a reload.

    `again`: another state of this page is looked at in full; wide and light is enough.
    """
    for size, scheme, rules in LOOKS[:1] if again and not os.environ.get("EVERY_VALUE") else LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        axe(page, rules=rules)


def look(page, axe, address, *, again=False, without=None):
    """Open the page only to look at it: its widths, then the three looks at what of its long lists differs.

    `without`: what stands there only until the rest of the page has come.
    """
    answer = page.goto(address)
    if without:
        expect(without).to_have_count(0)
    assert too_wide(page) == [], address
    if not os.environ.get("EVERY_VALUE"):
        page.evaluate(THIN)
    examine(page, axe, again=again)
    return answer


def every(pages, again):
    """[(who, address, again)] of {who: addresses}: what is looked at in full, and the further states of such pages."""
    return [
        (who, address, once)
        for some, once in ((pages, False), (again, True))
        for who, addresses in some.items()
        for address in addresses
    ]


def too_wide(page):
    """Widths at which the page scrolls sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(width)
    return found
