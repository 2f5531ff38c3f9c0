"""The database answers the list from the index of its order: nothing is sorted, nobody's rows are read but the page's.

Checked on the plan itself. Other ways are made unattractive, as they are for many rows: where the query fits no index,
the database would take them nevertheless.
"""

import json
from dataclasses import dataclass

import pytest
from django.db import connection

from contacts import paging
from contacts.filters import SORTS
from contacts.models import Contact, ContactUserObjectPermission, DepartmentLink, Kind
from contacts.paging import Order, Selection
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from departments.models import Department
from tests import emptying
from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, legacy_shared, operate

pytestmark = pytest.mark.django_db  # nothing is written in the tests themselves
VISIBLE = 2_000
PAGE = 50
SHARED = 300
OTHER_WAYS = ("enable_sort", "enable_incremental_sort", "enable_seqscan", "enable_bitmapscan")
PLACE = "contact_grant_place"
TABLES = "contacts_contactuserobjectpermission, contacts_departmentlink, contacts_contact, departments_operator"


@dataclass
class People:
    """Who reads: by grants, by one department, by four of them, as an original owner."""

    reader: User
    operator: User
    busy_operator: User
    original_owner: User
    department: Department


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker):
    """Each sees some of many contacts; committed, so that statistics know of them."""
    with django_db_blocker.unblock():
        made = make()
        with connection.cursor() as cursor:
            # Whole indexes: what other tests took back leaves holes in them, and the plan goes by their sizes.
            cursor.execute(f"VACUUM FULL {TABLES}")
            cursor.execute(f"VACUUM ANALYZE {TABLES}")
            for way in OTHER_WAYS:
                cursor.execute(f"SET {way} = off")
            yield made
            for way in OTHER_WAYS:
                cursor.execute(f"RESET {way}")
        emptying.empty()


def make() -> People:
    """A reader of 2,000 of a colleague's 2,500; four departments with 500 to 2,000 contacts; 300 shared ones."""
    owner = UserFactory()
    reader, operator, busy = UserFactory.create_batch(3, account=owner.account)
    own = contacts_of(owner, VISIBLE + 500, owner=owner, created_by=owner)
    grants.set_level(ContactUserObjectPermission, own, [owner], "admin", by=owner)
    grants.set_level(ContactUserObjectPermission, own[:VISIBLE], [reader], "read", by=owner)
    departments = DepartmentFactory.create_batch(4, account=owner.account)
    worked = contacts_of(owner, VISIBLE, kind=Kind.DEPARTMENT)
    for share, department in enumerate(departments, start=1):
        operate(department, busy)
        DepartmentLink.objects.bulk_create(DepartmentLink(contact=c, department=department) for c in worked[::share])
    operate(departments[0], operator)
    with legacy_shared():
        shared = contacts_of(owner, SHARED, kind=Kind.SHARED, owner=owner)
    DepartmentLink.objects.bulk_create(DepartmentLink(contact=c, department=departments[3]) for c in shared)
    return People(reader, operator, busy, owner, departments[0])


def contacts_of(user: User, number: int, **fields) -> list[Contact]:
    return Contact.objects.bulk_create(
        Contact(account=user.account, given_name="Renee", family_name=f"M{n:04}", **fields) for n in range(number)
    )


@pytest.fixture
def reader(people):
    return people.reader


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


def test_archived_list_is_a_range_of_the_same_index(reader):
    steps = plan_of(paging.streams(reader, Selection(archived=True)))
    assert [step["Index Name"] for step in steps if "Index Name" in step] == [PLACE]
    assert rows_read(steps) == 0


def test_row_of_another_name_is_no_part_of_a_deep_page(reader):
    """A deep page begins in the index: the rows before it are neither read nor skipped one by one."""
    key = paging.streams(reader, Selection(), limit=None)[VISIBLE - 10]
    steps = plan_of(paging.streams(reader, Selection(), after=key))
    assert rows_read(steps) == 9


LINK_PLACE, LINK_CREATED = "department_link_place", "department_link_created"


def part_of(steps, index: str):
    """What the scans of this index gave and threw away, in all its loops."""
    return rows_read([step for step in steps if step.get("Index Name") == index])


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
@pytest.mark.parametrize("unnamed", [None, False], ids=["everybody", "named"])
def test_departments_are_read_from_the_index_of_the_order(people, sort, deep, unnamed):
    """No more than a page of each operated department's links, whatever they hold, and nothing of another one."""
    order, selection = SORTS[sort], Selection(unnamed=unnamed)
    after = (
        list(paging.streams(people.busy_operator, selection, order, limit=None))[VISIBLE * 9 // 10] if deep else None
    )
    steps = plan_of(paging.streams(people.busy_operator, selection, order, after=after))
    index = LINK_PLACE if order.by == "name" else LINK_CREATED
    assert index in {step.get("Index Name") for step in steps}
    assert not [step for step in steps if step["Node Type"] in ("Seq Scan", "Bitmap Heap Scan")]
    assert part_of(steps, index) <= 4 * (PAGE + 1)


@pytest.mark.parametrize("sort", SORTS)
def test_one_department_is_one_range(people, sort):
    selection = Selection(unnamed=False, department=people.department.pk)
    steps = plan_of(paging.streams(people.operator, selection, SORTS[sort]))
    assert rows_read(steps) <= PAGE + 1 + 1  # and the row that says who operates it
    assert not [step for step in steps if step["Node Type"] == "Seq Scan"]


def test_unnamed_callers_are_a_range_of_the_same_index(people):
    """They share one sort key, so the named ones before and after them are not read."""
    steps = plan_of(paging.streams(people.operator, Selection(unnamed=True)))
    assert part_of(steps, LINK_PLACE) == 0


@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
def test_shared_contacts_of_an_original_owner_are_a_range_of_their_own(people, deep):
    """Not a walk over everything that he or she owns."""
    owner, selection = people.original_owner, Selection(own=True)
    after = list(paging.streams(owner, selection, limit=None))[-10] if deep else None
    steps = plan_of(paging.streams(owner, selection, after=after))
    assert "contact_shared_place" in {step.get("Index Name") for step in steps}
    assert part_of(steps, "contact_shared_place") <= PAGE + 1


def test_archived_contacts_of_departments_are_ranges_too(people):
    steps = plan_of(paging.streams(people.busy_operator, Selection(archived=True)))
    assert part_of(steps, LINK_PLACE) == 0
