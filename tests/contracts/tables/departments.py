"""Departments and their operators (product.md §8; contract.md)."""

from ..department_world import Row

#            anon inact strng other read oper aoper owner else acadm staff
SIGNED = "   302  302   200   200   200  200  200   200   200  200   302"
OPEN = "     302  302   200   404   200  200  200   200   200  200   302"
LEADS_ON = " 302  302   302   404   302  302  302   302   302  302   302"
MANAGED = "  302  302   403   404   403  403  200   403   403  200   302"
MANAGES = "  302  302   403   404   403  403  303   403   403  303   302"
ACCOUNT = "  302  302   403   403   403  403  403   403   403  200   302"
MAKES = "    302  302   403   403   403  403  403   403   403  303   302"
DELETED = "  302  302   403   404   403  403  403   403   403  200   302"
DELETES = "  302  302   403   404   403  403  403   403   403  303   302"
REFUSED = "  302  302   403   404   403  403  403   403   403  403   302"

NEW = {"name": "Billing", "hue": "amber", "description": "", "admin": "{newcomer}"}
WHOLE = ("department",)
ONE = ("department", "colleague")
LAST = ("elsewhere", "only_admin")

ROWS: list[Row] = [
    Row("departments:department-list", "GET", SIGNED, args=()),
    Row("departments:department-new", "GET", ACCOUNT, args=()),
    Row("departments:department-new", "POST", MAKES, NEW, args=()),
    Row("departments:department-detail", "GET", LEADS_ON, args=WHOLE),
    Row("departments:department-edit", "GET", MANAGED, args=WHOLE),
    Row("departments:department-edit", "POST", MANAGES, {"name": "Sales", "hue": "rose"}, args=WHOLE),
    Row("departments:department-delete", "GET", DELETED, args=WHOLE),
    Row("departments:department-delete", "POST", REFUSED, args=WHOLE),  # it has contacts
    Row("departments:department-delete", "POST", DELETES, args=("vacant",)),
    Row("departments:department-operators", "GET", OPEN, args=WHOLE),
    Row("departments:department-operators", "POST", MANAGES, {"user": "{newcomer}", "role": "operator"}, args=WHOLE),
    Row("departments:operator-edit", "POST", MANAGES, {"role": "admin"}, args=ONE),
    Row("departments:operator-remove", "POST", MANAGES, args=ONE),
    # The last Admin Operator of Support is removed by nobody, not by himself either.
    Row("departments:operator-remove", "POST", REFUSED, args=LAST),
    Row("contacts:department-privileges", "GET", OPEN, args=WHOLE),
]
