"""What higher apps may want to know of contacts: they subscribe in their apps.py (design/architecture.md §1)."""

from django.dispatch import Signal

# A record was joined into another one: `contact_id`, `kept_id`. Receivers move what is theirs, in the same transaction,
# and return {name: JSON} of what they moved, or None.
contact_joined = Signal()

# That was taken back: `contact_id`, `kept_id`, and in `moved` everything that the receivers returned then.
contact_parted = Signal()

# Departments work a contact no longer because it became personal: `contact_id`, `departments` (ids). The departments
# keep their conversations. Receivers return {name: JSON} as above.
contact_kept_personal = Signal()

# That was taken back: `contact_id`, `moved`.
contact_shared_again = Signal()

# Contacts have got numbers or emails: `contact_ids`. Sent in the transaction of the act, once the contacts stand as
# they will be, with their grants and links.
addresses_added = Signal()
