"""The pages of an import: every step by plain forms, its own user only, clear words for bad files."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import jobs_imports
from contacts.imports import checking, running, steps
from contacts.models import Contact, ContactPhone, Import
from tests.contacts.imports.making import FILES, card_file, csv_file
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

pytestmark = pytest.mark.django_db
START = "/contacts/import/"


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def upload(client, content: bytes | str, name="people.csv", **data):
    content = content.encode() if isinstance(content, str) else content
    return client.post(START, {"file": SimpleUploadedFile(name, content), **data})


def begin(client, content, name="people.csv") -> str:
    """Upload and return the import's address."""
    response = upload(client, content, name)
    assert response.status_code == 303, response.content.decode()
    return response["Location"].removesuffix("map/")


def work(task, attempts: int = 0) -> None:
    """Do the one job of this task as the worker would."""
    job = ProcrastinateJob.objects.get(task_name=task.name)
    task.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), **job.args)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def choices(html: str) -> dict[str, str]:
    """The selected option of each select, as a browser would post it."""
    found = {}
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        found[name] = re.search(r'<option value="([^"]*)" selected', body).group(1)
    return found


def test_us_500_goes_through_every_step_by_plain_forms(client, user):
    address = begin(client, (FILES / "us-500.csv").read_bytes(), "us-500.csv")
    page = client.get(address + "map/")
    assert page.status_code == 200
    assert "500 rows, 12 columns" in text(page)
    fields = choices(page.content.decode())
    assert fields["col-0"] == "given_name"
    assert client.post(address + "map/", fields)["Location"] == address + "check/"
    assert "Checking: 0 of 500 rows" in text(client.get(address + "check/"))
    work(jobs_imports.check_import)
    assert "Import 500 rows" in text(client.get(address + "check/"))
    assert client.post(address + "run/", {"duplicates": "skip"})["Location"] == address + "result/"
    assert "Importing: 0 of 500 rows" in text(client.get(address + "result/"))
    work(jobs_imports.run_import)
    result = text(client.get(address + "result/"))
    assert "<dt>Created</dt><dd>500</dd>" in result
    assert Contact.objects.filter(owner=user).count() == 500
    assert ContactPhone.objects.count() == 1000


def test_a_card_needs_no_columns_and_small_files_run_at_once(client, user):
    address = begin(client, (FILES / "John_Doe_IPHONE.vcf").read_bytes(), "iphone.vcf")
    assert client.get(address + "map/")["Location"] == address + "check/"
    assert client.get(address)["Location"] == address + "check/"
    assert "Import 1 row" in text(client.get(address + "check/"))
    assert client.post(address + "run/").status_code == 303
    assert "<dt>Created</dt><dd>1</dd>" in text(client.get(address + "result/"))
    assert Contact.objects.get().phones.count() == 7
    assert not ProcrastinateJob.objects.exists()
    assert "iphone.vcf" in text(client.get(START))


def test_run_checks_first_and_imports_once(client, user):
    address = begin(client, "Name,Email\nAnn Lee,ann@x.example\n")
    for _ in range(2):
        assert client.post(address + "run/", {"duplicates": "create"})["Location"] == address + "result/"
    assert Contact.objects.count() == 1
    for step in ("map/", "check/"):
        assert client.get(address + step)["Location"] == address + "result/"
        assert client.post(address + step)["Location"] == address + "result/"
    assert client.get(address)["Location"] == address + "result/"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "This file is empty."),
        (b"%PDF-1.7", "a.csv", "This is a PDF."),
        (b"\x00\x01\x02" * 100, "a.csv", "This is not a text file."),
        (b"PK\x03\x04zzzz", "a.xlsx", "damaged or cut off"),
        (b'Name,Note\nA,"open\n', "a.csv", "never closed"),
        (b"a," * 600 + b"\n1", "a.csv", "more than 500 columns"),
    ],
)
def test_bad_files_get_a_sentence_at_the_field_and_leave_nothing(client, user, content, name, words):
    response = upload(client, content, name)
    assert response.status_code == 422
    assert words in text(response)
    assert not Import.objects.exists()
    assert client.post(START).status_code == 422


def test_a_double_click_uploads_once(client, user):
    once = "6f1c1b1e-52a6-4a5e-9c4e-0d3a5b8f7a11"
    first = upload(client, "Name\nAnn\n", once=once)
    second = upload(client, "Name\nAnn\n", once=once)
    assert first["Location"] == second["Location"]
    assert Import.objects.count() == 1


def test_columns_can_be_mapped_by_hand_and_are_judged(client, user):
    address = begin(client, "A,B\nLee Ann,x\n")
    page = client.post(address + "map/", {"col-0": "outside_id", "col-1": "outside_id"})
    assert page.status_code == 422
    assert "Only one column can be Outside id." in text(page)
    assert client.post(address + "map/", {"col-0": "owner", "col-1": "other"}).status_code == 422
    client.post(address + "map/", {"col-0": "last_first", "col-1": "<script>", "region": "DE"})
    client.post(address + "run/")
    assert Contact.objects.get().family_name == "Lee"
    assert Contact.objects.get().other_fields.get().label == "B"


def test_remarks_and_failed_rows_are_corrected_on_the_check_page(client, user):
    address = begin(client, "Name,Mobile,City\nAnn,415 555 01,x\n,,Oakland\n")
    client.post(address + "map/")
    page = client.get(address + "check/").content.decode()
    assert "two digits short" in page
    phone, name = re.findall(r'name="(fix-[^"]+)"', page)
    saved = client.post(
        address + "check/", {phone: "415 555 0100", name: "Bob Lee", "fix-999999-0": "x", "fix-x-y": "z"}
    )
    assert saved["Location"] == address + "check/"
    assert "Import 2 rows" in text(client.get(address + "check/"))
    client.post(address + "run/")
    assert set(Contact.objects.values_list("given_name", flat=True)) == {"Ann", "Bob"}
    assert ContactPhone.objects.get().number == "+14155550100"


def test_failed_rows_are_downloaded_with_their_reason(client, user):
    address = begin(client, "Name,City\nAnn,x\n,=1+1\n")
    client.post(address + "run/")
    response = client.get(address + "errors.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert "'=1+1" in response.content.decode()
    assert "Download the 1 failed row<" in text(client.get(address + "result/"))
    again = begin(client, response.content)
    assert Import.objects.get(pk=again.split("/")[3]).mapping["targets"] == [
        "full_name",
        "address.city",
        "ignore",
        "ignore",
    ]


def test_each_group_of_duplicates_gets_its_decision(client, user):
    ann = ContactFactory(owner=user, email="ann@x.example")
    bob = share(ContactFactory(owner=UserFactory(account=user.account), email="bob@x.example"), user, "read")
    address = begin(
        client, "Name,Email,Company\nAnn,ann@x.example,Harbor\nBob,bob@x.example,Harbor\nCid,cid@x.example,\n"
    )
    client.post(address + "map/")
    page = text(client.get(address + "check/"))
    assert "Same email address" in page
    assert "Matches a contact that you may only read" in page
    assert "<dt>New people</dt><dd>1</dd>" in page
    client.post(address + "run/", {"group-email": "fill", "group-read_only": "fill"})
    ann.refresh_from_db()
    bob.refresh_from_db()
    assert (ann.company, bob.company) == ("Harbor", "")
    assert "<dt>Skipped</dt><dd>1</dd>" in text(client.get(address + "result/"))


@pytest.mark.usefixtures("still_clock")
def test_what_is_hidden_changes_no_byte_of_the_check(client, user):
    def page():
        address = begin(client, "Name,Email,Phone\nAnn,ann@x.example,202-555-0142\n")
        client.post(address + "map/")
        html = client.get(address + "check/").content.decode()
        return re.sub(r'import/\d+|value="[\w-]{30,}"|"x-csrftoken": "\w+"', "", html)

    before = page()
    ContactFactory(owner=UserFactory(account=user.account), email="ann@x.example", phone="+12025550142")
    ContactFactory(email="ann@x.example")
    assert page() == before
    ContactFactory(owner=user, email="ann@x.example")
    assert page() != before


def test_an_administrator_chooses_owners_once_for_each_value(client, user):
    user.is_account_admin = True
    user.save()
    rep = UserFactory(account=user.account, name="Priya Kulkarni")
    address = begin(client, "Name,Owner\nAnn,P. K.\nBob,priya kulkarni\nCid,P. K.\n")
    page = text(client.get(address + "map/"))
    assert "P. K.</span>, 2 rows" in page
    assert client.post(address + "map/").status_code == 422
    chosen = {"owner-value-0": "P. K.", "owner-0": str(rep.pk)}
    assert client.post(address + "map/", chosen).status_code == 303
    client.post(address + "run/")
    assert Contact.objects.filter(owner=rep).count() == 3


# Access: an import is its user's own


PLACES = [("get", "", 302), ("get", "map/", 302), ("get", "check/", 302),
    ("get", "result/", 200),
    ("get", "errors.csv", 200), ("post", "map/", 303), ("post", "check/", 303), ("post", "run/", 303)]  # fmt: skip


@pytest.mark.parametrize(("method", "place", "status"), PLACES)
def test_nobody_else_sees_an_import(client, user, method, place, status):
    address = begin(client, "Name\nAnn\n")
    client.post(address + "run/")
    missing = START + "999999/" + place
    for other in (
        UserFactory(account=user.account),
        UserFactory(account=user.account, admin=True),
        UserFactory(),
    ):
        client.force_login(other)
        response = getattr(client, method)(address + place)
        assert response.status_code == 404
        assert getattr(client, method)(missing).status_code == 404
    client.force_login(UserFactory(staff=True))
    assert getattr(client, method)(address + place)["Location"] == "/admin/"
    client.logout()
    assert getattr(client, method)(address + place).status_code == 302
    client.force_login(user)
    assert getattr(client, method)(address + place).status_code == status


def test_others_do_not_stand_in_the_list(client, user):
    begin(client, "Name\nAnn\n", "mine.csv")
    client.force_login(UserFactory(account=user.account))
    assert "mine.csv" not in text(client.get(START))
    client.force_login(UserFactory(staff=True))
    assert client.get(START)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("method", "place"),
    [("get", "run/"), ("post", "result/"), ("post", "errors.csv"), ("post", ""), ("put", "map/"), ("delete", "check/")],
)
def test_wrong_methods_get_405(client, user, method, place):
    address = begin(client, "Name\nAnn\n")
    assert getattr(client, method)(address + place).status_code == 405


def test_htmx_polls_the_bar_and_then_leaves_it(client, user, monkeypatch):
    monkeypatch.setattr(steps, "AT_ONCE", 0)
    address = begin(client, "Name\nAnn\n")
    client.post(address + "map/")
    headers = {"HX-Request": "true", "HX-Target": "div#import-progress"}
    bar = client.get(address + "check/", headers=headers)
    assert bar.content.decode().lstrip().startswith('<div id="import-progress"')
    work(jobs_imports.check_import)
    assert client.get(address + "check/", headers=headers)["HX-Redirect"] == address + "check/"
    client.post(address + "run/")
    assert "Importing" in client.get(address + "result/", headers=headers).content.decode()
    work(jobs_imports.run_import)
    assert client.get(address + "result/", headers=headers)["HX-Redirect"] == address + "result/"


def test_a_file_that_turns_out_unreadable_says_so(client, user, monkeypatch):
    address = begin(client, "Name\nAnn\n")
    from contacts.imports import checking
    from contacts.imports.limits import FileRefused

    def refuse(made):
        raise FileRefused("This file has more than 200,000 rows.")
        yield

    monkeypatch.setattr(checking, "read_records", refuse)
    client.post(address + "map/")
    assert "more than 200,000 rows" in text(client.get(address + "check/"))
    assert client.post(address + "run/")["Location"] == address + "check/"
    assert client.get(address)["Location"] == address + "check/"


@pytest.mark.parametrize(
    "made", [csv_file("Name,Phone\nA<b>,\x01\n"), card_file("FN:<script>alert(1)</script>", "X-Y:<i>")]
)
def test_markup_in_a_file_stays_text(client, user, made):
    address = begin(client, made.getvalue(), "<b>.csv")
    client.post(address + "map/")
    pages = "".join(client.get(address + step).content.decode() for step in ("check/",))
    client.post(address + "run/")
    pages += client.get(address + "result/").content.decode() + client.get(START).content.decode()
    assert "<script>alert" not in pages
    assert "<i>" not in pages
    assert "<b>.csv" not in pages


def test_the_pages_ask_a_constant_number_of_queries(client, user, django_assert_max_num_queries):
    rows = "".join(f"P{n},415 555 01,p{n}@x.example\n" for n in range(150))
    ContactFactory(owner=user, email="p1@x.example")
    address = begin(client, "Name,Phone,Email\n" + rows)
    client.post(address + "map/")
    with django_assert_max_num_queries(25):
        client.get(address + "check/")
    client.post(address + "run/")
    with django_assert_max_num_queries(20):
        client.get(address + "result/")


def test_a_job_that_fails_again_and_again_ends_with_words(client, user, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(steps, "AT_ONCE", 0)
    address = begin(client, "Name\nAnn\n")
    client.post(address + "map/")
    patch = pytest.MonkeyPatch()
    patch.setattr(checking, "judge", broken)
    with pytest.raises(RuntimeError):
        work(jobs_imports.check_import, attempts=1)
    assert Import.objects.get().status == "checking"
    with pytest.raises(RuntimeError):
        work(jobs_imports.check_import, attempts=3)
    patch.undo()
    assert "Something went wrong on our side" in text(client.get(address + "check/"))
    Import.objects.update(status="checking")
    work(jobs_imports.check_import)
    client.post(address + "run/")
    monkeypatch.setattr(running, "record_outcomes", broken)
    with pytest.raises(RuntimeError):
        work(jobs_imports.run_import, attempts=3)
    assert "Row 2</span>: This row could not be saved." in text(client.get(address + "result/"))
    assert not Contact.objects.exists()


def test_old_files_are_forgotten(client, user):
    begin(client, "Name\nAnn\n")
    jobs_imports.forget_import_files(0)
    assert Import.objects.get().upload
    Import.objects.update(created_at="2020-01-01T00:00Z")
    jobs_imports.forget_import_files(0)
    assert not Import.objects.get().upload


def test_the_check_page_groups_by_reason_and_shows_50_a_page(client, user, monkeypatch):
    monkeypatch.setattr(steps, "AT_ONCE", 1000)
    ContactFactory(owner=user, email="same@x.example")
    short = "".join(f"P{n},415 555 01,p{n}@x.example\n" for n in range(60))
    wrong = "".join(f"Q{n},n/a,q{n}@x.example\n" for n in range(2))
    address = begin(client, f"Name,Phone,Email\n{short}{wrong}" + "R,,same@x.example\n" * 60 + ",1,\n" * 55)
    client.post(address + "map/")
    page = client.get(address + "check/").content.decode()
    assert "two digits short" in page
    assert page.count('name="fix-') == 50 + 50
    assert '>60</span><a href="?reason=This%20number%20is%20two%20digits' in page
    assert "All 60 rows" in page
    narrowed = client.get(address + "check/", {"reason": "This is not a phone number."}).content.decode()
    assert narrowed.count(" in row ") == 2 + 50
    second = client.get(
        address + "check/", {"group": "email", "rows": "2", "failed": "2", "page": "2"}
    ).content.decode()
    assert second.count('name="fix-') == 12 + 5
    assert "Show rows 51 to 60" in second
    for odd in ("?page=x&failed=-1&rows=999&group=none&reason=%00", "?reason=<script>"):
        assert client.get(address + "check/" + odd).status_code == 200
    back = client.post(address + "check/", {"here": "page=2&group=email"})
    assert back["Location"] == address + "check/?page=2&group=email"


def test_an_error_of_ours_in_a_small_file_is_no_500(client, user, monkeypatch):
    def broken(*_):
        raise RuntimeError

    address = begin(client, "Name\nAnn\n")
    patch = pytest.MonkeyPatch()
    patch.setattr(checking, "judge", broken)
    assert client.post(address + "map/").status_code == 303
    patch.undo()
    assert "Something went wrong on our side" in text(client.get(address + "check/"))
    assert client.post(address + "check/").status_code == 303
    monkeypatch.setattr(running, "find_matches", broken)
    assert client.post(address + "run/")["Location"] == address + "result/"
    assert "could not be saved" in text(client.get(address + "result/"))
