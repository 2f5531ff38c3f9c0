"""The photo of a contact, for those who see the contact. It is put and removed by the edit form."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.models import ContactPhoto


@require_safe
def contact_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/photo/: a re-encoded WebP. Its address carries the digest, so it may be kept for a day."""
    contact = policy.get_visible(request.user, pk)
    photo = ContactPhoto.objects.filter(contact=contact).first()
    if photo is None:
        raise Http404
    response = HttpResponse(bytes(photo.image), content_type=photo.content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400"
    response["ETag"] = etag = f'"{contact.photo_digest}"'
    return get_conditional_response(request, etag=etag, response=response) or response
