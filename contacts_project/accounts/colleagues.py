"""Naming a colleague in a form: by id, by email, or by a full name that only one person has."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet

from .models import User

MOST_CHOICES = 10
NOBODY = "Nobody active in your account has this name or email."
CHOOSE = "Choose the person you mean."


def colleagues(actor: User) -> QuerySet[User]:
    """Active people of the actor's account by name; names of users are open to everybody in it (product.md §2)."""
    return User.objects.filter(account=actor.account_id, account__isnull=False, is_active=True).order_by("name", "pk")


def like(actor: User, text: str) -> QuerySet[User]:
    """Colleagues whose name or email contains `text`."""
    return colleagues(actor).filter(Q(name__icontains=text) | Q(email__icontains=text))


class PersonMixin(forms.Form):
    """For forms with a field `user`: cleans it to a User. `people` are those to choose from when it was not clear."""

    actor: User
    people: list[User]

    def clean_user(self) -> User | None:
        return self.read_person("user")

    def read_person(self, field: str) -> User | None:
        """The colleague whom this field names, None where it is empty. Raises ValidationError where it is not clear."""
        text = self.cleaned_data[field].strip()
        self.people = []
        if not text:
            return None
        found = _exact(self.actor, text)
        if len(found) == 1:
            return found[0]
        self.people = found or list(like(self.actor, text)[:MOST_CHOICES])
        raise forms.ValidationError(CHOOSE if self.people else NOBODY)


def _exact(actor: User, text: str) -> list[User]:
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return list(colleagues(actor).filter(pk=int(text)))
    same_email = list(colleagues(actor).filter(email__iexact=text))
    return same_email or list(colleagues(actor).filter(name__iexact=text)[:MOST_CHOICES])
