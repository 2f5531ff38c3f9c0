"""Why a change of a department is refused; `str(error)` is the sentence for people, with the way out."""

from __future__ import annotations

from ..models import MOST_OPERATORS, Department


class DepartmentError(ValueError):
    """A rule forbids the change."""


class NameTaken(DepartmentError):
    def __init__(self) -> None:
        super().__init__("A department has this name already.")


class NotInAccount(DepartmentError):
    def __init__(self) -> None:
        super().__init__("Choose an active person of this account.")


class DepartmentFull(DepartmentError):
    def __init__(self, department: Department) -> None:
        super().__init__(f"{department} has {MOST_OPERATORS} operators, which is the most. Remove somebody first.")


class LastAdminOperator(DepartmentError):
    def __init__(self, department: Department) -> None:
        super().__init__(f"{department} keeps at least one Admin Operator. Make somebody else Admin Operator first.")


class DepartmentInUse(DepartmentError):
    def __init__(self, department: Department) -> None:
        super().__init__(
            f"{department} is not deleted: contacts or lines belong to it, or did, and their records name it. "
            "To close it, its Admin Operators remove its contacts or hand them over, and remove all operators but one. "
            "To use it anew, change its name and colour."
        )
