"""What stands on the page of one list: its people, how many, what the viewer may do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from contacts_project.accounts.models import User

from . import list_policy, paging
from .filters import LONGEST_SEARCH
from .list_pages import VIEWS, list_page
from .list_rows import counts_of
from .models import List


def list_context(
    user: User, found: List, parameters: QueryDict, *, with_counts: bool = True, **more: Any
) -> dict[str, Any]:
    """Context of `contacts/list_detail.html`; the list must come from `list_policy`. Some ten queries.

    `more`: what was typed to add somebody, with the problem and the contacts to choose from.
    """
    q = parameters.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    view = parameters.get("s", "")
    view = view if view in VIEWS else ""
    after = paging.decode(parameters.get("after", ""))
    page = list_page(user, found, q=q, view=view, after=after)
    counts = counts_of([found.pk])[found.pk] if with_counts else None
    numbers = (
        {"": counts.people, "subscribed": counts.subscribed, "unsubscribed": counts.unsubscribed} if counts else {}
    )
    url = reverse("contacts:list-detail", args=[found.pk])
    query = _query(q, view)
    return {
        "section": "lists",
        "list": found,
        "actions": list_policy.allowed_actions(user, found),
        "page": page,
        "counts": counts,
        "here_count": None if q else numbers.get(view),
        "views": [
            {"label": label, "query": _query(q, key), "count": numbers.get(key), "current": key == view}
            for key, label in VIEWS.items()
        ],
        "q": q,
        "view": view,
        "after": after,
        "next": paging.encode(page.next),
        "query": query,
        "list_url": url,
        "back": f"{url}?{query}" if query else url,
        **more,
    }


def _query(q: str, view: str) -> str:
    return urlencode({name: value for name, value in (("q", q), ("s", view)) if value})
