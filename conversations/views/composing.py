"""Writing: messages in a thread, to a contact, and to anybody; their drafts (product.md §7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts import policy as contact_policy
from contacts.models import Contact
from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import SeeOther, answer, done, go, wants_fragment
from conversations import merging, policy
from conversations.composing import Composer, composer_for, composer_to_anybody, people_in
from conversations.forms_writing import Hidden, MessageForm, StartForm
from conversations.models import Channel, Conversation, Interaction
from conversations.services.attaching import FileRefused
from conversations.services.dialling import CannotDial, dial
from conversations.services.drafting import Text, draft_to_send, save_draft
from conversations.services.sending import CannotSend, send_message
from conversations.visibility import get_conversation

PAGES = ("conversations/compose.html", "conversations/_composer.html")
START_PAGES = ("conversations/conversation_start.html", "conversations/_start_form.html")
KEPT = "Kept as a draft"


@require_http_methods(["GET", "HEAD", "POST"])
@once
def conversation_message(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /conversations/<id>/messages/ ?template=: the composer alone; POST {type, body, subject, files, send_at}.

    `contact` leads back to that contact's record.
    """
    conversation = get_conversation(request.user, pk)
    policy.require(request.user, "send", conversation.channel)
    record = _contact(request)
    if request.method != "POST":
        template = request.GET.get("template", "")
        return _show(request, composer_for(request.user, conversation=conversation, contact=record, template=template))
    form = MessageForm(request.POST, request.FILES)
    sent = _send_in_thread(request, form, conversation)
    if sent is None:
        return _show_again(request, form, conversation=conversation, contact=record)
    _say(request, sent)
    if record:
        return done(request, f"{resolve_url('conversations:contact-conversations', record.pk)}?thread={pk}")
    return done(request, resolve_url("conversations:conversation-detail", pk))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def conversation_start(request: HttpRequest) -> HttpResponse:
    """GET /conversations/start/ ?to= channel= type= contact= template=; POST {channel, to, type, body, contact}."""
    contact = _contact(request)
    if request.method != "POST":
        return _start_page(request, contact)
    form = StartForm(request.POST, request.FILES, actor=request.user, contact=contact)
    try:
        is_valid = form.is_valid()
    except Hidden as hidden:
        raise Http404 from hidden
    sent = _start(request, form, contact) if is_valid else None
    if sent is None:
        return _show_again(request, form, contact=contact)
    _say(request, sent)
    if contact and sent.type != Interaction.Type.CALL:
        return done(request, resolve_url("conversations:contact-conversations", contact.pk))
    return go(request, resolve_url("conversations:conversation-detail", sent.conversation_id))


@require_POST
def conversation_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/draft/ {type, body, subject, files}: kept while one types."""
    conversation = get_conversation(request.user, pk)
    policy.require(request.user, "send", conversation.channel)
    return _keep(request, conversation=conversation, contact=_contact(request))


@require_POST
def contact_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/draft/ {from, channel, type, to, body, subject, files}."""
    contact = contact_policy.get_visible(request.user, pk)
    return _keep(request, contact=contact)


def _contact(request: HttpRequest) -> Contact | None:
    """The contact to whom it goes, if one is named; a hidden one is none."""
    text = (request.POST.get("contact") or request.GET.get("contact") or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return contact_policy.get_visible(request.user, int(text))


def _send_in_thread(request: HttpRequest, form: MessageForm, conversation: Conversation) -> Interaction | None:
    """The message, or None with the reasons on the form."""
    if not form.is_valid():
        return None
    people = people_in(request.user, conversation)
    _require_live(conversation.channel, people)
    default = {"email": "email", "chat": "chat"}.get(conversation.channel.kind, "sms")
    facts = _facts(form, request, people[0] if len(people) == 1 else None)
    if facts is None:
        return None
    draft = draft_to_send(request.user, conversation=conversation)
    return _send(
        request, form, channel=conversation.channel, to=conversation.outside_address, conversation=conversation,
        type=form.cleaned_data["type"] or default, draft=draft, **facts,
    )  # fmt: skip


def _start(request: HttpRequest, form: StartForm, contact: Contact | None) -> Interaction | None:
    data = form.cleaned_data
    if contact:
        _require_live(data["channel"], [contact])
    if data["type"] == Interaction.Type.CALL:
        try:
            return dial(request.user, channel=data["channel"], to=data["to"])
        except CannotDial as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return None
    draft = draft_to_send(request.user, contact=contact) if contact else None
    facts = _facts(form, request, contact)
    if facts is None:
        return None
    return _send(request, form, channel=data["channel"], to=data["to"], type=data["type"], draft=draft, **facts)


def _facts(form: MessageForm, request: HttpRequest, contact: Contact | None) -> dict[str, Any] | None:
    """What is sent, merge fields filled; None with the reason on the form."""
    facts, values = form.facts(), merging.values_for(contact, request.user)
    for name in ("subject", "body"):
        try:
            facts[name] = merging.merge(facts[name], values)
        except merging.MergeProblem as error:
            form.add_error(name, str(error))
            return None
    return facts


def _send(request: HttpRequest, form: MessageForm, **facts: Any) -> Interaction | None:
    try:
        with transaction.atomic():
            return send_message(request.user, **facts)
    except CannotSend as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _require_live(channel: Channel, people: list[Contact]) -> None:
    """Nothing is written to archived contacts; a department's line brings its contact back (product.md §2a, §5)."""
    if people and channel.department_id is None and all(one.archived_at for one in people):
        raise Refused(contact_policy.ARCHIVED)


def _say(request: HttpRequest, sent: Interaction) -> None:
    if sent.send_at:
        local = timezone.localtime(sent.send_at)
        messages.success(request, f"Scheduled for {local:%-d %B}, {local.hour}:{local.minute:02}")


def _show(request: HttpRequest, composer: Composer, *, status: int = 200) -> HttpResponse:
    context = {"composer": composer, "section": "contacts" if composer.conversation is None else "inbox"}
    return answer(request, *PAGES, context=context, status=status)


def _start_page(request: HttpRequest, contact: Contact | None) -> HttpResponse:
    asked = {name: request.GET.get(name, "").replace("\x00", "") for name in ("to", "channel", "type", "template")}
    if contact:
        return _show(request, composer_for(request.user, contact=contact, template=asked["template"]))
    context = {"composer": composer_to_anybody(request.user, **asked), "section": "inbox"}
    return answer(request, *START_PAGES, context=context)


def _show_again(
    request: HttpRequest,
    form: MessageForm,
    *,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
) -> HttpResponse:
    """422 with what was typed and what is wrong with it; in a thread or to a contact it is kept as a draft as well."""
    posted = request.POST
    if conversation or contact:
        place = {"conversation": conversation} if conversation else {"contact": contact}
        save_draft(request.user, _text(request), **place)
        composer = composer_for(request.user, conversation=conversation, contact=contact)
    else:
        composer = composer_to_anybody(
            request.user, to=posted.get("to", ""), channel=posted.get("channel", ""), type=posted.get("type", "")
        )
    composer.body, composer.subject = posted.get("body", ""), posted.get("subject", "")
    composer.send_at, chosen = posted.get("send_at", ""), posted.get("from", "")
    composer.chosen = next((one for one in composer.options if one.value == chosen), composer.chosen)
    composer.errors = {name if name != "__all__" else "form": " ".join(errors) for name, errors in form.errors.items()}
    if conversation or contact:
        response = _show(request, composer, status=422)
        target = "#composer"
    else:
        response = answer(request, *START_PAGES, context={"composer": composer, "section": "inbox"}, status=422)
        target = "#start-form"
    if wants_fragment(request):
        response["HX-Retarget"], response["HX-Reswap"] = target, "outerHTML"
    return response


def _keep(
    request: HttpRequest, *, conversation: Conversation | None = None, contact: Contact | None = None
) -> HttpResponse:
    """Keep the draft: 204 while somebody types, the composer again where files came, 303 back without a script."""
    form = MessageForm(request.POST, request.FILES)
    form.is_valid()
    place: dict[str, Any] = {"conversation": conversation} if conversation else {"contact": contact}
    error, files = " ".join(form.errors.get("files", [])), form.cleaned_data.get("files", [])
    try:
        save_draft(request.user, _text(request), **place, files=files, once=request.POST.get("once", ""))
    except FileRefused as refused:
        error = str(refused)
    if not error and not files and wants_fragment(request):
        return HttpResponse(status=204)
    composer = composer_for(request.user, conversation=conversation, contact=contact)
    if not error and not wants_fragment(request):
        messages.success(request, KEPT)
        return SeeOther(composer.back)
    if error:
        composer.errors = {"files": error}
        composer.body, composer.subject = request.POST.get("body", ""), request.POST.get("subject", "")
    return _show(request, composer, status=422 if error else 200)


def _text(request: HttpRequest) -> Text:
    """What stands in the composer that was posted; the line only if the user may write from it."""
    posted = request.POST
    line, type, to = posted.get("channel", ""), posted.get("type", ""), posted.get("to", "")
    if posted.get("from"):
        line, _, rest = posted["from"].partition(".")
        type, _, to = rest.partition(".")
    channel = None
    if line.isascii() and line.isdecimal() and len(line) < 19:
        channel = policy.channels_with(request.user, "send").filter(pk=int(line)).first()
    return Text(posted.get("body", ""), posted.get("subject", ""), type, to, channel)
