"""The report as a file: what the page names, no formula, only where the account lets its people export."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from django.utils import timezone

from contacts_project.accounts.models import Account
from conversations.engagements import recipients
from conversations.engagements.views.results import in_thread

from .outcome import Outcome

pytestmark = pytest.mark.django_db


def lines(outcome: Outcome, who: str) -> list[dict[str, str]]:
    text = outcome.page(who, address=f"/engagements/{outcome.engagement.pk}/report.csv")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_it_holds_everybody_whom_the_reader_sees_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipients, "REPORT_BATCH", 2)
    outcome = Outcome()
    seen = outcome.contact(given_name="Visible", phone="+12025550142")
    outcome.see(seen, outcome.reader)
    outcome.got(seen, address="+12025550142", replied_at=timezone.now())
    for place in range(5):
        outcome.got(outcome.contact(outcome.keeper, given_name=f"Zeno{place}"), status="skipped", reason="archived")
    mine = lines(outcome, "reader")
    assert [row["Name"] for row in mine] == ["Visible Martinez"]
    assert (mine[0]["Number"], mine[0]["Status"]) == ("+12025550142", "Replied")
    assert mine[0]["Replied at"] != ""
    everybody = lines(outcome, "lister")
    assert len(everybody) == 6
    assert everybody[-1]["Reason"] == "Contact archived"


def test_formulas_are_neutralised() -> None:
    outcome = Outcome()
    outcome.got(outcome.contact(given_name="=cmd|' /C calc'!A0", family_name=""), status="failed", error="@SUM(1)")
    (row,) = lines(outcome, "author")
    assert row["Name"].startswith("'=")
    assert row["Reason"].startswith("'@")


def test_it_is_refused_where_export_is_off() -> None:
    outcome = Outcome()
    outcome.got()
    assert 'data-action="export"' in outcome.page("author")
    Account.objects.filter(pk=outcome.account.pk).update(export_enabled=False)
    answer = outcome.client("author").get(f"/engagements/{outcome.engagement.pk}/report.csv")
    assert answer.status_code == 403
    assert "Export is switched off" in answer.content.decode()
    assert 'data-action="export"' not in outcome.page("author")


def test_an_asynchronous_server_gets_it_part_by_part() -> None:
    async def read() -> list[str]:
        return [part async for part in in_thread(iter(["one", "two"]))]

    assert asyncio.run(read()) == ["one", "two"]


def test_it_is_not_compressed_part_by_part_which_browsers_would_cut() -> None:
    outcome = Outcome()
    outcome.got()
    address = f"/engagements/{outcome.engagement.pk}/report.csv"
    answer = outcome.client("author").get(address, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "identity"
    assert len(answer.getvalue().splitlines()) == 2
