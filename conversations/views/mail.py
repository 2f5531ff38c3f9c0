"""The formatted body of a mail, as a page of its own for a frame (design/security.md §9)."""

from __future__ import annotations

import base64

from csp.constants import HEADER
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from conversations.mail_html import LARGEST_PICTURE, PICTURES, POLICY, page
from conversations.models import Attachment, Interaction, Mail
from conversations.visibility import get_interaction

MOST_BYTES = 8 * 1024 * 1024  # of all pictures of one page


@require_safe
@never_cache
@xframe_options_sameorigin
def interaction_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /interactions/<id>/mail/: for whoever may read the mail; 404 for other types. Never more than 3 queries."""
    interaction = get_interaction(request.user, pk)
    mail = Mail.objects.filter(interaction=interaction).first()
    if mail is None or interaction.type != Interaction.Type.EMAIL:
        raise Http404
    found = {one.position: one for one in interaction.attachments.filter(position__in=mail.pictures.values())}
    pictures = Pictures({key: found[place] for key, place in mail.pictures.items() if place in found})
    response = HttpResponse(page(mail.html, interaction.body, pictures.address))
    response[HEADER] = POLICY
    response["Cache-Control"] = "private, no-store"
    return response


class Pictures:
    """The pictures of a mail by their content ids, each read once; together at most MOST_BYTES, however often shown."""

    def __init__(self, pictures: dict[str, Attachment]) -> None:
        self.pictures = pictures
        self.read: dict[str, str] = {}
        self.left = MOST_BYTES

    def address(self, content_id: str) -> str:
        """The picture as a data: address; "" for none, a large one, one too many, or what is no picture."""
        content_id = content_id.strip()
        if content_id not in self.read:
            self.read[content_id] = self._load(self.pictures.get(content_id))
        made = self.read[content_id]
        self.left -= len(made)
        return made if self.left >= 0 else ""

    def _load(self, one: Attachment | None) -> str:
        if one is None or one.content_type not in PICTURES or one.size > LARGEST_PICTURE:
            return ""
        try:
            with one.file.open("rb") as opened:
                return f"data:{one.content_type};base64,{base64.b64encode(opened.read()).decode()}"
        except FileNotFoundError:
            return ""
