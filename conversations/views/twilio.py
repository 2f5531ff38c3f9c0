"""What Twilio posts to us and fetches from us. Every post is checked against its signature first.

The answers are TwiML: what Twilio does next with a call. Effects are those of `services.twilio_traffic`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature, TimestampSigner
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from conversations.providers import twilio
from conversations.providers.twilio_calls import ANNOUNCEMENT
from conversations.services import twilio_intake
from conversations.services.twilio_calls import begin_call, words_of
from conversations.services.twilio_files import picture_of

from .webhooks import for_machines

View = Callable[[HttpRequest], HttpResponseBase]
LASTS = 24 * 3600  # seconds that Twilio may fetch a picture
SPOKE = ("completed", "answered")
LEGS = ("contact", ANNOUNCEMENT)  # legs of a call of ours that its addresses name


def from_twilio(view: View) -> View:
    """Answer 403 to whatever Twilio did not sign for our public address."""

    @for_machines
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        url = settings.PUBLIC_ADDRESS.rstrip("/") + request.get_full_path()
        if not twilio.is_signed(url, request.POST, request.headers.get("X-Twilio-Signature", "")):
            return HttpResponse("The signature is missing or wrong", status=403, content_type="text/plain")
        return view(request)

    return checked


@from_twilio
def twilio_message(request: HttpRequest) -> HttpResponseBase:
    """A text or picture message came in."""
    channel = twilio_intake.line_called(request.POST)
    if channel is None:
        raise Http404
    twilio_intake.keep_message(channel, request.POST)
    return _twiml(twilio.nothing())


@from_twilio
def twilio_message_status(request: HttpRequest) -> HttpResponseBase:
    """What became of a message of ours."""
    twilio_intake.keep_message_status(request.POST, request.GET.get("key", ""))
    return _twiml(twilio.nothing())


@from_twilio
def twilio_call(request: HttpRequest) -> HttpResponseBase:
    """A call comes in: it rings on open pages while the caller waits; blocked callers hear that it is busy."""
    channel = twilio_intake.line_called(request.POST)
    if channel is None:
        raise Http404
    is_wanted = begin_call(channel, request.POST)
    return _twiml(twilio.waiting(settings.PUBLIC_ADDRESS) if is_wanted else twilio.rejected())


@from_twilio
def twilio_call_status(request: HttpRequest) -> HttpResponseBase:
    """How a call goes on: of ours by the key it was placed with, else one that came in."""
    leg = request.GET.get("leg", "")
    twilio_intake.keep_call_status(request.POST, request.GET.get("key", ""), leg if leg in LEGS else "")
    return _twiml(twilio.nothing())


@from_twilio
def twilio_announcement(request: HttpRequest) -> HttpResponseBase:
    """Somebody or a machine has picked up a call that announces something: the words, or the recording that `play`
    names. Our own address of it is part of what Twilio signed."""
    key = request.GET.get("key", "")
    twilio_intake.keep_pick_up(request.POST, key)
    return _twiml(twilio.announcement(words_of(key), request.GET.get("play", "")))


@from_twilio
def twilio_voicemail(request: HttpRequest) -> HttpResponseBase:
    """Nobody picked up: the caller may leave a message. After a talk there is nothing more to say."""
    dialled = request.POST.get("DialCallStatus", "")
    twilio_intake.keep_call_status(request.POST, leg="dial" if dialled else "voicemail")
    return _twiml(twilio.goodbye() if dialled in SPOKE else twilio.voicemail(settings.PUBLIC_ADDRESS))


@from_twilio
def twilio_recorded(request: HttpRequest) -> HttpResponseBase:
    """The message is spoken; its file comes later."""
    return _twiml(twilio.goodbye())


@from_twilio
def twilio_recording(request: HttpRequest) -> HttpResponseBase:
    """A recording is ready to be fetched."""
    is_voicemail = request.GET.get("kind") == "voicemail"
    twilio_intake.keep_recording(request.POST, request.GET.get("key", ""), is_voicemail=is_voicemail)
    return _twiml(twilio.nothing())


@login_not_required
@require_safe
def twilio_media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture of a message of ours, under a name that we signed for a day; anything else is 404."""
    try:
        pk = TimestampSigner(salt=twilio.MEDIA_SALT).unsign(name, max_age=LASTS)
    except BadSignature:
        raise Http404 from None
    picture = picture_of(pk)
    if picture is None:
        raise Http404
    try:
        opened = picture.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, content_type=picture.content_type, as_attachment=True, filename=picture.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _twiml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/xml")
