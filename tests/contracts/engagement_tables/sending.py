"""Engagements: pre-flight, send, pause, resume, cancel, retry (product.md §2c and §10; contract.md).

Sending needs Write on the engagement and on its channel; the account reviews before sending, so it goes to review.
"""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
READS = "    302  302   404   404   404   404   200   200   200   404   404   302"
REVIEWED = " 302  302   404   404   404   404   200   200   200   200   404   302"
SENDS = "    302  302   404   404   404   404   403   303   303   404   404   302"
OPENS = "    302  302   404   404   404   404   403   200   200   404   404   302"
TOO_LATE = " 302  302   404   404   404   404   403   409   409   404   404   302"

ROWS: list[Row] = [
    Row("engagements:engagement-preflight", "GET", READS, args=("draft",)),
    Row("engagements:engagement-preflight", "GET", READS, query="reason=archived", args=("draft",)),
    Row("engagements:engagement-preflight", "GET", READS, query="reason=nonsense", args=("draft",)),
    Row("engagements:engagement-preflight", "GET", REVIEWED, args=("reviewed",)),
    Row("engagements:engagement-send", "GET", OPENS, args=("draft",)),
    Row("engagements:engagement-send", "POST", SENDS, args=("draft",)),
    Row("engagements:engagement-send", "POST", TOO_LATE, args=("done",)),
    Row("engagements:engagement-pause", "POST", SENDS, args=("sending",)),
    Row("engagements:engagement-pause", "POST", TOO_LATE, args=("done",)),
    Row("engagements:engagement-resume", "POST", SENDS, args=("paused",)),
    Row("engagements:engagement-resume", "POST", TOO_LATE, args=("done",)),
    Row("engagements:engagement-cancel", "POST", SENDS, args=("sending",)),
    Row("engagements:engagement-cancel", "POST", TOO_LATE, args=("done",)),
    Row("engagements:engagement-retry", "POST", SENDS, args=("done",)),
    Row("engagements:engagement-retry", "POST", TOO_LATE, args=("draft",)),
]
