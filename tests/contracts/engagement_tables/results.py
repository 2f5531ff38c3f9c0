"""Engagements: what became of them (product.md §2c and §10). A draft's address leads to its form."""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
READS = "    302  302   404   404   404   404   200   200   200   404   404   302"
DRAFT = "    302  302   404   404   404   404   200   303   303   404   404   302"
REVIEWED = " 302  302   404   404   404   404   200   200   200   200   404   302"

ROWS: list[Row] = [
    Row("engagements:engagement-detail", "GET", DRAFT, args=("draft",)),
    Row("engagements:engagement-detail", "GET", REVIEWED, args=("reviewed",)),
    Row("engagements:engagement-detail", "GET", READS, args=("sending",)),
    Row("engagements:engagement-detail", "GET", READS, args=("done",)),
    Row("engagements:engagement-detail", "GET", READS, query="status=failed&q=renee", args=("done",)),
    Row("engagements:engagement-progress", "GET", READS, args=("sending",)),
    Row("engagements:engagement-progress", "GET", REVIEWED, args=("reviewed",)),
    Row("engagements:engagement-report", "GET", READS, args=("done",)),
    Row(
        "engagements:contact-history", "GET", "302  302   404   404   404   200   200   200   200   404   404   302",
        args=("contact",),
    ),
]  # fmt: skip
