"""Who may correct an entry of the interaction history, and whom it may be moved to (product.md §2b, the chart's *Edit
history* in its second reading; §2c, Interactions and people). `services.correcting` writes.

Needs the interaction itself, and the right to correct on one of its contacts; where the reader knows none of them,
sending from its line. What was with somebody hidden is judged as what was with nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from contacts import policy
from contacts.filters import Filters
from contacts.models import Contact, ContactEmail, ContactPhone, DepartmentLink
from contacts.paging import page_for
from contacts.rows import Row, read_rows
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from departments.models import Department

from .models import Conversation, Interaction, InteractionContact
from .policy import channels_with
from .visibility import contacts_visible_in, interactions_visible_to

Status, Type = Interaction.Status, Interaction.Type
WITH_OUTCOME = frozenset({Type.CALL, Type.VOICEMAIL})
GOING_ON = frozenset({Status.RINGING, Status.ACTIVE, Status.SCHEDULED, Status.QUEUED, Status.SENDING})
MOST_CHOICES = 20
MOST_HOLDERS = 1000  # of one number: a switchboard's

NO_OUTCOME = "Only calls and voicemails have an outcome and a note. What was written stays as it was sent."
STILL_GOING_ON = "This is still going on. Correct it once it is over."
OF_ITS_AUTHOR = "Only its author removes an internal note."
NEEDS_LINE = "Correcting what was with nobody known needs Write on this line."


def correctable(user: User, interactions: list[Interaction]) -> set[int]:
    """Ids of those of these visible interactions that `user` may correct. Three queries, whatever the number."""
    if not interactions:
        return set()
    by_contact = by_contacts(user, interactions)
    lines = set(channels_with(user, "send").values_list("pk", flat=True))
    return {one.pk for one in interactions if _may(user, one, by_contact, sends=one.channel_id in lines)}


def correctable_where(
    user: User, interactions: list[Interaction], by_contact: dict[int, bool], sends: Callable[[Interaction], bool]
) -> set[int]:
    """The same for showing a page whose view knows the rest: `by_contact` as `by_contacts` gives it, and `sends`,
    whether the user may send from the line of one. No query."""
    return {one.pk for one in interactions if _may(user, one, by_contact, sends=sends(one))}


def by_contacts(user: User, interactions: list[Interaction]) -> dict[int, bool]:
    """Interaction id -> whether one of its contacts that `user` sees lets him or her correct; those with nobody that
    he or she sees left out. Two queries."""
    seen = contacts_visible_in(user, interactions, with_phones=False)
    contacts = {row.contact_id: row.contact for rows in seen.values() for row in rows}
    actions = policy.actions_by_contact(user, facts_of(contacts.values()))
    return {pk: any("correct" in actions[row.contact_id] for row in rows) for pk, rows in seen.items()}


def by_known_contacts(interactions: list[Interaction], actions: dict[int, set[str]]) -> dict[int, bool]:
    """The same where all contacts are known that the user sees in them, with what he or she may do (contact id ->
    actions). One query."""
    rows = InteractionContact.objects.filter(interaction__in=[one.pk for one in interactions], is_current=True)
    found: dict[int, bool] = {}
    for interaction, contact in rows.filter(contact__in=list(actions)).values_list("interaction", "contact"):
        found[interaction] = found.get(interaction, False) or "correct" in actions[contact]
    return found


def facts_of(contacts: Iterable[Contact]) -> list[tuple[int, str, bool]]:
    """What `policy.actions_by_contact` asks about."""
    return [(one.pk, one.kind, one.archived_at is not None) for one in contacts]


def _may(user: User, one: Interaction, by_contact: dict[int, bool], *, sends: bool) -> bool:
    if one.type == Type.NOTE:
        return one.author_id == user.pk
    if one.status in GOING_ON:
        return False
    return by_contact.get(one.pk, one.channel_id is None or sends)


def require_correct(user: User, interaction: Interaction) -> None:
    """Raise Refused with the rule unless `user` may correct this visible interaction."""
    if interaction.pk in correctable(user, [interaction]):
        return
    if interaction.type == Type.NOTE:
        raise Refused(OF_ITS_AUTHOR)
    if interaction.status in GOING_ON:
        raise Refused(STILL_GOING_ON)
    for row in contacts_visible_in(user, [interaction]).get(interaction.pk, []):
        policy.require(user, "correct", row.contact)
    raise Refused(NEEDS_LINE)


def works(department: Department, contact: Contact) -> bool:
    """Whether this department works the contact. One query."""
    return DepartmentLink.objects.filter(contact=contact, department=department, counts=True).exists()


def require_target(user: User, department: Department | None, contact_id: int) -> Contact:
    """The contact to which something may be moved: Http404 if hidden, Refused where it may not take it.

    What was with a department stays with a contact of that department, or its operators would lose it.
    """
    contact = policy.get_for(user, "log_call", contact_id)
    if department and not works(department, contact):
        raise Refused(f"What was with {department.name} stays with a contact of {department.name}.")
    return contact


def waiting_for_answer(user: User, conversation: Conversation) -> QuerySet[Interaction]:
    """What of this conversation asks who it was with, or was with nobody known, as far as `user` reads it.

    Of whom it is with only those whom `user` sees count: a hidden holder of the number asks nothing (product.md §2).
    `seen` is their number, none for nobody.
    """
    current = InteractionContact.objects.filter(interaction=OuterRef("pk"), is_current=True)
    visible = current.filter(Exists(policy.visible_to(user).filter(pk=OuterRef("contact_id"))))
    number = visible.order_by().values("interaction").annotate(number=Count("pk")).values("number")
    rows = interactions_visible_to(user).filter(conversation=conversation).exclude(type=Type.NOTE)
    asks = Q(seen__isnull=True) | Q(asks_who=True, seen__gt=1)
    return rows.exclude(status__in=GOING_ON).alias(seen=Subquery(number)).filter(asks)


def choices_for(user: User, address: str, typed: str, department: Department | None = None) -> list[Row]:
    """Live contacts that `user` sees, to choose one: found by what was typed, else those who have the address now.

    Of this department alone, if given. As lines of the collection, by name.
    """
    ids = page_for(user, Filters(user, q=typed).selection).ids if typed else _holders(user, address)
    rows = policy.visible_to(user).filter(pk__any_of=ids, archived=False)
    if department:
        links = DepartmentLink.objects.filter(contact=OuterRef("pk"), department=department, counts=True)
        rows = rows.filter(Exists(links))
    kept = set(rows.values_list("pk", flat=True))
    return read_rows(user, [pk for pk in ids if pk in kept][:MOST_CHOICES])


def _holders(user: User, address: str) -> list[int]:
    """Ids of visible contacts with the address, by name."""
    phones = ContactPhone.objects.filter(number=address, former_at__isnull=True, contact__account=user.account_id)
    emails = ContactEmail.objects.filter(
        address__lower=address.lower(), former_at__isnull=True, contact__account=user.account_id
    )
    ids = list(phones.order_by().values_list("contact").union(emails.order_by().values_list("contact"))[:MOST_HOLDERS])
    rows = policy.visible_to(user).filter(pk__any_of=[pk for (pk,) in ids])
    return list(rows.order_by("sort_key", "pk").values_list("pk", flat=True))
