"""What stands on the page of a draft beside its form: lines and lists to choose from, preview, what a test needs."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts import list_policy
from contacts.models import List, ListItem
from contacts_project.accounts.models import User
from conversations import merging
from conversations import policy as channel_policy
from conversations.models import Channel
from conversations.reaching import address_text, own_address
from conversations.services.placing import callback_number

from . import policy, previewing
from .checking import carries, senders
from .forms import DAY, EngagementForm
from .models import Engagement, Review
from .services.drafting import Draft, hidden_lists

Kind, When = Engagement.Kind, Engagement.When
MOST_OFFERED = 200
UNSEEN = "A line that you do not see"
KINDS = (
    (Kind.TEXT, "Text", "SMS, from a phone number"),
    (Kind.EMAIL, "Email", "From a verified sender"),
    (Kind.VOICE, "Voice", "Recorded or spoken text"),
)
WHENS = (
    (When.NOW, "Now", "Starts as soon as you confirm"),
    (When.AT, "At a set time", "Pick a date and hour"),
    (When.BEST, "Each at their best call time", "Inside calling hours in their own time zone"),
)
LABELS = {
    "name": "Name", "kind": "Kind", "channel": "From", "subject": "Subject", "body": "Text", "when": "When", "at": "At",
    "from_hour": "From hour", "to_hour": "To hour", "per_minute": "At most a minute",
}  # fmt: skip
GROUPS = {Kind.TEXT: "For texts", Kind.EMAIL: "For email", Kind.VOICE: "For calls"}


@dataclass(frozen=True)
class Line:
    value: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field of which two texts are kept: what the writer typed, and what stands."""

    label: str
    mine: str
    theirs: str


def form_context(user: User, form: EngagementForm, engagement: Engagement | None, **more: Any) -> dict[str, Any]:
    """Context of engagements/engagement_form.html; the draft must come from `policy`. Some fifteen queries."""
    chosen = {name: lists_chosen(user, form, engagement, name) for name in ("lists", "exclude")}
    taken = {one.pk for side in chosen.values() for one in side}
    return {
        "section": "engagements",
        "form": form,
        "engagement": engagement,
        "actions": policy.allowed_actions(user, engagement) if engagement else frozenset(),
        "version": engagement.version if engagement else "",
        "kinds": KINDS,
        "whens": WHENS,
        "hours": DAY,
        "line_groups": line_groups(user, engagement),
        "chosen": chosen,
        "hidden_lists": hidden_lists(user, engagement) if engagement else 0,
        "offered": [name for pk, name in _usable_names(user) if pk not in taken],
        "merge_fields": [f"{{{{{name}}}}}" for name in ("first-name", *list(merging.LABELS)[1:])],
        "declined": last_declined(engagement),
        **side_context(user, engagement),
        **more,
    }


def side_context(user: User, engagement: Engagement | None, wanted: str = "") -> dict[str, Any]:
    """What changes with each save: the preview, how many have no name, where a test goes."""
    if engagement is None:
        return {"preview": previewing.Preview(), "without_name": 0, "own_phone": "", "reviewed": _is_reviewed(user)}
    phone = callback_number(user)
    return {
        "preview": previewing.preview_of(user, engagement, wanted),
        "without_name": previewing.without_name(user, engagement),
        "own_phone": address_text(phone, user.account) if phone and user.account else "",
        "reviewed": _is_reviewed(user),
    }


def line_groups(user: User, engagement: Engagement | None) -> list[tuple[str, str, list[Line]]]:
    """(kind, label, lines) that `user` may send from, and the one that a colleague chose. Two queries."""
    lines = list(senders(user))
    groups = [
        (kind.value, label, [Line(str(one.pk), own_address(one)) for one in lines if carries(one, kind)])
        for kind, label in GROUPS.items()
    ]
    kept = engagement.channel if engagement else None
    if kept and kept.pk not in {one.pk for one in lines}:
        name = own_address(kept) if channel_policy.can(user, "view", kept) else UNSEEN
        groups.append(("kept", "As it is", [Line(str(kept.pk), name)]))
    return [group for group in groups if group[2]]


def lists_chosen(user: User, form: EngagementForm, engagement: Engagement | None, name: str) -> list[List]:
    """The lists on one side of the form, with their number of `people`. One or two queries."""
    if form.is_bound:
        ids = [one.pk for one in form.cleaned_data.get(name, [])] if hasattr(form, "cleaned_data") else []
        rows = list_policy.visible_to(user).filter(pk__in=ids)
    elif engagement:
        rows = previewing.lists_seen(user, engagement, left_out=name == "exclude")
    else:
        rows = list_policy.lists_with(user, "use").filter(pk__in=form.initial.get(name, []), archived_at__isnull=True)
    items = ListItem.objects.filter(list=OuterRef("pk")).order_by().values("list").annotate(n=Count("pk")).values("n")
    people = Coalesce(Subquery(items, output_field=IntegerField()), 0)
    return list(rows.annotate(people=people).order_by("name", "pk"))


def last_declined(engagement: Engagement | None) -> Review | None:
    """The answer that the writer has to heed: the last review, where it declined. One query."""
    if engagement is None:
        return None
    last = engagement.reviews.select_related("answered_by").order_by("-pk").first()
    return last if last and last.answer == Review.Answer.DECLINED else None


def differences(user: User, engagement: Engagement, draft: Draft) -> list[Difference]:
    """What a stale save would change, field by field: both texts. Three queries."""
    now, mine = {name: getattr(engagement, name) for name in LABELS}, {name: getattr(draft, name) for name in LABELS}
    found = [
        Difference(label, _text(user, mine[name]), _text(user, now[name]))
        for name, label in LABELS.items() if mine[name] != now[name]
    ]  # fmt: skip
    for name, label, left_out in (("lists", "Lists", False), ("exclude", "Leave out", True)):
        theirs = sorted(one.name for one in previewing.lists_seen(user, engagement, left_out=left_out))
        ours = sorted(one.name for one in getattr(draft, name))
        if ours != theirs:
            found.append(Difference(label, ", ".join(ours), ", ".join(theirs)))
    return found


def _text(user: User, value: Any) -> str:
    if isinstance(value, Channel) and not channel_policy.can(user, "view", value):
        return UNSEEN
    if isinstance(value, datetime.datetime):
        local = timezone.localtime(value)
        return f"{local:%-d %B %Y}, {local.hour}:{local.minute:02}"
    return "" if value is None else str(value)


def _usable_names(user: User) -> list[tuple[int, str]]:
    rows = list_policy.lists_with(user, "use").filter(archived_at__isnull=True)
    return list(rows.order_by("name", "pk").values_list("pk", "name")[:MOST_OFFERED])


def _is_reviewed(user: User) -> bool:
    return bool(user.account and user.account.compliance_required)
