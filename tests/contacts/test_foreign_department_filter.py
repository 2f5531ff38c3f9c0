"""The filter for a department that one does not operate: it finds what one sees of it, and nothing else."""

import pytest

from contacts import paging
from contacts.filters import Filters
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, operate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("operates_another", [False, True])
def test_only_what_one_sees_of_it_is_found(operates_another: bool) -> None:
    account = AccountFactory()
    user = UserFactory(account=account)
    sales, support = (DepartmentFactory(account=account) for _ in range(2))
    both, granted = department_contact(sales, support), department_contact(sales)
    department_contact(sales, given_name="Hidden")
    ContactFactory(owner=user)
    share(granted, user, "read")
    if operates_another:
        operate(support, user)
    found = Filters(user, departments=(sales,))
    expected = {granted.pk, both.pk} if operates_another else {granted.pk}
    assert set(paging.page_for(user, found.selection).ids) == expected
    assert paging.capped_count(user, found.selection) == len(expected)


def test_what_was_removed_from_it_is_not_found() -> None:
    account = AccountFactory()
    user = UserFactory(account=account)
    sales = DepartmentFactory(account=account)
    granted = share(department_contact(sales), user, "read")
    granted.links.update(ended_at=granted.created_at)
    assert paging.page_for(user, Filters(user, departments=(sales,)).selection).ids == []
    assert paging.page_for(user, Filters(user).selection).ids == [granted.pk]
