"""What a line of a department's activity says of an interaction, before whom it was with."""

from __future__ import annotations

from dataclasses import dataclass

from .models import Interaction
from .words import CALLS, duration_in_words, is_missed

Type, Direction = Interaction.Type, Interaction.Direction
NOUNS: dict[str, str] = {
    Type.CALL: "call",
    Type.VOICEMAIL: "voicemail",
    Type.SMS: "text",
    Type.MMS: "picture message",
    Type.FAX: "fax",
    Type.CHAT: "chat message",
    Type.EMAIL: "email",
    Type.NOTE: "internal note",
}


@dataclass(frozen=True)
class Deed:
    """`head` begins the line where nobody of ours does ("Missed call"); else whoever did it does. `verb` follows."""

    verb: str
    head: str = ""


def deed_of(one: Interaction) -> Deed:
    """ "Missed call from", "answered a call, 4 min, from", "sent a text to", "logged an incoming call with"."""
    took = f", {duration_in_words(one.duration)}," if one.duration is not None and one.type in CALLS else ""
    noun = NOUNS[one.type]
    if one.is_by_hand:
        return Deed(f"logged an {one.get_direction_display().lower()} call{took} with")
    if one.direction == Direction.OUT:
        if one.type == Type.CALL:
            return Deed(f"called{took}")
        return Deed(f"sent {'an' if noun[0] in 'aeiou' else 'a'} {noun} to")
    if is_missed(one):
        return Deed("from", "Missed call")
    if one.type == Type.CALL and one.author_id:
        return Deed(f"answered a call{took} from")
    return Deed("from", noun.capitalize() + took.rstrip(","))
