"""What higher apps count for the sidebar, asked together with what contacts count: every page asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

# By name: a subquery of the values that are counted, each once however often it comes (their AppConfig.ready).
FURTHER: dict[str, Callable[[Any], QuerySet]] = {}

# By name, where the values are candidates only: how many of them count. Asked where there are any.
JUDGED: dict[str, Callable[[Any, list[Any]], int]] = {}
