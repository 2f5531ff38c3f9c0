"""Lists and engagements for tests; what is sent goes through the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import factory

from contacts.models import Contact, List, ListItem, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from conversations.engagements.models import Engagement, EngagementUserObjectPermission


class ListFactory(factory.django.DjangoModelFactory):
    """A list of `owner`, who has Admin on it."""

    class Meta:
        model = List
        skip_postgeneration_save = True

    account = factory.LazyAttribute(lambda made: made.owner.account)
    name = factory.Sequence(lambda n: f"List {n}")

    @factory.post_generation
    def people(self: Any, create: bool, contacts: Iterable[Contact] | None, **_: Any) -> None:
        share_list(self, self.owner, "admin")
        for contact in contacts or ():
            put_on_list(self, contact)


def share_list(made: List, user: User, level: str | None) -> List:
    """Give `user` exactly this level ("read", "write", "admin"; None takes it away)."""
    grants.set_level(ListUserObjectPermission, [made], [user], level, by=None)
    return made


def put_on_list(made: List, contact: Contact, **fields: Any) -> ListItem:
    return ListItem.objects.create(list=made, contact=contact, **fields)


class EngagementFactory(factory.django.DjangoModelFactory):
    """A draft of a text by `author`, who has Admin on it; pass `channel`, and `lists` to send to."""

    class Meta:
        model = Engagement
        skip_postgeneration_save = True

    account = factory.LazyAttribute(lambda made: made.author.account)
    name = factory.Sequence(lambda n: f"Engagement {n}")
    kind = "text"
    body = "Hi {{first-name}}, the oven service is due."
    from_hour = None
    to_hour = None

    @factory.post_generation
    def lists(self: Any, create: bool, lists: Iterable[List] | None, **_: Any) -> None:
        share_engagement(self, self.author, "admin")
        for one in lists or ():
            self.with_lists.create(list=one)


def share_engagement(made: Engagement, user: User, level: str | None) -> Engagement:
    grants.set_level(EngagementUserObjectPermission, [made], [user], level, by=None)
    return made
