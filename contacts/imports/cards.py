"""What the properties of a vCard mean: a card becomes a Draft, and no property of it is lost.

Known properties go to their fields, known ones without a field of their own to other fields, the rest to remarks
(product.md §6). Labels follow X-ABLabel of the same group, else TYPE.
"""

import re
from collections.abc import Callable

from contacts.imports.cells import clean, one_line
from contacts.imports.rows import Draft, DraftBuilder
from contacts.imports.vcards import Property, RawCard, read_properties
from contacts_project.core.countries import country_code

SILENT = {"VERSION", "PRODID", "PROFILE", "END", "BEGIN"}  # they speak about the file, not about the person
TYPE_WORDS = {
    "cell": "Mobile", "mobile": "Mobile", "home": "Home", "work": "Work", "pager": "Pager", "car": "Car",
    "main": "Main",
    "iphone": "iPhone", "other": "Other", "school": "School", "dom": "", "intl": "", "postal": "", "parcel": "",
    "voice": "", "internet": "", "pref": "", "msg": "", "text": "", "video": "", "x400": "", "textphone": "Textphone",
    "isdn": "ISDN", "modem": "Modem", "bbs": "BBS", "pcs": "", "fax": "", "url": "", "homepage": "Home page",
}  # fmt: skip
OTHER_FIELDS = {
    "ROLE": "Role", "GENDER": "Gender", "GEO": "Location", "ANNIVERSARY": "Anniversary", "X-ANNIVERSARY": "Anniversary",
    "X-MS-ANNIVERSARY": "Anniversary", "X-MS-MANAGER": "Manager", "X-MANAGER": "Manager", "X-MS-ASSISTANT": "Assistant",
    "X-ASSISTANT": "Assistant", "X-SPOUSE": "Spouse", "X-MS-SPOUSE": "Spouse", "X-MS-CHILD": "Child",
    "X-MS-IMADDRESS": "Instant message", "X-AIM": "AIM", "X-ICQ": "ICQ", "X-JABBER": "Jabber", "X-MSN": "MSN",
    "X-YAHOO": "Yahoo", "X-SKYPE": "Skype", "X-SKYPE-USERNAME": "Skype", "X-GTALK": "Google Talk", "X-QQ": "QQ",
    "X-GOOGLE-TALK": "Google Talk", "X-TWITTER": "Twitter", "X-PHONETIC-FIRST-NAME": "Phonetic first name",
    "X-PHONETIC-MIDDLE-NAME": "Phonetic middle name", "X-PHONETIC-LAST-NAME": "Phonetic last name",
    "X-PHONETIC-ORG": "Phonetic company", "X-MAIDENNAME": "Maiden name", "X-ABDATE": "Date", "X-GENDER": "Gender",
    "X-ABRELATEDNAMES": "Related person", "RELATED": "Related person", "X-SOCIALPROFILE": "Profile", "CLASS": "Class",
    "SORT-STRING": "Sorted as", "MAILER": "Mail program", "FBURL": "Free and busy times", "CALURI": "Calendar",
    "CALADRURI": "Calendar", "KEY": "Key", "SOURCE": "Source", "BIRTHPLACE": "Birthplace", "DEATHDATE": "Date of death",
    "DEATHPLACE": "Place of death", "EXPERTISE": "Expertise", "HOBBY": "Hobby", "INTEREST": "Interest",
    "REV": "Revised",
    "ORG-DIRECTORY": "Directory", "CONTACT-URI": "Contact page", "SOCIALPROFILE": "Profile", "PRONOUNS": "Pronouns",
    "GRAMGENDER": "Grammatical gender", "X-DEPARTMENT": "Department", "X-EVOLUTION-SPOUSE": "Spouse",
    "X-EVOLUTION-MANAGER": "Manager", "X-EVOLUTION-ASSISTANT": "Assistant", "X-EVOLUTION-ANNIVERSARY": "Anniversary",
    "X-KADDRESSBOOK-X-ANNIVERSARY": "Anniversary", "X-KADDRESSBOOK-X-SPOUSENAME": "Spouse", "CREATED": "Created",
    "X-KADDRESSBOOK-X-MANAGERSNAME": "Manager", "X-KADDRESSBOOK-X-ASSISTANTSNAME": "Assistant", "X-ABADR": "Shown as",
}  # fmt: skip
BINARY_WORDS = {"LOGO": "Logo", "SOUND": "Sound", "PHOTO": "Photo", "KEY": "Key"}
LARGEST_PHOTO = 15 * 1024 * 1024


def draft_of_card(card: RawCard, region: str) -> Draft:
    """One card as a Draft; `region` is the account's country for phone numbers without one."""
    builder = _CardReader(region)
    properties, unreadable = read_properties(card.text)
    if card.problem and not properties:
        builder.draft.refusal = card.problem
    elif card.problem:
        builder.remark("Card", "", card.problem)
    builder.read(properties)
    for line in unreadable:
        builder.remark("Card", line, "This line could not be read.")
    return builder.finish()


class _CardReader(DraftBuilder):
    """Reads properties in an order in which later ones can use earlier ones: addresses give phones their country."""

    def read(self, properties: list[Property]) -> None:
        self.group_labels = {p.group: _apple_label(p.text()) for p in properties if p.name == "X-ABLABEL" and p.group}
        self.group_marks = {p.group: p.text() for p in properties if p.name == "X-ABADR" and p.group}
        grouped = {p.group for p in properties if p.name not in ("X-ABLABEL", "X-ABADR")}
        order = {"N": 0, "ORG": 1, "FN": 2, "ADR": 3, "LABEL": 4}
        for one in sorted(properties, key=lambda p: order.get(p.name, 9)):
            if one.name in SILENT or (one.name in ("X-ABLABEL", "X-ABADR") and one.group in grouped):
                continue
            handler: Callable | None = getattr(self, "_read_" + one.name.lower().replace("-", "_"), None)
            (handler or self._read_unknown)(one)

    def _words(self, one: Property) -> str:
        """The label of a property: its group's own words, else its types in words."""
        if self.group_labels.get(one.group):
            return self.group_labels[one.group]
        words = []
        for kind in one.types:
            kind = kind.removeprefix("x-")
            word = TYPE_WORDS.get(kind, kind.replace("-", " ").capitalize())
            if word and word not in words:
                words.append(word)
        label = ", ".join(words)
        if "fax" in one.types:
            return f"{label} fax" if label else "Fax"
        return label

    # Names

    def _read_n(self, one: Property) -> None:
        parts = [*one.parts(), [], [], [], [], []]
        for name, values, joint in zip(
            ("family_name", "given_name", "middle_name", "prefix", "suffix"), parts, "   ,,", strict=False
        ):
            self.set(name, (joint.strip() + " ").join(value for value in values if value.strip()))
        for values in parts[5:]:
            self.other("Name", " ".join(values))

    def _read_fn(self, one: Property) -> None:
        self.set_name(one.text())

    def _read_nickname(self, one: Property) -> None:
        self.set("nickname", ", ".join(one.values()))

    def _read_org(self, one: Property) -> None:
        company, *units = [" ".join(values).strip() for values in one.parts()]
        self.set("company", company)
        self.other("Department", ", ".join(unit for unit in units if unit))

    def _read_title(self, one: Property) -> None:
        self.set("job_title", one.text())

    def _read_kind(self, one: Property) -> None:
        self._read_x_addressbookserver_kind(one)

    def _read_x_addressbookserver_kind(self, one: Property) -> None:
        if one.text().strip().lower() == "group":
            self.draft.refusal = "This card is a group of contacts, not a person."

    def _read_x_abshowas(self, one: Property) -> None:
        """COMPANY only says that FN is the company: read_fn has seen that by its words."""

    # What there may be several of

    def _read_email(self, one: Property) -> None:
        self.email(one.text(), self._words(one), one.is_preferred)

    def _read_tel(self, one: Property) -> None:
        value = one.text().strip()
        scheme = re.match(r"^([a-z][a-z0-9+.-]{1,20}):", value, re.IGNORECASE)
        if scheme and scheme.group(1).lower() not in ("tel", "callto", "sms"):
            self.other(self._words(one) or scheme.group(1).upper(), value)
        else:
            self.phone(value, self._words(one), one.is_preferred)

    def _read_adr(self, one: Property) -> None:
        parts = [", ".join(v for v in values if v.strip()) for values in [*one.parts(), *[[]] * 7]]
        box, extended, street, city, region, code, country = parts[:7]
        box = f"PO Box {box}" if box.strip().isdigit() else box
        mark = self.group_marks.get(one.group, "")
        self.address(
            self._words(one), street="\n".join(filter(None, (box, extended, street))), city=city, region=region,
            postal_code=code, country=country or country_code(mark),
        )  # fmt: skip
        if mark and not country_code(mark):
            self.other(f"Address{', ' + self._words(one).lower() if self._words(one) else ''}, shown as", mark)
        found = country_code(country) or country_code(mark)
        if found:
            self.region = found

    def _read_label(self, one: Property) -> None:
        """A formatted address: kept only where it says more than the address of the same type."""
        text = one.text()
        known = " ".join(" ".join((a.street, a.city, a.region, a.postal_code)) for a in self.draft.addresses)
        if set(re.findall(r"\w+", text.lower())) - set(re.findall(r"\w+", known.lower())):
            if any(a.label == self._words(one) for a in self.draft.addresses):
                self.other(f"Address, {self._words(one).lower() or 'as written'}", text)
            else:
                self.address(self._words(one), street=text)

    def _read_url(self, one: Property) -> None:
        self.website(one.text(), self._words(one))

    def _read_impp(self, one: Property) -> None:
        scheme, colon, address = one.text().partition(":")
        service = next(iter(one.params.get("X-SERVICE-TYPE", [])), "") or (scheme if colon else "")
        self.other(" ".join(filter(None, ("Instant message", f"({service})" if service else ""))), address or scheme)

    def _read_categories(self, one: Property) -> None:
        for value in one.values():
            for tag in value.split(";"):
                self.tag(tag)

    def _read_note(self, one: Property) -> None:
        self.note(one.text())
        if len(one.value) > len(one._decoded()) and one.encoding != "QUOTED-PRINTABLE":
            self.remark("Note", one.value[len(one._decoded()) :], "The note is very long: the rest is here.")

    # The rest

    def _read_bday(self, one: Property) -> None:
        self.set_date("birthday", re.sub(r"T\d.*$", "", one.text().strip()))

    def _read_x_evolution_birthday(self, one: Property) -> None:
        self._read_bday(one)

    def _read_lang(self, one: Property) -> None:
        present = self.draft.language
        self.draft.language = ", ".join(filter(None, (present, one_line(clean(one.text())))))[:80]

    def _read_tz(self, one: Property) -> None:
        self.set_time_zone(one.text())

    def _read_uid(self, one: Property) -> None:
        self.set("outside_id", one.text(), "Outside id")

    def _read_photo(self, one: Property) -> None:
        if not one.is_binary:
            self.other("Photo", one.text())
            return
        try:
            data = one.data()
        except ValueError:
            self.remark("Photo", f"{len(one.value):,} characters", "The photo is damaged or cut off.")
            return
        if self.draft.photo is not None or len(data) > LARGEST_PHOTO:
            self.remark("Photo", f"{len(data):,} bytes", "Only one photo of at most 15 MB is kept.")
        else:
            self.draft.photo = data

    def _read_unknown(self, one: Property) -> None:
        if one.is_binary:
            word = BINARY_WORDS.get(one.name, one.name)
            self.remark(word, f"{len(one.value):,} characters", "There is no field for binary data.")
        elif one.name in OTHER_FIELDS:
            label = self.group_labels.get(one.group) or OTHER_FIELDS[one.name]
            if one.name == "GENDER":
                self.other(label, " ".join(filter(None, re.split(r";", one.text()))))
            else:
                self.other(label, one.text())
        else:
            self.remark(one.name, one.text(), f"Kithline has no field for {one.name}.")


def _apple_label(text: str) -> str:
    """`_$!<AssistantPhone>!$_` -> "Assistant phone"; labels in the user's own words stay."""
    found = re.match(r"^_\$!<(.*)>!\$_$", text.strip())
    if not found:
        return text.strip()
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", found.group(1))
    return words[:1].upper() + words[1:].lower()
