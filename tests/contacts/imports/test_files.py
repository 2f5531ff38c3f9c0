"""What a file is: kinds, encodings, line ends, delimiters, and refusals that stay small and quick."""

import io
import os
import resource
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from contacts.imports.files import detect
from contacts.imports.limits import FileRefused
from contacts.imports.tables import summarise
from contacts.imports.vcards import read_cards
from tests.contacts.imports.making import csv_file, real, sheet_file, with_part

TEXT = 'Vorname{d}Nachname{d}Straße\nJürgen{d}Müller{d}"Haupt{d}\nstr. 1"\nZoë{d}O’Neill{d}x\n'
SHEET = "xl/worksheets/sheet1.xml"
SHEET_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_TAIL = b"</sheetData></worksheet>"


def read(stream):
    detected = detect(stream)
    if detected.kind == "vcard":
        return list(read_cards(stream, detected))
    return summarise(stream, detected)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_line_ends_and_delimiters_are_found(encoding, line_end, delimiter):
    text = TEXT.format(d=delimiter).replace("\n", line_end)
    table = read(io.BytesIO(text.encode(encoding)))
    assert table.header == ["Vorname", "Nachname", "Straße"]
    assert [row.cells for row in table.sample] == [
        ["Jürgen", "Müller", f"Haupt{delimiter}\nstr. 1".replace("\t\n", "\t\n")],
        ["Zoë", "O’Neill", "x"],
    ]


def test_other_scripts_are_found_by_the_detector():
    text = "Имя;Фамилия;Город\n" + "Иван;Петров;Москва и Петербург\nМария;Сидорова;Новосибирск\n" * 20
    assert read(csv_file(text, "cp1251")).header == ["Имя", "Фамилия", "Город"]


def test_a_stray_byte_in_utf_8_spoils_nothing_else():
    table = read(io.BytesIO("Name,City\nZoë,Zürich\nRen\x00e,x\n".encode().replace(b"\0", b"\xe9")))
    assert [row.cells for row in table.sample] == [["Zoë", "Zürich"], ["Renée", "x"]]


def test_rows_are_numbered_as_in_a_spreadsheet():
    assert [row.number for row in read(csv_file("Name\n\nA\n\nB\n")).sample] == [3, 5]


def test_a_first_line_with_a_person_is_no_header():
    table = read(csv_file("Ann,ann@x.example\nBob,bob@x.example\n"))
    assert (table.has_header, table.header, table.row_count) == (False, ["Column 1", "Column 2"], 2)


def test_excel_says_its_separator_itself():
    assert read(csv_file("sep=|\nName|City\nA, B|C\n")).header == ["Name", "City"]


def test_sheets_keep_dates_numbers_and_leading_zeros():
    import datetime

    stream = sheet_file(["Name", "Born", "Zip", "Phone", "Ok", "Score"], ["Ann", None, None, None, None, None])
    from openpyxl import load_workbook

    book = load_workbook(stream)
    book.active.append(["Bob", datetime.datetime(1981, 3, 4), 2134, 2025550142.0, True, 1.5])
    book.active["C3"].number_format = "00000"
    stream = io.BytesIO()
    book.save(stream)
    assert read(stream).sample[1].cells == ["Bob", "1981-03-04", "02134", "2025550142", "yes", "1.5"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n \r\n", "empty"),
        (b"Name,City\r\n", "no rows"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, "old or locked Excel"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08" + b"x" * 100, "packed"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'{"contacts": []}', "web page or data"),
        (b"PK\x03\x04" + b"x" * 100, "damaged or cut off"),
        (b'Name,Note\nA,"never closed\nB,x\n', "row 2 is never closed"),
    ],
)
def test_wrong_empty_and_cut_off_files_get_a_clear_sentence(content, words):
    with pytest.raises(FileRefused, match=words):
        read(io.BytesIO(content))


@pytest.mark.parametrize("seed", range(20))
def test_binary_noise_is_refused_or_read_but_never_crashes(seed):
    noise = os.urandom(3000) if seed % 2 else bytes(value % 96 + 32 for value in os.urandom(3000))
    try:
        read(io.BytesIO(noise))
    except FileRefused:
        return


def test_a_cut_off_workbook_is_refused():
    content = sheet_file(["Name"], ["A"]).getvalue()
    for part in (2, 3, 4):
        with pytest.raises(FileRefused, match="damaged"):
            read(io.BytesIO(content[: len(content) * (part - 1) // part]))


def test_an_archive_without_a_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("contacts.csv", "Name\nA\n")
    with pytest.raises(FileRefused, match="ZIP archive"):
        read(stream)


MUCH = 250 * 1024 * 1024
STATM = Path("/proc/self/statm")


@contextmanager
def little_memory() -> Iterator[None]:
    """MemoryError for whatever would take so much more than this process has now.

    Tracing each allocation instead takes ten times as long. Where there is no /proc, nothing is checked.
    """
    if not STATM.exists():
        yield
        return
    now, before = int(STATM.read_text().split()[0]) * resource.getpagesize(), resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + MUCH, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_much_memory_is_noticed():
    with little_memory(), pytest.raises(MemoryError) if STATM.exists() else nullcontext():
        bytes(2 * MUCH)


@pytest.mark.parametrize(
    ("part", "content", "words"),
    [
        (SHEET, SHEET_HEAD + b" " * 60_000_000 + SHEET_TAIL, "unpacks"),
        (SHEET, SHEET_HEAD + b"<row>" + b"<c/>" * 1_000_000 + b"</row>" + SHEET_TAIL, "more than 500 columns"),
        (SHEET, SHEET_HEAD + b"<row>" + b"<c><v>1</v></c>" * 501 + b"</row>" + SHEET_TAIL, "more than 500 columns"),
        (SHEET, SHEET_HEAD + b"<row/>" * 1_100_000 + SHEET_TAIL, "more than 200,000 rows"),
        (SHEET, SHEET_HEAD + b"<row/>" * 150_000 + SHEET_TAIL, "empty"),
        (SHEET, b'<!DOCTYPE a [<!ENTITY x "y">]>' + SHEET_HEAD + b"&x;" + SHEET_TAIL, "damaged"),
        (SHEET, SHEET_HEAD + b'<row r="999999999"><c><v>1</v></c></row>' + SHEET_TAIL, "empty"),
        (SHEET, b"no xml", "damaged"),
        ("xl/workbook.xml", b"<x>" * 500_000, "unpacks"),
        ("xl/styles.xml", b"<a/>" * 3_000_000, "unpacks"),
    ],
)
def test_hostile_workbooks_are_refused_with_little_memory_and_time(part, content, words):
    stream = with_part(sheet_file(["Name"], ["A"]), part, content)
    del content
    began = time.monotonic()
    with little_memory(), pytest.raises(FileRefused, match=words):
        read(stream)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a," * 1_000_000 + b"\n", "more than 500 columns"),
        (b"a," * 20_000_000 + b"\n", "8 million characters"),
        (b"a,b\n" * 13_200_000, "larger than 50 MB"),
        (b"a,b\n" * 200_002, "more than 200,000 rows"),
        (b"BEGIN:VCARD\nFN:x\nEND:VCARD\n" * 200_001, "more than 200,000 rows"),
    ],
)
def test_too_much_of_anything_is_refused_with_little_memory(content, words):
    stream = io.BytesIO(content)
    with little_memory(), pytest.raises(FileRefused, match=words):
        read(stream)


def test_200_000_rows_are_read():
    assert read(io.BytesIO(b"name,b\n" + b"a,b\n" * 200_000)).row_count == 200_000


@pytest.mark.parametrize(
    ("name", "count"),
    [("us-500.csv", 500), ("gmail-list.vcf", 3), ("rfc6350-example.vcf", 1), ("John_Doe_GMAIL.vcf", 1),
     ("John_Doe_IPHONE.vcf", 1), ("John_Doe_MS_OUTLOOK.vcf", 1)],
)  # fmt: skip
def test_the_real_files_are_recognised(name, count):
    found = read(real(name))
    assert (found.row_count if name.endswith("csv") else len(found)) == count
