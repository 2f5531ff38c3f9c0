"""Best call times of a contact, and the queue of a list (product.md §11)."""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
OPENS = "    302  302   404   404   404   403   403   200   200   404   404   302"
SAVES = "    302  302   404   404   404   403   403   303   303   404   404   302"
WRONG = "    302  302   404   404   404   403   403   422   422   404   404   302"
QUEUE = "    302  302   404   404   200   404   200   200   200   404   404   302"
PASSES = "   302  302   404   404   303   404   303   303   303   404   404   302"

WINDOW = {"days": "1", "from_hour": "9", "to_hour": "11"}

ROWS: list[Row] = [
    Row("conversations:contact-call-times", "GET", OPENS, args=("contact",)),
    Row("conversations:contact-call-times", "POST", SAVES, WINDOW, args=("contact",)),
    Row("conversations:contact-call-times", "POST", SAVES, {"clear": "1"}, args=("contact",)),
    Row("conversations:contact-call-times", "POST", WRONG, {**WINDOW, "to_hour": "8"}, args=("contact",)),
    Row("engagements:list-call-next", "GET", QUEUE, args=("list",)),
    Row("engagements:list-call-next", "POST", PASSES, {"pass": "{contact}"}, args=("list",)),
]
