"""What a browser would post for rows of a contact."""

from __future__ import annotations


def rows(kind: str, *posted: dict[str, object]) -> dict[str, object]:
    """A formset's fields: rows("phones", {"id": 7, "number": "…"}, {"number": "…"})."""
    data: dict[str, object] = {f"{kind}-TOTAL_FORMS": len(posted), f"{kind}-INITIAL_FORMS": 0}
    for index, row in enumerate(posted):
        data |= {f"{kind}-{index}-{name}": value for name, value in row.items()}
    return data
