"""The link out of an email, and the recording that a phone system fetches: public, and only with a signature (RFC
8058; product.md §10)."""

from ..department_world import Row

#             anon inact strng other lread lnrd  read  write admin compl acadm staff
EVERYBODY = " 200  200   200   200   200   200   200   200   200   200   200   200"
NOBODY = "    404  404   404   404   404   404   404   404   404   404   404   404"

ROWS: list[Row] = [
    Row("engagements:unsubscribe", "GET", NOBODY, args=("forged",)),
    Row("engagements:unsubscribe", "POST", NOBODY, args=("forged",)),
    Row("engagements:unsubscribe", "GET", EVERYBODY, args=("signed",)),
    Row("engagements:unsubscribe", "POST", EVERYBODY, args=("signed",)),
    Row("engagements:unsubscribe", "POST", EVERYBODY, {"again": "1"}, args=("signed",)),
    Row("engagements:recording-file", "GET", NOBODY, args=("forged",)),
    Row("engagements:recording-file", "GET", EVERYBODY, args=("sound",)),
]
