"""Models of conversations. Read interactions through `visibility`, channels through `policy`."""

from .call_times import CallableHour, CallPreference, CallTimes
from .channels import CallbackPhone, Channel, ChannelCheck, ChannelPreference, ChannelUserObjectPermission
from .conversations import ChatVisitor, Conversation, ConversationParty, Mention, Presence, Unread
from .events import InboundEvent, SimulatedPhone, WebhookSecret
from .interactions import Attachment, Interaction, InteractionContact, Mail, RingDismissal
from .writing import Draft, MessageTemplate, OptOut

__all__ = [
    "Attachment",
    "CallPreference",
    "CallTimes",
    "CallableHour",
    "CallbackPhone",
    "Channel",
    "ChannelCheck",
    "ChannelPreference",
    "ChannelUserObjectPermission",
    "ChatVisitor",
    "Conversation",
    "ConversationParty",
    "Draft",
    "InboundEvent",
    "Interaction",
    "InteractionContact",
    "Mail",
    "Mention",
    "MessageTemplate",
    "OptOut",
    "Presence",
    "RingDismissal",
    "SimulatedPhone",
    "Unread",
    "WebhookSecret",
]
