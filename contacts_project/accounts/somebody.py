"""Questions that are written once and asked for any user (core/written.py, decision 25).

`somebody()` stands for the user while a queryset is made for `write`; `answers` asks the text for a real one. Only for
questions that depend on a user's id, account and date: not on what he or she may do by a flag, nor on anything read
from the database on the way.
"""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

from django.db import connection

from contacts_project.core.written import A_DAY, A_USER, Given, Text, statement
from contacts_project.core.written import STAND_INS as OF_CORE

from .models import Account, User

AN_ACCOUNT, SOME_IDS = -(2**50), [-(2**52)]  # never meant: ids are positive
A_MOMENT = datetime.datetime(1, 6, 1, tzinfo=datetime.UTC)  # a question names its own Given for it
STAND_INS = [*OF_CORE, (AN_ACCOUNT, Given("account")), (SOME_IDS, Given("ids"))]


@cache
def somebody() -> User:
    """An active user of an account, of whom there is nothing else to know."""
    account = Account(pk=AN_ACCOUNT)
    account.__dict__["today"] = lambda: A_DAY
    return User(pk=A_USER, account=account)


def answers(text: Text, user: User, **more: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that was written for `somebody`, asked for `user`. One query.

    `more` are values beyond user, account and day, such as `ids`, by the names of their `Given`.
    """
    assert user.account
    values = {"user": user.pk, "account": user.account_id, "day": user.account.today(), **more}
    with connection.cursor() as cursor:
        cursor.execute(*statement(text, values))
        return cursor.fetchall()
