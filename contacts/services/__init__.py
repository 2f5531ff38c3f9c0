"""Writes on contacts: one transaction each, rights asked of `policy`, named errors."""
