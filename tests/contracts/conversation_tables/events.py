"""Webhooks and their keys: machines without a signature get nothing, whoever is signed in; keys are administrators'."""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
UNSIGNED = "    401  401   401   401   401   401   401   401   401   401   401   401   401"
REFUSED = "     403  403   403   403   403   403   403   403   403   403   403   403   403"
NOTHING = "     404  404   404   404   404   404   404   404   404   404   404   404   404"
ADMINS = "      302  302   403   403   403   403   403   403   403   403   403   200   302"
ADMINS_DO = "   302  302   403   403   403   403   403   403   403   403   403   303   302"

TWILIO = (
    "twilio-message", "twilio-message-status", "twilio-call", "twilio-call-status", "twilio-voicemail",
    "twilio-recorded", "twilio-recording", "twilio-announcement",
)  # fmt: skip

ROWS: list[Row] = [
    Row("conversations:webhook-secrets", "GET", ADMINS),
    Row("conversations:webhook-secrets", "POST", ADMINS_DO),
    Row("conversations:webhook-secret-retire", "POST", ADMINS_DO, args=("secret",)),
    Row("conversations:webhook-interactions", "POST", UNSIGNED, data={"id": "1", "channel": "{line_address}"}),
    *(Row(f"conversations:{name}", "POST", REFUSED, data={"To": "{line_address}"}) for name in TWILIO),
    Row("conversations:twilio-media", "GET", NOTHING, args=("attached",)),
]
