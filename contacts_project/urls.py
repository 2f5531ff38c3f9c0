"""All addresses (contract.md). Anonymous visitors reach only what is marked so by its view."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from contacts_project.core.health import healthz


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """GET /: the inbox (contract.md)."""
    return redirect("conversations:inbox")


urlpatterns = [
    path("", home, name="home"),
    path("", include("contacts_project.accounts.urls")),
    path("", include("departments.urls")),
    path("", include("contacts.urls")),
    path("", include("conversations.urls")),
    path("", include("conversations.engagements.urls")),
    path("keys/", TemplateView.as_view(template_name="pages/keys.html"), name="keys"),
    path("accounts/", include("contacts_project.accounts.sign_in_urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]

handler400 = "contacts_project.core.errors.bad_request"
handler403 = "contacts_project.core.errors.permission_denied"
handler404 = "contacts_project.core.errors.page_not_found"
handler500 = "contacts_project.core.errors.server_error"
handler429 = "contacts_project.core.errors.too_many"  # asked for by allauth
