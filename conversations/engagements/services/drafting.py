"""Writing an engagement: made, saved, copied, deleted and put back, while it is a draft (product.md §10).

What fits together the form has judged (`checking`); here the row is locked, its version compared, and what belongs
together saved in one transaction. A draft is saved while somebody types, so a save says from which `window` it comes:
what the same window saved before is no stale version.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.urls import reverse

from contacts import list_policy
from contacts.models import List
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from conversations import policy as channel_policy
from conversations.engagements import policy
from conversations.engagements.models import Engagement, EngagementList, EngagementUserObjectPermission, Review
from conversations.models import Channel

from . import recording
from .errors import TooLate

Status = Engagement.Status
# What a save sets as it stands; lists and recording are set beside it.
COLUMNS = (
    "name", "kind", "channel_id", "subject", "body", "when", "at", "from_hour", "to_hour", "per_minute",
)  # fmt: skip
NOT_A_DRAFT = {
    Status.REVIEW: "It waits for a compliance administrator. Take it back first, then it can be changed.",
    Status.SCHEDULED: "It is scheduled. Take it back first, then it can be changed.",
}
SENT = "Sending has begun: it cannot be changed any more. Copy it and change the copy."


class Stale(Exception):
    """Somebody else saved the draft meanwhile; nothing was saved. `now` is what stands, `by` who saved it last."""

    def __init__(self, now: Engagement, by: User | None) -> None:
        super().__init__()
        self.now, self.by = now, by


@dataclass(frozen=True)
class Draft:
    """All that stands in the form. `lists` and `exclude` are what the writer sees; hidden ones stay as they are.

    `at` counts with `when` "at" only. `recording` is a new sound, `drops_recording` takes the old one away.
    """

    name: str
    kind: str
    channel: Channel | None = None
    subject: str = ""
    body: str = ""
    lists: tuple[List, ...] = ()
    exclude: tuple[List, ...] = ()
    when: str = Engagement.When.NOW
    at: datetime.datetime | None = None
    from_hour: int | None = None
    to_hour: int | None = None
    per_minute: int | None = None
    recording: recording.Sound | None = None
    drops_recording: bool = False

    def values(self) -> dict[str, Any]:
        """Column -> value, as they fit the kind: only email has a subject, only calls and texts have hours."""
        found = {name: getattr(self, name) for name in COLUMNS if name != "channel_id"}
        found["channel_id"] = self.channel.pk if self.channel else None
        if self.when != Engagement.When.AT:
            found["at"] = None
        if self.kind != Engagement.Kind.EMAIL:
            found["subject"] = ""
        else:
            found["from_hour"] = found["to_hour"] = None
        return found


@dataclass(frozen=True)
class Window:
    """Where a save comes from: the form's mark, the version that it showed, and whether somebody asked for the save.

    Without `version` nothing is compared.
    """

    mark: str = ""
    version: int | None = None
    by_itself: bool = False


@dataclass
class Saved:
    """What became of a save: the draft, whether its lists changed, and whether the pre-flight is to be asked anew."""

    engagement: Engagement
    lists_changed: bool = False
    reaches_others: bool = False


@transaction.atomic
def create_draft(actor: User, draft: Draft, *, window: Window | None = None) -> Engagement:
    """A new draft of `actor`, who gets Admin on it. Raises RecordingRefused when the disk is full."""
    assert actor.account
    with _context(actor, window):
        made = Engagement.objects.create(account=actor.account, author=actor, **draft.values())
        grants.set_level(EngagementUserObjectPermission, [made], [actor], Level.ADMIN, by=actor)
        _set_lists(actor, made, draft)
        if draft.recording:
            recording.put(made, draft.recording)
            made.save(update_fields=["recording"])
    return made


@transaction.atomic
def save_draft(actor: User, pk: int, draft: Draft, *, window: Window | None = None) -> Saved:
    """Make the draft what stands in the form. Raises Stale, TooLate; Http404 and Refused by the rights.

    Saving what stands already changes nothing and makes no version. Locks the engagement.
    """
    engagement, window = hold(actor, "edit", pk), window or Window()
    require_draft(engagement)
    before = {name: getattr(engagement, name) for name in COLUMNS}
    values = draft.values()
    differs = before != values or _lists_differ(actor, engagement, draft)
    differs = differs or bool(draft.recording) or bool(draft.drops_recording and engagement.recording)
    if not differs:
        return Saved(engagement)
    if window.version is not None and window.version != engagement.version:
        theirs = _saves_since(engagement, window.version)
        if any(mark != window.mark or not mark for mark, _, _ in theirs) or not theirs:
            raise Stale(engagement, _last_saver(theirs))
        if window.by_itself and any(not by_itself for _, by_itself, _ in theirs):
            return Saved(engagement)  # overtaken: it left the page before the Save that came in first
    with _context(actor, window):
        for name, value in values.items():
            setattr(engagement, name, value)
        recording.change(engagement, draft.recording, drops=draft.drops_recording or draft.kind != "voice")
        engagement.version += 1
        engagement.save(update_fields=[*values, "recording", "version", "updated_at"])
        lists_changed = _set_lists(actor, engagement, draft)
    same = all(before[name] == values[name] for name in ("kind", "channel_id", "subject", "body", "when", "from_hour",
                                                          "to_hour"))  # fmt: skip
    return Saved(engagement, lists_changed, reaches_others=lists_changed or not same)


@transaction.atomic
def copy_engagement(actor: User, engagement: Engagement) -> Engagement:
    """A draft of the actor's own that says the same to the same lists, as far as he or she may use line and lists."""
    policy.require(actor, "view", engagement)
    rows = list(engagement.with_lists.select_related("list").order_by("pk"))
    usable = set(list_policy.lists_with(actor, "use").filter(pk__in=[one.list_id for one in rows]).values_list("pk"))
    rows = [one for one in rows if (one.list_id,) in usable and one.list.archived_at is None]
    sends = channel_policy.usable(actor, "send").filter(pk=engagement.channel_id or 0).exists()
    draft = Draft(
        name=f"Copy of {engagement.name}"[:120], kind=engagement.kind,
        channel=engagement.channel if sends else None, subject=engagement.subject, body=engagement.body,
        lists=tuple(one.list for one in rows if not one.is_left_out),
        exclude=tuple(one.list for one in rows if one.is_left_out),
        when=engagement.when if engagement.when == Engagement.When.BEST else Engagement.When.NOW,
        from_hour=engagement.from_hour, to_hour=engagement.to_hour, per_minute=engagement.per_minute,
        recording=recording.read(engagement),
    )  # fmt: skip
    return create_draft(actor, draft)


@transaction.atomic
def delete_draft(actor: User, pk: int) -> str:
    """Delete a draft; the token of an undo, by which it comes back with its people and its reviews.

    Raises TooLate; Http404 and Refused by the rights. Its recording stays stored for as long as it can come back.
    """
    engagement = hold(actor, "edit", pk)
    require_draft(engagement)
    token = remember(actor, "delete-draft", draft=_kept(engagement))
    engagement.delete()
    return token


@undoes("delete-draft")
def put_draft_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Make the draft anew, under the number that it had."""
    kept = data["draft"]
    if kept["row"]["account_id"] != actor.account_id:
        raise CannotUndo("This draft is gone.")
    row = {**kept["row"], "at": _moment(kept["row"]["at"]), "created_at": _moment(kept["row"]["created_at"])}
    if row["channel_id"] and not Channel.objects.filter(pk=row["channel_id"]).exists():
        row["channel_id"] = None
    engagement = Engagement.objects.create(**row)
    lists = set(List.objects.filter(pk__in=[pk for pk, _ in kept["lists"]]).values_list("pk", flat=True))
    EngagementList.objects.bulk_create(
        EngagementList(engagement=engagement, list_id=pk, is_left_out=out) for pk, out in kept["lists"] if pk in lists
    )
    for line in kept["grants"]:
        people = User.objects.filter(pk=line["user"], is_active=True)
        until = datetime.date.fromisoformat(line["until"]) if line["until"] else None
        giver = User.objects.filter(pk=line["by"]).first()
        grants.set_level(EngagementUserObjectPermission, [engagement], people, line["level"], by=giver, until=until)
    Review.objects.bulk_create(
        Review(engagement=engagement, **{**one, "asked_at": _moment(one["asked_at"]),
                                         "answered_at": _moment(one["answered_at"])})
        for one in kept["reviews"]
    )  # fmt: skip
    return f"{engagement.name} is back", reverse("engagements:engagement-edit", args=[engagement.pk])


def hold(actor: User, action: str, pk: int) -> Engagement:
    """The engagement for `action`, its row locked until the transaction ends. Http404, Refused."""
    policy.get_for(actor, action, pk)
    rows = Engagement.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("account", "author", "channel__department", "channel__account").get(pk=pk)


def require_draft(engagement: Engagement) -> None:
    """Raise TooLate with the way on unless it is a draft."""
    if engagement.status != Status.DRAFT:
        raise TooLate(NOT_A_DRAFT.get(Status(engagement.status), SENT))


def hidden_lists(user: User, engagement: Engagement) -> int:
    """How many of its lists `user` may not see: they stay with it whatever he or she saves. One query."""
    seen = list_policy.visible_to(user).order_by().values("pk")
    return engagement.with_lists.exclude(list__in=seen).count()


def _wanted(draft: Draft) -> dict[int, bool]:
    """List id -> whether its people are left out."""
    return {one.pk: False for one in draft.lists} | {one.pk: True for one in draft.exclude}


def _visible_rows(actor: User, engagement: Engagement) -> dict[int, bool]:
    seen = list_policy.visible_to(actor).order_by().values("pk")
    return dict(engagement.with_lists.filter(list__in=seen).values_list("list", "is_left_out"))


def _lists_differ(actor: User, engagement: Engagement, draft: Draft) -> bool:
    return _visible_rows(actor, engagement) != _wanted(draft)


def _set_lists(actor: User, engagement: Engagement, draft: Draft) -> bool:
    """Make the lists that the actor sees what the draft says; whether anything changed."""
    wanted, stand = _wanted(draft), _visible_rows(actor, engagement)
    if wanted == stand:
        return False
    engagement.with_lists.filter(list__in=[pk for pk in stand if wanted.get(pk) != stand[pk]]).delete()
    EngagementList.objects.bulk_create(
        EngagementList(engagement=engagement, list_id=pk, is_left_out=out)
        for pk, out in wanted.items() if stand.get(pk) != out
    )  # fmt: skip
    return True


def _context(actor: User, window: Window | None) -> Any:
    """Where this change comes from, kept with it in the history."""
    mark = window.mark if window else ""
    return pghistory.context(user=actor.pk, window=mark, by_itself=bool(window and window.by_itself))


def _saves_since(engagement: Engagement, version: int) -> list[tuple[str, bool, int | None]]:
    """(window, by itself, user id) of each save after this version, the oldest first. One query."""
    events: Any = Engagement.pgh_event_model  # type: ignore[attr-defined]
    rows = events.objects.filter(pgh_obj=engagement.pk, version__gt=version, pgh_label="update")
    found: dict[int, tuple[str, bool, int | None]] = {}
    for number, facts in rows.order_by("pgh_id").values_list("version", "pgh_context__metadata"):
        facts = facts or {}
        found.setdefault(number, (facts.get("window", ""), bool(facts.get("by_itself")), facts.get("user")))
    return list(found.values())


def _last_saver(saves: Iterable[tuple[str, bool, int | None]]) -> User | None:
    people = [user for _, _, user in saves if user]
    return User.objects.filter(pk=people[-1]).first() if people else None


def _kept(engagement: Engagement) -> dict[str, Any]:
    """The draft as JSON."""
    names = ("id", "account_id", "author_id", "version", "recording", *COLUMNS)
    row = {name: str(value) if name == "recording" else value
           for name, value in ((name, getattr(engagement, name)) for name in names)}  # fmt: skip
    row |= {"at": _written(engagement.at), "created_at": _written(engagement.created_at)}
    lines = grants.lines(EngagementUserObjectPermission, content_object=engagement).values()
    reviews = engagement.reviews.order_by("pk").values(
        "asked_by_id", "asked_at", "version", "answer", "answered_by_id", "answered_at", "message"
    )
    return {
        "row": row,
        "lists": [list(one) for one in engagement.with_lists.order_by("pk").values_list("list", "is_left_out")],
        "grants": [
            {"user": line.user.pk, "level": line.level.value, "by": line.granted_by.pk if line.granted_by else None,
             "until": line.until.isoformat() if line.until else None}
            for line in lines
        ],
        "reviews": [
            {**one, "asked_at": _written(one["asked_at"]), "answered_at": _written(one["answered_at"])}
            for one in reviews
        ],
    }  # fmt: skip


def _written(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat() if moment else ""


def _moment(text: str) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None
