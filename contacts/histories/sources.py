"""Who made a change and through what, out of the context that was recorded with it (core.history)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from contacts_project.accounts.models import User

from .names import Names

THROUGH = {
    "admin": " in the administration",
    "call": " through a call or message",
    "command": " by a command",
    "import": " by an import",
    "job": " in the background",
}
# What was posted to, where that says more than "on the page"; the first that fits.
PAGES = (
    ("/undo/", " with Undo"),
    ("/contacts/bulk/", " in bulk"),
    ("/restore/", " from the edit history"),
    ("/wrap-up/", " after a call"),
    ("/calls/", " through a call"),
    ("/clean-up/", " in a clean-up"),
    ("/convert/", " by converting it"),
)
JOBS = {"hand_over_contacts": " when somebody left", "remove_ended_grants": " on its last day"}
NOBODY = {
    "job": "Kithline",
    "command": "A command",
    "import": "An import",
    "call": "A call or message",
    "admin": "Platform staff",
}
ICONS = {"import": "file-import", "job": "refresh", "command": "braces", "call": "phone", "": "braces"}


@dataclass(frozen=True)
class Source:
    """Who, as people read it; the person where it is one, else an icon; through what; a link to an own import."""

    who: str
    person: User | None
    icon: str
    through: str
    link: str


def source_of(context: dict[str, Any], names: Names) -> Source:
    """Without a context somebody wrote to the database itself."""
    kind = _kind(context)
    person = names.people.get(context.get("user") or 0)
    file = names.thing("imports", context.get("import_id"))
    if file:
        link = reverse("contacts:import-result", args=[context["import_id"]])
        return Source(f"Import “{file}”", None, ICONS["import"], "", link)
    who = _who(kind, person, context, names)
    return Source(who, person, ICONS.get(kind, ICONS["job"]), _through(kind, person, context, names), "")


def _kind(context: dict[str, Any]) -> str:
    """A department's call or message saves its party itself (services.parties), whoever answered it."""
    if context.get("party"):
        return "call"
    return str(context.get("source") or ("page" if "user" in context else ""))


def _who(kind: str, person: User | None, context: dict[str, Any], names: Names) -> str:
    if person:
        return "You" if person == names.reader.user else person.get_full_name()
    if not kind:
        return "Database change"
    if context.get("user") and kind == "page":
        return names.person(None)
    return NOBODY.get(kind, "Kithline")


def _through(kind: str, person: User | None, context: dict[str, Any], names: Names) -> str:
    if context.get("suggested_by"):
        return f", as {_suggester(context['suggested_by'], names)} suggested"
    if kind == "page":
        url = str(context.get("url") or "")
        return next((words for part, words in PAGES if part in url), " on the page")
    if kind == "job":
        return " in bulk" if context.get("bulk") else JOBS.get(str(context.get("job")), THROUGH["job"])
    return THROUGH.get(kind, "") if person else ""


def _suggester(pk: int, names: Names) -> str:
    return "you" if pk == names.reader.user.pk else names.person(pk)
