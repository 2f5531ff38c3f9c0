"""A creating form is taken once: a second post with the same (user, `once`) answers the first one's 303 (contract.md).

The row of (user, once) is written in the same transaction as what the form makes, so a double click waits for the
first post on the unique index and then answers like it. A post that made nothing (an invalid form, one that only asks
for more) leaves no row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from contacts_project.core.htmx import go

from .models import Submission

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Decorate a view whose POST makes something and answers by `go`, `done` or another 303."""

    @wraps(view)
    def taken_once(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        token = _token(request)
        if token is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            submission, is_first = Submission.objects.get_or_create(user=request.user, once=token)
            if not is_first:
                return go(request, submission.location)
            response = view(request, *args, **kwargs)
            location = response.get("Location") or response.get("HX-Redirect") or getattr(request, "led_to", "")
            if response.status_code >= 400 or not location:  # nothing was made: the form may be sent again
                submission.delete()
            else:
                submission.location = location[:500]
                submission.save(update_fields=["location"])
            return response

    return taken_once


def _token(request: HttpRequest) -> uuid.UUID | None:
    """The form's `once`; None for other methods and where it is missing or malformed: then nothing is deduplicated."""
    if request.method != "POST":
        return None
    try:
        return uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return None
