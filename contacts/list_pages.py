"""The people on one list, a page at a time, for one of its readers (product.md §2c).

All readers see of everybody on it the display name, the primary phone and the primary email. Whom they see themselves
stands with a link, department tags and what a block says; of the others there is nothing more, nor does a search find
them by anything else. A page is one range of the index list_item_place, however long the list is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from contacts_project.accounts.models import User

from . import policy
from .blocking import blocked_rows
from .department_tags import Tags, department_tags, operated_by
from .lookups import RowComparison
from .models import Contact, ContactEmail, ContactPhone, ContactSearch, List, ListItem
from .models.contact import NAME_FIELDS, display_name
from .paging import BATCHES, NARROW, Key, page_of_keys
from .rows import first_of

PAGE = 50
VIEWS = {"": "All", "subscribed": "Subscribed", "unsubscribed": "Unsubscribed"}
# Does what a reader sees of a hidden contact match what was typed? In the words of the search table.
SHOWN_MATCH = """
    SELECT id FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(emails)s::text[], %(phones)s::text[])
                   AS shown(id, name, email, phone)
     WHERE contact_document(%(account)s, name, ARRAY[email], ARRAY[phone]) @@ contact_query(%(account)s, %(typed)s)"""


@dataclass(frozen=True)
class Shown:
    """What every reader of a list sees of somebody on it."""

    id: int
    kind: str
    name: str
    phone: str
    extension: str
    email: str
    photo_digest: str


@dataclass(frozen=True)
class ListPerson:
    """One line of a list. `departments`, `blocked` and the photo are there for those who see the contact."""

    item: ListItem
    shown: Shown
    is_visible: bool
    departments: Tags = ()
    blocked: bool = False

    @property
    def how(self) -> str:
        """ "import" where no person added it by hand."""
        return "import" if self.item.how == ListItem.How.IMPORT else ""


@dataclass(frozen=True)
class ListPage:
    """Lines in order, and the key after which the next page begins (None at the end)."""

    people: list[ListPerson]
    next: Key | None


def list_page(
    user: User, found: List, *, q: str = "", view: str = "", after: Key | None = None, size: int = PAGE
) -> ListPage:
    """One page of a list that `user` may read: those who match `q`; `view` is one of VIEWS.

    At most eight queries, four more for a search that few match; a broad one walks the list.
    """
    rows = _of_view(found, view)
    if not q:
        page = page_of_keys(list(_keys(_after(rows, after))[: size + 1]), size)
    else:
        keys: list[Key] = []
        for some in _matching(user, rows, q, after):
            keys += some
            if len(keys) > size:
                break
        page = page_of_keys(keys, size)
    return ListPage(people_of(user, found, page.ids), page.next)


def _of_view(found: List, view: str) -> QuerySet[ListItem]:
    rows = ListItem.objects.filter(list=found)
    return rows.filter(is_subscribed=view == "subscribed") if view else rows


def _after(rows: QuerySet[ListItem], after: Key | None) -> QuerySet[ListItem]:
    if after is None:
        return rows
    return rows.filter(RowComparison([F("sort_key"), F("contact_id")], ">", list(after)))


def _keys(rows: QuerySet[ListItem]) -> QuerySet:
    return rows.order_by("sort_key", "contact").values_list("sort_key", "contact_id")


def _matching(user: User, rows: QuerySet[ListItem], q: str, after: Key | None) -> Iterator[list[Key]]:
    """Keys of those who match, in order, in lists as they are found (design/datalayer.md §2: narrow or walk)."""
    typed = ContactSearch.objects.filter(document__typed=(user.account_id, q))
    ids = list(typed.order_by().values_list("contact_id", flat=True)[: NARROW + 1])
    if len(ids) <= NARROW:
        keys = list(_keys(_after(rows.filter(contact__any_of=ids), after))) if ids else []
        for start in range(0, len(keys), BATCHES[0]):
            yield _fit(user, keys[start : start + BATCHES[0]], q)
        return
    for size in _sizes():
        keys = list(_keys(_after(rows, after))[:size])
        found = set(typed.filter(contact__any_of=[pk for _, pk in keys]).values_list("contact_id", flat=True))
        yield _fit(user, [key for key in keys if key[1] in found], q)
        if len(keys) < size:
            return
        after = keys[-1]


def _sizes() -> Iterator[int]:
    yield from BATCHES
    while True:
        yield BATCHES[-1]


def _fit(user: User, keys: list[Key], q: str) -> list[Key]:
    """Of these, who match by all that is known of them, those whom the user sees or who match by what is shown."""
    ids = [pk for _, pk in keys]
    seen = set(policy.visible_to(user).filter(pk__any_of=ids).values_list("pk", flat=True)) if ids else set()
    hidden = [pk for pk in ids if pk not in seen]
    fits = seen | _match_by_what_is_shown(user, hidden, q) if hidden else seen
    return [key for key in keys if key[1] in fits]


def _match_by_what_is_shown(user: User, ids: list[int], q: str) -> set[int]:
    shown = list(shown_of(ids).values())
    values: dict[str, Any] = {
        "ids": [one.id for one in shown],
        "names": [one.name for one in shown],
        "emails": [one.email for one in shown],
        "phones": [one.phone for one in shown],
    }
    with connection.cursor() as cursor:
        cursor.execute(SHOWN_MATCH, {**values, "account": user.account_id, "typed": q})
        return {pk for (pk,) in cursor.fetchall()}


def shown_of(ids: Collection[int]) -> dict[int, Shown]:
    """Contact id -> what readers of a list that it is on see of it. The caller knows that they are. One query."""
    phones, emails = ContactPhone.objects.all(), ContactEmail.objects.all()
    values = Contact.objects.filter(pk__any_of=list(ids)).values(
        "pk", "kind", "photo_digest", *NAME_FIELDS,
        phone=first_of(phones, "number"), extension=first_of(phones, "extension"), email=first_of(emails, "address"),
    )  # fmt: skip
    return {
        one["pk"]: Shown(
            one["pk"], one["kind"], display_name(one), one["phone"] or "", one["extension"] or "", one["email"] or "",
            one["photo_digest"],
        )
        for one in values
    }  # fmt: skip


def people_of(user: User, found: List, ids: list[int]) -> list[ListPerson]:
    """Lines of these contacts on a list that `user` may read, in the order of `ids`. Seven queries at most."""
    if not ids:
        return []
    items = ListItem.objects.filter(list=found, contact__any_of=ids).select_related("added_by", "changed_by")
    by_contact = {item.contact_id: item for item in items}
    shown = shown_of(by_contact)
    seen = set(policy.visible_to(user).filter(pk__any_of=list(shown)).values_list("pk", flat=True))
    tags = department_tags(user, [(pk, shown[pk].kind) for pk in seen], operated_by(user)) if seen else {}
    blocked = blocked_rows(user, seen) if seen else set()
    return [
        ListPerson(by_contact[pk], shown[pk], pk in seen, tags.get(pk, ()), pk in blocked)
        for pk in ids
        if pk in by_contact and pk in shown
    ]
