"""What stands on the page of one channel: its settings, its people, how far its check is."""

from __future__ import annotations

from typing import Any

from contacts.forms.sharing import CollaboratorForm
from contacts_project.accounts.models import User

from . import policy
from .channel_rows import people_of, row_of
from .forms_channels import CAPABILITY_LABELS, SettingsForm
from .models import Channel
from .services.verifying import State, simulated_code, state_of


def channel_context(user: User, channel: Channel, **more: Any) -> dict[str, Any]:
    """Context of `conversations/channel_detail.html`; the channel must come from `policy`. Some ten queries.

    `more`: forms with errors under the names below, and `edit`, the id of the person whose row is opened.
    """
    actions = policy.allowed_actions(user, channel)
    live = set() if channel.archived_at else set(actions)
    people = people_of(channel)
    return {
        "section": "channels",
        "channel": channel,
        "row": row_of(user, channel),
        "actions": actions,
        "live_actions": live,
        "people": people,
        "is_here": any(person.line and person.user.pk == user.pk for person in people),
        "carries": [label for name, label in CAPABILITY_LABELS.items() if getattr(channel, f"has_{name}")],
        "settings_form": SettingsForm(actor=user, channel=channel),
        "people_form": CollaboratorForm(actor=user),
        "check": state_of(channel) if channel.needs_check and not channel.verified_at else State(None, False),
        "simulated": bool("share" in live and simulated_code(channel)),
        "edit": None,
        **more,
    }
