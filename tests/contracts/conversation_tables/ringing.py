"""Calls while they go on and after them, news, and one's own phone (product.md §2c and §7)."""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
ANYBODY = "     302  302   200   200   200   200   200   200   200   200   200   200   302"
NO_STREAM = "   302  302   204   204   204   204   204   204   204   204   204   204   302"
SAVED = "       302  302   303   303   303   303   303   303   303   303   303   303   302"
UNREADABLE = "  302  302   422   422   422   422   422   422   422   422   422   422   302"
SENDERS = "     302  302   404   404   404   404   403   303   303   404   404   404   302"
UNKNOWNS = "    302  302   404   404   404   403   403   303   303   404   404   404   302"
OPERATORS = "   302  302   404   404   404   404   404   404   404   303   303   404   302"
WHO_TALKS = "   302  302   404   404   404   404   403   303   403   404   404   404   302"
HIDDEN = "      302  302   404   404   404   404   404   404   404   404   404   404   302"
NO_ANSWER = "   302  302   404   404   404   404   403   422   422   404   404   404   302"
WRONG = "       302  302   404   404   404   404   403   422   403   404   404   404   302"

ANSWER, NOT_ME = {"answer": "answer"}, {"answer": "not-me"}
FINISHED = {"outcome": "visit booked", "note": "Bay 2", "follow_up": "2099-01-01"}

ROWS: list[Row] = [
    Row("conversations:events", "GET", NO_STREAM),
    Row("conversations:ringing", "GET", ANYBODY),
    Row("conversations:my-phone", "GET", ANYBODY),
    Row("conversations:my-phone", "POST", SAVED, {"number": "(202) 555-0143"}),
    Row("conversations:my-phone", "POST", UNREADABLE, {"number": "12"}),
    Row("conversations:call-answer", "POST", SENDERS, ANSWER, args=("line_call",)),
    Row("conversations:call-answer", "POST", SENDERS, NOT_ME, args=("line_call",)),
    Row("conversations:call-answer", "POST", UNKNOWNS, ANSWER, args=("unknown_call",)),
    Row("conversations:call-answer", "POST", OPERATORS, ANSWER, args=("office_call",)),
    Row("conversations:call-answer", "POST", SENDERS, ANSWER, args=("taken_call",)),  # too late: told, not refused
    Row("conversations:call-answer", "POST", NO_ANSWER, args=("line_call",)),
    Row("conversations:call-answer", "POST", HIDDEN, ANSWER, args=("message",)),  # a text does not ring
    Row("conversations:call-hang-up", "POST", WHO_TALKS, args=("taken_call",)),
    Row("conversations:interaction-wrap-up", "POST", WHO_TALKS, FINISHED, args=("taken_call",)),
    Row("conversations:interaction-wrap-up", "POST", WRONG, {"outcome": "bribed"}, args=("taken_call",)),
]
