"""The first two steps of an import: taking the file, and saying where its columns go."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO

from django.core.files import File
from django.db import transaction

from contacts.imports.files import VCARD, Detected, detect
from contacts.imports.limits import FileRefused
from contacts.imports.mapping import guess, signature
from contacts.imports.owners import may_set_owner
from contacts.imports.tables import Row, read_people, summarise
from contacts.imports.targets import is_target, take_apart
from contacts.imports.vcards import read_cards
from contacts.models import Import, SavedMapping
from contacts_project.accounts.models import User

SHOWN_ROWS = 5  # first rows beside each column on the mapping page
SHOWN_CELL = 80
MONTH_FIRST = {"US", "PH", "CA", "FM", "GU", "PR", "VI", "AS", "MP", "BZ"}
NO_ROOM = "The file could not be stored: there is no room left. Nothing was imported."


class MappingRefused(ValueError):
    """The columns cannot be mapped like this; `str(error)` is the sentence for people."""


def store_upload(user: User, *, name: str, stream: BinaryIO) -> Import:
    """Look through a file and keep it. Raises FileRefused; nothing is kept then, neither a row nor a file."""
    return keep(look_through(user, name=name, stream=stream), stream)


def look_through(user: User, *, name: str, stream: BinaryIO) -> Import:
    """What a file is, as an unsaved import, its columns mapped as far as they can be guessed or remembered.

    Writes nothing and holds no transaction: a large file takes seconds. Raises FileRefused.
    """
    assert user.account is not None
    detected = detect(stream)
    made = Import(
        account=user.account,
        user=user,
        file_name=PurePath(name.replace("\0", "").replace("\\", "/")).name[-200:] or "contacts",
        format=detected.kind,
        options={"detected": detected.as_json(), "region": user.account.default_region},
    )
    if detected.kind == VCARD:
        made.total = sum(1 for _ in read_cards(stream, detected))
    else:
        _describe_table(made, stream, detected)
    return made


def keep(made: Import, stream: BinaryIO) -> Import:
    """Store the file and then the import; FileRefused where there is no room, with no row left behind."""
    stream.seek(0)
    try:
        with transaction.atomic():
            made.upload.save(f"{made.format}", File(stream), save=False)
            made.save()
    except OSError as error:
        raise FileRefused(NO_ROOM) from error
    return made


def _describe_table(made: Import, stream: BinaryIO, detected: Detected) -> None:
    summary = summarise(stream, detected)
    made.total, made.headers = summary.row_count, summary.header
    sample = [[cell[:SHOWN_CELL] for cell in row.cells] for row in summary.sample[:SHOWN_ROWS]]
    made.options |= {"has_header": summary.has_header, "sample": sample}
    remembered = SavedMapping.objects.filter(user=made.user, signature=signature(summary.header)).first()
    if remembered and summary.has_header and _fits(remembered.mapping.get("targets"), made):
        made.mapping = remembered.mapping
        made.options["remembered"] = True
        return
    assert made.user.account is not None
    made.mapping = {
        "targets": guess(
            summary.header,
            summary.sample,
            day_first=made.user.account.default_region not in MONTH_FIRST,
            may_set_owner=may_set_owner(made.user),
        ),
        "owners": {},
    }


def _fits(targets: object, made: Import) -> bool:
    return isinstance(targets, list) and len(targets) == len(made.headers) and not _wrong(made.user, targets)


def _wrong(user: User, targets: list[str]) -> str:
    if not all(isinstance(target, str) and is_target(target) for target in targets):
        return "Choose a field for each column."
    names = [take_apart(target)[0] for target in targets]
    if "owner" in names and not may_set_owner(user):
        return "Only account administrators import contacts for other owners."
    for name, words in {"owner": "Owner", "outside_id": "Outside id"}.items():
        if names.count(name) > 1:
            return f"Only one column can be {words}."
    return ""


def set_mapping(made: Import, targets: list[str], owners: dict[str, int], region: str) -> None:
    """Say where each column goes; remembered for the next file with the same headers. Raises MappingRefused."""
    problem = _wrong(made.user, targets)
    if problem or len(targets) != len(made.headers):
        raise MappingRefused(problem or "Choose a field for each column.")
    made.mapping = {"targets": targets, "owners": owners}
    made.options = {**made.options, "region": region}
    with transaction.atomic():
        made.save(update_fields=["mapping", "options"])
        if made.options.get("has_header"):
            SavedMapping.objects.update_or_create(
                user=made.user, signature=signature(made.headers), defaults={"mapping": made.mapping}
            )


def detected_of(made: Import) -> Detected:
    return Detected(**made.options["detected"])


def read_table_rows(made: Import) -> Iterator[Row]:
    """The people of an uploaded table as rows."""
    with made.upload.open("rb") as file:
        yield from read_people(file, detected_of(made), made.options["has_header"])


def read_records(made: Import) -> Iterator[tuple[int, dict]]:
    """(place in the file, what was read) for everybody in the file, as ImportRow keeps it. Raises FileRefused."""
    if made.format != VCARD:
        for row in read_table_rows(made):
            yield row.number, {"values": row.cells}
        return
    with made.upload.open("rb") as file:
        for number, card in enumerate(read_cards(file, detected_of(made)), start=1):
            yield number, {"card": card.text, "problem": card.problem} if card.problem else {"card": card.text}


def forget_file(made: Import) -> None:
    """Delete the uploaded file: the rows hold all that was read."""
    if made.upload:
        made.upload.delete(save=False)
        made.upload = ""
        made.save(update_fields=["upload"])
