"""The edit history of a contact as one viewer may read it (product.md §12): `page_of` and the words of its lines.

Reads only; what the database recorded is never changed here. `services.restoring` puts values back.
"""
