"""Request ids, sign-in, the reader's clock, sessions of the deactivated, platform staff, bare answers."""

import json
import logging

import pytest

from contacts_project.accounts.models import User
from contacts_project.core import logs

pytestmark = pytest.mark.usefixtures("core_urls")
HTMX = {"HX-Request": "true"}


def test_a_sane_request_id_is_kept_and_another_replaced(client, db):
    kept = client.get("/healthz", headers={"X-Request-ID": "proxy-1234.5678"})
    made = client.get("/healthz", headers={"X-Request-ID": "bad id\twith blanks"})
    assert kept["X-Request-ID"] == "proxy-1234.5678"
    assert len(made["X-Request-ID"]) == 32
    assert logs.request_id.get() == ""


def test_each_request_writes_one_line_with_ids_and_no_address(signed_in, member, caplog):
    with caplog.at_level(logging.INFO, "kithline.request"):
        signed_in.post("/save/?q=+12025550142", {"a": "1"})
    (record,) = [record for record in caplog.records if record.name == "kithline.request"]
    line = json.loads(logs.JsonFormatter().format(record))
    assert (line["route"], line["status"], line["method"], line["user_id"]) == ("save", 200, "POST", member.pk)
    assert line["duration_ms"] >= 0
    assert "5550142" not in json.dumps(line)


def test_anonymous_readers_are_sent_to_sign_in(client, db):
    response = client.get("/clock/?a=1")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/clock/%3Fa%3D1")


def test_an_expired_session_under_htmx_leaves_the_page_and_comes_back_to_it(client, db):
    headers = HTMX | {"HX-Current-URL": "http://testserver/contacts/7/notes/?page=2"}
    response = client.get("/clock/", headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/accounts/login/?next=/contacts/7/notes/%3Fpage%3D2"


def test_a_page_of_another_site_is_no_place_to_come_back_to(client, db):
    response = client.get("/clock/", headers=HTMX | {"HX-Current-URL": "https://evil.example/"})
    assert response["HX-Redirect"] == "/accounts/login/?next=/"


@pytest.mark.parametrize(("own", "shown"), [("", "America/New_York"), ("Europe/Vienna", "Europe/Vienna")])
def test_times_are_told_by_the_readers_clock_else_the_accounts(signed_in, member, own, shown):
    User.objects.filter(pk=member.pk).update(time_zone=own)
    assert signed_in.get("/clock/").content.decode() == shown


def test_a_deactivated_person_holds_no_session(signed_in, member):
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert signed_in.get("/clock/").status_code == 302
    User.objects.filter(pk=member.pk).update(is_active=True)
    assert signed_in.get("/clock/").status_code == 302, "the old session must not come back to life"


def test_platform_staff_stay_in_the_admin(client, db):
    client.force_login(User.objects.create_user("staff@kithline.example", "kithline-demo", is_staff=True))
    assert client.get("/clock/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_wrong_method_gets_a_page_that_keeps_allow(signed_in):
    response = signed_in.get("/save/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert b"<h1>" in response.content
