"""Finding words in notes and colleagues. Contacts are found through `filters` and `paging`."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value

from contacts_project.accounts.models import User

from . import policy
from .models import Note

NOTES = 10
COLLEAGUES = 10


def folded(expression) -> Func:
    """The SQL function that contact names are folded with: case and accents do not matter."""
    return Func(expression, function="fold", output_field=TextField())


def note_vector() -> SearchVector:
    """What the index note_words holds."""
    return SearchVector(folded(F("body")), config="simple")


def find_notes(user: User, typed: str, *, archived: bool = False) -> list[Note]:
    """The newest notes with all these words that `user` may read, on contacts that he or she sees. One query.

    A private note is found by its author alone (product.md §2a).
    """
    words = SearchQuery(folded(Value(typed)), config="simple", search_type="plain")
    readable = Q(visibility=Note.Visibility.PUBLIC) | Q(author=user)
    notes = Note.objects.annotate(words=note_vector()).filter(readable, words=words)
    # Asked of each note that has the words, which are few; never of all contacts that the user sees.
    notes = notes.filter(Exists(policy.visible_to(user).filter(pk=OuterRef("contact"), archived=archived)))
    return list(notes.select_related("contact", "author").order_by("-created_at", "-pk")[:NOTES])


def find_colleagues(user: User, typed: str) -> list[User]:
    """Active people of the account whose name or email holds what was typed; names are open to all of them."""
    colleagues = User.objects.filter(account=user.account_id, is_active=True)
    return list(colleagues.filter(Q(name__icontains=typed) | Q(email__icontains=typed)).order_by("name")[:COLLEAGUES])
