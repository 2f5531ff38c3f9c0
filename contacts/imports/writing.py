"""New contacts written in bulk: COPY into temporary tables, children first, then contacts, then grants.

Children come first so that each search row is written once; everything happens in the caller's transaction and
history context (design/datalayer.md §1, decision 8). Foreign keys are checked at its end.
"""

import datetime
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.utils import timezone

from contacts.imports.rows import Draft, Remark
from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactPhoto,
    ContactRemark,
    ContactTag,
    ContactUserObjectPermission,
    ContactWebsite,
    Import,
    ImportRow,
    Kind,
    Note,
)
from contacts.services.photos import PhotoRefused, encode
from contacts.services.tagging import tags_named
from contacts_project.accounts import grants

CONTACT = (
    "id", "account_id", "kind", "owner_id", "prefix", "given_name", "middle_name", "family_name", "suffix", "nickname",
    "company", "job_title", "birthday", "language", "time_zone", "photo_digest", "outside_id", "outside_source",
    "source_import_id", "version", "created_at", "created_by_id",
)  # fmt: skip
CHILDREN: dict[type[models.Model], tuple[str, ...]] = {
    ContactEmail: ("contact_id", "address", "label", "is_primary"),
    ContactPhone: ("contact_id", "number", "extension", "label", "is_primary"),
    ContactAddress: ("contact_id", "street", "city", "region", "postal_code", "country", "label"),
    ContactWebsite: ("contact_id", "url", "label"),
    ContactOtherField: ("contact_id", "label", "value"),
    ContactRemark: ("contact_id", "field", "value", "reason"),
    ContactPhoto: ("contact_id", "image", "content_type"),
    ContactTag: ("contact_id", "tag_id"),
    Note: ("contact_id", "author_id", "body", "visibility"),
}
GRANT = ("content_object_id", "user_id", "permission_id", "granted_by_id")
NOON = datetime.time(12, tzinfo=datetime.UTC)
# Tables whose statistics the first chunks make (trap 3: plans that triggers cached on empty tables).
ANALYZED = (Contact, ContactEmail, ContactPhone, ContactUserObjectPermission)


@dataclass
class NewContact:
    """A draft on its way to a contact of `owner_id`."""

    row: ImportRow
    draft: Draft
    owner_id: int


@dataclass
class _Tables:
    """Rows for each table, in the order of CHILDREN's columns."""

    contacts: list[tuple] = field(default_factory=list)
    grants: list[tuple] = field(default_factory=list)
    children: dict[type[models.Model], list[tuple]] = field(default_factory=lambda: {model: [] for model in CHILDREN})


def write_contacts(made: Import, new: list[NewContact], source: str) -> list[int]:
    """Write these contacts with all that belongs to them; returns their ids in order.

    Each gets an Admin grant for its owner, given by the importer, and nothing else. About 25 statements whatever the
    number. Raises IntegrityError when the database refuses one of them.
    """
    if not new:
        return []
    ids = _next_ids(len(new))
    tables = _Tables()
    names = {name for item in new for name in item.draft.tags}
    tags = {tag.name.lower(): tag.pk for tag in tags_named(made.account, names)} if names else {}
    now = timezone.now()
    for pk, item in zip(ids, new, strict=True):
        _add(tables, made, pk, item, source, tags, now)
    for model, rows in tables.children.items():
        copy_rows(model, CHILDREN[model], rows)
    copy_rows(Contact, CONTACT, tables.contacts)
    copy_rows(ContactUserObjectPermission, GRANT, tables.grants)
    return ids


def _next_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('contacts_contact', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _add(tables: _Tables, made: Import, pk: int, item: NewContact, source: str, tags: dict, now: Any) -> None:
    draft, rows = item.draft, tables.children
    image, digest, remarks = photo_of(draft)
    created_at = datetime.datetime.combine(draft.created_on, NOON) if draft.created_on else now
    tables.contacts.append(
        (
            pk,
            made.account_id,
            Kind.PERSONAL.value,
            item.owner_id,
            draft.prefix,
            draft.given_name,
            draft.middle_name,
            draft.family_name,
            draft.suffix,
            draft.nickname,
            draft.company,
            draft.job_title,
            draft.birthday,
            draft.language,
            draft.time_zone,
            digest,
            draft.outside_id,
            source if draft.outside_id else "",
            made.pk,
            1,
            created_at,
            made.user_id,
        )
    )
    rows[ContactEmail] += [(pk, e.address, e.label, e.is_primary) for e in draft.emails]
    rows[ContactPhone] += [(pk, p.e164, p.extension, p.label, p.is_primary) for p in draft.phones]
    rows[ContactAddress] += [
        (pk, a.street, a.city, a.region, a.postal_code, a.country, a.label) for a in draft.addresses
    ]
    rows[ContactWebsite] += [(pk, url, label) for url, label in draft.websites]
    rows[ContactOtherField] += [(pk, label, value) for label, value in draft.other_fields]
    rows[ContactRemark] += [(pk, r.field, r.value, r.reason) for r in remarks]
    rows[ContactTag] += [(pk, tags[name.lower()]) for name in draft.tags]
    rows[Note] += [(pk, made.user_id, body, Note.Visibility.PUBLIC.value) for body in draft.notes]
    if image:
        rows[ContactPhoto].append((pk, image, "image/webp"))
    tables.grants += [
        (pk, item.owner_id, grants.permission_id(Contact, level), made.user_id) for level in grants.LEVELS
    ]


def photo_of(draft: Draft) -> tuple[bytes, str, list[Remark]]:
    """(re-encoded photo or nothing, its digest, all remarks: one more where the photo cannot be read)."""
    if draft.photo is None:
        return b"", "", draft.remarks
    try:
        image = encode(io.BytesIO(draft.photo), len(draft.photo))
    except PhotoRefused as refusal:
        return b"", "", [*draft.remarks, Remark("Photo", f"{len(draft.photo):,} bytes", str(refusal))]
    return image, hashlib.sha256(image).hexdigest()[:16], draft.remarks


def copy_rows(model: type[models.Model], columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Insert rows by COPY through a temporary table, so that the insert is one statement with its history context."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, temporary = quote(model._meta.db_table), quote(f"import_{model._meta.model_name}")
    names = ", ".join(quote(name) for name in columns)
    with connection.cursor() as cursor:
        # Names of tables and columns come from the models and constants above, never from the file.
        like = f"SELECT {names} FROM {table} WITH NO DATA"  # noqa: S608  names of our models only
        cursor.execute(f"CREATE TEMPORARY TABLE {temporary} ON COMMIT DROP AS {like}")
        with cursor.copy(f"COPY {temporary} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {temporary}")  # noqa: S608  names of our models only
        cursor.execute(f"DROP TABLE {temporary}")


def record_outcomes(rows: list[ImportRow]) -> None:
    """Write outcome, reason and contact of these rows in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE import_outcome (id bigint, outcome text, reason text, contact bigint)")
        with cursor.copy("COPY import_outcome FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row.pk, str(row.outcome), row.reason[:300], row.contact_id))
        cursor.execute(
            "UPDATE contacts_importrow r SET outcome = o.outcome, reason = o.reason, contact_id = o.contact"
            " FROM import_outcome o WHERE r.id = o.id"
        )
        cursor.execute("DROP TABLE import_outcome")


def analyze() -> None:
    """Fresh statistics for what was just filled; outside of the chunks' transactions."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(model._meta.db_table for model in ANALYZED))
