"""Engagements: collaborators, and the review of a compliance administrator (product.md §2c and §10)."""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
SHARES = "   302  302   404   404   404   404   403   403   303   404   404   302"
MANAGES = "  302  302   404   404   404   404   403   403   200   404   404   302"
MISTAKES = " 302  302   404   404   404   404   403   403   422   404   404   302"
REVIEWS = "  302  302   404   404   404   404   403   403   403   303   404   302"
WRONG = "    302  302   404   404   404   404   403   403   403   422   404   302"
HIDDEN = "   302  302   404   404   404   404   403   403   403   404   404   302"

ROWS: list[Row] = [
    Row("engagements:engagement-collaborators", "GET", MANAGES, args=("draft",)),
    Row(
        "engagements:engagement-collaborators",
        "POST",
        SHARES,
        {"user": "{colleague}", "access": "read"},
        args=("draft",),
    ),
    Row(
        "engagements:engagement-collaborators",
        "POST",
        MISTAKES,
        {"user": "x@x.example", "access": "read"},
        args=("draft",),
    ),
    Row("engagements:engagement-collaborator", "POST", SHARES, {"access": "read"}, args=("draft", "colleague")),
    Row("engagements:engagement-collaborator-remove", "POST", SHARES, args=("draft", "colleague")),
    Row("engagements:engagement-review", "POST", REVIEWS, {"answer": "approve"}, args=("reviewed",)),
    Row("engagements:engagement-review", "POST", WRONG, {"answer": "decline", "message": ""}, args=("reviewed",)),
    Row("engagements:engagement-review", "POST", WRONG, {"answer": "perhaps"}, args=("reviewed",)),
    Row("engagements:engagement-review", "POST", HIDDEN, {"answer": "approve"}, args=("draft",)),
]
