"""What happens to messages and calls that the higher app must know: the only use of signals here.

Each is sent inside the transaction of what happened; an exception undoes it.
"""

from django.dispatch import Signal

# A provider's report changed the status of a message, or a call ended. Arguments: interaction, outcome (of a call that
# ended: answered, machine, unanswered or busy; else "").
interaction_reported = Signal()
# Something came in: stored, with its people, not blocked. Arguments: interaction.
interaction_arrived = Signal()
# An address opted out of a medium (OptOut.Medium) that it had not left before. Arguments: account_id, medium, address.
address_opted_out = Signal()
# What became of a mail that we sent, of which its status tells nothing. Arguments: interaction, event (OPENED and so
# on), at (aware).
mail_tracked = Signal()

OPENED, CLICKED, COMPLAINED, BOUNCED, UNSUBSCRIBED = "opened", "clicked", "complained", "bounced", "unsubscribed"
