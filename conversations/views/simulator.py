"""The outside world, played by hand: ring, text, fax, mail and chat with a channel (product.md §7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts_project.accounts.once import once
from contacts_project.core.htmx import SeeOther, answer, go
from contacts_project.core.phones import format_international
from conversations import simulated
from conversations.forms_simulator import RING, BehaviourForm, SimulatorForm, channel_label, channel_of
from conversations.models import Channel, Interaction
from conversations.services import simulated_calls, simulating
from conversations.visibility import get_interaction

Type = Interaction.Type
PAGE = "conversations/simulator.html"
THREAD, CALLS = "conversations/_simulator_thread.html", "conversations/_simulator_calls.html"
USUAL = "+1 202 555 0166"  # who calls when nobody was named
# What the page says has happened.
SAID = {
    Type.CALL: "Ringing {line}", Type.VOICEMAIL: "Voicemail left for {line}", Type.SMS: "Text sent to {line}",
    Type.MMS: "Picture sent to {line}", Type.FAX: "Fax sent to {line}", Type.EMAIL: "Mail sent to {line}",
    Type.CHAT: "Chat message sent to {line}",
}  # fmt: skip


@require_safe
def simulator(request: HttpRequest) -> HttpResponse:
    """GET /simulator/?from=&channel=&type="""
    _require_lines(request)
    chosen = channel_of(request.user, request.GET.get("channel", ""))
    form = SimulatorForm(user=request.user, initial=_initial(request, chosen))
    return _page(request, form, request.GET.get("from", "") or USUAL, chosen)


@require_POST
@once
def simulator_events(request: HttpRequest) -> HttpResponse:
    """POST /simulator/events/ {channel, from, type, body, outcome; subject, files}"""
    _require_lines(request)
    wanted = request.POST.get("channel", "")
    channel = channel_of(request.user, wanted)
    if wanted.strip() and channel is None:
        raise Http404
    form = SimulatorForm(request.POST, request.FILES, user=request.user, initial={})
    if form.is_valid() and channel:
        try:
            simulating.happen(form.happening(channel))
        except simulating.CannotHappen as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _words(form.happening(channel)))
            return go(request, _address(request.POST["from"], channel, form.cleaned_data["type"]))
    return _page(request, form, request.POST.get("from", ""), channel, status=422)


@require_POST
def simulator_call(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /simulator/calls/<id>/ {result}"""
    call = get_interaction(request.user, pk)
    if call.type != Type.CALL or not call.channel or call.channel.provider != simulating.SIMULATOR:
        raise Http404
    result = request.POST.get("result", "")
    if result not in simulated_calls.RESULTS:
        form = SimulatorForm(user=request.user, initial=_initial(request, call.channel))
        return _page(request, form, call.outside_address, call.channel, status=422)
    try:
        simulated_calls.play(call, result)
    except simulated_calls.CallOver as over:
        messages.info(request, str(over))
    return go(request, _address(call.outside_address, call.channel, Type.CALL))


@require_POST
def simulator_phone(request: HttpRequest) -> HttpResponse:
    """POST /simulator/phones/ {address, behaviour}"""
    _require_lines(request)
    form = BehaviourForm(request.POST)
    channel = channel_of(request.user, request.POST.get("channel", ""))
    if form.is_valid():
        try:
            address = simulating.set_behaviour(request.user, **form.cleaned_data)
        except simulating.CannotHappen as error:
            form.add_error("behaviour", str(error))
        else:
            messages.success(request, "Saved")
            return SeeOther(_address(address, channel)) if not request.htmx else go(request, _address(address, channel))
    world = SimulatorForm(user=request.user, initial=_initial(request, channel))
    return _page(request, world, request.POST.get("address", ""), channel, behaviour=form, status=422)


def _require_lines(request: HttpRequest) -> None:
    """The page is there for accounts with lines that use the simulator."""
    if not simulating.playable(request.user).exists():
        raise Http404


def _page(
    request: HttpRequest,
    form: SimulatorForm,
    sender: str,
    channel: Channel | None,
    *,
    behaviour: BehaviourForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, address = request.user, simulated.their_address(request.user, sender)
    entries = simulated.their_phone(user, address)
    channel = channel or (entries[-1].interaction.channel if entries else None)
    context: dict[str, Any] = {
        "form": form, "sender": sender, "address": address, "shown": _shown(address) or sender,
        "entries": entries, "channel": channel,
        "calls": [(call, simulated_calls.possible(call)) for call in simulated_calls.calls_going_on(user)],
        "behaviour": behaviour or _behaviour(request, address), "codes": _codes(request),
        "answers": _answers(channel), "here": _address(sender, channel), "section": "simulator",
    }  # fmt: skip
    return answer(request, PAGE, THREAD, CALLS, context=context, status=status)


def _initial(request: HttpRequest, channel: Channel | None) -> dict[str, Any]:
    kind = request.GET.get("type", "")
    return {
        "from": request.GET.get("from", "")[:254] or USUAL,
        "channel": channel.pk if channel else None,
        "type": kind if kind in Type.values else _answers(channel),
        "outcome": RING,
    }


def _answers(channel: Channel | None) -> str:
    """In which way somebody answers on this channel by words."""
    kinds: dict[str, str] = {Channel.Kind.EMAIL: Type.EMAIL, Channel.Kind.CHAT: Type.CHAT}
    return kinds.get(channel.kind, Type.SMS) if channel else Type.SMS


def _behaviour(request: HttpRequest, address: str) -> BehaviourForm:
    held = simulating.options_for(request.user.account_id, address)
    return BehaviourForm(initial={"address": address, **held})


def _shown(address: str) -> str:
    return format_international(address) if address.startswith("+") else address


def _codes(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """What verifies addresses that the viewer manages: (line, code or path, whether it is the path of a link)."""
    found = simulating.codes_for(request.user)
    return [(channel_label(channel), secret, channel.kind == Channel.Kind.EMAIL) for channel, secret in found]


def _words(what: simulating.Happening) -> str:
    """What whoever is outside knows: the same whether they are blocked or not."""
    line = what.channel.label or what.channel.address
    if what.type == Type.CALL and what.outcome != RING:
        return f"Call to {line} is over"
    return SAID[Type(what.type)].format(line=line)


def _address(sender: str, channel: Channel | None, kind: str = "") -> str:
    values = {"from": sender[:254], "channel": channel.pk if channel else "", "type": kind}
    return reverse("conversations:simulator") + "?" + urlencode({key: value for key, value in values.items() if value})
