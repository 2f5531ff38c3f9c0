"""Nothing is missing from what the pages load: classes, icons, vendored files; and nothing is inline (strict CSP)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLER = ROOT / "static/vendor/tabler-1.6.1"
SPRITE = ROOT / "static/vendor/tabler-icons-3.51.0/icons.svg"
APPS = ("contacts_project", "departments", "contacts", "conversations")
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def sources(*suffixes: str) -> list[Path]:
    """Templates, Python and scripts of ours, without migrations."""
    folders = [ROOT / name for name in ("templates", "static/js", *APPS)]
    found = (path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if "migrations" not in path.parts and path.name != "kithline.js")


def class_names(css: str) -> set[str]:
    """The names of all classes that a style sheet's selectors speak of."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    names = re.findall(r"\.(-?(?:[A-Za-z_]|\\.)(?:[\w-]|\\.)*)", re.sub(r"{[^{}]*}", "{}", css))
    return {name.replace("\\", "") for name in names}


def used_classes() -> dict[str, str]:
    """Each class written in a template, by Python or by a script, with one file that writes it."""
    used = {}
    for path in sources(".html", ".py", ".js"):
        text = path.read_text()
        for value in re.findall(r"""class=\\?["']((?:{%.*?%}|{{.*?}}|[^"'])*)""", text):
            inside = " ".join(re.findall(r"%}(.*?)(?={%)", value))
            for name in f"{TAG.sub(' ', value)} {inside}".split():
                used.setdefault(name, str(path.relative_to(ROOT)))
        for name in re.findall(r"""(?:classList\.\w+\(|"class": f?)["']([\w-]+)""", text):
            used.setdefault(name, str(path.relative_to(ROOT)))
    return used


def test_every_tabler_class_in_use_is_in_the_cut():
    whole = set((TABLER / "classes.txt").read_text().split())
    known = class_names((TABLER / "tabler.css").read_text()) | class_names(
        (ROOT / "static/css/kithline.css").read_text()
    )
    missing = {name: file for name, file in used_classes().items() if name in whole - known}
    assert missing == {}, "run bin/css"


def test_every_own_class_in_use_is_written():
    own = class_names((ROOT / "static/css/kithline.css").read_text())
    marks = {"k-js"}
    missing = {name: file for name, file in used_classes().items() if name.startswith("k-") and name not in own | marks}
    assert missing == {}


def test_the_cut_is_of_the_whole():
    whole = set((TABLER / "classes.txt").read_text().split())
    assert len(whole) > 2000
    assert class_names((TABLER / "tabler.css").read_text()) <= whole


def test_every_icon_in_use_is_in_the_sprite():
    there = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    wanted = {}
    for path in sources(".html"):
        text = path.read_text()
        names = re.findall(r"""{%\s*(?:icon|sprite)\s+["']([\w-]+)["']""", text)
        names += re.findall(r"""{%\s*nav_entry\s+"[^"]*"\s+"[^"]*"\s+"([\w-]+)\"""", text)
        wanted.update(dict.fromkeys(names, str(path.relative_to(ROOT))))
    assert {name: file for name, file in wanted.items() if name not in there} == {}, "run bin/css"


def inline(path):
    """What of a page's looks or behaviour stands in the page itself."""
    html = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)
    return [
        *re.findall(r"<style\b|\sstyle\s*=|javascript:|\shx-on[:\s=]", html, re.IGNORECASE),
        *re.findall(r"<[a-z][^<>]*?\son[a-z]+\s*=", html, re.IGNORECASE),
        *(tag for tag in re.findall(r"<script\b[^>]*>", html) if "src=" not in tag),
        *re.findall(r"""hx-(?:vals|headers)[\w:]*=["']\s*js:""", html),
    ]


def test_nothing_is_inline():
    assert {path: found for path in sources(".html") if (found := inline(path))} == {}


@pytest.mark.parametrize("folder", ["static/vendor", "tests/e2e/vendor"])
def test_vendored_files_are_what_the_list_says(folder):
    base = ROOT / folder
    listed = dict(reversed(line.split(maxsplit=1)) for line in (base / "SHA256SUMS").read_text().splitlines())
    there = {f"./{path.relative_to(base)}" for path in base.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((base / name).read_bytes()).hexdigest() == digest, name


def test_each_vendored_package_brings_its_licence():
    folders = [path for folder in ("static/vendor", "tests/e2e/vendor") for path in (ROOT / folder).iterdir()]
    assert [path.name for path in folders if path.is_dir() and not (path / "LICENSE").is_file()] == []


def test_the_served_script_is_made_of_its_sources():
    served = (ROOT / "static/js/kithline.js").read_text().splitlines()
    htmx = (ROOT / "static/vendor/htmx-4.0.1/htmx.min.js").read_text().splitlines()
    ours = [line for name in ("app", "live") for line in (ROOT / f"static/js/{name}.js").read_text().splitlines()]
    assert served[1:] == [*htmx, *ours], "run bin/css"
