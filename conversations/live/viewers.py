"""Who is behind a stream: the session and its person, read without Django's middleware (decision 18).

Plain synchronous code: the hub runs it in threads. The same is asked of every open stream each minute.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from contacts_project.accounts.models import User
from conversations.ringing import rings_for


@dataclass(frozen=True)
class Viewer:
    """A member of an account with a session; `rings` says whether a call rings for this person now."""

    user: int
    account: int
    session: str
    rings: bool = False


def viewer_of(request: ASGIRequest) -> Viewer | None:
    """Whose request this is; None for visitors, the deactivated, platform staff, and hosts that are not ours.

    Three queries, and what `rings_for` asks.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key or not key.isalnum() or not _is_our_host(request):
        return None
    request.session = SessionStore(key)
    user = auth.get_user(request)
    if not isinstance(user, User) or not user.is_active or user.account_id is None:
        return None
    return Viewer(user.pk, user.account_id, key, bool(rings_for(user)[:1]))


def still_here(viewers: Collection[Viewer]) -> set[Viewer]:
    """Those of them whose session lives on and whose person is active. Two queries, however many."""
    keys = {viewer.session for viewer in viewers}
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    found = {session.session_key: session.get_decoded() for session in sessions}
    people = User.objects.filter(is_active=True, account__isnull=False)
    users = people.in_bulk({viewer.user for viewer in viewers})
    return {viewer for viewer in viewers if _is_theirs(found.get(viewer.session), users.get(viewer.user))}


def _is_theirs(session: dict | None, user: User | None) -> bool:
    """As `django.contrib.auth.get_user`: the session names the person, and was made under the present password."""
    if not session or user is None or session.get(auth.SESSION_KEY) != str(user.pk):
        return False
    given = session.get(auth.HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(given, each) for each in hashes)


def _is_our_host(request: ASGIRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
