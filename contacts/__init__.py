"""Contacts of every kind, and who may do what with them."""
