"""What stands around every tab of a department: who the viewer is there, and which tabs he or she may open.

The tabs themselves stand in this app and in higher ones: each view calls `department_context` and its template extends
`departments/department.html`, filling the block `tab`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from contacts_project.accounts.models import User

from . import policy
from .models import Department

# key, label, name of the address, and the right (a key of policy.RIGHTS) without which the tab is absent.
TABS = (
    ("contacts", "Contacts", "contacts:department-contacts", "work"),
    ("unnamed", "Unnamed", "contacts:department-unnamed", "work"),
    ("operators", "Operators", "departments:department-operators", "view"),
    ("privileges", "Privileges", "contacts:department-privileges", "view"),
    ("blocks", "Blocks", "contacts:department-blocks", "work"),
    ("removed", "Removed", "contacts:department-removed", "lead"),
    ("activity", "Activity", "conversations:department-activity", "work"),
    ("clean-up", "Shared clean-up", "contacts:department-clean-up", "lead"),
)
HERE = {policy.OPERATOR: "a Department Operator", policy.ADMIN_OPERATOR: "an Admin Operator"}


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    url: str
    count: int | None = None


def department_context(
    user: User, department: Department, tab: str, *, counts: dict[str, int] | None = None, **more: Any
) -> dict[str, Any]:
    """Context of `departments/department.html` and its tabs; `tab` is a key of TABS. Two queries: role, operators.

    `counts` are numbers beside the labels, by key; a tab without one shows none. `more` goes into the context as it
    is. The department must come from `policy.get_department`, and the tab's own right must have been asked for.
    """
    role = policy.role_in(user, department)
    rights = {action for action in policy.RIGHTS if policy.allows(user, action, role)}
    numbers = {"operators": department.operators.count(), **(counts or {})}
    return {
        "section": "departments",
        "department": department,
        "role": role,
        "role_here": HERE.get(role or "", ""),
        "rights": rights,
        "tabs": [
            Tab(key, label, reverse(name, args=[department.pk]), numbers.get(key))
            for key, label, name, right in TABS
            if right in rights
        ],
        "tab": tab,
        **more,
    }
