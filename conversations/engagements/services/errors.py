"""What can be wrong with an engagement that somebody writes or sends; the text is for people."""

from __future__ import annotations


class EngagementError(ValueError):
    """What was typed or chosen does not fit; `field` is its name in the form, "" for the whole."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooLate(EngagementError):
    """The engagement's status does not let this happen any more (or not yet): 409."""

    def __init__(self, message: str) -> None:
        super().__init__("", message)
