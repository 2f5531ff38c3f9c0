"""What a department removed, conversions and the shared clean-up (product.md §2b and §8; contract.md)."""

from ..department_world import Row

#                anon inact strng other read oper aoper owner else acadm staff
SIGNED = "       302  302   200   200   200  200  200   200   200  200   302"
MADE = "         302  302   303   303   303  303  303   303   303  303   302"
INVALID = "      302  302   422   422   422  422  422   422   422  422   302"
LEAD = "         302  302   403   404   403  403  200   403   403  403   302"
LEADS = "        302  302   403   404   403  403  303   403   403  403   302"
CONVERT = "      302  302   404   404   403  403  403   200   404  404   302"
CONVERTS = "     302  302   404   404   403  403  403   303   404  404   302"
DEPARTMENT = "   302  302   404   404   403  403  403   404   404  404   302"
NOBODY = "       302  302   404   404   403  403  403   403   404  404   302"
TO_DEPARTMENT = {"to": "department", "existing": "join"}

ROWS: list[Row] = [
    Row("contacts:contact-convert", "GET", DEPARTMENT),
    Row("contacts:contact-convert", "POST", DEPARTMENT, TO_DEPARTMENT),
    Row("contacts:contact-convert", "POST", DEPARTMENT, {"to": "personal"}),
    Row("contacts:contact-convert", "GET", CONVERT, on="shared"),
    Row("contacts:contact-convert", "GET", CONVERT, query="to=personal", on="shared"),
    Row("contacts:contact-convert", "POST", CONVERTS, TO_DEPARTMENT, on="shared"),
    Row("contacts:contact-convert", "POST", CONVERTS, {"to": "personal"}, on="shared"),
    Row("contacts:contact-convert", "POST", NOBODY, TO_DEPARTMENT, on="shared", archived=True),
    Row("contacts:contact-convert", "POST", NOBODY, {"to": "personal"}, on="shared", archived=True),
    Row("contacts:department-removed", "GET", LEAD, args=("department",)),
    Row("contacts:removed-restore", "POST", LEADS, args=("department", "removed_link")),
    Row("contacts:clean-up", "GET", SIGNED, args=()),
    Row("contacts:clean-up", "POST", MADE, {"action": "personal", "all": "1"}, args=()),
    Row("contacts:clean-up", "POST", INVALID, {"action": "nonsense"}, args=()),
    Row("contacts:department-clean-up", "GET", LEAD, args=("department",)),
    Row("contacts:clean-up-remind", "POST", LEADS, args=("department", "owner_of_shared")),
]
