"""Twilio: texts, picture messages and calls through its REST interface; what it posts to us is checked here too.

Calls are bridged: the colleague's own phone rings first, then Twilio dials the other side and shows our line. For
announcements it listens who has picked up, then comes back for the words (answering machine detection). Its library is
imported at first use only, because it costs much memory. `TWILIO_BASE_URL` lets a stand-in take its place. Credentials
go to its own hosts only, never to one that a payload names (design/security.md rule 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.signing import TimestampSigner
from django.urls import reverse

from .base import DeliveryError, File, OutcomeUnknown, Outgoing, OutgoingCall, Receipt
from .twilio_calls import ANNOUNCEMENT, CALL_FAILURES, NOT_CONNECTED, outcome_of
from .twilio_errors import words_of
from .twilio_media import fetch

if TYPE_CHECKING:
    from twilio.rest import Client

API = "https://api.twilio.com"
TIMEOUT = 15  # seconds
RINGS_FOR = 30  # seconds, each side
MOST_PICTURES = 10
LONGEST_SAID = 4000  # characters of one <Say>
LONGEST_MARKUP = 4000  # characters of TwiML that is handed over with a call
MEDIA_SALT = "twilio-media"
CONFIDENT = frozenset({429, 500, 503})  # surely not taken; other 5xx of a gateway may come after it was
REFUSED = frozenset({401, 404})  # wrong credentials or base address: somebody mends the settings, then it goes out
STATUSES: dict[str, str] = {
    "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip


class Twilio:
    """The provider `twilio`; on when the environment names TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."""

    name = "twilio"
    label = "Twilio"
    kinds = frozenset({"phone", "caller_id"})

    def is_on(self) -> bool:
        return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN)

    def send(self, message: Outgoing) -> Receipt:
        """Hand a text or a picture message over. Raises DeliveryError, OutcomeUnknown."""
        if message.type not in ("sms", "mms"):
            raise DeliveryError("Twilio carries texts, picture messages and calls only", permanent=True)
        facts: dict[str, Any] = {"to": message.to, "from_": message.sender, "body": message.body or None}
        if message.files:
            facts["media_url"] = _media(message)
        if site := public(message.callback):
            facts["status_callback"] = address(site, "twilio-message-status", key=message.key)
        with _explained():
            made = self._client().messages.create(**facts)
        return _receipt(made)

    def call(self, call: OutgoingCall) -> Receipt:
        """Ring the colleague's phone, then dial the other side; or read the code `options["say"]` out to it; or make an
        announcement. Raises DeliveryError, OutcomeUnknown.
        """
        site = public(call.callback)
        is_announcement = bool(call.say or call.recording)
        if is_announcement:
            facts = _announcement(call, site)
        elif say := call.options.get("say"):
            facts = {"to": call.to, "twiml": spoken(say)}
        elif call.bridge:
            facts = {"to": call.bridge, "twiml": bridge(call.to, call.sender, site, call.key)}
        else:
            raise DeliveryError("Say first where you are rung for your calls", permanent=True)
        if site:
            leg = {"leg": ANNOUNCEMENT} if is_announcement else {}
            facts["status_callback"] = address(site, "twilio-call-status", key=call.key, **leg)
            facts["status_callback_event"] = ["completed"]
        with _explained():
            made = self._client().calls.create(from_=call.sender, timeout=RINGS_FOR, **facts)
        return Receipt(made.sid, "sent" if is_announcement else "ringing")

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        """What became of the message or announcement; None without its id: Twilio keeps none of ours. Raises as
        `send`."""
        if not external_id:
            return None
        with _explained():
            if message.type == "call":
                return _receipt_of_call(self._client().calls(external_id).fetch())
            return _receipt(self._client().messages(external_id).fetch())

    def connect(self, external_id: str, *, to: str, caller_id: str, callback: str) -> None:
        """Lead a caller who waits to this phone; whoever does not pick up there leaves it to the voicemail.

        Raises DeliveryError (permanent when the caller has hung up), OutcomeUnknown.
        """
        after = address(callback, "twilio-voicemail")
        with _explained():
            self._client().calls(external_id).update(
                twiml=dial(to, caller_id, after, address(callback, "twilio-recording"))
            )

    def hang_up(self, external_id: str) -> None:
        """End a call that goes on. Raises DeliveryError, OutcomeUnknown."""
        with _explained():
            self._client().calls(external_id).update(status="completed")

    def fetch_media(self, url: str) -> File:
        """The file at an address that an event named. Raises as `twilio_media.fetch`."""
        return fetch(url, base=base_url(), user=settings.TWILIO_ACCOUNT_SID, password=settings.TWILIO_AUTH_TOKEN)

    def _client(self) -> Client:
        if not self.is_on():
            raise DeliveryError("Twilio is not set up on this server", permanent=False)
        return _client_of(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, base_url())


def base_url() -> str:
    """Where Twilio's interface stands, without a slash at its end."""
    return (settings.TWILIO_BASE_URL or API).rstrip("/")


def address(site: str, name: str, **query: str) -> str:
    """Our public address of this route, which Twilio signs as a whole, query included."""
    path = reverse(f"conversations:{name}")
    return f"{site.rstrip('/')}{path}{'?' + urlencode(query) if query else ''}"


def public(site: str) -> str:
    """The address of this site if Twilio may reach it; "" for this machine's own names, which it refuses."""
    host = urlsplit(site).hostname or ""
    return "" if "." not in host or host.startswith("127.") else site


def is_signed(url: str, params: Mapping[str, Any], signature: str) -> bool:
    """Whether Twilio signed this post to our public address `url`. False while no token is set."""
    if not settings.TWILIO_AUTH_TOKEN or not signature.isascii():
        return False
    from twilio.request_validator import RequestValidator

    return RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, params, signature)


def bridge(to: str, caller_id: str, callback: str, key: str) -> str:
    """TwiML for the colleague who has picked up: dial the other side, and report its leg."""
    response, voice = _response(), _voice()
    line = response.dial(caller_id=caller_id, timeout=RINGS_FOR, **_recorded(callback, key))
    reports = {}
    if callback:
        reports["status_callback"] = address(callback, "twilio-call-status", key=key, leg="contact")
        reports["status_callback_event"] = "answered completed"
    line.append(voice.Number(to, **reports))
    return str(response)


def dial(to: str, caller_id: str, after: str, recordings: str) -> str:
    """TwiML for a caller who waits: ring this phone, then go on at `after`."""
    response = _response()
    recorded = {"record": "record-from-answer-dual", "recording_status_callback": recordings}
    response.dial(
        to, caller_id=caller_id, timeout=RINGS_FOR, action=after, **(recorded if settings.TWILIO_RECORD_CALLS else {})
    )
    return str(response)


def waiting(site: str) -> str:
    """TwiML for a caller who rings on open pages: a word, a wait, then the voicemail."""
    response = _response()
    response.say("One moment. Somebody will be with you.")
    response.pause(length=RINGS_FOR)
    response.redirect(address(site, "twilio-voicemail"), method="POST")
    return str(response)


def voicemail(site: str) -> str:
    """TwiML that takes a message of three minutes at most."""
    response = _response()
    response.say("Nobody can take your call now. Leave a message after the tone.")
    response.record(
        action=address(site, "twilio-recorded"), max_length=180, timeout=10, trim="trim-silence", play_beep=True,
        recording_status_callback=address(site, "twilio-recording", kind="voicemail"),
    )  # fmt: skip
    return str(response)


def spoken(digits: str) -> str:
    """TwiML that reads a code out twice, digit by digit."""
    response = _response()
    response.say(f"Your code is {'. '.join(digits)}. Again: {'. '.join(digits)}.")
    return str(response)


def announcement(words: str, recording: str = "") -> str:
    """TwiML that plays the recording, else says the words, and hangs up."""
    response = _response()
    if recording:
        response.play(recording)
    else:
        for part in wrap(words, LONGEST_SAID) or [""]:
            response.say(part)
    response.hangup()
    return str(response)


def goodbye() -> str:
    response = _response()
    response.hangup()
    return str(response)


def rejected() -> str:
    """TwiML that lets a blocked caller hear that the line is busy."""
    response = _response()
    response.reject(reason="busy")
    return str(response)


def nothing() -> str:
    """TwiML that does nothing: the answer to a message."""
    return str(_response())


def _recorded(callback: str, key: str) -> dict[str, str]:
    if not settings.TWILIO_RECORD_CALLS or not callback:
        return {}
    return {
        "record": "record-from-answer-dual",
        "recording_status_callback": address(callback, "twilio-recording", key=key),
    }


def _announcement(call: OutgoingCall, site: str) -> dict[str, Any]:
    """Twilio comes back for the words with who has picked up, after a machine's tone; where it can't, it has them."""
    if call.recording and not public(call.recording):
        raise DeliveryError("A recording needs PUBLIC_ADDRESS, so that Twilio can fetch it", permanent=True)
    if site:
        played = {"play": call.recording} if call.recording else {}
        words = address(site, "twilio-announcement", key=call.key, **played)
        return {"to": call.to, "url": words, "machine_detection": "DetectMessageEnd"}
    markup = announcement(call.say, call.recording)
    if len(markup) > LONGEST_MARKUP:
        raise DeliveryError("Such a long text needs PUBLIC_ADDRESS, so that Twilio can fetch it", permanent=True)
    return {"to": call.to, "twiml": markup}


def _media(message: Outgoing) -> list[str]:
    """Addresses under which Twilio fetches the pictures, good for a day."""
    site = public(message.callback)
    if not site:
        raise DeliveryError("Picture messages need PUBLIC_ADDRESS, so that Twilio can fetch them", permanent=True)
    if len(message.files) > MOST_PICTURES or not all(file.attachment_id for file in message.files):
        raise DeliveryError(f"A picture message takes {MOST_PICTURES} pictures at most", permanent=True)
    signer = TimestampSigner(salt=MEDIA_SALT)
    names = (signer.sign(str(file.attachment_id)) for file in message.files)
    return [site.rstrip("/") + reverse("conversations:twilio-media", args=[name]) for name in names]


def _receipt_of_call(made: Any) -> Receipt:
    state = str(made.status)
    if state in CALL_FAILURES:
        return Receipt(made.sid, "failed", NOT_CONNECTED)
    outcome = outcome_of(state, made.answered_by or "")
    seconds = int(made.duration) if outcome and str(made.duration or "").isdigit() else None
    return Receipt(made.sid, "done" if outcome else "sent", outcome=outcome, seconds=seconds)


def _receipt(made: Any) -> Receipt:
    status = STATUSES.get(str(made.status), "sent")
    error = words_of(made.error_code) if status == "failed" else ""
    return Receipt(made.sid, status, error)


@cache
def _client_of(user: str, password: str, base: str) -> Client:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class Elsewhere(TwilioHttpClient):
        """Talks to `base`, whatever host the library would take."""

        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            at, own = urlsplit(url), urlsplit(base)
            there = urlunsplit((own.scheme, own.netloc, own.path + at.path, at.query, ""))
            return super().request(method, there if base != API else url, *args, **kwargs)

    return Client(user, password, http_client=Elsewhere(timeout=TIMEOUT))


class _explained:
    """Turns what the library raises into the two errors of the contract."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, DeliveryError | OutcomeUnknown):
            return
        from requests import exceptions as http
        from twilio.base.exceptions import TwilioRestException
        from urllib3 import exceptions as pool

        if isinstance(error, TwilioRestException):
            raise _refusal(error.status, error.code) from None
        if isinstance(error, http.ConnectTimeout | http.SSLError | http.ProxyError):
            raise DeliveryError("Twilio cannot be reached", permanent=False) from None
        if isinstance(error, http.ConnectionError):
            cause = error.args[0] if error.args else None
            if isinstance(cause, pool.MaxRetryError) and isinstance(cause.reason, pool.NewConnectionError):
                raise DeliveryError("Twilio cannot be reached", permanent=False) from None
        if isinstance(error, http.RequestException):
            raise OutcomeUnknown("Twilio did not answer in time") from None


def _refusal(status: int, code: int | None) -> Exception:
    if status in CONFIDENT:
        return DeliveryError("Twilio is busy", permanent=False)
    if status >= 500:
        return OutcomeUnknown("Twilio did not say what became of it")
    if status in REFUSED and code in (None, 20003, 20404):
        return DeliveryError("Twilio refuses the credentials of this server", permanent=False)
    return DeliveryError(words_of(code), permanent=True)


def _response() -> Any:
    return _voice().VoiceResponse()


def _voice() -> Any:
    from twilio.twiml import voice_response

    return voice_response
