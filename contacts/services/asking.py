"""Asking an Admin Operator for a block, and who answers what (product.md §2d: the way out beside a refusal)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse

from contacts import blocking, policy
from contacts.models import AccessRequest, Contact, DepartmentLink
from contacts_project.accounts.models import User
from departments.models import Department, Operator
from departments.policy import led_by

from . import access_requests, places
from .access_requests import Answer, Enqueue, Purpose
from .blocks import block_contact

NO_PLACE = "No department that you administer works this contact for the person who asked any more."


def departments_asked(user: User, contact: Contact) -> list[Department]:
    """For which departments `user` asks: those of the contact that he or she operates. One query."""
    mine = Operator.objects.filter(user=user).values("department")
    linked = Department.objects.filter(links__contact=contact, links__counts=True, pk__in=mine)
    return list(linked.order_by("name", "pk"))


def unblocked_of(user: User, contact: Contact) -> list[Department]:
    """Those of them where no block stands yet. Two queries."""
    blocked = {block.department_id for block in blocking.visible_blocks(user, contact)}
    return [department for department in departments_asked(user, contact) if department.pk not in blocked]


def answerers(departments: Iterable[Department], asker: User) -> list[User]:
    """The active Admin Operators of these departments but the one who asks, by name. One query."""
    led = Operator.objects.filter(department__in=list(departments), is_admin=True)
    people = User.objects.filter(pk__in=led.values("user"), is_active=True).exclude(pk=asker.pk)
    return list(people.order_by("name", "pk"))


def ask_block(user: User, contact: Contact, *, reason: str, mail: Enqueue) -> AccessRequest:
    """Ask the Admin Operators to block this visible contact. Raises Refused with the rule, TooMany."""
    with transaction.atomic():
        policy.require(user, "ask_block", contact)
        path = reverse("contacts:contact-overview", args=[contact.pk])
        facts = {"proposal": {"reason": reason}, "message": reason}
        return access_requests.keep(user, Purpose.BLOCK, path=path, contact=lambda: contact.pk, mail=mail, **facts)


def block_as_asked(actor: User, request: AccessRequest) -> Answer | None:
    """Block for those departments that the asker operates and `actor` administers. None when done (see `answer`)."""
    assert request.contact
    contact = policy.visible_to(actor).select_related("account").filter(pk=request.contact.pk).first()
    places = led_by_request(actor, [request])[request.pk]
    if contact is None or not places:  # a role or a link has ended since the page was drawn
        return Answer(request, is_new=False, reason=NO_PLACE)
    scopes = [f"department:{department.pk}" for department in places]
    block_contact(actor, contact, scopes=scopes, reason=request.proposal.get("reason", ""))
    return None


def led_by_request(actor: User, requests: Iterable[AccessRequest]) -> dict[int, list[Department]]:
    """Request id -> the departments for which `actor` would block: linked, operated by the asker, led by the actor.

    Two queries; none without requests for a block.
    """
    asked = [request for request in requests if request.purpose == Purpose.BLOCK]
    if not asked:
        return {}
    led = led_by(actor)
    operated = set(
        Operator.objects.filter(user__in={request.user_id for request in asked}).values_list("user", "department")
    )
    links = DepartmentLink.objects.filter(
        contact__in={request.contact_id for request in asked}, counts=True, department__in=led
    )
    found: dict[int, list[Department]] = {request.pk: [] for request in asked}
    for link in links.select_related("department").order_by("department__name"):
        for request in asked:
            if request.contact_id == link.contact_id and (request.user_id, link.department_id) in operated:
                found[request.pk].append(link.department)
    return found


def who_answers(request: AccessRequest) -> list[User]:
    """Everybody who may answer this request, for the mails; never the one who asked."""
    if request.about:
        return places.answerers(request)
    assert request.contact
    if request.purpose == Purpose.BLOCK:
        return answerers(departments_asked(request.user, request.contact), request.user)
    if request.purpose == Purpose.SUGGESTION:
        owner = request.contact.owner
        return [owner] if owner and owner.is_active else []
    return [user for user in policy.who_may(request.contact, "grant") if user.pk != request.user_id]
