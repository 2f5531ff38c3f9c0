"""One's own page: name, time zone, theme, keys, and the way to a new password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.core.htmx import SeeOther, answer, go, wants_fragment

from ..forms import MySettingsForm, ThemeForm
from ..models import User


@require_http_methods(["GET", "HEAD", "POST"])
def my_settings(request: HttpRequest) -> HttpResponse:
    """The form, and its saving. The whole page comes again: theme and keys are set on its root."""
    me = User.objects.select_related("account").get(pk=request.user.pk)  # a refused name must not show in the menu
    form = MySettingsForm(request.POST or None, instance=me)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved")
        return go(request, "accounts:my-settings")
    status = 422 if request.method == "POST" else 200
    return answer(request, "accounts/my_settings.html", "accounts/_my_form.html", context={"form": form}, status=status)


@require_POST
def my_theme(request: HttpRequest) -> HttpResponse:
    """What the switch in the sidebar posts: remembers the theme and leads back to the page it stood on."""
    form = ThemeForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return HttpResponse("Choose auto, light or dark.", status=422, content_type="text/plain")
    form.save()
    if wants_fragment(request):
        return HttpResponse(status=204)
    page = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return SeeOther(page if safe else reverse("accounts:my-settings"))
