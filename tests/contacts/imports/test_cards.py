"""vCards of every version: nothing of a card is lost."""

import base64
import time

import pytest

from contacts.imports.rows import DraftAddress
from tests.contacts.imports.making import card_file, csv_file, drafts, only, real


def test_the_iphone_card_keeps_all_phones_addresses_labels_and_its_photo():
    draft = only(real("John_Doe_IPHONE.vcf"))
    assert [(phone.e164[2:5] + phone.e164[5:8], phone.label) for phone in draft.phones] == [
        ("905555", "Mobile"), ("905666", "Home"), ("905777", "Work"), ("905888", "Home fax"), ("905999", "Work fax"),
        ("905111", "Pager"), ("905222", "Assistant phone"),
    ]  # fmt: skip
    assert draft.phones[0].is_primary
    assert [(a.city, a.country, a.label) for a in draft.addresses] == [
        ("New York", "US", "Home"), ("New York", "US", "Work"),
    ]  # fmt: skip
    assert draft.addresses[1].street == "Street4\nBuilding 6\nFloor 8"
    assert draft.photo is not None
    assert (draft.photo[:3], len(draft.photo)) == (b"\xff\xd8\xff", 32531)
    assert draft.websites == [("http://www.ibm.com", "Home page")]
    assert ("Department", "Accounting") in draft.other_fields
    assert (draft.prefix, draft.given_name, draft.middle_name, draft.family_name, draft.suffix, draft.nickname) == (
        "Mr.", "John", "Richter James", "Doe", "Sr.", "Johny",
    )  # fmt: skip
    assert str(draft.birthday) == "2012-06-06"
    assert draft.remarks == []


def test_the_outlook_card_keeps_its_quoted_printable_and_names_what_has_no_field():
    draft = only(real("John_Doe_MS_OUTLOOK.vcf"))
    assert [(a.street, a.label) for a in draft.addresses] == [
        ("Cresent moon drive", "Work"),
        ("Silicon Alley 5,", "Home"),
    ]
    assert [phone.label for phone in draft.phones] == ["Work", "Home"]
    assert draft.photo is not None
    assert len(draft.photo) == 860
    assert {"Role", "Manager", "Assistant", "Anniversary", "Instant message"} <= {
        label for label, _ in draft.other_fields
    }
    assert [remark.field for remark in draft.remarks] == ["X-MS-OL-DEFAULT-POSTAL-ADDRESS", "X-MS-OL-DESIGN"]


def test_the_google_card_keeps_its_labelled_groups():
    draft = only(real("John_Doe_GMAIL.vcf"))
    assert {("Anniversary", "1975-03-01"), ("Spouse", "Jenny"), ("Phonetic first name", "Jon")} <= set(
        draft.other_fields
    )
    assert draft.notes[0].endswith("Favotire Color: Blue")
    assert '"AS IS"' in draft.notes[0]
    assert len(draft.phones) == 2


def test_the_vcard_4_example_is_read_whole():
    draft = only(real("rfc6350-example.vcf"))
    assert [(phone.e164, phone.extension, phone.is_primary) for phone in draft.phones] == [
        ("+14186569254", "102", True), ("+14182626501", "", False),
    ]  # fmt: skip
    assert draft.addresses == [DraftAddress("Suite D2-630\n2875 Laurier", "Quebec", "QC", "G1V 2M2", "CA", "Work")]
    assert (draft.suffix, draft.language) == ("ing. jr, M.Sc.", "fr, en")
    assert ("Birthday", "--0203") in draft.other_fields
    assert ("Time zone", "-0500") in draft.other_fields


def test_several_cards_stand_in_one_file():
    assert [draft.name for draft in drafts(real("gmail-list.vcf"))] == ["Arnold Smith", "Chris Beatle", "Doug White"]


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Stra=C3=9Fe=0D=0AZwei", "Straße\nZwei"),
        ("NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Stra=DFe", "Straße"),
        ("NOTE;ENCODING=quoted-printable:Stra=\r\nsse=\r\n 1", "Strasse 1"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=rot13:A=C3=9F", "Aß"),
        ("NOTE:one\\, two\\; three\\nfour \\\\ five", "one, two; three\nfour \\ five"),
        ("NOTE:folded\r\n  twice\r\n\tor so", "folded twiceor so"),
        ("NOTE:ends with a slash\\", "ends with a slash"),
        ('NOTE;X-A="a:b;c":value', "value"),
    ],
)
def test_text_is_decoded(line, note):
    assert only(card_file("FN:A B", line)).notes == [note]


def test_parts_of_a_vcard_2_1_name_keep_their_commas():
    draft = only(card_file("N:Doe;John;Richter,James", version="2.1"))
    assert (draft.family_name, draft.middle_name) == ("Doe", "Richter,James")


def test_a_display_name_stands_in_for_a_missing_name_and_is_kept_where_it_differs():
    assert only(card_file("FN:Dr. Ann van Dyke")).family_name == "van Dyke"
    assert ("Display name", "The Boss") in only(card_file("N:Dyke;Ann", "FN:The Boss")).other_fields
    assert only(card_file("N:Dyke;Ann", "FN:Ann Dyke")).other_fields == []


def test_a_company_card_is_a_company():
    draft = only(card_file("FN:Harbor Bakery", "ORG:Harbor Bakery", "X-ABShowAs:COMPANY", "KIND:org"))
    assert (draft.company, draft.given_name, draft.family_name, draft.remarks) == ("Harbor Bakery", "", "", [])


def test_phones_take_the_country_of_the_cards_address():
    draft = only(card_file("FN:A", "TEL:020 7946 0018", "ADR:;;1 Mall;London;;SW1;United Kingdom"))
    assert draft.phones[0].e164 == "+442079460018"


def test_what_cannot_be_read_becomes_a_remark_and_the_person_stays():
    draft = only(card_file("FN:A B", "TEL;CELL:415 555 01", "EMAIL:sam@oneill", "X-ODD:value", "no colon here"))
    assert {(r.field, r.value) for r in draft.remarks} == {
        ("Phone, mobile", "415 555 01"), ("Email", "sam@oneill"), ("X-ODD", "value"), ("Card", "no colon here"),
    }  # fmt: skip
    assert draft.name == "A B"
    assert not draft.refusal


def test_labels_come_from_apple_groups_then_types_then_own_words():
    draft = only(
        card_file("FN:A", "item1.TEL:4155550101", "item1.X-ABLabel:_$!<HomeFAX>!$_", "TEL;TYPE=work,cell:4155550102",
                  "item2.TEL:4155550103", "item2.X-ABLabel:Boat", "TEL;TYPE=X-Cabin:4155550104")
    )  # fmt: skip
    assert [phone.label for phone in draft.phones] == ["Home fax", "Work, Mobile", "Boat", "Cabin"]


def test_photos_come_inline_as_data_address_or_as_link():
    data = b"\x89PNG" + b"x" * 200
    text = base64.b64encode(data).decode()
    assert only(card_file("FN:A", f"PHOTO;ENCODING=b;TYPE=PNG:{text}")).photo == data
    assert only(card_file("FN:A", f"PHOTO:data:image/png;base64,{text}", version="4.0")).photo == data
    assert only(card_file("FN:A", f"PHOTO;BASE64:{text[:76]}\r\n{text[76:]}\r\n", version="2.1")).photo == data
    assert only(card_file("FN:A", "PHOTO;VALUE=uri:https://x.example/a.jpg")).other_fields == [
        ("Photo", "https://x.example/a.jpg")
    ]
    assert only(card_file("FN:A", "PHOTO;ENCODING=b:!!!")).remarks[0].reason == "The photo is damaged or cut off."


def test_one_broken_card_loses_none_of_the_others():
    stream = csv_file("BEGIN:VCARD\nFN:One\nBEGIN:VCARD\nFN:Two\nEND:VCARD\nrubbish\nBEGIN:VCARD\nFN:Three\n")
    found = drafts(stream)
    assert [draft.given_name for draft in found] == ["One", "Two", "", "Three"]
    assert "no end" in found[0].remarks[0].reason
    assert found[2].refusal
    assert "no end" in found[3].remarks[0].reason


def test_joined_files_come_apart():
    assert len(drafts(csv_file("BEGIN:VCARD\nFN:A\nEND:VCARDBEGIN:VCARD\nFN:B\nEND:VCARD"))) == 2


def test_an_agent_inside_a_card_is_kept_as_a_remark():
    draft = only(card_file("FN:A", "AGENT:", "BEGIN:VCARD", "FN:B", "END:VCARD", "TITLE:Boss", version="2.1"))
    assert draft.job_title == "Boss"
    assert any("FN:B" in remark.value for remark in draft.remarks)


def test_groups_are_not_people():
    assert "group" in only(card_file("FN:Friends", "X-ADDRESSBOOKSERVER-KIND:group")).refusal


@pytest.mark.parametrize(
    "lines",
    [
        ["FN" + ";a=a" + "=a" * 200_000],
        ["FN:A"] + ["TEL:123"] * 300_000,
        ["FN:A", "PHOTO;ENCODING=b:AAAA"] + [" " + "A" * 75] * 200_000,
        ["FN:A", "NOTE:" + "\\" * 99_999],
        ["N:" + ";" * 90_000],
    ],
    ids=["parameters", "properties", "folds", "slashes", "parts"],
)
def test_hostile_cards_take_little_time(lines):
    began = time.monotonic()
    drafts(card_file(*lines))
    assert time.monotonic() - began < 10
