"""The places a column can go to. A target is written `field`, `field.part`, `field#slot` or `field.part#slot`.

A slot ties columns together: "address.city#home" and "address.street#home" are one address, "phone.label#1" is the
label of "phone#1". A slot in words is the label itself ("phone#mobile").
"""

import re

SINGLE = {
    "full_name": "Name (First Last)",
    "last_first": "Name (Last, First)",
    "given_name": "First name",
    "middle_name": "Middle name",
    "family_name": "Last name",
    "prefix": "Prefix",
    "suffix": "Suffix",
    "nickname": "Nickname",
    "company": "Company",
    "job_title": "Job title",
    "birthday.mdy": "Birthday (month/day/year)",
    "birthday.dmy": "Birthday (day/month/year)",
    "language": "Language",
    "time_zone": "Time zone",
}
LABELLED = {
    "email": ("Email", ("", "primary", "work", "home", "other")),
    "phone": (
        "Phone",
        ("", "primary", "mobile", "work", "home", "main", "other", "work fax", "home fax", "pager", "assistant"),
    ),
    "website": ("Website", ("", "work", "home")),
}
ADDRESS_PARTS = {
    "street": "street", "city": "city", "region": "state or region", "postal_code": "postal code", "country": "country"
}  # fmt: skip
ADDRESS_SLOTS = ("", "work", "home", "other")
LAST = {
    "tags": "Tags",
    "list": "List",
    "note": "Note, public",
    "outside_id": "Outside id",
    "created_on.mdy": "Created on (month/day/year)",
    "created_on.dmy": "Created on (day/month/year)",
    "owner": "Owner",
    "other": "Keep as other field",
    "ignore": "Do not import",
}
FIELDS_WITH_PARTS = {
    "address": {*ADDRESS_PARTS, "label", "full"},
    "email": {"label"},
    "phone": {"label", "extension"},
    "website": {"label"},
    "other": {"label"},
    "birthday": {"mdy", "dmy"},
    "created_on": {"mdy", "dmy"},
}
PRIMARY = "primary"
PATTERN = re.compile(r"^([a-z_]+)(?:\.([a-z_]+))?(?:#([\w ]{1,40}))?$")


def take_apart(target: str) -> tuple[str, str, str]:
    """(field, part, slot) of a target; raises ValueError for what is none."""
    match = PATTERN.match(target)
    if not match:
        raise ValueError(target)
    name, part, slot = match.group(1), match.group(2) or "", match.group(3) or ""
    if part and part not in FIELDS_WITH_PARTS.get(name, ()):
        raise ValueError(target)
    known = name in FIELDS_WITH_PARTS or name in SINGLE or name in LAST
    if not known or (slot and name not in ("address", "email", "phone", "website", "other")):
        raise ValueError(target)
    return name, part, slot


def is_target(target: str) -> bool:
    """Whether a posted value names a place."""
    try:
        take_apart(target)
    except ValueError:
        return False
    return True


def label_of(slot: str) -> str:
    """The label that a slot in words stands for: "work fax" -> "Work fax"; a number and "primary" stand for none."""
    return "" if slot.isdigit() or slot == PRIMARY else slot[:1].upper() + slot[1:]


def words_of(target: str) -> str:
    """A target in words, as its menu says it."""
    name, part, slot = take_apart(target)
    if target in SINGLE or target in LAST:
        return {**SINGLE, **LAST}[target]
    ending = f" {slot}" if slot.isdigit() else f", {slot}" if slot else ""
    if name == "address":
        return f"Address{ending}: {ADDRESS_PARTS.get(part, 'label' if part == 'label' else 'whole address')}"
    word = LABELLED[name][0] if name in LABELLED else "Other field"
    return f"{word}{ending}{': ' + part if part else ''}"


def menu(may_set_owner: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (target, words) for the mapping page. Only account administrators may map an owner (product.md §6)."""
    last = [(key, words) for key, words in LAST.items() if may_set_owner or key != "owner"]
    reach = [(f"{name}#{slot}" if slot else name) for name, (_, slots) in LABELLED.items() for slot in slots]
    places = ["address.full" + (f"#{slot}" if slot else "") for slot in ADDRESS_SLOTS[:3]]
    for slot in ADDRESS_SLOTS:
        places += [f"address.{part}" + (f"#{slot}" if slot else "") for part in ADDRESS_PARTS]
    return [
        ("Person", list(SINGLE.items())),
        ("Reach", [(key, words_of(key)) for key in reach]),
        ("Address", [(key, words_of(key)) for key in places]),
        ("More", last),
    ]
