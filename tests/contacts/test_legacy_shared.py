"""manage.py import_legacy_shared: the only way in which old shared contacts come to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts import policy
from contacts.models import Contact, DepartmentLink, Kind
from contacts.services import converting
from contacts_project.accounts.models import User
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate

pytestmark = pytest.mark.django_db
HEADER = "given_name,family_name,company,phone,email,owner"


@pytest.fixture
def owner() -> User:
    return UserFactory(name="Olive", email="olive@x.example")


@pytest.fixture
def sales(owner: User) -> Department:
    return DepartmentFactory(account=owner.account, name="Sales")


def run(tmp_path: Path, *lines: str, **options: str) -> None:
    file = tmp_path / "old.csv"
    file.write_text("\n".join([HEADER, *lines]) + "\n")
    call_command("import_legacy_shared", str(file), **{"department": "Sales"} | options)


def test_rows_become_shared_contacts_with_a_live_link(tmp_path, capsys, owner: User, sales: Department) -> None:
    run(tmp_path, "Priya,Raman,Acme,(202) 555-0142,priya@x.example,OLIVE@x.example", ",,Zenith,,,olive@x.example")
    first, second = Contact.objects.order_by("pk")
    assert (first.kind, first.owner, first.name, first.company) == (Kind.SHARED, owner, "Priya Raman", "Acme")
    assert (first.phones.get().number, first.emails.get().address) == ("+12025550142", "priya@x.example")
    assert list(DepartmentLink.objects.values_list("contact", "department", "ended_at")) == [
        (first.pk, sales.pk, None), (second.pk, sales.pk, None),
    ]  # fmt: skip
    assert not first.grants.exists()
    assert policy.can(owner, "edit", first)
    assert capsys.readouterr().out == "2 rows: 2 shared contacts made in Sales, 0 there already, 0 refused.\n"


def test_rows_without_a_known_owner_or_anything_to_use_are_refused_and_listed(tmp_path, capsys, owner, sales) -> None:
    foreign = UserFactory()
    with pytest.raises(CommandError) as refused:
        run(
            tmp_path,
            "Ann,,,,,nobody@x.example", "Bo,,,,,", f"Cy,,,,,{foreign.email}", ",,,,,olive@x.example",
            ",,,12,,olive@x.example", "Di,,,,,olive@x.example",
        )  # fmt: skip
    assert refused.value.returncode == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[:4] == [
        "line 2: the owner nobody@x.example is no user of the account",
        "line 3: no owner is named",
        f"line 4: the owner {foreign.email} is no user of the account",
        "line 5: there is no name, company, phone or email",
    ]
    assert lines[4].startswith("line 6: nothing in it can be used: ")
    assert "6 rows: 1 shared contacts made in Sales, 0 there already, 5 refused." in said.out
    assert Contact.objects.get().given_name == "Di"


def test_what_cannot_be_read_is_kept_as_a_remark(tmp_path, capsys, owner: User, sales: Department) -> None:
    run(tmp_path, "Priya,,,12,not an email,olive@x.example")
    contact = Contact.objects.get()
    assert set(contact.remarks.values_list("field", "value")) == {("phone", "12"), ("email", "not an email")}
    assert capsys.readouterr().err.count("kept with a remark") == 2


def test_an_owner_who_has_left_is_known(tmp_path, owner: User, sales: Department) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    run(tmp_path, "Priya,,,,,olive@x.example")
    assert Contact.objects.get().owner == owner


LINES = (
    "Priya,Raman,,2025550142,,olive@x.example",
    "No,Address,,,,olive@x.example",
    "Em,Ail,,,A@x.example,olive@x.example",
)


def test_running_it_again_changes_nothing(tmp_path, capsys, owner: User, sales: Department) -> None:
    run(tmp_path, *LINES)
    ids = set(Contact.objects.values_list("pk", flat=True))
    run(tmp_path, *LINES)
    assert set(Contact.objects.values_list("pk", flat=True)) == ids
    assert "0 shared contacts made in Sales, 3 there already" in capsys.readouterr().out
    DepartmentFactory(account=owner.account, name="Support")
    run(tmp_path, LINES[0], department="Support")
    assert Contact.objects.count() == 4


@pytest.mark.parametrize("way", ["given", "kept", "joined"])
def test_what_was_decided_since_does_not_come_back(tmp_path, owner: User, sales: Department, way: str) -> None:
    run(tmp_path, LINES[0])
    contact = Contact.objects.get()
    if way == "kept":
        converting.keep(owner, [contact.pk])
    elif way == "given":
        converting.give(owner, [contact.pk])
    else:
        operate(sales, owner)
        department_contact(sales, phone="+12025550142")
        converting.give(owner, [contact.pk], existing="join")
    number = Contact.objects.count()
    run(tmp_path, LINES[0])
    assert Contact.objects.count() == number


def test_the_same_row_twice_in_one_file_is_made_once(tmp_path, owner: User, sales: Department) -> None:
    run(tmp_path, LINES[0], LINES[0])
    assert Contact.objects.count() == 1


def test_a_department_is_named_clearly(tmp_path, owner: User, sales: Department) -> None:
    other = DepartmentFactory(account=AccountFactory(name="Globex"), name="sales")
    with pytest.raises(CommandError, match="There is no department Nowhere"):
        run(tmp_path, LINES[0], department="Nowhere")
    with pytest.raises(CommandError, match="--account"):
        run(tmp_path, LINES[0])
    run(tmp_path, LINES[0], account=str(owner.account_id))
    assert DepartmentLink.objects.get().department == sales
    with pytest.raises(CommandError, match="1 of 1 rows"):
        run(tmp_path, LINES[0], account=other.account.name)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "given_name,phone\nAnn,2\n", "BEGIN:VCARD\nEND:VCARD\n", "owner\nx\n"]
)
def test_a_file_without_the_columns_is_refused_in_words(tmp_path, sales: Department, text: str) -> None:
    file = tmp_path / "old.csv"
    file.write_text(text)
    with pytest.raises(CommandError):
        call_command("import_legacy_shared", str(file), department="Sales")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_legacy_shared", str(tmp_path / "missing.csv"), department="Sales")
    assert not Contact.objects.exists()
