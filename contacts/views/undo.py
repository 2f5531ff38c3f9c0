"""Undo of the message just shown."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from contacts.models import UndoStep
from contacts.services import undoing
from contacts_project.core.htmx import go


@require_POST
def undo(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """POST /undo/<token>/: take the step back and go where its effect shows; somebody else's token is a 404."""
    try:
        message, address = undoing.undo(request.user, token)
    except UndoStep.DoesNotExist:
        raise Http404 from None
    except undoing.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return go(request, "contacts:contact-list")
    messages.success(request, message)
    return go(request, address)
