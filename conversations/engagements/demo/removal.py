"""Taking the demo away: both accounts and everything of theirs, history, jobs, sessions and files, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

import pghistory
import pgtrigger
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage
from django.db import connection, models, transaction
from django.db.models import Q
from pghistory.models import Context

from contacts.models import AccessRequest, BulkAction, CleanUpReminder, Contact, Import, List
from contacts_project.accounts.models import Account, Invitation, User
from contacts_project.core.history import rows_unrecorded
from conversations.engagements.models import Engagement, Recipient
from conversations.models import (
    Attachment,
    Channel,
    Conversation,
    ConversationParty,
    Draft,
    InboundEvent,
    Interaction,
    InteractionContact,
)
from departments.models import Department

from .world import event_models

CHUNK = 2000
OWNED = (Account, User, Contact, List, Engagement)  # what history is found by
# Arguments of background jobs that name rows of an account. Every job that takes an id has its argument here (tested).
JOB_ARGUMENTS: dict[str, type[models.Model]] = {
    "bulk_id": BulkAction,
    "invitation_id": Invitation,
    "request_id": AccessRequest,
    "reminder_id": CleanUpReminder,
    "import_id": Import,
    "user_id": User,
    "successor_id": User,
    "actor_id": User,
    "department_id": Department,
    "interaction_id": Interaction,
    "event_id": InboundEvent,
    "channel_id": Channel,
    "contact_id": Contact,
    "engagement_id": Engagement,
}
TO_ACCOUNT: dict[type[models.Model], str] = {CleanUpReminder: "department__account"}  # the others name it themselves


def remove(accounts: Iterable[Account]) -> int:
    """Remove these accounts with all that belongs to them, in one transaction; returns the number of contacts.

    Contacts go in chunks of CHUNK, so that memory stays bounded after a large import.
    """
    owned: dict[type[models.Model], list[int]] = {Account: [account.pk for account in accounts]}
    accounts_of = owned[Account]
    with transaction.atomic(), pghistory.context(source="command"):
        owned[User] = _ids(User, accounts_of)
        for model in (Contact, List, Engagement):
            owned[model] = _ids_ever(model, accounts_of)
        files = _files(accounts_of)
        _remove_jobs(accounts_of)
        _remove_sessions(owned[User])
        _remove_engagements(accounts_of)
        _remove_conversations(accounts_of)
        number = 0
        for chunk in _chunks(owned[Contact]):
            number += Contact.objects.filter(pk__any_of=chunk).delete()[1].get("contacts.Contact", 0)
        User.objects.filter(pk__in=owned[User]).delete()
        Account.objects.filter(pk__in=accounts_of).delete()
        _remove_history(owned)
        transaction.on_commit(lambda: [storage.delete(name) for storage, name in files if name])
    return number


def _files(accounts: list[int]) -> list[tuple[Storage, str]]:
    """Uploads of imports, files of messages and drafts, recordings: where each is stored, by which name."""
    found = []
    for model, column in ((Import, "upload"), (Attachment, "file"), (Engagement, "recording")):
        storage = model._meta.get_field(column).storage  # type: ignore[union-attr]
        names = model._default_manager.filter(account__in=accounts).values_list(column, flat=True)
        found += [(storage, name) for name in names]
    return found


def _remove_engagements(accounts: list[int]) -> None:
    """Engagements with their ledgers, and the lists that they went to."""
    with rows_unrecorded(Engagement):
        Recipient.objects.filter(engagement__account__in=accounts).delete()
        Engagement.objects.filter(account__in=accounts).delete()
    List.objects.filter(account__in=accounts).delete()


def _remove_conversations(accounts: list[int]) -> None:
    """All that was said, and the lines. Nobody asks who was last in a thread of which nothing stays."""
    ConversationParty.objects.filter(conversation__account__in=accounts).delete()
    Draft.objects.filter(user__account__in=accounts).delete()
    with (
        pgtrigger.ignore("conversations.InteractionContact:party_leaves", "conversations.Interaction:party_of_deleted"),
        rows_unrecorded(Interaction, InteractionContact, Conversation),
    ):
        Interaction.objects.filter(account__in=accounts).delete()
        Conversation.objects.filter(account__in=accounts).delete()
    Channel.objects.filter(account__in=accounts).delete()


def _ids(model: type[models.Model], accounts: list[int]) -> list[int]:
    rows = model._default_manager.filter(**{f"{TO_ACCOUNT.get(model, 'account')}__in": accounts})
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _ids_ever(model: type[models.Model], accounts: list[int]) -> list[int]:
    """Those that were deleted for good are known to history only."""
    history = model.pgh_event_model.objects.filter(account__in=accounts)  # type: ignore[attr-defined]
    return sorted({*_ids(model, accounts), *history.values_list("pgh_obj_id", flat=True)})


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _remove_jobs(accounts: list[int]) -> None:
    """Jobs that name a row of the accounts. One at work is left to its worker, which finds nothing to do."""
    with connection.cursor() as cursor:
        for argument, model in JOB_ARGUMENTS.items():
            ids = [str(pk) for pk in _ids(model, accounts)]
            chosen = "SELECT id FROM procrastinate_jobs WHERE status <> 'doing' AND args ->> %s = ANY(%s)"
            cursor.execute(
                f"DELETE FROM procrastinate_periodic_defers WHERE job_id IN ({chosen})",  # noqa: S608  no value in it
                [argument, ids],
            )
            cursor.execute(f"DELETE FROM procrastinate_jobs WHERE id IN ({chosen})", [argument, ids])  # noqa: S608  as above


def _remove_sessions(users: list[int]) -> None:
    """Whose a session is stands inside it only."""
    wanted = {str(pk) for pk in users}
    sessions = Session.objects.all().iterator()
    keys = [session.pk for session in sessions if session.get_decoded().get("_auth_user_id") in wanted]
    Session.objects.filter(pk__in=keys).delete()


def _remove_history(owned: dict[type[models.Model], list[int]]) -> None:
    """Events that name something of `owned`, and the contexts that only these stood in."""
    contexts: set[object] = set()
    for model in event_models():
        events = model.objects.filter(about(model, owned))
        contexts.update(events.exclude(pgh_context=None).values_list("pgh_context", flat=True).distinct())
        events.delete()
    for model in event_models():
        contexts -= set(model.objects.filter(pgh_context__in=contexts).values_list("pgh_context", flat=True).distinct())
    Context.objects.filter(pk__in=contexts).delete()


def about(model: type[models.Model], owned: dict[type[models.Model], list[int]]) -> Q:
    """Events of `model` whose foreign keys name one of `owned`. Raises LookupError for a model without such a key."""
    keys = {
        field.attname: field.related_model
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.related_model in owned and not field.name.startswith("pgh_")
    }
    tracked = model.pgh_tracked_model  # type: ignore[attr-defined]
    if tracked in owned:
        keys["pgh_obj_id"] = tracked
    if not keys:
        raise LookupError(f"{model.__name__} names nothing that belongs to an account")
    return reduce(or_, (Q(**{f"{name}__any_of": owned[related]}) for name, related in keys.items()))
