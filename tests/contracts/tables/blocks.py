"""Blocks, and the ways out beside a refusal (product.md §2b, §2d and §9; contract.md).

{contact} is a Department Contact of Sales, {shared} a Shared Department Contact of Sales and of `owner`; `reader` holds
a Read grant on both. Of the blocks, `block` is the one of Sales, `account_block` the account's. What is asked for comes
from a newcomer (access) and from a Department Operator of Sales (a block, a change).
"""

from ..department_world import Row

#               anon inact strng other read oper aoper owner else acadm staff
SIGNED = "      302  302   200   200   200  200   200   200   200  200   302"
ANYBODY = "     302  302   303   303   303  303   303   303   303  303   302"
FORM = "        302  302   404   404   403  403   200   404   404  404   302"
LEAD = "        302  302   404   404   403  403   303   404   404  404   302"
FORM_SHARED = " 302  302   404   404   403  403   200   200   404  404   302"
LEAD_SHARED = " 302  302   404   404   403  403   303   303   404  404   302"
NOBODY = "      302  302   404   404   403  403   403   404   404  404   302"
NOBODY_SHARED = "302 302   404   404   403  403   403   403   404  404   302"
ASK = "         302  302   404   404   403  200   200   404   404  404   302"
ASKS = "        302  302   404   404   403  303   303   404   404  404   302"
ASK_SHARED = "  302  302   404   404   403  200   200   403   404  404   302"
ASKS_SHARED = " 302  302   404   404   403  303   303   403   404  404   302"
FROZEN = "      302  302   404   404   403  403   403   404   404  404   302"
FROZEN_SHARED = "302 302   404   404   403  403   403   403   404  404   302"
SUGGEST = "     302  302   404   404   200  200   200   403   404  404   302"
SUGGESTS = "    302  302   404   404   303  303   303   403   404  404   302"
ACCOUNT = "     302  302   403   403   403  403   403   403   403  303   302"
SALES = "       302  302   403   422   403  403   303   403   403  403   302"
LIFT = "        302  302   404   404   404  403   303   404   404  404   302"
LIFT_ALL = "    302  302   403   404   403  403   403   403   403  303   302"
OPERATORS = "   302  302   403   404   403  200   200   403   403  403   302"
ADMINS = "      302  302   403   404   403  403   303   403   403  403   302"
GRANTER = "     302  302   404   404   404  404   303   404   404  404   302"
OWNER = "       302  302   404   404   404  404   404   303   404  404   302"

BLOCK = "contacts:contact-block"
UNBLOCK = "contacts:contact-unblock"
ANSWER = "contacts:access-request-answer"
HERE = {"scope": "department:{department}", "reason": "Robot"}
REASON = {"reason": "Rang 40 times in one night"}
CHANGE = {"company": "Bright Dental", "message": "They moved"}

ROWS: list[Row] = [
    Row(BLOCK, "GET", FORM),
    Row(BLOCK, "GET", FORM, archived=True),
    Row(BLOCK, "POST", LEAD, REASON),
    Row(BLOCK, "POST", LEAD, HERE),
    Row(BLOCK, "POST", LEAD, HERE, archived=True),
    Row(BLOCK, "POST", NOBODY, {"scope": "department:{elsewhere}"}),
    Row(BLOCK, "POST", NOBODY, {"scope": "account"}),
    Row(BLOCK, "GET", FORM_SHARED, on="shared"),
    Row(BLOCK, "POST", LEAD_SHARED, HERE, on="shared"),
    Row(BLOCK, "POST", LEAD_SHARED, REASON, on="shared", archived=True),
    Row(BLOCK, "POST", NOBODY_SHARED, {"scope": "account"}, on="shared"),
    Row(UNBLOCK, "POST", LEAD, {"scope": "department:{department}"}),
    Row(UNBLOCK, "POST", LEAD, archived=True),
    Row(UNBLOCK, "POST", LEAD_SHARED, on="shared"),
    Row("contacts:contact-ask-block", "GET", ASK),
    Row("contacts:contact-ask-block", "POST", ASKS, REASON),
    Row("contacts:contact-ask-block", "POST", FROZEN, REASON, archived=True),
    Row("contacts:contact-ask-block", "GET", ASK_SHARED, on="shared"),
    Row("contacts:contact-ask-block", "POST", ASKS_SHARED, REASON, on="shared"),
    Row("contacts:contact-suggest", "GET", NOBODY),
    Row("contacts:contact-suggest", "POST", NOBODY, CHANGE),
    Row("contacts:contact-suggest", "GET", SUGGEST, on="shared"),
    Row("contacts:contact-suggest", "POST", SUGGESTS, CHANGE, on="shared"),
    Row("contacts:contact-suggest", "POST", FROZEN_SHARED, CHANGE, on="shared", archived=True),
    Row("contacts:block-list", "GET", SIGNED, args=()),
    Row("contacts:block-list", "POST", ANYBODY, {"address": "+12025550178", "scope": "lines"}, args=()),
    Row("contacts:block-list", "POST", ACCOUNT, {"address": "+12025550178", "scope": "account"}, args=()),
    Row("contacts:block-list", "POST", SALES, {"address": "+12025550178", **HERE}, args=()),
    Row("contacts:block-lift", "POST", LIFT, args=("block",)),
    Row("contacts:block-lift", "POST", LIFT_ALL, args=("account_block",)),
    Row("contacts:department-blocks", "GET", OPERATORS, args=("department",)),
    Row("contacts:department-blocks", "POST", ADMINS, {"address": "a@bulk.example"}, args=("department",)),
    Row("contacts:department-block-remove", "POST", ADMINS, args=("department", "block")),
    Row(ANSWER, "POST", GRANTER, {"answer": "write"}, args=("access_asked",)),
    Row(ANSWER, "POST", GRANTER, {"answer": "decline"}, args=("access_asked",)),
    Row(ANSWER, "POST", OWNER, {"answer": "read"}, args=("shared_asked",)),
    Row(ANSWER, "POST", GRANTER, {"answer": "accept"}, args=("block_asked",)),
    Row(ANSWER, "POST", GRANTER, {"answer": "decline"}, args=("block_asked",)),
    Row(ANSWER, "POST", OWNER, {"answer": "accept"}, args=("suggestion",)),
    Row(ANSWER, "POST", OWNER, {"answer": "decline"}, args=("suggestion",)),
]
