"""Columns to fields: guesses where each column goes, names a set of headers, and makes Drafts of mapped rows."""

import hashlib
import re
from dataclasses import dataclass, field

from contacts.imports.cells import has_day_first, split_values
from contacts.imports.headers import WEAK, folded, target_of
from contacts.imports.rows import Draft, DraftBuilder
from contacts.imports.tables import Row
from contacts.imports.targets import PRIMARY, label_of, take_apart
from contacts_project.core.countries import country_code
from contacts_project.core.emails import EmailImpossible, parse_email

ONCE = {
    "full_name",
    "last_first",
    "given_name",
    "middle_name",
    "family_name",
    "prefix",
    "suffix",
    "nickname",
    "company",
}
ONCE |= {"job_title", "birthday", "language", "time_zone", "outside_id", "owner", "created_on"}
JOB_TITLES = {"job title", "organization title", "position"}
GOOGLE_STAR = "* "  # Google writes its own groups and the preferred address as "* myContacts", "* Home"
GOOGLE_GROUPS = {"mycontacts", "starred", "friends", "family", "coworkers"}


def signature(header: list[str]) -> str:
    """The name of a set of headers: the same for the next file of the same program."""
    return hashlib.sha256("\x1f".join(folded(name) for name in header).encode()).hexdigest()


def guess(header: list[str], sample: list[Row], *, day_first: bool = False, may_set_owner: bool = False) -> list[str]:
    """One target for each column; what says nothing is kept as an other field, never left out.

    `day_first` is the account's habit for dates that could be read both ways.
    """
    names = [folded(name) for name in header]
    targets = [target_of(name) for name in header]
    for place, name in enumerate(header):
        if not targets[place] and re.fullmatch(r"Column \d+", name):
            targets[place] = _by_content(_column(sample, place))
    if "title" in names and set(names) & JOB_TITLES:  # Outlook: Title is Mr or Ms where Job Title stands beside it
        targets[names.index("title")] = "prefix"
    _let_go(names, targets, may_set_owner)
    for place, target in enumerate(targets):
        if target in ("birthday", "created_on"):
            targets[place] = f"{target}.{'dmy' if day_first or has_day_first(_column(sample, place)) else 'mdy'}"
    return [target or "other" for target in targets]


def _column(sample: list[Row], place: int) -> list[str]:
    return [row.cells[place] for row in sample if place < len(row.cells)]


def _let_go(names: list[str], targets: list[str], may_set_owner: bool) -> None:
    """Take back guesses that cannot stand: a second column for one value, a label without its value, an owner."""
    for place in sorted(range(len(names)), key=lambda place: (names[place] in WEAK, place)):
        target = targets[place]
        if (
            target in ONCE
            and target in (*targets[:place], *targets[place + 1 :])
            and (names[place] in WEAK or (target in targets[:place] and not _only_weak(names, targets, target, place)))
        ):
            targets[place] = ""
        name, _, rest = target.partition(".label")
        if rest and f"{name}{rest}" not in targets and name != "address":
            targets[place] = ""
        if target == "owner" and not may_set_owner:
            targets[place] = ""


def _only_weak(names: list[str], targets: list[str], target: str, place: int) -> bool:
    return all(names[other] in WEAK for other in range(place) if targets[other] == target)


def _by_content(values: list[str]) -> str:
    values = [value for value in values if value]
    if values and sum(map(_is_email, values)) * 2 > len(values):
        return "email"
    if values and sum(bool(re.fullmatch(r"\+?[\d\s().x/-]{7,25}", value)) for value in values) * 2 > len(values):
        return "phone"
    if values and sum(value.lower().startswith(("http://", "https://", "www.")) for value in values) * 2 > len(values):
        return "website"
    return ""


def _is_email(value: str) -> bool:
    try:
        return bool(parse_email(value))
    except EmailImpossible:
        return False


@dataclass
class _Gathered:
    """Cells of one row by where they go, before they become a Draft."""

    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # "phone#1" -> "Mobile"
    extensions: list[str] = field(default_factory=list)
    reached: list[tuple[str, str, str, str]] = field(default_factory=list)  # (field, slot, cell, header)


class RowReader:
    """Makes Drafts of the rows of one table: `header`, one target for each column, the account's region."""

    def __init__(self, header: list[str], targets: list[str], region: str):
        self.header, self.region = header, region
        self.columns = [take_apart(target) for target in targets]

    def draft(self, cells: list[str]) -> Draft:
        """One row as a Draft. Cells beyond the last column become remarks."""
        builder = DraftBuilder(self.region)
        gathered = _Gathered()
        for (name, part, slot), header, cell in zip(self.columns, self.header, cells, strict=False):
            if cell and name != "ignore":
                self._gather(builder, gathered, (name, part, slot), header, cell)
        self._addresses(builder, gathered)
        for name, slot, cell, header in gathered.reached:
            self._reach(builder, gathered, name, slot, cell, header)
        for extension in gathered.extensions:
            self._extension(builder, extension)
        for place, cell in enumerate(cells[len(self.columns) :], start=len(self.columns) + 1):
            if cell:
                builder.remark(f"Column {place}", cell, "This cell stands beyond the last column.")
        return builder.finish()

    def _gather(self, builder: DraftBuilder, gathered: _Gathered, column: tuple, header: str, cell: str) -> None:
        name, part, slot = column
        if name == "address" and part != "label":
            place = gathered.addresses.setdefault(slot, {})
            if part not in place:
                place[part] = cell
            elif part in ("street", "full"):
                place[part] += "\n" + cell
            elif place[part].casefold() != cell.casefold():
                builder.other(header, cell)
        elif part == "label":
            gathered.labels[f"{name}#{slot}"] = cell.removeprefix(GOOGLE_STAR)
            if cell.startswith(GOOGLE_STAR) and name in ("email", "phone"):
                gathered.labels[f"{name}#{slot}!"] = "preferred"
        elif name == "phone" and part == "extension":
            gathered.extensions.append(cell)
        elif name in ("email", "phone", "website", "other", "full_name", "last_first"):
            gathered.reached.append((name, slot, cell, header))
        else:
            self._set(builder, name, part, header, cell)

    def _set(self, builder: DraftBuilder, name: str, part: str, header: str, cell: str) -> None:
        if name in ("birthday", "created_on"):
            builder.set_date(name, cell, part or "mdy")
        elif name == "time_zone":
            builder.set_time_zone(cell)
        elif name == "tags":
            for tag in re.split(r",", cell) if not re.search(r":::|[;|\n]", cell) else split_values(cell):
                if not (tag.startswith(GOOGLE_STAR) and tag[2:].casefold() in GOOGLE_GROUPS):
                    builder.tag(tag.removeprefix(GOOGLE_STAR))
        elif name == "list":
            for one in split_values(cell):
                builder.on_list(one)
        elif name == "note":
            builder.note(cell)
        else:
            builder.set(name, cell, header)

    def _addresses(self, builder: DraftBuilder, gathered: _Gathered) -> None:
        for slot, parts in gathered.addresses.items():
            label = gathered.labels.get(f"address#{slot}", label_of(slot))
            whole = parts.pop("full", "")
            if whole and not parts:
                parts["street"] = whole
            elif set(re.findall(r"\w+", whole.casefold())) - set(
                re.findall(r"\w+", " ".join(parts.values()).casefold())
            ):
                builder.other("Address, as written", whole)
            builder.address(label, **parts)
            code = country_code(parts.get("country", ""))
            if code and builder.region == self.region:
                builder.region = code  # numbers without a country are the row's own country's (product.md §3)

    def _reach(self, builder: DraftBuilder, gathered: _Gathered, name: str, slot: str, cell: str, header: str) -> None:
        label = gathered.labels.get(f"{name}#{slot}", label_of(slot))
        preferred = slot == PRIMARY or f"{name}#{slot}!" in gathered.labels
        if name == "email":
            for place, value in enumerate(_several_emails(cell)):
                builder.email(value, label, preferred and not place)
        elif name == "phone":
            for place, value in enumerate(split_values(cell)):
                builder.phone(value, label, preferred and not place)
        elif name == "website":
            for value in split_values(cell):
                builder.website(value, label)
        elif name == "other":
            builder.other(gathered.labels.get(f"other#{slot}", "") or header, cell)
        else:
            builder.set_name(cell, last_first=name == "last_first")

    def _extension(self, builder: DraftBuilder, extension: str) -> None:
        """An extension in a column of its own belongs to the only number, or to the one at work."""
        digits = re.sub(r"\D", "", extension)
        phones = [row for row in builder.draft.phones if not row.extension]
        at_work = [row for row in phones if row.label.casefold() == "work"] or phones
        if at_work and 0 < len(digits) <= 12:
            at_work[0].extension = digits
        else:
            builder.remark("Extension", extension, "There is no phone number for this extension.")


def _several_emails(cell: str) -> list[str]:
    """Emails may also be parted by commas, and by blanks where every piece is an address."""
    values = split_values(cell)
    values = [part.strip() for value in values for part in (value.split(",") if value.count("@") > 1 else [value])]
    return [part for value in values for part in (value.split() if value.count("@") > 1 else [value]) if part]
