"""Invented people for the demo: names of many languages and scripts, with a spelling for email addresses.

"given|family|email name"; the third part is left out where the first two are plain enough. No real person is meant.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    given: str
    family: str
    mailbox: str  # plain letters and one dot, as the part of an email address before the @


# Language, as the edit form suggests them -> names. A blank language is left unsaid on the contact.
BY_LANGUAGE = {
    "English": """
        Elliot|Farrow; Gwendolyn|Pryce; Beatrix|Oyelaran; Harold|Tunstall; Imani|Whitlock; Ruth|Ashdown
        Clementine|Rowntree; Jasper|Holloway; Winifred|Okonjo; Desmond|Achebe-Clarke; Marguerite|Thistlewood
        Theodora|Blackwood; Ambrose|Pennington; Odette|Carmichael; Silas|Greenhalgh; Philippa|Stanhope
        Thaddeus|Mortimer; Cordelia|Nightingale; Rufus|Applegate; Henrietta|Fotherby; Barnaby|Quill; Opal|Jefferson
        Wendell|Stokes; Marva|Ellison; Curtis|Haverford; Loretta|Simms; Dwayne|Prescott; Yolanda|Beckett; Cyrus|Ladd
        Otis|Fairweather; Nadine|Farquhar; Quentin|Marsh; Sybil|Underhill; Monroe|Tate; Blythe|Kessler
    """,
    "Español": """
        Inés|Carvajal Duarte; Dolores|Etxeberria-Goikoetxea; Joaquín|Peñalver; Ximena|Iturralde; Rocío|Zambrano
        Álvaro|Núñez Ibarra; Guadalupe|Montemayor; Efraín|Saldívar; Lucía|Quiñones; Hernán|Belaúnde; Itzel|Tlapale
        Néstor|Aguinaga
    """,
    "Português": "Inês|Carvalho; João|Guimarães; Conceição|Falcão; Thiago|Brandão; Luísa|Assunção",
    "Français": "Éloïse|Lefèvre; Gaëtan|d’Aubigny; Noëlle|Châtelain; Benoît|Rousselet; Zoé|Îlot-Marchand",
    "Deutsch": "Jürgen|Vöhringer; Käthe|Großkopf; Sören|Weißenborn; Annegret|Schöllhammer; Jörg|Überschär",
    "Italiano": "Niccolò|Ferrante; Donatella|Scarpetta; Ugo|Bevilacqua",
    "Tiếng Việt": "Thị Hương|Nguyễn; Đức Anh|Phạm; Ngọc Bích|Đặng",
    "Tagalog": "Amihan|Dimaculangan; Bayani|Magbanua",
    "": """
        Stanisława|Dąbrowska; Wojciech|Żółkiewski; Hyun-woo|Park; Abdul-Rahman|Al-Khwarizmi; Søren|Østergård
        Þórunn|Sigurðardóttir; Ağnesa|Çelikoğlu|agnesa.celikoglu; Željko|Šarčević; Zsófia|Őry-Kőszegi; Šárka|Řeháková
        Siobhán|Ní Dhomhnaill; Kawika|Kalanikūkahiwaiwaiʻole|kawika.kalani; Ngozi|Nwokoye-Ifeanyi; Folasadé|Adébáyọ̀
        Ieuan|ap Rhydderch; Aroha|Te Wherowhero-Parata; Ǹjìdéká|Ọ̀kọ́ńkwọ̀|njideka.okonkwo; Jan-Willem|van der Klooster
    """,
    "العربية": "عبد الرحمن|الخوارزمي|a.alkhwarizmi; ليلى|الشريف|layla.alsharif; يوسف|بن طارق|yusuf.bentareq; "
    "نور الهدى|المنصوري|noor.almansouri; سلمى|قباني|salma.qabbani",
    "中文": "伟庭|陈|weiting.chen; 秀英|欧阳|xiuying.ouyang; 家豪|黃|kaho.wong; 子涵|李|zihan.li",
    "日本語": "さくら|高橋|sakura.takahashi; 健太郎|長谷川|kentaro.hasegawa; 美咲|渡邉|misaki.watanabe",
    "한국어": "서연|김|seoyeon.kim; 지훈|남궁|jihoon.namgung",
    "עברית": "נועה|בן־דוד|noa.bendavid; איתן|שפירא|eitan.shapira",
    "فارسی": "پروانه|حسینی‌نژاد|parvaneh.hosseini; داریوش|کیانی|dariush.kiani",
    "Українська": "Оксана|Шевчук-Бондаренко|oksana.shevchuk; Богдан|Ґалаґан|bohdan.galagan",
    "Ελληνικά": "Χρυσούλα|Παπαδημητρίου|chrysoula.papa; Στέλιος|Ξενάκης|stelios.xenakis",
    "हिन्दी": "अनन्या|त्रिवेदी|ananya.trivedi; विक्रम|चौधरी|vikram.chaudhary",
    "ไทย": "พิมพ์ชนก|ศรีสุวรรณ|pimchanok.sri",
    "தமிழ்": "கயல்விழி|சுந்தரம்|kayal.sundaram",
    "አማርኛ": "ሰላማዊት|ገብረመስቀል|selam.gebre",
    "ქართული": "ნინო|წერეთელი|nino.tsereteli",
    "Հայերեն": "Անահիտ|Տեր-Պետրոսյան|anahit.ter",
}
# Longer than any column: the longest word there is no place to break, and the longest list of names.
LONG = (
    Name(
        "Maria-Theresia Elisabeth Adelheid Philippine",
        "Wolkenstein-Trostburg-Hohenburg von und zu Feldkirch",
        "mt.wolkenstein",
    ),
    Name("Wilhelmina", "Featherstonehaughcholmondeleymarjoribanksworthington", "w.featherstonehaugh"),
)  # fmt: skip
# For the small address books: every given name with every family name, until enough.
GIVEN = (
    "Aaron", "Bettina", "Carlos", "Dagny", "Emeka", "Fiona", "Gustav", "Hoa", "Idris", "Jolene", "Kamal", "Lourdes",
    "Mirek", "Nneka", "Oren", "Petra", "Quinn", "Rosa",
)  # fmt: skip
FAMILY = (
    "Abernathy", "Bergström", "Castellanos", "Drummond", "Eze", "Fontaine", "Grzelak", "Hathaway", "Ito", "Joubert",
    "Kowalczyk", "Lundgren", "Mbeki-Hall", "Novák", "Obregón", "Pettersson", "Quispe", "Rasmussen", "Szabó", "Tran",
    "Uribe", "Valdez", "Whitaker", "Xiong", "Yilmaz", "Zimmermann", "Ahlgren", "Boateng", "Cavendish", "Dvořák",
    "Estrada",
)  # fmt: skip


def plain(text: str) -> str:
    """Letters of an email address: without accents, blanks and strokes, in lower case."""
    replaced = text.lower().translate(str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "þ": "th", "ð": "d"}))
    folded = unicodedata.normalize("NFKD", replaced)
    return "".join(sign for sign in folded if sign.isascii() and sign.isalpha())


def _name(text: str) -> Name:
    given, family, *mailbox = text.split("|")
    return Name(given, family, mailbox[0] if mailbox else f"{plain(given)}.{plain(family)}")


def named_people() -> list[tuple[str, Name]]:
    """(language, name) of everybody in BY_LANGUAGE, then the long names; the order is fixed."""
    found = []
    for language, text in BY_LANGUAGE.items():
        entries = text.replace("\n", ";").split(";")
        found += [(language, _name(entry.strip())) for entry in entries if entry.strip()]
    return found + [("", name) for name in LONG]


def plain_people(start: int, count: int) -> list[Name]:
    """`count` names of GIVEN and FAMILY from place `start`, each pair once in 558."""
    pairs = [
        (GIVEN[i % len(GIVEN)], FAMILY[(i * 5 + i // len(GIVEN)) % len(FAMILY)]) for i in range(start, start + count)
    ]
    return [Name(given, family, f"{plain(given)}.{plain(family)}") for given, family in pairs]
