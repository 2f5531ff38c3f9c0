"""Who owns the imported contacts: the importer, or for account administrators the person a column names.

An owner is named by email or full name. What names nobody is chosen once for each distinct value (product.md §6).
"""

from collections import Counter

from contacts.models import Import
from contacts_project.accounts.models import User

MOST_OWNERS = 200
NOT_OWNERS = f"The owner column has more than {MOST_OWNERS} different values. It does not look like owners."
NOT_ALLOWED = "Only account administrators import contacts for other owners."


def may_set_owner(user: User) -> bool:
    return user.is_active and user.is_account_admin and user.account_id is not None


def key(text: str) -> str:
    """How owner values are compared: letter case and blanks do not matter."""
    return " ".join(text.casefold().split())


def people_of(user: User) -> list[User]:
    """Everybody who may become an owner: the active users of the account, by name."""
    return list(User.objects.filter(account=user.account_id, is_active=True).order_by("name", "email"))


def known_owners(user: User) -> dict[str, int]:
    """Email and full name of each active user -> id; a name that two people bear names nobody."""
    people = people_of(user)
    names = Counter(key(person.name) for person in people if person.name)
    found = {key(person.name): person.pk for person in people if person.name and names[key(person.name)] == 1}
    return found | {key(person.email): person.pk for person in people}


class Owners:
    """Finds the owner of each row of one import, with the rights that its user has now."""

    def __init__(self, made: Import):
        self.user_id = made.user_id
        self.allowed = may_set_owner(made.user)
        self.known = known_owners(made.user) if self.allowed else {}
        self.people = set(self.known.values())
        self.chosen: dict[str, int] = made.mapping.get("owners") or {}

    def owner_of(self, text: str) -> int:
        """Id of the owner; the importer where the cell is empty. Raises LookupError with a sentence."""
        if not text:
            return self.user_id
        if not self.allowed:
            raise LookupError(NOT_ALLOWED)
        found = self.known.get(key(text)) or self.chosen.get(key(text))
        if found == self.user_id or found in self.people:
            return found
        raise LookupError(f"No active account user is called {text[:100]}.")
