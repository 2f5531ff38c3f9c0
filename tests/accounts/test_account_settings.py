"""Settings of the account."""

import pytest

from contacts_project.accounts.models import Account
from tests.accounts.conftest import HTMX

URL = "/settings/"
GOOD = {"name": "Acme Ltd", "default_region": "GB", "time_zone": "Europe/London", "export_enabled": "on"}


def test_an_administrator_changes_them(as_user, boss, acme):
    client = as_user(boss)
    page = client.get(URL)
    assert page.status_code == 200
    assert "United Kingdom" in page.content.decode()
    assert (client.post(URL, GOOD).status_code, client.post(URL, GOOD)["Location"]) == (303, URL)
    acme.refresh_from_db()
    assert (acme.name, acme.default_region, acme.time_zone) == ("Acme Ltd", "GB", "Europe/London")
    assert (acme.export_enabled, acme.compliance_required) == (True, False)


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": "x" * 121}, {"default_region": "ZZ"}, {"time_zone": "Mars/Olympus"}, {"name": "\x00"}],
)
def test_bad_input_is_422_and_changes_nothing(as_user, boss, acme, change):
    assert as_user(boss).post(URL, GOOD | change).status_code == 422
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_htmx_gets_the_form_back(as_user, boss):
    answer = as_user(boss).post(URL, GOOD, **HTMX)
    assert answer.status_code == 200
    assert b'id="settings-form"' in answer.content
    assert b"Settings saved" in answer.content


def test_the_ladder(as_user, client, member, outsider, boss, acme):
    assert client.get(URL).status_code == 302
    refused = as_user(member).post(URL, GOOD)
    assert refused.status_code == 403
    assert b"Only account administrators change the settings" in refused.content
    as_user(outsider).post(URL, GOOD)
    assert Account.objects.get(pk=acme.pk).name == "Acme"
    assert Account.objects.get(pk=outsider.account_id).name == "Acme Ltd"
    assert as_user(boss).delete(URL).status_code == 405
