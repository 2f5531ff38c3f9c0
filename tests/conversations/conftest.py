"""What the tests of conversations share."""

from __future__ import annotations

import pytest

from conversations.services import delivering

from .wire import Wire


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every channel of the test is carried by it."""
    found = Wire()
    monkeypatch.setattr(delivering, "get_provider", lambda name: found)
    return found
