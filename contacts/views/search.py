"""Search over all that one sees: contacts, notes and colleagues (product.md §4; contract.md /search/)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import paging
from contacts.filters import Filters, read_filters
from contacts.rows import Row, read_stacked
from contacts.searching import find_colleagues, find_notes
from contacts.twins import stacked
from contacts_project.core.htmx import answer

CONTACTS = 20


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET /search/?q=: the first hits of each group, with a way to all of them."""
    filters = read_filters(request.user, _only_text(request))
    context = {"q": filters.q, "archived": filters.archived, "section": "search"}
    if filters.q:
        page = paging.page_for(request.user, filters.selection, size=CONTACTS)
        context |= {
            "hits": _hits(filters, page.ids),
            "query": filters.query(),
            "other_query": filters.query(archived="" if filters.archived else "1"),
            "more": page.next is not None,
            "notes": find_notes(request.user, filters.q, archived=filters.archived),
            "colleagues": find_colleagues(request.user, filters.q),
        }
    return answer(request, "contacts/search.html", "contacts/_search_results.html", context=context)


def _hits(filters: Filters, ids: list[int]) -> list[tuple[Row, list[Row]]]:
    """Each person once: the record, and the other records of the same person."""
    page = stacked(filters.user, filters.selection, filters.order, ids)
    hits: list[tuple[Row, list[Row]]] = []
    for row in read_stacked(filters.user, page):
        if row.second and hits:
            hits[-1][1].append(row)
        else:
            hits.append((row, []))
    return hits


def _only_text(request: HttpRequest):
    """The address's `q` and archived switch; the collection's other filters mean nothing here."""
    query = request.GET.copy()
    for name in list(query):
        if name not in ("q", "archived"):
            del query[name]
    return query
