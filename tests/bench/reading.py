"""Cases that read pages: the list at any size and depth, the worst reader, the record, and the floor beside them."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from contacts import paging
from contacts.filters import Filters
from contacts.models import Contact
from contacts.record import TABS
from contacts.rows import read_rows
from contacts_project.accounts.models import User

from . import readers
from .figures import Row, sql_of, sql_spent
from .site import Page, Site

LIST = "/contacts/"
FLOOR, FRAMED = "/bench/floor/", "/bench/framed/"
SESSION_AND_USER = 2


def cases(site: Site) -> Iterator[Row]:
    yield from size_of_account(site)
    yield from worst_reader(site)
    yield from against_floor(site)
    yield from record(site)


def size_of_account(site: Site) -> Iterator[Row]:
    """A reader of the large account against a reader of the account with 1,000 contacts."""
    users = {"small": readers.reader(readers.SMALL), "large": readers.reader(readers.MEDIAN)}
    for where, start in (("first", lambda user: ""), ("deep", readers.deep)):
        after = {name: start(user) for name, user in users.items()}
        speeds = site.speeds({name: Page(users[name], f"{LIST}?after={key}") for name, key in after.items()})
        asked = {name: list_sql(users[name], key) for name, key in after.items()}
        yield Row(
            f"list, {where} page: large account vs 1,000 contacts", speeds["large"] / speeds["small"], 1.3,
            detail=f"{said(speeds)}; processor of the database {said(asked)}",
        )  # fmt: skip


def list_sql(user: User, after: str) -> float:
    """Milliseconds of the server's processor for one list page: the keys and the rows."""
    selection, key = Filters(user).selection, paging.decode(after)
    return sql_of(lambda: read_rows(user, paging.page_for(user, selection, after=key).ids)).processor


def worst_reader(site: Site) -> Iterator[Row]:
    """Every reader of the large account against the median one."""
    names = (
        readers.FEW, readers.MEDIAN, readers.MANY, readers.WORST, readers.TAIL,
        readers.OPERATOR_OF_MANY, readers.OPERATOR, readers.OPERATOR_OF_ALL,
    )  # fmt: skip
    users = {name: readers.reader(name) for name in names}
    for where, start in (("first", lambda user: ""), ("deep", readers.deep)):
        after = {name: start(user) for name, user in users.items()}
        speeds = site.speeds({name: Page(user, f"{LIST}?after={after[name]}") for name, user in users.items()})
        asked = {name: list_sql(user, after[name]) for name, user in users.items()}
        yield Row(
            f"list, {where} page: worst vs median reader", max(speeds.values()) / speeds[readers.MEDIAN], 2,
            detail=f"{said(speeds)}; processor of the database {said(asked)}",
        )  # fmt: skip


def against_floor(site: Site) -> Iterator[Row]:
    """The lists of the worst reader by grants and of the one by departments against the floor, over one connection
    and over four.
    """
    for name in (readers.WORST, readers.OPERATOR):
        yield from _against_floor(site, readers.reader(name), name)


def _against_floor(site: Site, user: User, name: str) -> Iterator[Row]:
    paths = {"floor": FLOOR, "framed floor": FRAMED, "list": LIST, "count": f"{LIST}count/"}
    pages = {what: Page(user, path) for what, path in paths.items()}
    for connections, target in ((1, 2.0), (4, 2.5)):
        speeds = site.speeds(pages, connections=connections)
        at_once = f"{name}, {connections} at once"
        yield Row(f"list vs floor, {at_once}", speeds["list"] / speeds["floor"], target, detail=said(speeds))
        yield Row(
            f"list vs floor inside the frame of every page, {at_once}", speeds["list"] / speeds["framed floor"], None
        )
        yield Row(f"count fragment vs floor, {at_once}", speeds["count"] / speeds["floor"], None)
    yield Row(f"list, {name}: queries beyond session and user", queries(user, LIST), None, "queries")


def record(site: Site) -> Iterator[Row]:
    """Each tab of an own contact, and of a department's as its Admin Operator sees it, against the floor."""
    owner, operator = readers.reader(readers.WORST), readers.reader(readers.OPERATOR)
    yield from _record(site, "record", owner, readers.contact_of(owner))
    yield from _record(site, "record of a department", operator, readers.contact_worked_by(operator))


def _record(site: Site, what: str, user: User, contact: Contact) -> Iterator[Row]:
    """All six tabs, with the queries of each."""
    pages = {key: Page(user, reverse(name, args=[contact.pk])) for key, _, name in TABS}
    speeds = site.speeds({"floor": Page(user, FLOOR), **pages})
    for key, page in pages.items():
        yield Row(f"{what}, {key} vs floor", speeds[key] / speeds["floor"], 3, detail=f"{speeds[key]:.1f} ms")
        yield Row(f"{what}, {key}: queries beyond session and user", queries(user, page.path), 16, "queries")


def queries(user: User, path: str) -> int:
    """Statements of one request of a signed-in user, without the session's and the user's."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    client.get(path)  # caches of permission ids and content types
    with sql_spent() as spent:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return spent.statements - SESSION_AND_USER


def said(milliseconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f} ms" for name, value in milliseconds.items())
