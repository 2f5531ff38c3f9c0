"""One's own phone, rung first when one calls out by a click (product.md §7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from contacts.templatetags.contacts import phone_text
from contacts_project.core.htmx import answer, go
from conversations.forms_calls import CallbackPhoneForm
from conversations.services.placing import callback_number, set_callback_number

PAGE, FRAGMENT = "conversations/my_phone.html", "conversations/_my_phone.html"


@require_http_methods(["GET", "HEAD", "POST"])
def my_phone(request: HttpRequest) -> HttpResponse:
    """GET, POST /me/phone/ {number}; an empty one is forgotten."""
    region = request.user.account.default_region
    if request.method != "POST":
        number = callback_number(request.user)
        form = CallbackPhoneForm(initial={"number": phone_text(number, region=region) if number else ""}, region=region)
        return answer(request, PAGE, FRAGMENT, context={"form": form, "section": "me"})
    form = CallbackPhoneForm(request.POST, region=region)
    if not form.is_valid():
        return answer(request, PAGE, FRAGMENT, context={"form": form, "section": "me"}, status=422)
    set_callback_number(request.user, form.cleaned_data["number"])
    messages.success(request, "Your phone is saved" if form.cleaned_data["number"] else "Your phone is forgotten")
    return go(request, "conversations:my-phone")
