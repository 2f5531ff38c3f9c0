"""The one access rule of these pages as a decorator."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ..policy import require_account_admin

View = Callable[..., HttpResponseBase]


def for_account_admins(rule: str) -> Callable[[View], View]:
    """Answer 403 with `rule` and the administrators' names to everybody but account administrators."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require_account_admin(request.user, rule)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
