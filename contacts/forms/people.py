"""Naming a colleague in a form of contacts: the words of accounts, unchanged."""

from contacts_project.accounts.colleagues import MOST_CHOICES, PersonMixin, colleagues, like

__all__ = ["MOST_CHOICES", "PersonMixin", "colleagues", "like"]
