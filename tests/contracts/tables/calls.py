"""Log a call on a record and for a department; a department's recent activity (product.md §7 and §8).

Whoever sees a contact logs calls with it, also by Read; what is archived is read-only (product.md §2a). A department's
calls and activity are for its operators: others of the account know the department, and get 403.
"""

from ..department_world import Row

#               anon inact strng other read oper aoper owner else acadm staff
SEEN = "        302  302   404   404   200  200  200   404   404  404   302"
LOGGED = "      302  302   404   404   303  303  303   404   404  404   302"
FROZEN = "      302  302   404   404   403  403  403   404   404  404   302"
SEEN_SHARED = " 302  302   404   404   200  200  200   200   404  404   302"
LOGGED_SHARED = "302 302   404   404   303  303  303   303   404  404   302"
FROZEN_SHARED = "302 302   404   404   403  403  403   403   404  404   302"
OPERATORS = "   302  302   403   404   403  200  200   403   403  403   302"
OPERATED = "    302  302   403   404   403  303  303   403   403  403   302"
WRONG = "       302  302   403   404   403  422  422   403   403  403   302"

CALL = {"direction": "out", "outcome": "answered", "note": "Wants a visit"}
KNOWN = {**CALL, "number": "(202) 555-0101"}
NEW = {**CALL, "direction": "in", "number": "202 555 0177", "outcome": "no answer"}
SHORT = {**CALL, "number": "202 555 01"}
DEPARTMENT = ("department",)

ROWS: list[Row] = [
    Row("conversations:contact-call", "GET", SEEN),
    Row("conversations:contact-call", "POST", LOGGED, CALL),
    Row("conversations:contact-call", "GET", FROZEN, archived=True),
    Row("conversations:contact-call", "POST", FROZEN, CALL, archived=True),
    Row("conversations:contact-call", "GET", SEEN_SHARED, on="shared"),
    Row("conversations:contact-call", "POST", LOGGED_SHARED, CALL, on="shared"),
    Row("conversations:contact-call", "POST", FROZEN_SHARED, CALL, on="shared", archived=True),
    Row("conversations:department-call", "GET", OPERATORS, args=DEPARTMENT),
    Row("conversations:department-call", "POST", OPERATED, KNOWN, args=DEPARTMENT),
    Row("conversations:department-call", "POST", OPERATED, NEW, args=DEPARTMENT),
    Row("conversations:department-call", "POST", WRONG, SHORT, args=DEPARTMENT),
    Row("conversations:department-activity", "GET", OPERATORS, args=DEPARTMENT),
]
