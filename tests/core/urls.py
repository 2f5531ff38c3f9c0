"""Addresses that tests of the core visit instead of the product's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from contacts_project.core.errors import Refused
from contacts_project.core.health import healthz


def clock(request):
    return HttpResponse(timezone.get_current_timezone_name())


def hidden(request, pk):
    raise Http404(f"number {pk} is hidden")


def refused(request):
    raise Refused("Only the original owner can edit", who=["Marcus Bell"], way_out=("/suggest/", "Suggest the change"))


def forbidden(request):
    raise PermissionDenied("internal words")


@require_POST
def save(request):
    messages.success(request, "Saved")
    return HttpResponse(str(len(request.POST)))


@login_not_required
def broken(request):
    raise ValueError("call +1 202 555 0142 or write to someone@private.example")


urlpatterns = [
    path("clock/", clock),
    path("hidden/<int:pk>/", hidden),
    path("refused/", refused),
    path("forbidden/", forbidden),
    path("save/", save, name="save"),
    path("broken/", broken, name="broken"),
    path("healthz", healthz, name="healthz"),
    path("admin/", clock),
    path("accounts/", include("allauth.account.urls")),
]
handler400 = "contacts_project.core.errors.bad_request"
handler403 = "contacts_project.core.errors.permission_denied"
handler404 = "contacts_project.core.errors.page_not_found"
handler500 = "contacts_project.core.errors.server_error"
handler429 = "contacts_project.core.errors.too_many"
