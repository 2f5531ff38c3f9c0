"""How a page is looked at: by axe wide in light and dark and narrow in light, and at widths where nothing scrolls."""

from playwright.sync_api import expect

# High enough that no sticky bar lies over what it would leave free once scrolled.
WIDE, NARROW = {"width": 1280, "height": 4000}, {"width": 390, "height": 6000}
LOOKS = ((WIDE, "light", ()), (WIDE, "dark", ("color-contrast", "link-in-text-block")), (NARROW, "light", ()))
WIDTHS = (360, 768, 1280, 1600)


def examine(page, axe):
    """Three looks at the page that is open, dark for its colours. The theme follows the device without a reload."""
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        axe(page, rules=rules)


def too_wide(page):
    """Widths at which the page scrolls sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(width)
    return found
