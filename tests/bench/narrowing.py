"""Cases that narrow the list: filters and search, in milliseconds of SQL for the readers who see the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict

from contacts import paging
from contacts.filters import read_filters
from contacts.models import Tag
from contacts.rows import read_rows
from contacts_project.accounts.models import User

from . import readers
from .figures import Asked, Row, sql_of

ONE_FILTER, TWO_FILTERS = 60, 120
SEARCH_OF_MANY, SEARCH_OF_WORST = 50, 150
SEARCHES = {  # name: (typed, has it a target?)
    "two terms": ("joh smi", True),
    "two full terms": ("johan smith", True),
    "phone suffix": ("4150", True),
    "phone suffix with a zero": ("0150", True),  # asks for 150 at either end: the zero may be the trunk prefix
    "long phone suffix": ("550150", True),
    "one short term": ("joh", False),
    "one letter": ("j", False),
    "mail domain": ("@acme.io", False),
    "no match": ("qqqq zzzz", False),
}


def cases() -> Iterator[Row]:
    worst, operator = readers.reader(readers.WORST), readers.reader(readers.OPERATOR)
    one, two = filters_of(worst)
    yield from _filters(worst, one, "one filter", ONE_FILTER)
    yield from _filters(worst, two, "two filters", TWO_FILTERS)
    yield from _filters(
        operator, one | departments(operated=(1, 3), others=(4, 5, 12)), "operator, one filter", ONE_FILTER
    )
    yield from _filters(operator, two | TWO_OF_DEPARTMENTS, "operator, two filters", TWO_FILTERS)
    searching = (
        (readers.MANY, "50,000", SEARCH_OF_MANY),
        (readers.WORST, "450,000", SEARCH_OF_WORST),
        (readers.OPERATOR_OF_MANY, "50,000 by departments", SEARCH_OF_MANY),
        (readers.OPERATOR, "450,000 by departments", SEARCH_OF_WORST),
    )
    for key, who, target in searching:
        user = readers.reader(key)
        for name, (typed, counts) in SEARCHES.items():
            query = QueryDict(mutable=True)
            query["q"] = typed
            took, found = asked(user, query)
            aim = target if counts else None
            yield Row(f"search, {name}, sees {who}", took.milliseconds, aim, "ms SQL", detail=said(took, found))


def filters_of(user: User) -> tuple[dict[str, str], dict[str, str]]:
    """Addresses with one filter and with two, by what they are."""
    tags = {tag.name: tag.pk for tag in Tag.objects.filter(account=user.account_id)}
    broad, wide, usual, rare = (tags[name] for name in ("Customer", "Lead", "Tag 7", "Rare"))
    colleague = readers.reader("colleague-7").pk
    one = {
        "tag of 30 %": f"tag={broad}",
        "tag of 10 %": f"tag={wide}",
        "tag of 1 %": f"tag={usual}",
        "rare tag": f"tag={rare}",
        "owner, a colleague": f"owner={colleague}",
        "owner, me": "owner=me",
        "kind": "kind=personal",
        "kind department": "kind=department",
        "kind shared": "kind=shared",
        "created, newest first": "sort=created",
        "unnamed": "view=unnamed",
        "department of 30 %": "department=1",
    }
    two = {
        "tags of 30 and 10 %, owner": f"tag={broad}&tag={wide}&owner={colleague}",
        "tag of 10 %, owner": f"tag={wide}&owner={colleague}",
        "rare tag, owner": f"tag={rare}&owner={colleague}",
        "tag of 30 %, kind": f"tag={broad}&kind=personal",
        "tag of 10 %, owner me": f"tag={wide}&owner=me",
        "search joh, tag of 10 %": f"q=joh&tag={wide}",
        "search joh, owner": f"q=joh&owner={colleague}",
        "search joh smi, tag of 30 %": f"q=joh+smi&tag={broad}",
    }
    return one, two


TWO_OF_DEPARTMENTS = {
    "operated department, tag of 10 %": "department=1&tag=2",
    "department not operated, tag of 10 %": "department=4&tag=2",
    "operated and other department": "department=3&department=4",
    "operated department, shared": "department=1&kind=shared",
    "operated department, search joh": "department=1&q=joh",
    "operated department, search joh smi": "department=2&q=joh+smi",
    "operated department, archived": "department=2&archived=1",
    "unnamed, operated department": "department=1&view=unnamed",
}


def departments(*, operated: Iterable[int], others: Iterable[int]) -> dict[str, str]:
    """Addresses narrowed to one department each, operated by the user and not."""
    own = {f"operated department {pk}": f"department={pk}" for pk in operated}
    return own | {f"department {pk}, not operated": f"department={pk}" for pk in others}


def _filters(user: User, addresses: dict[str, str], kind: str, target: float) -> Iterator[Row]:
    for name, address in addresses.items():
        took, found = asked(user, QueryDict(address))
        yield Row(f"{kind}: {name}", took.milliseconds, target, "ms SQL", detail=said(took, found))


def said(took: Asked, found: int) -> str:
    return f"{found} on the page; {took.processor:.1f} ms of processor"


def asked(user: User, query: QueryDict) -> tuple[Asked, int]:
    """What the first page of this address asks of the database, and how many rows it has."""
    filters = read_filters(user, query)
    found = len(paging.page_for(user, filters.selection, filters.order).ids)
    return sql_of(lambda: read_rows(user, paging.page_for(user, filters.selection, filters.order).ids)), found
