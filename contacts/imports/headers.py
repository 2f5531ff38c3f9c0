"""What columns are usually called: headers of Google, Outlook, common CRMs and address books, in four languages.

Only data and its look-up. A header is compared folded: small letters, no accents, only letters and digits.
"""

import re
import unicodedata

KNOWN = {
    "full_name": "name; full name; fullname; contact; contact name; display name; person name; customer name; client; "
    "client name; lead name; file as; kontakt; vollstandiger name; nom complet; nombre completo; voller name",
    "last_first": "last first; last name first name; name last first; lastname firstname; sort name",
    "given_name": "first name; firstname; first; given name; givenname; forename; fname; contact first name; vorname; "
    "prenom; nombre; nombre de pila; primer nombre; first names",
    "middle_name": "middle name; middlename; middle; additional name; middle names; middle initial; mname; "
    "zweiter vorname; weitere vornamen; deuxieme prenom; segundo nombre",
    "family_name": "last name; lastname; last; surname; family name; familyname; lname; contact last name; nachname; "
    "familienname; zuname; nom; nom de famille; apellido; apellidos; primer apellido",
    "prefix": "prefix; name prefix; honorific; honorific prefix; salutation; anrede; titre de civilite; civilite; "
    "tratamiento; courtesy title; titel; namenstitel",
    "suffix": "suffix; name suffix; honorific suffix; namenszusatz; suffixe; sufijo",
    "nickname": "nickname; nick name; nick; alias; spitzname; surnom; apodo; goes by; preferred name; known as",
    "company": "company; company name; organization; organisation; organization name; organization 1 name; "
    "organisation name; account name; account; employer; business; business name; firm; firma; firmenname; "
    "unternehmen; societe; entreprise; organisme; empresa; compania; organizacion; associated company",
    "job_title": "job title; jobtitle; position; role; title; organization title; organization 1 title; occupation; "
    "function; job; designation; position title; beruf; stellung; funktion; poste; fonction; profession; puesto; cargo",
    "birthday": "birthday; birth date; birthdate; date of birth; dob; born; bday; geburtstag; geburtsdatum; "
    "date de naissance; anniversaire; naissance; fecha de nacimiento; cumpleanos; nacimiento",
    "language": "language; languages; preferred language; sprache; langue; idioma; locale",
    "time_zone": "time zone; timezone; tz; zeitzone; fuseau horaire; zona horaria",
    "email": "email; e mail; email address; e mail address; mail; emails; email addresses; mailadresse; "
    "e mail adresse; email adresse; courriel; adresse e mail; adresse mail; adresse electronique; correo; "
    "correo electronico; direccion de correo electronico; e mail 1; email 1; contact email; email1",
    "email#primary": "primary email; main email; hauptadresse; email principal",
    "email#work": "work email; business email; email work; office email; company email; e mail geschaftlich; "
    "email professionnel; correo trabajo; email business; e mail work; geschaftliche e mail",
    "email#home": "home email; personal email; private email; email home; email personal; e mail privat; "
    "email personnel; correo personal; e mail home; private e mail",
    "email#other": "other email; secondary email; alternate email; email 2; email2; e mail 2; e mail 2 address; "
    "e mail 3 address; email 3; email3; alternative email; additional email; additional emails; email other; "
    "weitere e mail",
    "phone": "phone; phone number; telephone; telephone number; tel; phones; phone 1; phone1; phone 2; phone2; "
    "phone 3; phone3; phone numbers; contact phone; phone no; tel no; telefon; telefonnummer; tel nr; "
    "numero de telephone; telefono; numero de telefono; number; teléfono; rufnummer; phone a; day phone; evening phone",
    "phone#primary": "primary phone; primary phone number; preferred phone",
    "phone#mobile": "mobile; mobile phone; mobile number; cell; cell phone; cellphone; cellular; cell number; mobil; "
    "handy; handynummer; mobiltelefon; mobilnummer; portable; telephone portable; mobile telephone; movil; celular; "
    "telefono movil; phone mobile; mobile no; mobile phone number; gsm",
    "phone#work": "work phone; business phone; office; office phone; phone work; work; business phone 2; work number; "
    "work telephone; telephone work; phone business; office number; telefon geschaftlich; telefon arbeit; buro; "
    "telefon firma; telephone bureau; telephone professionnel; bureau; telefono trabajo; telefono del trabajo; "
    "telefono oficina; direct; direct phone; direct line; direct dial",
    "phone#home": "home phone; home; phone home; home phone 2; home number; home telephone; private phone; "
    "telefon privat; telefon zuhause; festnetz; telephone domicile; telephone personnel; domicile; telefono casa; "
    "telefono particular; residential phone",
    "phone#main": "company main phone; main phone; main number; main; switchboard; zentrale; hq phone; corporate phone",
    "phone#other": "other phone; alternate phone; secondary phone; other; additional phone; weitere telefonnummer; "
    "callback; radio phone; telex; isdn; tty tdd phone; phone other; toll free",
    "phone#car": "car phone; autotelefon",
    "phone#assistant": "assistant s phone; assistant phone; asst phone; assistants phone",
    "phone#pager": "pager; beeper; pager number",
    "phone#work fax": "business fax; work fax; fax; fax number; faxnummer; fax geschaftlich; telefax; fax work; "
    "telecopie; numero de fax",
    "phone#home fax": "home fax; fax privat; fax home; fax domicile",
    "phone#other fax": "other fax",
    "phone.extension": "extension; ext; phone extension; phone ext; work phone extension; durchwahl; "
    "poste telephonique",
    "website": "website; web site; web; url; homepage; web page; webpage; site; home page; internet; www; web address; "
    "website url; company website; site web; site internet; pagina web; sitio web; webseite; domain; website 1; "
    "company domain name; website address",
    "address.full": "full address; complete address; mailing address formatted; adresse complete; "
    "direccion completa; formatted address",
    "address.street": "address; street; street address; address 1; address line 1; address1; street 1; address 2; "
    "address line 2; address2; street 2; street address 2; addr; adresse; strasse; strasse und hausnummer; straße; "
    "hausnummer; anschrift; rue; voie; adresse postale; calle; direccion; domicilio; mailing street; mailing address; "
    "address street; street line 1; street line 2; suite; apt; unit; adresse 1; adresse 2; postal address",
    "address.city": "city; town; city town; locality; suburb; stadt; ort; wohnort; ville; commune; ciudad; localidad; "
    "poblacion; mailing city; address city; municipality",
    "address.region": "state; region; province; state province; state region; bundesland; land kanton; kanton; canton; "
    "departement; provincia; estado; mailing state; address state; state or province; prov; mailing state province",
    "address.postal_code": "zip; zip code; zipcode; postal code; postalcode; postcode; post code; plz; postleitzahl; "
    "code postal; codigo postal; cp; mailing zip; mailing postal code; address zip; zip postal code; mailing zip "
    "postal code; address postal code",
    "address.country": "country; country region; nation; land; pays; pais; mailing country; address country; "
    "country code; staat",
    "tags": "tags; tag; labels; label; categories; category; group; groups; group membership; keywords; schlagworte; "
    "kategorie; kategorien; gruppe; gruppen; etiquettes; categorie; etiquetas; categoria; categorias; segment; "
    "segments",
    "list": "list; lists; list name; mailing list; mailing lists; liste; listen; listes; lista; listas",
    "note": "note; notes; comment; comments; remark; remarks; description; notiz; notizen; bemerkung; bemerkungen; "
    "kommentar; commentaire; commentaires; remarque; remarques; nota; notas; comentario; comentarios; memo; "
    "background info; background",
    "created_on": "created; created on; created at; create date; date created; creation date; added; date added; "
    "added on; created date; erstellt; erstellt am; angelegt am; cree le; date de creation; fecha de creacion; "
    "creado; created time; created at utc; customer since",
    "owner": "owner; contact owner; account owner; record owner; assigned to; assigned user; rep; sales rep; "
    "account manager; responsible; lead owner; salesperson; agent; besitzer; verantwortlich; betreuer; "
    "zustandig; proprietaire; responsable; propietario; asignado a; owner email; contact owner email",
    "ignore": "import row; import reason",
    "outside_id": "id; contact id; customer id; record id; external id; outside id; crm id; lead id; person id; "
    "client id; uid; uuid; guid; customer number; customer no; kundennummer; kunden nr; kundennr; "
    "numero client; id cliente; numero de cliente; account number; member id; key; "
    "organizational id number",
}
TARGET_OF = {name.strip(): target for target, names in KNOWN.items() for name in names.split(";")}
# Where several columns could be the one value, these stand back.
WEAK = {"occupation", "profession", "function", "role", "job", "display name", "file as", "contact", "account", "key"}
SLOTS = {"business": "work", "work": "work", "office": "work", "home": "home", "private": "home", "other": "other"}
SLOTS |= {"mailing": "mailing", "billing": "billing", "shipping": "shipping", "geschaftlich": "work", "privat": "home"}
SLOTS |= {
    "firma": "work",
    "company": "work",
    "postal": "postal",
    "permanent": "home",
    "primary": "",
    "secondary": "other",
}
PARTS = {
    "street": "street", "street 2": "street", "street 3": "street", "street address": "street", "city": "city",
    "address": "street", "address 1": "street", "address 2": "street", "address line 1": "street", "town": "city",
    "address line 2": "street", "street 1": "street", "address line 3": "street", "strasse": "street", "ort": "city",
    "straße": "street", "stadt": "city", "plz": "postal_code", "postleitzahl": "postal_code", "region": "region",
    "land": "country", "land region": "country", "bundesland": "region",
    "state": "region", "province": "region", "state province": "region", "postal code": "postal_code",
    "zip": "postal_code",
    "zip code": "postal_code", "postcode": "postal_code", "country": "country", "country region": "country",
    "zip postal code": "postal_code", "address po box": "street", "po box": "street", "address street": "street",
    "address city": "city", "address state": "region", "address zip": "postal_code", "address country": "country",
    "address postal code": "postal_code", "extended address": "street", "formatted": "full", "code": "postal_code",
}  # fmt: skip
NUMBERED = {
    r"e ?mail (\d+) (?:value|address)": "email#{0}",
    r"e ?mail (\d+) (?:type|label)": "email.label#{0}",
    r"e ?mail (\d+)": "email#{0}",
    r"(?:phone|telephone|tel|telefon) (\d+) (?:value|number)": "phone#{0}",
    r"(?:phone|telephone|tel|telefon) (\d+) (?:type|label)": "phone.label#{0}",
    r"(?:phone|telephone|tel|telefon) ?(\d+)": "phone#{0}",
    r"(?:website|web site|url) (\d+) (?:value|url)": "website#{0}",
    r"(?:website|web site|url) (\d+) (?:type|label)": "website.label#{0}",
    r"(?:website|web site|url) ?(\d+)": "website#{0}",
    r"address (\d+) (?:type|label)": "address.label#{0}",
    r"(?:relation|event|custom field|jot|external id|calendar link) (\d+) (?:type|label)": "other.label#{1}",
    r"(?:relation|event|custom field|jot|external id|calendar link) (\d+) (?:value)": "other#{1}",
    r"im (\d+) (?:service)": "other.label#{1}",
    r"im (\d+) (?:value)": "other#{1}",
}


def folded(header: str) -> str:
    """A header in the form in which it is compared."""
    plain = unicodedata.normalize("NFKD", header.casefold().replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = re.sub(r"(?<=[a-z])(?=\d)|[\W_]+", " ", plain)
    return " ".join(plain.split())


TARGET_OF = {folded(name): target for name, target in TARGET_OF.items()}
PARTS = {folded(name): part for name, part in PARTS.items()}


def target_of(header: str) -> str:
    """The target of a header, "" when it says nothing. Dates and "title" are settled by `mapping.guess`."""
    # A capital in the middle parts words that are written together: firstName, EmailAddress.
    name = folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))
    if name in TARGET_OF:
        return TARGET_OF[name]
    for pattern, target in NUMBERED.items():
        match = re.fullmatch(pattern, name)
        if match:
            return target.format(match.group(1), name[: name.index(match.group(1)) + len(match.group(1))])
    year = re.sub(r" (?:19|20)\d\d$", "", name)  # "Notes 2024"
    return TARGET_OF[year] if year in TARGET_OF else _address_part(name)


def _address_part(name: str) -> str:
    match = re.fullmatch(r"address (\d+) (.+)", name)
    if match and match.group(2) in PARTS:
        return f"address.{PARTS[match.group(2)]}#{match.group(1)}"
    first, _, rest = name.partition(" ")
    if first in SLOTS and rest in PARTS:
        return f"address.{PARTS[rest]}" + (f"#{SLOTS[first]}" if SLOTS[first] else "")
    rest, _, last = name.rpartition(" ")
    if last in SLOTS and rest in PARTS:
        return f"address.{PARTS[rest]}" + (f"#{SLOTS[last]}" if SLOTS[last] else "")
    return ""
