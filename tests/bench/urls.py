"""Kithline's addresses and the floor: the least that a signed-in page of 50 rows can cost on this machine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from contacts.models import Contact
from contacts_project import urls as product

COLUMNS = ("given_name", "family_name", "company", "job_title", "created_at")
PAGE = 50


@require_safe
def floor(request: HttpRequest, template: str) -> HttpResponse:
    """Reads 50 rows by an index and renders five escaped cells of each; session and user come by the middleware."""
    rows = Contact.objects.filter(account=request.user.account_id, archived=False).order_by("sort_key", "pk")
    return render(request, template, {"rows": rows.values_list(*COLUMNS)[:PAGE]})


urlpatterns = [
    path("bench/floor/", floor, {"template": "floor.html"}),
    path("bench/framed/", floor, {"template": "framed_floor.html"}),  # the same inside the frame of every page
    *product.urlpatterns,
]
handler400, handler403, handler404 = product.handler400, product.handler403, product.handler404
handler500, handler429 = product.handler500, product.handler429
