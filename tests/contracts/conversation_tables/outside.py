"""Mail bodies as their mails; the page of a web chat for everybody; mail services without the secret get nothing."""

from ..department_world import Row
from .inbox import BOTH_ENDS, THE_LINE

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
NO_MAIL = "     302  302   404   404   404   404   404   404   404   404   404   404   302"
PUBLIC = "      200  200   200   200   200   200   200   200   200   200   200   200   200"
TAKEN = "       303  303   303   303   303   303   303   303   303   303   303   303   303"
NOTHING = "     422  422   422   422   422   422   422   422   422   422   422   422   422"
UNSIGNED = "    401  401   401   401   401   401   401   401   401   401   401   401   401"

ROWS: list[Row] = [
    Row("conversations:interaction-mail", "GET", BOTH_ENDS, args=("mail",)),
    Row("conversations:interaction-mail", "GET", THE_LINE, args=("unknown_mail",)),
    Row("conversations:interaction-mail", "GET", NO_MAIL, args=("message",)),
    Row("conversations:chat", "GET", PUBLIC, args=("chat_key",)),
    Row("conversations:chat-messages", "GET", PUBLIC, args=("chat_key",)),
    Row("conversations:chat-messages", "POST", TAKEN, args=("chat_key",), data={"body": "Are you open?"}),
    Row("conversations:chat-messages", "POST", NOTHING, args=("chat_key",), data={"body": " "}),
    Row("conversations:webhook-email", "POST", UNSIGNED, args=("hook",)),
]
