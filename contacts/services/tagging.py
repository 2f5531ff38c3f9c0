"""Tags on many contacts at once. Tag names are the account's; a new name makes a new tag (contract.md, `tags`)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from contacts import policy
from contacts.models import Contact, ContactTag, Tag
from contacts_project.accounts.models import Account, User

from .outcomes import ALREADY, DONE, REFUSED, Outcome

LONGEST = Tag._meta.get_field("name").max_length or 60


def split_names(text: str) -> list[str]:
    """Tag names typed with commas: trimmed, each once whatever its case, order kept."""
    names: dict[str, str] = {}
    for name in text.replace("\0", "").replace("\n", ",").split(","):
        name = " ".join(name.split())[:LONGEST]
        if name:
            names.setdefault(name.lower(), name)
    return list(names.values())


def tags_named(account: Account, names: Iterable[str]) -> list[Tag]:
    """The account's tags of these names, in their order, made where missing. Three queries at most."""
    wanted = {name.lower(): name for name in names}

    def existing() -> dict[str, Tag]:
        return {tag.name.lower(): tag for tag in Tag.objects.filter(account=account, name__lower__in=list(wanted))}

    found = existing()
    missing = [Tag(account=account, name=name) for key, name in wanted.items() if key not in found]
    if missing:
        Tag.objects.bulk_create(missing, ignore_conflicts=True)  # somebody may add the same word just now
        found = existing()
    return [found[key] for key in wanted if key in found]


def add_tags(actor: User, ids: Iterable[int], names: Iterable[str]) -> list[Outcome]:
    """Put these tags on contacts where `actor` may; `before` lists the tags that were new. Hidden ids are left out.

    Seven queries at most, whatever the numbers.
    """
    assert actor.account is not None
    with transaction.atomic():
        asked, refusals, allowed = _locked(actor, ids)
        tags = tags_named(actor.account, names)
        there = set(ContactTag.objects.filter(contact__in=allowed, tag__in=tags).values_list("contact_id", "tag_id"))
        new = {pk: [tag.pk for tag in tags if (pk, tag.pk) not in there] for pk in allowed}
        ContactTag.objects.bulk_create(
            [ContactTag(contact_id=pk, tag_id=tag) for pk, added in new.items() for tag in added],
            ignore_conflicts=True,
            batch_size=3000,
        )
        _raise_versions([pk for pk, added in new.items() if added])
    return [_outcome(pk, new.get(pk), refusals[pk]) for pk in asked]


def remove_tags(actor: User, ids: Iterable[int], tag_ids: Iterable[int]) -> list[Outcome]:
    """Take these tags off contacts where `actor` may; `before` lists the tags that went. Hidden ids are left out."""
    with transaction.atomic():
        asked, refusals, allowed = _locked(actor, ids)
        rows = ContactTag.objects.filter(contact__in=allowed, tag__in=list(tag_ids))
        gone: dict[int, list[int]] = {pk: [] for pk in allowed}
        for pk, tag in rows.values_list("contact_id", "tag_id"):
            gone[pk].append(tag)
        rows.delete()
        _raise_versions([pk for pk, removed in gone.items() if removed])
    return [_outcome(pk, gone.get(pk), refusals[pk]) for pk in asked]


def _locked(actor: User, ids: Iterable[int]) -> tuple[list[int], dict[int, str], list[int]]:
    """(visible ids as asked, why each would be refused, ids that may be tagged).

    The last are locked in the order of ids against a concurrent save.
    """
    ids = list(ids)
    lock = policy.scope(actor, "tag").filter(pk__any_of=ids).order_by("pk").select_for_update(no_key=True, of=("self",))
    locked = list(lock.values_list("pk", flat=True))
    # Asked again behind the lock: access that ended while it was waited for counts.
    mine, frozen = (
        Exists(policy.scope(actor, "tag", frozen=also_archived).filter(pk=OuterRef("pk")))
        for also_archived in (False, True)
    )
    rows = list(policy.visible_to(actor).filter(pk__any_of=ids).values_list("pk", "kind", mine, frozen))
    refusals = {pk: policy.ARCHIVED if may else policy.rule_for("tag", kind) for pk, kind, _, may in rows}
    still = {pk for pk, _, may, _ in rows if may}
    return [pk for pk in ids if pk in refusals], refusals, [pk for pk in locked if pk in still]


def _raise_versions(ids: list[int]) -> None:
    Contact.objects.filter(pk__any_of=ids).update(version=F("version") + 1)


def _outcome(pk: int, changed: list[int] | None, refusal: str) -> Outcome:
    if changed is None:
        return Outcome(pk, REFUSED, refusal)
    return Outcome(pk, DONE, before=changed) if changed else Outcome(pk, ALREADY)
