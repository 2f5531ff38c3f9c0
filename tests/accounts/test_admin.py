"""/admin/: who enters, and that each sees the own part only."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Import, Tag
from contacts_project.accounts.admin_scope import ScopedAdmin
from contacts_project.accounts.jobs import send_invitation
from contacts_project.accounts.models import Account, User
from tests.factories import UserFactory

MODELS = [
    "accounts/account",
    "accounts/user",
    "admin/logentry",
    "contacts/import",
    "contacts/list",
    "contacts/tag",
    "conversations/channel",
    "conversations/inboundevent",
    "departments/department",
    "departments/operator",
    "engagements/engagement",
    "procrastinate/procrastinatejob",
]
FOR_ADMINISTRATORS = [model for model in MODELS if "procrastinate" not in model]


@pytest.fixture
def ours(acme, boss):
    tag = Tag.objects.create(account=acme, name="Ours")
    return {
        "tag": tag,
        "import": Import.objects.create(account=acme, user=boss, file_name="secret-ours.csv", format="csv"),
    }


@pytest.fixture
def theirs(outsider):
    tag = Tag.objects.create(account=outsider.account, name="Theirs")
    file = Import.objects.create(account=outsider.account, user=outsider, file_name="secret-theirs.csv", format="csv")
    return {"tag": tag, "import": file}


def test_exactly_these_models_are_registered():
    assert sorted(model._meta.label_lower.replace(".", "/") for model in admin.site._registry) == MODELS
    assert all(isinstance(model_admin, ScopedAdmin) for model_admin in admin.site._registry.values())


class TestEntrance:
    @pytest.mark.parametrize("who", ["boss", "staff"])
    def test_administrators_and_staff_enter(self, as_user, request, who):
        assert as_user(request.getfixturevalue(who)).get("/admin/").status_code == 200

    def test_others_get_403_with_the_rule(self, as_user, member, boss):
        answer = as_user(member).get("/admin/")
        assert answer.status_code == 403
        assert b"Only account administrators and platform staff" in answer.content
        assert as_user(member).get("/admin/login/").status_code == 403

    def test_visitors_go_to_the_one_sign_in(self, client, db):
        assert client.get("/admin/")["Location"] == "/accounts/login/?next=/admin/"
        assert client.get("/admin/login/")["Location"] == "/accounts/login/?next=/admin/"

    def test_superuser_without_staff_is_nothing(self, as_user, acme):
        user = UserFactory(account=acme, is_superuser=True)
        assert as_user(user).get("/admin/").status_code == 403

    def test_a_deactivated_administrator_is_out(self, as_user, boss):
        client = as_user(boss)
        User.objects.filter(pk=boss.pk).update(is_active=False)
        assert client.get("/admin/").status_code == 302

    def test_signing_out_is_a_post(self, as_user, boss):
        client = as_user(boss)
        assert client.get("/admin/logout/").status_code == 405
        assert client.post("/admin/logout/")["Location"] == "/accounts/login/"
        assert client.get("/admin/").status_code == 302

    def test_passwords_are_changed_on_the_one_page(self, as_user, boss):
        assert as_user(boss).get("/admin/password_change/")["Location"] == "/accounts/password/change/"


class TestLists:
    @pytest.mark.parametrize("model", MODELS)
    def test_staff_open_every_list(self, as_user, staff, ours, model):
        assert as_user(staff).get(f"/admin/{model}/").status_code == 200

    @pytest.mark.parametrize("model", FOR_ADMINISTRATORS)
    def test_administrators_open_theirs(self, as_user, boss, ours, model):
        assert as_user(boss).get(f"/admin/{model}/").status_code == 200

    def test_jobs_are_for_staff(self, as_user, boss):
        assert as_user(boss).get("/admin/procrastinate/procrastinatejob/").status_code == 403

    def test_administrators_see_their_own_account_only(self, as_user, boss, member, outsider, ours, theirs):
        client = as_user(boss)
        people = client.get("/admin/accounts/user/").content.decode()
        assert "mem@acme.example" in people
        assert "out@globex.example" not in people
        assert "Globex" not in people
        accounts = client.get("/admin/accounts/account/").content.decode()
        assert "Acme" in accounts
        assert "Globex" not in accounts
        tags = client.get("/admin/contacts/tag/").content.decode()
        assert "Ours" in tags
        assert "Theirs" not in tags
        imports = client.get("/admin/contacts/import/").context["cl"].queryset
        assert [row.pk for row in imports] == [ours["import"].pk]

    def test_staff_see_all_accounts_and_no_contents(self, as_user, staff, ours, theirs):
        client = as_user(staff)
        assert [row.pk for row in client.get("/admin/contacts/import/").context["cl"].queryset] == [
            theirs["import"].pk, ours["import"].pk,
        ]  # fmt: skip
        pages = [
            client.get(f"/admin/contacts/{path}").content
            for path in ("tag/", "import/", f"import/{ours['import'].pk}/change/")
        ]
        for content in pages:
            assert b"secret-" not in content
            assert b"Theirs" not in content
        assert client.get(f"/admin/contacts/tag/{ours['tag'].pk}/change/").status_code == 403

    def test_job_arguments_are_not_shown(self, as_user, staff):
        send_invitation.defer(invitation_id=123456789, address="http://hidden.example/")
        job = ProcrastinateJob.objects.get()
        client = as_user(staff)
        content = client.get("/admin/procrastinate/procrastinatejob/").content
        assert b"123456789" not in content
        assert b"send_invitation" in content
        assert client.get(f"/admin/procrastinate/procrastinatejob/{job.pk}/change/").status_code == 403

    @pytest.mark.parametrize(
        ("model", "query"),
        [
            ("accounts/user", "password__startswith=a"),
            ("accounts/user", "account__name__startswith=A"),
            ("contacts/import", "file_name__startswith=s"),
            ("contacts/tag", "name__startswith=O"),
            ("contacts/tag", "contact_tags__contact__given_name__startswith=O"),
        ],
    )
    def test_addresses_cannot_ask_for_columns_that_no_filter_offers(self, as_user, staff, ours, model, query):
        assert as_user(staff).get(f"/admin/{model}/?{query}").status_code == 400
        assert as_user(staff).get(f"/admin/{model}/?q=%00&p=9&o=99").status_code in (200, 302)

    @pytest.mark.parametrize("model", MODELS)
    def test_searching_for_odd_things_is_no_error(self, as_user, staff, ours, model):
        for query in ("x", "9" * 40, "9" * 12, "%00", "'", "1", "½"):
            assert as_user(staff).get(f"/admin/{model}/?q={query}").status_code == 200

    def test_the_filter_by_account_names_no_account_to_administrators(self, as_user, boss, staff, outsider):
        assert "Globex" not in as_user(boss).get("/admin/accounts/user/").content.decode()
        assert "Globex" in as_user(staff).get("/admin/accounts/user/").content.decode()


class TestOneRow:
    def test_rows_of_other_accounts_look_like_missing_ones(self, as_user, boss, outsider, theirs):
        client = as_user(boss)
        there = {"accounts/user": outsider.pk, "accounts/account": outsider.account_id}
        there |= {"contacts/tag": theirs["tag"].pk, "contacts/import": theirs["import"].pk}
        for model, pk in there.items():
            for page in ("change", "history"):
                hidden = client.get(f"/admin/{model}/{pk}/{page}/")
                missing = client.get(f"/admin/{model}/99999999/{page}/")
                assert hidden.status_code == missing.status_code
                assert hidden.get("Location") == missing.get("Location")
                assert hidden.status_code in (302, 404)

    def test_own_rows_open_with_their_history(self, as_user, boss, member, ours):
        client = as_user(boss)
        for path in (
            f"accounts/user/{member.pk}",
            f"accounts/account/{boss.account_id}",
            f"contacts/tag/{ours['tag'].pk}",
        ):
            assert client.get(f"/admin/{path}/change/").status_code == 200
            assert client.get(f"/admin/{path}/history/").status_code == 200
        assert client.get(f"/admin/contacts/import/{ours['import'].pk}/change/").status_code == 200

    def test_nothing_is_deleted_and_people_are_not_added(self, as_user, boss, staff, member, ours):
        for client in (as_user(boss), as_user(staff)):
            assert client.post(f"/admin/accounts/user/{member.pk}/delete/", {"post": "yes"}).status_code == 403
            assert client.post(f"/admin/contacts/tag/{ours['tag'].pk}/delete/", {"post": "yes"}).status_code == 403
            assert client.get("/admin/accounts/user/add/").status_code == 403
            assert client.get("/admin/accounts/account/add/").status_code == 403
        assert User.objects.filter(pk=member.pk).exists()

    def test_no_address_tells_whether_something_exists(self, as_user, boss):
        assert as_user(boss).get("/admin/r/1/1/").status_code == 404


class TestUsers:
    def url(self, user):
        return f"/admin/accounts/user/{user.pk}/change/"

    def test_an_administrator_changes_name_zone_and_roles(self, as_user, boss, member):
        data = {"name": "New", "time_zone": "Asia/Tokyo", "is_compliance_admin": "on"}
        assert as_user(boss).post(self.url(member), data).status_code == 302
        member.refresh_from_db()
        assert (member.name, member.time_zone, member.is_compliance_admin) == ("New", "Asia/Tokyo", True)
        assert LogEntry.objects.get().user == boss

    def test_nothing_else_can_be_posted(self, as_user, boss, member, outsider):
        data = {"name": "New", "is_staff": "on", "is_superuser": "on", "account": outsider.account_id}
        data |= {"password": "x", "email": "x@y.example", "is_active": ""}
        as_user(boss).post(self.url(member), data)
        before = (member.password, member.email, member.account_id)
        member.refresh_from_db()
        assert (member.password, member.email, member.account_id) == before
        assert (member.is_staff, member.is_superuser, member.is_active) == (False, False, True)

    def test_the_password_hash_is_nowhere(self, as_user, boss, staff, member):
        for client in (as_user(boss), as_user(staff)):
            assert member.password not in client.get(self.url(member)).content.decode()

    def test_the_last_administrator_stays(self, as_user, boss, staff):
        for client in (as_user(boss), as_user(staff)):
            answer = client.post(self.url(boss), {"name": "Bo"})
            assert answer.status_code == 200
            assert b"keeps at least one account administrator" in answer.content
        boss.refresh_from_db()
        assert boss.is_account_admin

    def test_staff_are_switched_off_by_superusers_and_lose_their_session(self, as_user, staff):
        chief = UserFactory(staff=True, is_superuser=True)
        theirs = as_user(staff)
        assert theirs.get("/admin/").status_code == 200
        assert theirs.post(self.url(chief), {"name": "x"}).status_code == 403
        assert as_user(chief).post(self.url(staff), {"name": "Ops"}).status_code == 302
        staff.refresh_from_db()
        assert not staff.is_active
        assert theirs.get("/admin/").status_code == 302
        User.objects.filter(pk=staff.pk).update(is_active=True)
        assert theirs.get("/admin/").status_code == 302

    def test_choices_of_people_are_narrowed(self, as_user, boss, outsider):
        query = {"app_label": "contacts", "model_name": "contact", "field_name": "owner"}
        found = as_user(boss).get("/admin/autocomplete/", query).json()["results"]
        assert [row["id"] for row in found] == [str(boss.pk)]


class TestTags:
    def test_an_administrator_adds_and_renames(self, as_user, boss, ours):
        client = as_user(boss)
        assert client.post("/admin/contacts/tag/add/", {"name": " Fresh "}).status_code == 302
        assert Tag.objects.get(name="Fresh").account == boss.account
        assert client.post(f"/admin/contacts/tag/{ours['tag'].pk}/change/", {"name": "Renamed"}).status_code == 302

    def test_a_second_tag_of_one_name_is_refused_at_the_field(self, as_user, boss, ours, theirs):
        answer = as_user(boss).post("/admin/contacts/tag/add/", {"name": "OURS"})
        assert b"This tag exists already." in answer.content
        assert as_user(boss).post("/admin/contacts/tag/add/", {"name": "Theirs"}).status_code == 302

    def test_staff_change_none(self, as_user, staff, ours):
        assert as_user(staff).post("/admin/contacts/tag/add/", {"name": "x"}).status_code == 403


def test_an_administrator_changes_the_own_account(as_user, boss, acme):
    data = {"name": "Acme Ltd", "default_region": "DE", "time_zone": "Europe/Berlin", "compliance_required": "on"}
    assert as_user(boss).post(f"/admin/accounts/account/{acme.pk}/change/", data).status_code == 302
    acme.refresh_from_db()
    assert (acme.name, acme.compliance_required) == ("Acme Ltd", True)
    assert Account.objects.count() == 1


def test_the_log_is_narrowed(as_user, boss, outsider, staff):
    as_user(outsider).post(f"/admin/accounts/account/{outsider.account_id}/change/",
        {"name": "Globex", "default_region": "DE", "time_zone": "Europe/Berlin"})  # fmt: skip
    entry = LogEntry.objects.get()
    assert entry in as_user(outsider).get("/admin/admin/logentry/").context["cl"].queryset
    assert entry in as_user(staff).get("/admin/admin/logentry/").context["cl"].queryset
    assert entry not in as_user(boss).get("/admin/admin/logentry/").context["cl"].queryset
    assert as_user(boss).get(f"/admin/admin/logentry/{entry.pk}/change/").status_code in (302, 403, 404)


def test_staff_start_failed_jobs_again(as_user, staff):
    send_invitation.defer(invitation_id=1, address="http://x.example/")
    job = ProcrastinateJob.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.pk])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job.pk])
    data = {"action": "start_again", "_selected_action": [job.pk]}
    answer = as_user(staff).post("/admin/procrastinate/procrastinatejob/", data, follow=True)
    assert "1 failed jobs" in answer.content.decode()
    assert ProcrastinateJob.objects.get().status == "todo"
