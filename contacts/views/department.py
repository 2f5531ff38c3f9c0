"""A department's contacts, and callers without a name: the collection narrowed to its links (product.md §8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from contacts import paging
from contacts import policy as access
from contacts.filters import Filters, read_filters
from contacts.models import Kind
from contacts.paging_last import page_by
from contacts.rows import read_rows
from contacts_project.accounts.models import User
from contacts_project.core.htmx import answer
from departments import policy
from departments.models import Department
from departments.pages import department_context

SHOWN = ("kind", "phone", "owner", "tags")
SEGMENTS = (("", "All"), (Kind.DEPARTMENT, Kind.DEPARTMENT.label), (Kind.SHARED, Kind.SHARED.label))
FRAGMENTS = {
    "contacts": ("contacts/_department_collection.html", "contacts/_rows.html"),
    "unnamed": ("contacts/_department_unnamed.html", "contacts/unnamed/_rows.html"),
}
KEPT = ("q", "kind", "archived", "sort")  # of the collection's parameters; the department and the view are the page's


@require_safe
def department_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /departments/<id>/contacts/ ?q= kind= archived=1 sort= after=: for its operators."""
    return _page(request, pk, "contacts")


@require_safe
def department_unnamed(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /departments/<id>/unnamed/: callers whom nobody has named, noted or answered yet."""
    return _page(request, pk, "unnamed")


def _page(request: HttpRequest, pk: int, tab: str) -> HttpResponse:
    department = policy.get_department(request.user, pk)
    policy.require_operator(request.user, department)
    filters = _filters(request, department, "unnamed" if tab == "unnamed" else "")
    after = paging.decode(request.GET.get("after", ""))
    page = page_by(request.user, filters.selection, filters.order, after=after)
    context = {
        "filters": filters,
        "rows": read_rows(request.user, page.ids),
        "shown": SHOWN,
        "next": paging.encode(page.next),
        "after": after,
        "list_url": reverse(f"contacts:department-{tab}", args=[department.pk]),
        **_links(filters),
    }
    if not request.htmx or request.htmx.target != "rows":
        counts = _counts(request.user, filters)
        numbers = {"contacts": counts[""], "unnamed": counts["unnamed"]}
        context |= {"segments": _segments(filters, department, counts), "total": _total(filters, counts)}
        context |= department_context(request.user, department, tab, counts=numbers)
    return answer(request, f"contacts/department_{tab}.html", *FRAGMENTS[tab], context=context)


def _filters(request: HttpRequest, department: Department, view: str) -> Filters:
    query = request.GET.copy()
    for name in [name for name in query if name not in KEPT]:
        del query[name]
    return replace(read_filters(request.user, query), departments=(department,), view=view)


def _links(filters: Filters) -> dict[str, Any]:
    return {
        "query": _query(filters),
        "selection_query": filters.query(),  # what the bulk form sends: the department and the view too
        "sort_name": _query(filters, sort="-name" if filters.sort == "name" else ""),
        "switch": _query(filters, archived="" if filters.archived else "1"),
        "cleared": _query(filters, q="", kind=""),
    }


def _query(filters: Filters, **changes: object) -> str:
    return filters.query(**{"department": "", "view": "", **changes})


def _counts(user: User, filters: Filters) -> dict[str, int]:
    """How many stand in each segment, up to the cap; the shared ones are few and found by themselves."""
    lanes = access.lanes_of(user)
    (department,) = filters.departments

    def count(*, unnamed: bool) -> int:
        side = paging.Selection(filters.archived, unnamed=unnamed, department=department.pk)
        return paging.streams(user, side, limit=paging.COUNT_CAP, lanes=lanes).count()

    kinds = Filters(user, departments=filters.departments, archived=filters.archived, kinds=(Kind.SHARED,))
    named, shared = count(unnamed=False), paging.capped_count(user, kinds.selection)
    own = named if named >= paging.COUNT_CAP else named - shared
    return {"": named, Kind.DEPARTMENT: own, Kind.SHARED: shared, "unnamed": count(unnamed=True)}


def _total(filters: Filters, counts: dict[str, int]) -> int | None:
    """How many the list holds where a segment says it; None for a search."""
    chosen = filters.view or (filters.kinds[0] if len(filters.kinds) == 1 else "")
    return None if filters.q or len(filters.kinds) > 1 else counts.get(chosen)


def _segments(filters: Filters, department: Department, counts: dict[str, int]) -> list[dict[str, Any]]:
    """All, Department, Shared dept., Unnamed: links beside the search."""
    here = reverse("contacts:department-contacts", args=[department.pk])
    chosen = filters.kinds[0] if len(filters.kinds) == 1 else ""
    parts = [
        {
            "label": label,
            "url": f"{here}?{_query(filters, kind=kind)}",
            "current": filters.view == "" and chosen == kind,
            "count": counts[kind],
        }
        for kind, label in SEGMENTS
    ]
    unnamed = reverse("contacts:department-unnamed", args=[department.pk])
    query = _query(filters, kind="", q="")
    last = {"label": "Unnamed", "url": f"{unnamed}?{query}", "current": filters.view == "unnamed"}
    return [*parts, {**last, "count": counts["unnamed"]}]
