"""The collection: every contact that the user sees, searched, filtered and sorted (product.md §4)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from contacts import paging
from contacts.filters import VIEWS, Filters, read_filters
from contacts.menus import filter_menus
from contacts.paging_last import page_by
from contacts.rows import Row, read_rows, read_stacked
from contacts.twins import stacked
from contacts_project.core.htmx import answer

COLUMNS = {
    "company": "Company",
    "kind": "Kind",
    "phone": "Phone",
    "email": "Email",
    "owner": "Owner",
    "tags": "Tags",
    "last": "Last contact",
    "created": "Created",
}
FILTERS = ("department", "kind", "tag", "owner", "list", "import", "blocked", "callable")
SHOWN = ("kind", "phone", "email", "owner", "tags", "last")


@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """GET /contacts/: a page of the collection, its fragment, or further rows of it."""
    filters = read_filters(request.user, request.GET)
    after = paging.decode(request.GET.get("after", ""))
    page = page_by(request.user, filters.selection, filters.order, after=after)
    shown = _columns(request)
    rows = _rows(filters, page.ids, with_last="last" in shown)
    context = {
        "filters": filters,
        "rows": rows,
        "next": paging.encode(page.next),
        "after": after,
        "columns": COLUMNS,
        "shown": shown,
        "selecting": request.GET.get("select") == "1",
        "section": "contacts",
        "list_url": reverse("contacts:contact-list"),
        **_links(filters),
    }
    if not request.htmx or request.htmx.target != "rows":
        context |= filter_menus(filters)
    if not rows and after is None:
        context |= _emptiness(filters)
    return answer(
        request,
        "contacts/contact_list.html",
        "contacts/_collection.html",
        "contacts/_rows.html",
        context=context,
    )


def _rows(filters: Filters, ids: list[int], *, with_last: bool) -> list[Row]:
    """The lines of a page; in search results the department record of a person stands beneath the personal one."""
    if not filters.q:
        return read_rows(filters.user, ids, with_last=with_last)
    page = stacked(filters.user, filters.selection, filters.order, ids)
    return read_stacked(filters.user, page, with_last=with_last)


@require_safe
def contact_count(request: HttpRequest) -> HttpResponse:
    """GET /contacts/count/: how many there are, here and in each view; apart, so that no list waits for counting."""
    filters = read_filters(request.user, request.GET)
    counts = {}
    for view in VIEWS:
        same = Filters(request.user, view=view, archived=filters.archived)
        counts[view] = paging.capped_count(request.user, same.selection)
    here = paging.capped_count(request.user, filters.selection) if filters.is_filtered else counts[filters.view]
    context = {"filters": filters, "here": here, "views": _views(filters, counts)}
    return answer(request, "contacts/contact_count.html", "contacts/_contact_count.html", context=context)


def _links(filters: Filters) -> dict[str, object]:
    return {
        "views": _views(filters, {}),
        "query": filters.query(),
        "state": parse_qsl(filters.query()),
        "sort_name": filters.query(sort="-name" if filters.sort == "name" else ""),
        "sort_created": filters.query(sort="-created" if filters.sort == "created" else "created"),
        "sort_last": filters.query(sort="" if filters.sort == "last" else "last"),
        "switch": filters.query(archived="" if filters.archived else "1"),
        "cleared": filters.query(q="", **dict.fromkeys(FILTERS)),
        "unsearched": filters.query(q=""),
    }


def _views(filters: Filters, counts: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "key": key,
            "label": label,
            "query": filters.query(view=key),
            "current": key == filters.view,
            "count": counts.get(key),
        }
        for key, label in VIEWS.items()
    ]


def _columns(request: HttpRequest) -> list[str]:
    """Columns chosen in the address, else those chosen last in this session, else the usual ones."""
    chosen = [column for column in COLUMNS if column in request.GET.getlist("col")]
    if chosen and request.session.get("columns") != chosen:
        request.session["columns"] = chosen
    return chosen or [column for column in request.session.get("columns", SHOWN) if column in COLUMNS]


def _emptiness(filters: Filters) -> dict[str, object]:
    """Why nothing is shown, and whether the other side of the archived switch holds a match."""
    others = replace(filters, archived=not filters.archived)
    elsewhere = bool(paging.page_for(filters.user, others.selection, size=1).ids)
    return {"match_elsewhere": elsewhere, "other_side": others.query()}
