"""Locks that are no rows: addresses, held while it is decided whether something may be sent to them, and names.

Opting out and blocking an address hold it alone, a send that is being decided shares it: so each send either sees the
opt-out or was finished before it (product.md §10). Taken in one order, so that two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# Sorted by the hash itself, so that everybody takes the locks in one order.
HOLD = """
    WITH held AS MATERIALIZED (SELECT DISTINCT hashtextextended(key, 0) AS id FROM unnest(%s::text[]) key ORDER BY 1)
    SELECT count(pg_advisory_xact_lock(id)) FROM held
"""
SHARE = HOLD.replace("xact_lock(", "xact_lock_shared(")


def hold_addresses(account_id: int, addresses: Iterable[str], *, shared: bool = False) -> None:
    """Hold these addresses (E.164, emails in any case) of the account until the transaction ends. One query."""
    keys = sorted({f"address {account_id} {address.lower()}" for address in addresses if address})
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(SHARE if shared else HOLD, [keys])


def hold_name(name: str, *, shared: bool = False) -> None:
    """Hold this name until the transaction ends. One query.

    Who wants it alone waits in line, and nobody who shares it passes by: row locks give no such promise.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [name])
