"""Who is signed in: allauth's backend, but a person is read together with the account, which every page needs."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from .models import User


class AccountBackend(AuthenticationBackend):
    """Signs in as allauth does."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session with his or her account, None for the deactivated. One query."""
        user = User.objects.select_related("account").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
