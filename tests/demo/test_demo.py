"""What the demo holds (contract.md, Demo)."""

import datetime
import io
import re
import unicodedata

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from PIL import Image

from contacts import paging, policy
from contacts.models import Contact, ContactEmail, ContactPhone, ContactUserObjectPermission, ContactWebsite, Note
from contacts.services import access_requests, follow_ups
from contacts.services.states import state_at, state_now
from contacts_project.accounts import grants, notices
from contacts_project.accounts.models import Account, Notice, User
from conversations.engagements.demo import people
from conversations.engagements.demo.world import ACME, GLOBEX, PASSWORD, event_models

pytestmark = pytest.mark.django_db
# Ranges that their regulators have set aside for fiction: NANPA, Ofcom, Bundesnetzagentur, Arcep, PTS, ACMA.
FICTIONAL = re.compile(
    r"\+1\d{3}55501\d\d|\+44(2079460|1134960)\d{3}|\+49(3023125|4066969)\d{3}|\+3319900\d{4}|\+468465004\d\d|\+61[28]5550\d{4}"
)


def renee():
    return Contact.objects.get(given_name="Renee", family_name="Martinez", kind="personal")


def test_everybody_of_the_contract_signs_in(world):
    assert len(people.MEMBERS[ACME]) == 14
    for email, user in world.users.items():
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
        assert user.is_active
        assert not user.is_staff
        assert EmailAddress.objects.get(user=user, verified=True, primary=True).email == email
        assert email in people.sign_ins()
    assert world.acme("admin").is_account_admin
    assert world.acme("compliance").is_compliance_admin


def test_the_accounts_differ_in_their_switches(world):
    fields = ("name", "default_region", "time_zone", "export_enabled", "compliance_required")
    assert list(Account.objects.order_by("pk").values_list(*fields)) == [
        ("Acme", "US", "America/New_York", True, False),
        ("Globex", "US", "America/New_York", False, True),
    ]


def test_there_are_enough_contacts(world):
    assert Contact.objects.count() >= 240
    assert Contact.objects.filter(owner=world.acme("owner"), kind="personal").count() >= 150
    outsider = world.acme("outsider")
    assert paging.capped_count(outsider, paging.Selection()) == 0
    assert not policy.visible_to(outsider).exists()
    assert not Contact.objects.filter(owner=outsider).exists()


def test_renee_martinez_has_the_grants_of_the_contract(world):
    contact = renee()
    lines = grants.lines(ContactUserObjectPermission, content_object=contact).values()
    assert {line.user.email.removesuffix(f"@{ACME}"): line.level for line in lines} == {
        "owner": "admin",
        "manager": "admin",
        "writer": "write",
        "reader": "read",
        "seller": "write",
    }
    assert contact.owner == world.acme("owner")
    assert contact.phones.first().number == "+12025550142"
    assert contact.phones.get(number="+12025550124").former_at


def test_archie_vault_is_archived_and_read_by_reader(world):
    archie = Contact.objects.get(family_name="Vault")
    assert archie.archived
    assert policy.allowed_actions(world.acme("reader"), archie) >= {"view", "leave"}
    assert not policy.can(world.acme("reader"), "unarchive", archie)


def test_every_contact_has_its_owner_as_admin(world):
    admin = grants.permission_id(Contact, grants.Level.ADMIN)
    for contact in Contact.objects.filter(kind="personal"):
        assert contact.grants.filter(user=contact.owner, permission=admin, until=None).exists()


def test_every_name_of_globex_says_so_and_no_other_does(world):
    for contact in Contact.objects.select_related("account"):
        assert ("Globex" in contact.name) == (contact.account == world.accounts[GLOBEX])
    assert not policy.visible_to(world.acme("owner")).filter(account=world.accounts[GLOBEX]).exists()


def test_numbers_and_mail_lead_nowhere(world):
    assert [n for n in ContactPhone.objects.values_list("number", flat=True) if not FICTIONAL.fullmatch(n)] == []
    addresses = [*ContactEmail.objects.values_list("address", flat=True), *User.objects.values_list("email", flat=True)]
    assert [address for address in addresses if not re.fullmatch(r"[a-z0-9.+-]+@[a-z0-9.-]+\.example", address)] == []
    assert {url.split("/")[2].rsplit(".")[-1] for url in ContactWebsite.objects.values_list("url", flat=True)} == {
        "example"
    }


def test_the_people_are_of_many_kinds(world):
    own = Contact.objects.filter(owner=world.acme("owner"))
    names = [contact.name for contact in own]
    assert names.count("") >= 5
    assert max(map(len, names)) > 90
    assert any(unicodedata.bidirectional(sign) in ("R", "AL") for name in names for sign in name)
    scripts = {unicodedata.name(sign).split()[0] for name in names for sign in name if sign.isalpha()}
    assert scripts >= {"LATIN", "ARABIC", "HEBREW", "CJK", "HANGUL", "CYRILLIC", "GREEK", "DEVANAGARI", "THAI"}
    assert own.filter(given_name="", family_name="").exclude(company="").count() >= 5
    assert own.exclude(birthday=None).count() > 20
    assert len(set(own.exclude(time_zone="").values_list("time_zone", flat=True))) >= 5
    for rows in ("phones", "emails", "addresses", "websites", "other_fields", "tags"):
        assert own.filter(**{f"{rows}__isnull": False}).distinct().count() > 10
    assert ContactPhone.objects.exclude(former_at=None).count() > 5


def test_photos_are_small_pictures(world):
    photographed = Contact.objects.exclude(photo_digest="")
    assert photographed.count() >= 10
    for contact in photographed.select_related("photo"):
        picture = Image.open(io.BytesIO(contact.photo.image))
        assert (picture.format, max(picture.size) <= 512) == ("WEBP", True)
        assert contact.photo.content_type == "image/webp"


def test_notes_of_both_kinds_come_from_those_who_may_write_them(world):
    notes = Note.objects.select_related("author", "contact")
    assert notes.filter(visibility="private").count() > 10
    assert notes.filter(visibility="public").count() > 30
    assert len({note.author for note in notes}) >= 5
    may = {
        user.pk: set(policy.scope(user, "note", frozen=True).values_list("pk", flat=True))
        for user in world.users.values()
    }
    assert [note for note in notes if note.contact_id not in may[note.author_id]] == []


def test_follow_ups_are_late_due_and_to_come(world):
    owner = world.acme("owner")
    agenda = follow_ups.agenda(owner, owner.account.today())
    assert (len(agenda.late), len(agenda.today), len(agenda.soon)) == (2, 3, 3)
    assert {row.created_by for row in agenda.late + agenda.today} > {owner}
    operator = world.acme("sales.operator")
    assert [row.contact.name for row in follow_ups.agenda(operator, world.today).today] == ["Dana Whitfield"]


def test_one_request_for_access_waits(world):
    request, _ = access_requests.answerable(world.acme("owner")).order_by("pk")
    assert (request.contact, request.user) == (renee(), world.acme("sales.operator"))
    assert [access_requests.answerable(world.acme(name)).count() for name in ("manager", "writer")] == [1, 0]


def test_history_tells_who_changed_what_and_when(world):
    contact = renee()
    events = Contact.pgh_event_model.objects.filter(pgh_obj=contact).order_by("pgh_id")
    moments = [event.pgh_created_at for event in events]
    assert moments == sorted(moments)
    assert moments[0] == contact.created_at
    assert len({event.pgh_context.metadata["user"] for event in events}) == 4
    assert contact.version == len(events) == 7
    first = state_at(contact, 1, state_now(contact))
    assert first.attributes["job_title"] == "Shop manager"
    assert {row["number"] for row in first.rows["phones"].values()} == {"+12025550124", "+12025550160", "+12025550161"}
    assert list(first.tags.values()) == ["Key account"]


def test_nothing_happened_in_the_future_or_just_now(world):
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    for model in event_models():
        assert not model.objects.filter(pgh_created_at__gt=hour_ago).exists(), model
        assert not model.objects.filter(pgh_context=None).exists(), model
    assert not Contact.objects.filter(created_at__gt=hour_ago).exists()
    assert not Contact.objects.filter(archived_at__gt=hour_ago).exists()


def test_ids_tell_the_order_of_creation(world):
    rows = Contact.objects.filter(account=world.accounts[ACME]).order_by("created_at").values_list("pk", flat=True)
    assert len(rows) > 200
    assert world.contacts["Renee Martinez"].pk in rows


def test_people_have_been_told_a_few_things_that_they_all_can_see(world):
    told = {who: notices.page_of(world.acme(who)).lines for who in ("owner", "sales.admin", "sales.operator", "reader")}
    for who, lines in told.items():
        assert 2 <= len(lines) == Notice.objects.filter(user=world.acme(who)).count(), who
        assert any(one.notice.seen_at is None for one in lines), who
        assert sorted((one.notice.at for one in lines), reverse=True) == [one.notice.at for one in lines]
    assert {"mention", "engagement-done", "contact-shared"} <= {one.notice.kind for one in told["sales.admin"]}
    assert notices.page_of(world.acme("outsider")).lines == []
    reviewer = world.users[f"admin@{GLOBEX}"]
    assert "review-asked" in {one.notice.kind for one in notices.page_of(reviewer).lines}
