"""Towns, invented companies, and numbers that ring nobody.

Numbers come only from ranges set aside for fiction: 555-0100 to 0199 of each area code (NANPA), Ofcom's and the German
Federal Network Agency's drama numbers, and those of Arcep, PTS and ACMA. Domains end in .example (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A town with its own fictional numbers: `prefix` and the last digits, counted from `first`, `digits` long."""

    city: str
    region: str
    postal_code: str
    country: str
    prefix: str
    digits: int = 2
    zone: str = ""  # said by hand where the number does not tell it

    def number(self, n: int) -> str:
        """The n-th number of the town's range, in E.164 form; n below 10 ** digits."""
        return f"{self.prefix}{n:0{self.digits}}"


def _american(city: str, region: str, postal_code: str, area: str, country: str = "US", zone: str = "") -> Place:
    return Place(city, region, postal_code, country, f"+1{area}55501", zone=zone)


AMERICAN = (
    _american("New York", "NY", "10013", "212"),
    _american("San Francisco", "CA", "94111", "415"),
    _american("Chicago", "IL", "60607", "312"),
    _american("Denver", "CO", "80202", "303"),
    _american("Seattle", "WA", "98101", "206"),
    _american("Phoenix", "AZ", "85004", "602"),
    _american("Honolulu", "HI", "96813", "808"),
    _american("Anchorage", "AK", "99501", "907", zone="America/Anchorage"),
    _american("Boston", "MA", "02110", "617"),
    _american("Miami", "FL", "33131", "305"),
    _american("New Orleans", "LA", "70130", "504"),
    _american("Dallas", "TX", "75201", "214"),
    _american("Minneapolis", "MN", "55401", "612"),
    _american("Portland", "OR", "97204", "503"),
    _american("Detroit", "MI", "48226", "313"),
    _american("Albuquerque", "NM", "87102", "505"),
    _american("Boise", "ID", "83702", "208", zone="America/Boise"),
    _american("Fargo", "ND", "58102", "701", zone="America/Chicago"),
    _american("Oakland", "CA", "94612", "510"),
    _american("San Juan", "", "00901", "787", "PR"),
)
ABROAD = (
    _american("Toronto", "ON", "M5V 2T6", "416", "CA"),
    _american("Halifax", "NS", "B3J 1S9", "902", "CA"),
    Place("London", "", "EC1A 1BB", "GB", "+44207946", 4),
    Place("Leeds", "", "LS1 4AP", "GB", "+44113496", 4),
    Place("Berlin", "", "10115", "DE", "+493023125", 3),
    Place("Hamburg", "", "20095", "DE", "+494066969", 3),
    Place("Paris", "", "75011", "FR", "+331990000", 2),
    Place("Stockholm", "", "111 21", "SE", "+468465004", 2),
    Place("Sydney", "NSW", "2000", "AU", "+612555010", 2),
    Place("Perth", "WA", "6000", "AU", "+618555010", 2, zone="Australia/Perth"),
)
# Towns without a range for fiction: people there have mail only.
MAIL_ONLY = (
    Place("Tokyo", "", "100-0005", "JP", "", zone="Asia/Tokyo"),
    Place("Nairobi", "", "00100", "KE", "", zone="Africa/Nairobi"),
    Place("São Paulo", "SP", "01310-100", "BR", "", zone="America/Sao_Paulo"),
    Place("Kathmandu", "", "44600", "NP", "", zone="Asia/Kathmandu"),
    Place("Auckland", "", "1010", "NZ", "", zone="Pacific/Auckland"),
)
STREETS = (
    "Pier 3, Suite 210", "48 Orchard Lane", "1180 Valencia Street, Apt 4B", "7 Mill Row", "2200 Harbor Boulevard",
    "315 Cedar Avenue, Floor 9", "91 Station Road", "12 Chapel Court", "640 Foundry Street", "5 Long Meadow Close",
)  # fmt: skip
# Company, domain of its mail, what a person there may be.
COMPANIES = (
    ("Harbor Bakery & Café", "harborbakery", "Shop manager"),
    ("Lumen Works", "lumenworks", "Facilities lead"),
    ("Farrow Law", "farrowlaw", "Partner"),
    ("Bright Dental", "brightdental", "Practice manager"),
    ("Oakfield Joinery", "oakfieldjoinery", "Owner"),
    ("Pryce Group", "prycegroup", "Director of operations"),
    ("Tidewater Freight", "tidewaterfreight", "Dispatcher"),
    ("Saffron & Sons", "saffronandsons", "Head of purchasing"),
    ("Redwood Veterinary Clinic", "redwoodvets", "Office manager"),
    ("Bluebird Bicycles", "bluebirdbicycles", "Founder"),
    ("Northgate School District", "northgateschools", "Administrator"),
    ("Copper Kettle Brewing", "copperkettle", "Head brewer"),
    ("Meridian Print", "meridianprint", "Account manager"),
    ("Lakeshore Property Management", "lakeshoreproperty", "Building manager"),
    ("Halcyon Insurance Brokers", "halcyonbrokers", "Broker"),
    ("Quayside Marine Repairs", "quaysidemarine", "Yard foreman"),
    ("Silver Birch Care Homes", "silverbirchcare", "Matron"),
    ("Juniper & Thyme Catering", "juniperthyme", "Events coordinator"),
    ("Atlas Roofing", "atlasroofing", "Estimator"),
    ("Meadowlark Press", "meadowlarkpress", "Editor"),
    ("Kestrel Data Systems", "kestreldata", "Vice President of Infrastructure and Vendor Relations (Americas)"),
    ("Fernhill Garden Centre", "fernhill", "Buyer"),
    ("St. Brendan’s Community Hospital", "stbrendans", "Procurement"),
    ("Ironbridge Tools", "ironbridgetools", "Sales engineer"),
)  # fmt: skip
COMPANY_ONLY = (
    ("Amalgamated Widget, Sprocket & Precision Fastener Manufacturing Company of the Upper Midwest, Inc.", "awspf"),
    ("Corner Pharmacy", "cornerpharmacy"), ("8th Street Parking", "8thstreetparking"),
    ("株式会社さくら物産", "sakura-bussan"),
    ("مخبز الميناء", "mina-bakery"), ("Zephyr Couriers", "zephyrcouriers"), ("Éclair & Fils", "eclair-fils"),
    ("Hôtel du Vieux Port", "vieuxport"),
)  # fmt: skip
