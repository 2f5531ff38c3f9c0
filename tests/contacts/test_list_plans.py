"""The database answers the list from the index of its order: nothing is sorted, nobody's rows are read but the page's.

Checked on the plan itself. Other ways are made unattractive, as they are for many rows: where the query fits no index,
the database would take them nevertheless.
"""

import json

import pytest
from django.db import connection

from contacts import paging
from contacts.filters import SORTS
from contacts.models import Contact, ContactUserObjectPermission
from contacts.paging import Order, Selection
from contacts_project.accounts import grants
from tests.factories import UserFactory

VISIBLE = 2_000
PAGE = 50
OTHER_WAYS = ("enable_sort", "enable_incremental_sort", "enable_seqscan", "enable_bitmapscan")
PLACE = "contact_grant_place"


@pytest.fixture(scope="module")
def reader(django_db_setup, django_db_blocker):
    """Somebody who sees 2,000 contacts of a colleague's 2,500; committed, so that statistics know of them."""
    with django_db_blocker.unblock():
        owner = UserFactory()
        reader = UserFactory(account=owner.account)
        made = Contact.objects.bulk_create(
            Contact(account=owner.account, owner=owner, created_by=owner, given_name="Renee", family_name=f"M{n:04}")
            for n in range(VISIBLE + 500)
        )
        grants.set_level(ContactUserObjectPermission, made, [owner], "admin", by=owner)
        grants.set_level(ContactUserObjectPermission, made[:VISIBLE], [reader], "read", by=owner)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE contacts_contactuserobjectpermission, contacts_contact")
            for way in OTHER_WAYS:
                cursor.execute(f"SET {way} = off")
            yield reader
            for way in OTHER_WAYS:
                cursor.execute(f"RESET {way}")
        Contact.objects.filter(account=owner.account).delete()


@pytest.fixture
def in_database(django_db_blocker):
    """Open the database without a transaction around the test: nothing is written."""
    with django_db_blocker.unblock():
        yield


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def plan_of(queryset):
    """Every step of the executed plan."""
    text = queryset.explain(format="json", analyze=True)
    return list(nodes(json.loads(text)[0]["Plan"]))


def rows_read(steps):
    """Rows that the scans gave or threw away."""
    scans = [step for step in steps if "Relation Name" in step]
    return sum((step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"] for step in scans)


def fits(index: str, order: Order) -> bool:
    """Is this an index of the order? That of uniqueness holds the order of creation as well."""
    return index == PLACE if order.by == "name" else index == "contact_grant_created" or index.endswith("_uniq")


@pytest.mark.usefixtures("in_database")
@pytest.mark.parametrize("own", [None, False], ids=["all", "shared"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
def test_list_is_read_from_the_index_of_its_order(reader, sort, deep, own):
    order, selection = SORTS[sort], Selection(own=own)
    after = paging.streams(reader, selection, order, limit=None)[VISIBLE * 9 // 10] if deep else None
    steps = plan_of(paging.streams(reader, selection, order, after=after))
    (index,) = [step["Index Name"] for step in steps if "Index Name" in step]
    assert fits(index, order)
    assert not [step for step in steps if "Sort" in step["Node Type"] or step["Node Type"] == "Seq Scan"]
    assert rows_read(steps) <= PAGE + 1


@pytest.mark.usefixtures("in_database")
def test_archived_list_is_a_range_of_the_same_index(reader):
    steps = plan_of(paging.streams(reader, Selection(archived=True)))
    assert [step["Index Name"] for step in steps if "Index Name" in step] == [PLACE]
    assert rows_read(steps) == 0


@pytest.mark.usefixtures("in_database")
def test_row_of_another_name_is_no_part_of_a_deep_page(reader):
    """A deep page begins in the index: the rows before it are neither read nor skipped one by one."""
    key = paging.streams(reader, Selection(), limit=None)[VISIBLE - 10]
    steps = plan_of(paging.streams(reader, Selection(), after=key))
    assert rows_read(steps) == 9
