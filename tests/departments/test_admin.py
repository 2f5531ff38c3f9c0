"""Departments and operators at /admin/: administrators see their own account's, platform staff ids and counts."""

import pytest

from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, operate

from .crew import Crew

LISTS = ["/admin/departments/department/", "/admin/departments/operator/"]


@pytest.fixture
def theirs(crew):
    department = DepartmentFactory(account=crew.stranger.account, name="Theirs")
    return operate(department, crew.stranger, admin=True)


@pytest.mark.parametrize("url", LISTS)
def test_administrators_see_their_own_account_only(crew, theirs, url):
    page = crew.client("boss").get(url)
    assert page.status_code == 200
    assert b"Sales" in page.content
    assert b"Theirs" not in page.content
    assert crew.client("boss").get(f"{url}?q=Theirs").status_code == 200


@pytest.mark.parametrize("url", LISTS)
def test_platform_staff_see_no_names(crew: Crew, theirs, url, client):
    client.force_login(UserFactory(staff=True))
    page = client.get(url)
    assert page.status_code == 200
    for name in (b"Sales", b"Theirs", b"Leader Person"):
        assert name not in page.content
    assert client.get(f"/admin/departments/department/{crew.sales.pk}/change/").status_code in {302, 403}


def test_nothing_is_changed_there(crew):
    client = crew.client("boss")
    operator = crew.operator("leader")
    assert client.get(f"/admin/departments/department/{crew.sales.pk}/change/").status_code == 200
    for url in (
        "/admin/departments/department/add/",
        f"/admin/departments/department/{crew.sales.pk}/delete/",
        f"/admin/departments/operator/{operator.pk}/delete/",
    ):
        assert client.post(url, {"post": "yes"}).status_code == 403
    client.post(f"/admin/departments/operator/{operator.pk}/change/", {"is_admin": ""})
    assert crew.roles()["Leader Person"] == "Admin Operator"


def test_another_accounts_page_does_not_open(crew, theirs):
    answer = crew.client("boss").get(f"/admin/departments/department/{theirs.department_id}/change/")
    assert answer.status_code == 302
