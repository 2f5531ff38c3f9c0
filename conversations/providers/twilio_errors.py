"""What Twilio's error codes mean, in words for the person who wrote or called (its list of errors and warnings)."""

from __future__ import annotations

WORDS: dict[int, str] = {
    21201: "There is no number to call",
    21210: "Twilio does not know this Caller ID as verified",
    21211: "This number does not exist",
    21212: "Twilio does not know the line that it was sent from",
    21214: "This number cannot be reached",
    21215: "Calls to this country are switched off at Twilio",
    21217: "This number does not exist",
    21219: "A trial account at Twilio reaches verified numbers only",
    21220: "The call is over",
    21408: "Texts to this country are switched off at Twilio",
    21601: "The line that it was sent from carries no texts",
    21602: "There is nothing in the message",
    21606: "The line that it was sent from carries no texts",
    21608: "A trial account at Twilio reaches verified numbers only",
    21610: "They have opted out by answering STOP",
    21612: "No carrier takes texts from this line to that number",
    21614: "This number takes no texts",
    21617: "The message is too long",
    21620: "A picture cannot be fetched",
    30001: "Too many messages wait at Twilio",
    30002: "The account at Twilio is suspended",
    30003: "The phone is switched off or out of reach",
    30004: "The carrier or the person blocks messages",
    30005: "This number is unknown or no longer in use",
    30006: "A landline, or a carrier that takes no texts",
    30007: "The carrier filtered it as unwanted",
    30008: "The carrier gave no reason",
    30011: "The carrier takes no pictures for this number",
    30019: "The carrier found the message too large",
    30032: "The toll-free number that it was sent from is not verified",
    30034: "The number that it was sent from is not registered for business texts",
}


def words_of(code: object) -> str:
    """The words of a code as Twilio gives it (number, text or nothing); its number where no words are known."""
    try:
        number = int(str(code))
    except ValueError:
        return "Twilio could not deliver it"
    return WORDS.get(number, f"Twilio could not deliver it (error {number})")
