"""What happens to people that higher apps must act on: the only use of signals (design/architecture.md §1)."""

from django.dispatch import Signal

# Sent inside the transaction of a deactivation, before its commit. Arguments: user, successor (both of one account,
# successor active), actor. Receivers hand grants and ownership over; an exception undoes the deactivation.
user_deactivated = Signal()
