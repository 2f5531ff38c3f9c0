"""Customer notes, public and private, by everybody who may write them."""

from __future__ import annotations

import random

from django.db.models import F

from contacts import policy
from contacts.models import Contact, Note
from contacts_project.accounts.models import User

from .named import RENEE
from .world import GLOBEX, World, acting

BODIES = (
    "Prefers a call over text before the lunch rush.",
    "Card on file expires in January. Will update it on the portal.",
    "Asked for the service plan in writing, sent the PDF.",
    "Moved to the new unit; the landlord holds the key to the panel.",
    "Interested in the extended warranty, wants to hear the price for both sites.",
    "Speaks Spanish at home and is glad when we do.",
    "Do not ring on Fridays.",
    "Invoice 1042 was paid twice; refund went out.",
    "Knows the people at Farrow Law well, a good reference.",
    "Left a message with the assistant.\n\nWill try again after the holidays.",
    "Wants one point of contact, not three.",
    "Site visit done. Two ovens, one proofer. Allow 30 minutes extra for parking, the loading bay is shared.",
    "يفضل المراسلة بالبريد. Reference PO-2291.",
    "Complained about the late delivery of the 3rd. Offered free installation, accepted.",
    "Budget is decided in spring; call in the first week of March.",
)
PRIVATE_BODIES = (
    "Offered 10% for signing both locations. Not to be mentioned yet.",
    "Seemed unhappy with the last technician; find out before the review.",
    "Birthday present: likes tea.",
    "Thinking of leaving for a competitor, says a friend.",
)
ON_RENEE = (
    (
        "owner",
        596,
        "public",
        "Site visit done. Two deck ovens, one proofer, one pastry oven. The electrical panel is behind the freezer and "
        "needs the landlord’s key; allow 30 minutes extra.",
    ),
    ("owner", 105, "private", "Knows Elliot Farrow well. Good reference for the Farrow Law pitch."),
    ("manager", 31, "public", "Card on file expires in January. She will update it herself on the portal."),
    ("seller", 24, "private", "She mentioned a third shop on the phone. Wait until she says so in writing."),
    ("owner", 9, "private", "Offered 10% if she signs both locations. Do not mention to the team yet."),
    ("writer", 4, "public", "Prefers a call over text before the lunch rush. Ask for Renee, not the front desk."),
)
# Who writes notes on how many of the contacts that he or she may write on.
AUTHORS = (("owner", 0.35), ("manager", 0.25), ("writer", 0.3), ("seller", 0.3), ("sales.admin", 0.3))


def load(world: World) -> None:
    rng = random.Random("Kithline demo, notes")  # noqa: S311  made-up words, no secret
    for mailbox, days_ago, visibility, body in ON_RENEE:
        add(world.acme(mailbox), [(world.contacts[RENEE], world.moment(days_ago, 12, 44), visibility, body)])
    for mailbox, portion in AUTHORS:
        add(world.acme(mailbox), _drawn(world, rng, world.acme(mailbox), portion))
    add(world.users[f"owner@{GLOBEX}"], [_globex(world)])
    _edit_a_note(world)


def _writable(user: User) -> list[Contact]:
    """Where the user may write notes, in an order that every load repeats; not the contacts with notes of their own."""
    named = policy.scope(user, "note").exclude(given_name="Renee", family_name="Martinez")
    return list(named.order_by("created_at", "pk"))


def _drawn(world: World, rng: random.Random, user: User, portion: float) -> list[tuple]:
    drawn = []
    for contact in _writable(user):
        age = (world.moment(1) - contact.created_at).days
        for _ in range(rng.choice((1, 1, 2)) if rng.random() < portion else 0):
            private = rng.random() < 0.25
            body = rng.choice(PRIVATE_BODIES if private else BODIES)
            moment = world.moment(rng.randint(1, max(1, age)), rng.randint(8, 18), rng.randint(0, 59))
            drawn.append((contact, moment, "private" if private else "public", body))
    return drawn


def _globex(world: World) -> tuple:
    contact = world.contacts["globex first"]
    return (contact, world.moment(8), "public", "Globex wants the catalogue on paper.")


def add(author: User, notes: list[tuple]) -> None:
    """Notes of one author, each with its date, in history too."""
    ordered = sorted(notes, key=lambda note: note[1])
    with acting(author):
        made = Note.objects.bulk_create(
            [Note(contact=c, author=author, body=b, visibility=v, created_at=at) for c, at, v, b in ordered]
        )
    events = Note.pgh_event_model.objects.filter(pgh_obj_id__any_of=[note.pk for note in made])  # type: ignore[attr-defined]
    events.update(pgh_created_at=F("created_at"))


def _edit_a_note(world: World) -> None:
    """A colleague adds a sentence: the first author stays, the editor stands beside."""
    at, editor = world.moment(3, 10, 36), world.acme("manager")
    note = Note.objects.filter(contact=world.contacts[RENEE], author=world.acme("writer")).get()
    with acting(editor, at):
        note.body += " If the line is busy, try the shop on (202) 555-0160, extension 4."
        note.edited_at, note.edited_by = at, editor
        note.save(update_fields=["body", "edited_at", "edited_by"])
