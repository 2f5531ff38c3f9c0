"""Columns find their fields: real headers without a click, several values in a cell, nothing lost."""

import pytest

from contacts.imports.cells import has_day_first, neutral, read_date, split_values
from contacts.imports.mapping import guess, signature
from contacts.imports.names import split_name
from contacts.imports.rows import NOBODY, correct
from contacts.imports.targets import is_target, menu, words_of
from tests.contacts.imports.making import csv_file, drafts, only, real, sheet_file


def test_us_500_maps_without_a_click():
    people = drafts(real("us-500.csv"))
    assert len(people) == 500
    for part, count in {"phones": 1000, "emails": 500, "addresses": 500, "websites": 500}.items():
        assert sum(len(getattr(person, part)) for person in people) == count
    assert not any(person.remarks or person.refusal for person in people)
    assert people[0].addresses[0].city == "New Orleans"
    assert people[0].other_fields == [("county", "Orleans")]


@pytest.mark.parametrize("style", ["old", "new"])
def test_google_exports_map_without_a_click(style):
    if style == "old":
        header = (
            "Name,Given Name,Family Name,Occupation,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type"
        )
        header += ",Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City"
        header += ",Address 1 - Country,Organization 1 - Name,Organization 1 - Title,Website 1 - Type,Website 1 - Value"
        header += ",Custom Field 1 - Type,Custom Field 1 - Value"
    else:
        header = "File As,First Name,Last Name,Nickname,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label"
        header += ",Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City"
        header += ",Address 1 - Country,Organization Name,Organization Title,Website 1 - Label,Website 1 - Value"
        header += ",Custom Field 1 - Label,Custom Field 1 - Value"
    row = "Ann Lee,Ann,Lee,,* myContacts ::: Friends of x,* Home,a@x.example ::: b@x.example,Mobile,202-555-0142,Work,"
    row += '"1 Pier, Oakland",1 Pier,Oakland,US,Harbor,Baker,Blog,http://x.example,Shoe size,40'
    person = only(csv_file(f"{header}\n{row}\n"))
    assert (person.given_name, person.family_name, person.company, person.job_title) == (
        "Ann",
        "Lee",
        "Harbor",
        "Baker",
    )
    assert [(e.address, e.label, e.is_primary) for e in person.emails] == [
        ("a@x.example", "Home", True), ("b@x.example", "Home", False),
    ]  # fmt: skip
    assert [(p.e164, p.label) for p in person.phones] == [("+12025550142", "Mobile")]
    assert [(a.street, a.city, a.country, a.label) for a in person.addresses] == [("1 Pier", "Oakland", "US", "Work")]
    assert person.websites == [("http://x.example", "Blog")]
    assert person.other_fields == [("Shoe size", "40")]
    assert person.tags == ["Friends of x"]


def test_outlook_exports_map_without_a_click():
    header = (
        "Title,First Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,Business City"
    )
    header += ",Business Country/Region,Home Street,Home Postal Code,Business Fax,Business Phone,Business Phone 2"
    header += ",Home Phone,Mobile Phone,Primary Phone,Birthday,Categories,E-mail Address,E-mail Type,E-mail 2 Address"
    header += ",E-mail 2 Type,Notes,Web Page"
    row = (
        "Dr.,Ann,Lee,Jr.,Harbor,Ovens,Baker,1 Pier,Suite 2,Oakland,United States,9 Elm,94111,202-555-0101,202-555-0102"
    )
    row += ",202-555-0103,202-555-0104,202-555-0105,202-555-0106,3/4/1981"
    row += ",Red;Blue,a@x.example,SMTP,b@x.example,SMTP,Hi,x.example"
    person = only(csv_file(f"{header}\n{row}\n"))
    assert (person.prefix, person.suffix, person.job_title, person.company) == ("Dr.", "Jr.", "Baker", "Harbor")
    assert [(p.e164[-2:], p.label, p.is_primary) for p in person.phones] == [
        ("01", "Work fax", False), ("02", "Work", False), ("03", "Work", False), ("04", "Home", False),
        ("05", "Mobile", False), ("06", "", True),
    ]  # fmt: skip
    assert [(a.street, a.city, a.country, a.label) for a in person.addresses] == [
        ("1 Pier\nSuite 2", "Oakland", "US", "Work"), ("9 Elm", "", "", "Home"),
    ]  # fmt: skip
    assert str(person.birthday) == "1981-03-04"
    assert person.tags == ["Red", "Blue"]
    assert [e.address for e in person.emails] == ["a@x.example", "b@x.example"]
    assert ("Department", "Ovens") in person.other_fields


GERMAN = "Vorname;Nachname;Firma;Straße;PLZ;Ort;Land;Telefon privat;E-Mail;Geburtstag"
FRENCH = "Prénom;Nom;Société;Rue;Code postal;Ville;Pays;Téléphone domicile;Courriel;Date de naissance"
SPANISH = (
    "Nombre;Apellidos;Empresa;Calle;Código postal;Ciudad;País;Teléfono casa;Correo electrónico;Fecha de nacimiento"
)


@pytest.mark.parametrize(
    ("header", "country", "born"),
    [(GERMAN, "Deutschland", "04.03.1981"), (FRENCH, "Allemagne", "04/03/1981"), (SPANISH, "Alemania", "04/03/1981")],
    ids=["German", "French", "Spanish"],
)
def test_other_languages_map_without_a_click(header, country, born):
    names = header.split(";")
    row = f"Ann;Lee;Harbor;Kai 1;20095;Hamburg;{country};040 1234567;a@x.example;{born}"
    targets = guess(names, [], day_first=True)
    assert targets == [
        "given_name", "family_name", "company", "address.street", "address.postal_code", "address.city",
        "address.country", "phone#home", "email", "birthday.dmy",
    ]  # fmt: skip
    person = only(csv_file(f"{header}\n{row}\n"), targets=targets)
    assert person.phones[0].e164 == "+49401234567"
    assert str(person.birthday) == "1981-03-04"


def test_what_no_guess_knows_is_kept_as_an_other_field():
    assert guess(["First Name", "Shoe Size"], []) == ["given_name", "other"]
    assert only(csv_file("First Name,Shoe Size\nAnn,40\n")).other_fields == [("Shoe Size", "40")]


def test_only_administrators_map_an_owner():
    assert guess(["Owner"], []) == ["other"]
    assert guess(["Owner"], [], may_set_owner=True) == ["owner"]
    assert "owner" not in [key for _, group in menu(may_set_owner=False) for key, _ in group]
    assert "owner" in [key for _, group in menu(may_set_owner=True) for key, _ in group]


def test_every_target_of_the_menu_is_one_and_has_words():
    for _, group in menu(may_set_owner=True):
        for key, words in group:
            assert is_target(key)
            assert words_of(key) == words
    for wrong in ("", "name", "email.city", "company#work", "phone#<b>", "address.nothing"):
        assert not is_target(wrong)


def test_a_set_of_headers_has_one_signature():
    assert signature(["First Name", "E-Mail"]) == signature(["first name", "E mail"])
    assert signature(["First Name"]) != signature(["Last Name"])


def test_several_values_stand_in_one_cell():
    person = only(
        csv_file('Name,Phone,Email\nAnn,"202-555-0101; 202-555-0102 | 202-555-0103","a@x.example, b@x.example"\n')
    )
    assert len(person.phones) == 3
    assert len(person.emails) == 2
    assert split_values("a ::: b|c;d\ne") == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Doe, John", ("", "John", "", "Doe", "")),
        ("van der Berg, Jan Piet", ("", "Jan", "Piet", "van der Berg", "")),
        ("Dr. Ludwig van Beethoven Jr.", ("Dr.", "Ludwig", "", "van Beethoven", "Jr.")),
        ("John Doe, PhD", ("", "John", "", "Doe", "PhD")),
        ("Renee", ("", "Renee", "", "", "")),
        ("Dr. Raman", ("Dr.", "", "", "Raman", "")),
    ],
)
def test_whole_names_are_cut(name, parts):
    found = split_name(name)
    assert tuple(found.get(p, "") for p in ("prefix", "given_name", "middle_name", "family_name", "suffix")) == parts


@pytest.mark.parametrize(
    ("text", "order", "date"),
    [
        ("1981-03-04", "dmy", "1981-03-04"), ("03/04/1981", "mdy", "1981-03-04"), ("03/04/1981", "dmy", "1981-04-03"),
        ("25/12/1990", "mdy", "1990-12-25"), ("4. März 1981", "mdy", "1981-03-04"),
        ("Mar 4, 1981", "dmy", "1981-03-04"),
        ("19810304", "mdy", "1981-03-04"), ("2012-06-06T00:00:00Z", "mdy", "2012-06-06"),
        ("3/4/81", "mdy", "1981-03-04"),
        ("31/31/1990", "mdy", "None"), ("soon", "mdy", "None"),
    ],
)  # fmt: skip
def test_dates_are_read(text, order, date):
    assert str(read_date(text, order)) == date


def test_the_order_of_dates_shows_in_a_column():
    assert has_day_first(["01/02/1990", "25/12/1990"])
    assert not has_day_first(["01/02/1990", "12/25/1990"])


def test_a_row_with_nobody_in_it_is_refused_and_can_be_corrected():
    person = only(csv_file("Name,City,Email\n,Oakland,\nAnn,x,a@x.example\n".replace("Ann,x,a@x.example\n", "")))
    assert person.refusal == NOBODY
    fixed = correct(person, {"full_name": "Ann Lee"}, "US")
    assert (fixed.refusal, fixed.family_name) == ("", "Lee")


def test_remarks_are_corrected_on_screen():
    person = only(csv_file("Name,Mobile,Email\nAnn,415 555 01,sam@oneill\n"))
    phone, email = person.remarks
    assert (phone.field, phone.reason) == ("Phone, mobile", "This number is two digits short. US numbers have 10.")
    fixed = correct(person, {phone.key: "415 555 0100", email.key: "still wrong"}, "US")
    assert [(p.e164, p.label) for p in fixed.phones] == [("+14155550100", "Mobile")]
    assert [remark.value for remark in fixed.remarks] == ["still wrong"]


def test_long_and_unknown_values_are_kept_whole():
    person = only(csv_file(f"First name,Country,Notes,Shoe\n{'x' * 200},Narnia,{'n' * 25_000},{'s' * 3000}\n"))
    assert len(person.given_name) == 120
    assert {remark.value for remark in person.remarks} == {"x" * 200, "Narnia", "s" * 3000}
    assert "".join(person.notes) == "n" * 25_000


def test_cells_beyond_the_header_are_kept():
    people = drafts(csv_file("Name,City\nAnn,Oakland,extra\n"), targets=["full_name", "address.city"])
    assert people[0].remarks[0].value == "extra"


def test_sheets_map_like_tables():
    person = only(sheet_file(["First Name", "Last Name", "Mobile"], ["Zoë", "Müller", 2025550142]))
    assert (person.name, person.phones[0].e164) == ("Zoë Müller", "+12025550142")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|x", "-1", "@x", "\t=1", "＝1", "  =1", "\n"])
def test_formulas_are_neutralised(cell):
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["+12025550142", "Ann", "a=b", ""])
def test_harmless_cells_stay(cell):
    assert neutral(cell) == cell
