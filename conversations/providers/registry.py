"""Which providers there are: names as channels store them, and where their class stands. Imported when first used.

What a provider needs beside the message itself, a function of `OPTIONS` reads: jobs ask `options_for` and hand it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.utils.module_loading import import_string

from .base import Provider

PROVIDERS: dict[str, str] = {
    "simulator": "conversations.providers.simulator.Simulator",
    "twilio": "conversations.providers.twilio.Twilio",
    "email": "conversations.providers.email.Email",
    "webchat": "conversations.providers.webchat.WebChat",
}
# Provider -> function (account id, outside address) -> Outgoing.options or OutgoingCall.options.
OPTIONS: dict[str, str] = {
    "simulator": "conversations.services.simulating.options_for",
}
# Provider -> function (account id, outside addresses) -> address -> the same, for many at once.
OPTIONS_OF_MANY: dict[str, str] = {
    "simulator": "conversations.services.simulating.options_of_many",
}


@cache
def get_provider(name: str) -> Provider:
    """The provider of this name. Raises KeyError for none."""
    return import_string(PROVIDERS[name])()


def providers_for(kind: str) -> list[Provider]:
    """Those that carry channels of this kind and are on, in the order above."""
    found = [get_provider(name) for name in PROVIDERS]
    return [provider for provider in found if kind in provider.kinds and provider.is_on()]


def options_for(name: str, account_id: int, address: str) -> dict[str, str]:
    """What the provider of this name is told beside the message or call itself; may read the database."""
    return import_string(OPTIONS[name])(account_id, address) if name in OPTIONS else {}


def options_of_many(name: str, account_id: int, addresses: Sequence[str]) -> dict[str, dict[str, str]]:
    """Address -> as `options_for`; at most one query for all."""
    if name not in OPTIONS_OF_MANY:
        return {address: options_for(name, account_id, address) for address in addresses}
    return import_string(OPTIONS_OF_MANY[name])(account_id, addresses)
