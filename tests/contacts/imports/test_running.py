"""Checking and running: real files complete, duplicates by what one may see, owners, crashes, history, failures."""

import csv
import io

import pghistory.models
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from contacts.imports import checking, results, running, steps
from contacts.imports.limits import FileRefused
from contacts.imports.uploads import MappingRefused, set_mapping, store_upload
from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactRemark,
    ContactSearch,
    ContactUserObjectPermission,
    ContactWebsite,
    Import,
    ImportRow,
    Note,
    SavedMapping,
)
from contacts_project.accounts import grants
from tests.contacts.imports.making import FILES, card_file, csv_file, real
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def admin():
    return UserFactory(admin=True)


def run(user, stream, duplicates="", name="file.csv", **decisions):
    """Import a file to its end."""
    made = store_upload(user, name=name, stream=stream)
    checking.check(made)
    assert made.status == Import.Status.CHECKED, made.problem
    steps.decide(made, duplicates, decisions)
    Import.objects.filter(pk=made.pk).update(status=Import.Status.RUNNING)
    running.run(made)
    made.refresh_from_db()
    assert made.status == Import.Status.DONE
    return made


def counted(made):
    counts = results.count(made)
    return counts.created, counts.updated, counts.skipped, counts.failed


def test_us_500_gives_500_people_whole(user):
    made = run(user, real("us-500.csv"))
    assert counted(made) == (500, 0, 0, 0)
    assert Contact.objects.filter(owner=user, source_import=made, kind="personal").count() == 500
    for model, count in {ContactPhone: 1000, ContactEmail: 500, ContactAddress: 500, ContactWebsite: 500}.items():
        assert model.objects.count() == count
    assert ContactSearch.objects.count() == 500
    rows = grants.lines(ContactUserObjectPermission, content_object__in=Contact.objects.all())
    assert len(rows) == 500
    assert {(line.user, line.level, line.granted_by, line.is_owner) for line in rows.values()} == {
        (user, "admin", user, True)
    }


@pytest.mark.parametrize(
    ("name", "people", "phones", "addresses"),
    [("John_Doe_IPHONE.vcf", 1, 7, 2), ("John_Doe_GMAIL.vcf", 1, 2, 1), ("John_Doe_MS_OUTLOOK.vcf", 1, 2, 2),
     ("gmail-list.vcf", 3, 0, 0), ("rfc6350-example.vcf", 1, 2, 1)],
)  # fmt: skip
def test_every_real_card_is_imported_whole(user, name, people, phones, addresses):
    made = run(user, real(name), name=name)
    assert counted(made) == (people, 0, 0, 0)
    assert ContactPhone.objects.count() == phones
    assert ContactAddress.objects.count() == addresses
    if name in ("John_Doe_IPHONE.vcf", "John_Doe_MS_OUTLOOK.vcf"):
        photo = Contact.objects.get().photo
        assert bytes(photo.image)[8:12] == b"WEBP"
        assert Contact.objects.get().photo_digest
    if name == "John_Doe_MS_OUTLOOK.vcf":
        assert ContactRemark.objects.filter(field="X-MS-OL-DESIGN").exists()


def test_notes_tags_other_fields_and_dates_arrive(user):
    run(user, csv_file("Name,Tags,Notes,Created,Shoe,Birthday,ID\nAnn Lee,vip; new,Hi,2020-05-06,40,1981-03-04,7\n"))
    contact = Contact.objects.get()
    assert sorted(tag.name for tag in contact.tags.all()) == ["new", "vip"]
    assert (contact.notes.get().body, contact.notes.get().visibility) == ("Hi", Note.Visibility.PUBLIC)
    assert contact.other_fields.get().value == "40"
    assert (str(contact.birthday), contact.created_at.date().isoformat()) == ("1981-03-04", "2020-05-06")
    assert (contact.outside_id, contact.outside_source) == ("7", "ID")


def test_an_impossible_phone_never_makes_a_person_disappear(user):
    made = run(user, csv_file("Name,Mobile\nAnn,415 555 01\nBob,202-555-0142\n"))
    assert counted(made) == (2, 0, 0, 0)
    remark = ContactRemark.objects.get()
    assert (remark.contact.given_name, remark.value) == ("Ann", "415 555 01")
    assert "two digits short" in remark.reason


def test_a_row_with_nobody_fails_with_its_reason_and_can_be_downloaded(user):
    made = run(user, csv_file("Name,City,Email\nAnn,x,\n,=Oakland,\n"))
    assert counted(made) == (1, 0, 0, 1)
    lines = list(csv.reader(io.StringIO("".join(results.failed_rows_csv(made)).lstrip("\ufeff"))))
    assert lines == [
        ["Name", "City", "Email", "Import row", "Import reason"],
        ["", "'=Oakland", "", "3", "This row has no name, company, email or phone."],
    ]


# Duplicates


@pytest.mark.parametrize(
    ("column", "value"), [("Email", "ANN@x.example"), ("Phone", "202 555 0142"), ("Customer ID", "7")]
)
def test_duplicates_are_found_by_email_phone_and_outside_id(user, column, value):
    here = ContactFactory(
        owner=user, email="ann@x.example", phone="+12025550142", outside_id="7", outside_source=column
    )
    made = run(user, csv_file(f"Name,{column}\nAnnabel,{value}\n"), duplicates="skip")
    assert counted(made) == (0, 0, 1, 0)
    assert made.rows.get().contact == here


def test_update_replaces_and_adds_and_fill_only_fills(user):
    for duplicates, decisions, title in (("", {"email": "fill"}, "Baker"), ("update", {}, "Owner")):
        Contact.objects.all().delete()
        here = ContactFactory(owner=user, email="ann@x.example", job_title="Baker")
        text = "First name,Last name,Email,Mobile,Job title,Company\n"
        text += "Renée,Martínez,ann@x.example,202-555-0142,Owner,Harbor\n"
        made = run(user, csv_file(text), duplicates=duplicates, **decisions)
        assert counted(made) == (0, 1, 0, 0)
        here.refresh_from_db()
        assert (here.job_title, here.company, here.version) == (title, "Harbor", 2)
        assert here.phones.get().number == "+12025550142"
        assert here.given_name == ("Renée" if duplicates else "Renee")


def test_create_makes_a_second_contact(user):
    ContactFactory(owner=user, email="ann@x.example")
    made = run(user, csv_file("Name,Email\nAnn,ann@x.example\n"), duplicates="create")
    assert counted(made) == (1, 0, 0, 0)
    assert Contact.objects.count() == 2


def test_what_one_may_only_read_is_never_updated(user):
    here = share(ContactFactory(owner=UserFactory(account=user.account), email="ann@x.example"), user, "read")
    made = run(user, csv_file("Name,Email,Company\nAnn,ann@x.example,Harbor\n"), duplicates="update")
    assert counted(made) == (0, 0, 1, 0)
    here.refresh_from_db()
    assert here.company == ""
    share(here, user, "write")
    made = run(user, csv_file("Name,Email,Company\nAnn,ann@x.example,Harbor\n"), duplicates="update")
    assert counted(made) == (0, 1, 0, 0)


@pytest.mark.parametrize("hidden", ["no grant", "archived", "other account"])
def test_hidden_and_archived_contacts_are_no_duplicates(user, hidden):
    import django.utils.timezone as timezone

    owner = {"no grant": UserFactory(account=user.account), "archived": user, "other account": UserFactory()}[hidden]
    here = ContactFactory(owner=owner, email="ann@x.example", phone="+12025550142")
    if hidden == "archived":
        Contact.objects.filter(pk=here.pk).update(archived_at=timezone.now())
    made = run(user, csv_file("Name,Email,Phone\nAnn,ann@x.example,202-555-0142\n"), duplicates="skip")
    assert counted(made) == (1, 0, 0, 0)
    assert made.rows.get().issues == []


def test_rights_are_judged_when_the_row_is_written(user):
    here = share(ContactFactory(owner=UserFactory(account=user.account), email="ann@x.example"), user, "write")
    made = store_upload(user, name="a.csv", stream=csv_file("Name,Email,Company\nAnn,ann@x.example,Harbor\n"))
    checking.check(made)
    share(here, user, "read")
    steps.decide(made, "update", {})
    steps.start_run(made)
    assert counted(made) == (0, 0, 1, 0)
    here.refresh_from_db()
    assert here.company == ""


def test_importing_the_same_file_again_doubles_nobody(user):
    file = b"".join(real("us-500.csv").readlines()[:51])
    run(user, io.BytesIO(file))
    made = run(user, io.BytesIO(file), duplicates="skip")
    assert counted(made) == (0, 0, 50, 0)
    made = run(user, io.BytesIO(file), duplicates="update")
    assert counted(made) == (0, 0, 50, 0)
    assert {row.reason for row in made.rows.all()} == {running.SAME}
    assert ContactPhone.objects.count() == 100


# Owners


def test_an_administrator_imports_for_others_and_gets_no_access(admin):
    rep = UserFactory(account=admin.account, name="Priya Kulkarni")
    made = run(admin, csv_file(f"Name,Owner\nAnn,{rep.email.upper()}\nBob,priya kulkarni\nCid,\n"))
    assert counted(made) == (3, 0, 0, 0)
    assert set(Contact.objects.filter(owner=rep).values_list("given_name", flat=True)) == {"Ann", "Bob"}
    seen = grants.lines(ContactUserObjectPermission, user=admin)
    assert [line.level for line in seen.values()] == ["admin"]


def test_an_unknown_owner_is_chosen_or_the_row_fails(admin):
    rep = UserFactory(account=admin.account)
    stranger = UserFactory()
    text = f"Name,Owner\nAnn,P. K.\nBob,{stranger.email}\n"
    made = store_upload(admin, name="a.csv", stream=csv_file(text))
    set_mapping(made, ["full_name", "owner"], {"p. k.": rep.pk, stranger.email: stranger.pk}, "US")
    checking.check(made)
    steps.start_run(made)
    assert counted(made) == (1, 0, 0, 1)
    assert Contact.objects.get().owner == rep


def test_nobody_but_an_administrator_maps_an_owner(user):
    made = store_upload(user, name="a.csv", stream=csv_file("Name,Owner\nAnn,x\n"))
    assert made.mapping["targets"] == ["full_name", "other"]
    with pytest.raises(MappingRefused, match="account administrators"):
        set_mapping(made, ["full_name", "owner"], {}, "US")


# Staying whole


def test_a_killed_worker_goes_on_without_duplicates(user, monkeypatch):
    monkeypatch.setattr(running, "FIRST_CHUNK", 100)
    monkeypatch.setattr(running, "CHUNK", 150)
    made = store_upload(user, name="a.csv", stream=real("us-500.csv"))
    checking.check(made)
    Import.objects.filter(pk=made.pk).update(status=Import.Status.RUNNING)
    original, calls = running.record_outcomes, []

    def die(rows):
        calls.append(len(rows))
        if len(calls) in (2, 4):
            raise KeyboardInterrupt
        original(rows)

    monkeypatch.setattr(running, "record_outcomes", die)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            running.run(made)
        assert Contact.objects.count() == ImportRow.objects.filter(outcome="created").count()
    running.run(made)
    made.refresh_from_db()
    assert (made.status, made.done, counted(made)) == ("done", 500, (500, 0, 0, 0))
    assert Contact.objects.count() == 500
    running.run(made)
    assert Contact.objects.count() == 500


def test_a_check_that_another_worker_began_anew_stops(user, monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 100)
    made = store_upload(user, name="a.csv", stream=real("us-500.csv"))
    original, calls = checking.read_records, []

    def overtaken(made):
        for place, record in enumerate(original(made)):
            if place == 200 and not calls:
                calls.append(place)
                checking.check(Import.objects.get(pk=made.pk))
            yield record

    monkeypatch.setattr(checking, "read_records", overtaken)
    checking.check(made)
    made.refresh_from_db()
    assert (made.status, made.rows.count(), made.total) == ("checked", 500, 500)


def test_one_row_that_the_database_refuses_fails_alone(user, monkeypatch):
    made = store_upload(user, name="a.csv", stream=csv_file("Name,Mobile\nAnn,202-555-0142\nBob,202-555-0143\n"))
    checking.check(made)
    original = checking.DraftReader.draft

    def spoil(self, cells):
        draft = original(self, cells)
        if draft.given_name == "Bob":
            draft.phones[0].e164 = "nonsense"
        return draft

    monkeypatch.setattr(checking.DraftReader, "draft", spoil)
    Import.objects.filter(pk=made.pk).update(status=Import.Status.RUNNING)
    running.run(made)
    assert counted(made) == (1, 0, 0, 1)
    assert Contact.objects.get().given_name == "Ann"


def test_history_says_who_and_how(user):
    made = run(user, csv_file("Name\nAnn\n"))
    event = Contact.objects.get().events.get()
    assert event.pgh_context.metadata == {"user": user.pk, "source": "import", "import_id": made.pk}
    assert pghistory.models.Context.objects.count() == 1


def test_an_inactive_user_imports_nothing(user):
    made = store_upload(user, name="a.csv", stream=csv_file("Name\nAnn\n"))
    checking.check(made)
    user.is_active = False
    user.save()
    steps.start_run(made)
    assert counted(made) == (0, 0, 0, 1)


def test_a_refused_file_leaves_nothing_behind(user):
    with pytest.raises(FileRefused):
        store_upload(user, name="a.csv", stream=io.BytesIO(b"%PDF"))
    assert not Import.objects.exists()


def test_a_full_disk_leaves_no_row_without_its_file(user, monkeypatch):
    from django.core.files.storage import FileSystemStorage

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(FileRefused, match="no room left"):
        store_upload(user, name="a.csv", stream=csv_file("Name\nAnn\n"))
    assert not Import.objects.exists()


def test_corrections_are_taken_and_judged_anew(user):
    made = store_upload(user, name="a.csv", stream=csv_file("Name,Mobile,City\nAnn,415 555 01,x\n,,Oakland\n"))
    checking.check(made)
    first, second = made.rows.order_by("number")
    here = ContactFactory(owner=user, phone="+14155550100")
    fix = first.issues[0]["fix"]
    assert checking.apply_fixes(made, {first.pk: {fix: "415 555 0100"}, second.pk: {"full_name": "Bob Lee"}}) == 2
    first.refresh_from_db()
    assert first.duplicate_of == here
    assert results.failed(made).count() == 0
    other = store_upload(UserFactory(), name="b.csv", stream=csv_file("Name\nX\n"))
    assert checking.apply_fixes(other, {first.pk: {fix: "x"}}) == 0


def test_the_file_is_forgotten_when_the_import_is_done(user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = run(user, csv_file("Name\nAnn\n"))
    assert not Import.objects.get(pk=made.pk).upload


def test_a_mapping_is_remembered_for_the_same_headers(user):
    made = store_upload(user, name="a.csv", stream=csv_file("Aa,Bb\nAnn,x\n"))
    set_mapping(made, ["full_name", "ignore"], {}, "US")
    again = store_upload(user, name="b.csv", stream=csv_file("aa,bb\nBob,y\n"))
    assert again.mapping["targets"] == ["full_name", "ignore"]
    assert again.options["remembered"]
    someone = store_upload(UserFactory(account=user.account), name="b.csv", stream=csv_file("aa,bb\nBob,y\n"))
    assert someone.mapping["targets"] == ["other", "other"]
    assert SavedMapping.objects.count() == 1


def test_awkward_text_arrives_as_it_is(user):
    name = "Zoë\\N \u202eabc 'quote\" \t {x}"
    run(user, csv_file('Name,Company,Notes\n"' + name.replace('"', '""') + '",\\.,"a\tb\\nc\nd"\n'))
    contact = Contact.objects.get()
    assert contact.company == "\\."
    assert contact.notes.get().body == "a\tb\\nc\nd"


def test_hostile_cards_reach_the_database_or_a_remark(user):
    made = run(user, card_file("FN:A\x01B", "TEL:\x02", "X-NUL:a\x0bb", "NOTE:\\u0000 \ufffe x"), name="a.vcf")
    assert counted(made) == (1, 0, 0, 0)


def test_the_command_prints_the_counts(user):
    out = io.StringIO()
    call_command("import_contacts", str(FILES / "us-500.csv"), "--owner", user.email, stdout=out)
    assert out.getvalue() == "500 rows: 500 created, 0 updated, 0 skipped, 0 failed. 0 with a remark.\n"
    with pytest.raises(CommandError, match="no active account user"):
        call_command("import_contacts", str(FILES / "us-500.csv"), "--owner", "nobody@x.example")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_contacts", "/nowhere.csv", "--owner", user.email)


def test_the_number_of_statements_does_not_grow_with_the_rows(user, django_assert_max_num_queries):
    made = store_upload(user, name="a.csv", stream=real("us-500.csv"))
    checking.check(made)
    Import.objects.filter(pk=made.pk).update(status=Import.Status.RUNNING)
    with django_assert_max_num_queries(70):
        running.run(made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'import\\_%'")
        assert cursor.fetchone() == (0,)
