"""The faults (design/security.md, Faults to survive) and how it is counted that nothing was lost or doubled."""

from __future__ import annotations

import argparse
import random
import threading
import time
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from conversations.models import InboundEvent, Interaction

from . import place
from .running import LINE, RUN, SECRET, Product
from .sender import Answer, Delivery, deliver, delivery

WHOLE, DUPLICATES, REPLAYED, FORGED = 5, 0.30, 0.05, 0.05  # deliveries for each event; shares of them
PATIENCE = 900  # seconds for the worker to catch up


@dataclass
class Result:
    """What a fault came to: `held` says whether all is as it must be."""

    name: str
    held: bool
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{'held' if self.held else 'BROKEN'}  {self.name}: {facts}"


def text(number: int, run: str) -> dict[str, object]:
    """An event: a text from one of 500 callers."""
    return {
        "id": f"{run}-{RUN}-{number}",
        "at": timezone.now().isoformat(),
        "channel": LINE,
        "from": f"+1202556{7000 + number % 500}",
        "type": "sms",
        "direction": "in",
        "body": f"Message {number}",
    }


def deliveries(product: Product, options: argparse.Namespace) -> Result:
    """Every event in several deliveries: 5 % replayed long after, 5 % forged, at least 30 % duplicates; shuffled."""
    chance, events = random.Random(options.seed), [text(number, "d") for number in range(options.events)]
    total = WHOLE * len(events)
    bad = [_bad(chance.choice(events), chance) for _ in range(int(total * FORGED))]
    stale = [delivery(chance.choice(events), SECRET, age=600, good=False) for _ in range(int(total * REPLAYED))]
    # Some events come only forged or stale: nothing of them may be stored.
    lost = [_bad(text(number, "never"), chance) for number in range(20)]
    lost += [delivery(text(number, "late"), SECRET, age=600, good=False) for number in range(20)]
    good = [delivery(event, SECRET) for event in events]
    good += [
        delivery(chance.choice(events), SECRET) for _ in range(total - len(good) - len(bad) - len(stale) - len(lost))
    ]
    everything = [*good, *bad, *stale, *lost]
    chance.shuffle(everything)
    begun = time.monotonic()
    answers = deliver(product.port, everything)
    seconds = time.monotonic() - begun
    settled = product.settled(PATIENCE)
    stored = set(InboundEvent.objects.filter(external_id__startswith=f"d-{RUN}-").values_list("external_id", flat=True))
    strangers = InboundEvent.objects.exclude(external_id__startswith=f"d-{RUN}-").count()
    accepted_bad = sum(answer.status != 401 for answer in answers if not answer.delivery.good)
    refused_good = sum(answer.status != 202 for answer in answers if answer.delivery.good)
    once = sum(answer.stored for answer in answers)
    facts = {
        "deliveries": len(answers),
        "events": len(events),
        "stored": len(stored),
        "said stored": once,
        "others stored": strangers,
        "bad accepted": accepted_bad,
        "good refused": refused_good,
        "interactions": _interactions("d"),
        "doubled": _doubled("d"),
        "deliveries/s": round(len(answers) / seconds),
    }
    right = stored == {str(event["id"]) for event in events} and once == len(events) and not strangers
    held = right and not accepted_bad and not refused_good and settled
    return Result("deliveries", held and _interactions("d") == len(events) and not _doubled("d"), facts)


def _bad(event: dict[str, object], chance: random.Random) -> Delivery:
    """Forged: another key, or another body than was signed, or no signature at all."""
    one = delivery(event, "another key", good=False)
    how = chance.randrange(3)
    if how == 1:
        right = delivery(event, SECRET)
        return Delivery(one.event, right.body.replace(b"Message", b"Massage"), right.header, good=False)
    return Delivery(one.event, one.body, "" if how == 2 else one.header, good=False)


def worker(product: Product, options: argparse.Namespace) -> Result:
    """Events come in while the worker that applies them is killed at random moments."""
    chance = random.Random(options.seed)
    events = [text(number, "w") for number in range(options.events)]
    answers: list[Answer] = []
    sending = threading.Thread(target=lambda: answers.extend(_send(product, events)))
    sending.start()
    for _ in range(options.kills):
        time.sleep(chance.uniform(1.5, 5))
        product.kill_worker()
    sending.join()
    settled = product.settled(PATIENCE)
    return _outcome("worker", "w", events, answers, settled, {"kills": options.kills})


def database(product: Product, options: argparse.Namespace) -> Result:
    """The server stops, by turns in order and as in a crash, while events are posted; the sender tries again."""
    chance = random.Random(options.seed)
    answers: list[Answer] = []
    events, over = [], threading.Event()

    def send() -> None:
        while not over.is_set():
            batch = [text(len(events) + number, "b") for number in range(50)]
            events.extend(batch)
            answers.extend(_send(product, batch))

    sending = threading.Thread(target=send)
    sending.start()
    for number in range(options.restarts):
        time.sleep(chance.uniform(3, 6))
        connection.close()
        place.restart_database("fast" if number % 2 else "immediate")
    time.sleep(3)
    over.set()
    sending.join()
    settled = product.settled(PATIENCE)
    return _outcome("database", "b", events, answers, settled, {"restarts": options.restarts})


def _send(product: Product, events: list[dict[str, object]]) -> list[Answer]:
    return deliver(product.port, (delivery(event, SECRET) for event in events), connections=4, again=True)


def _outcome(
    name: str, run: str, events: list[dict[str, object]], answers: list[Answer], settled: bool, more: dict[str, object]
) -> Result:
    acknowledged = {answer.delivery.event for answer in answers if answer.status == 202}
    rows = InboundEvent.objects.filter(external_id__startswith=f"{run}-{RUN}-")
    stored = set(rows.values_list("external_id", flat=True))
    states = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    done = _interactions(run)
    facts = {
        **more,
        "events": len(events),
        "acknowledged": len(acknowledged),
        "acknowledged lost": len(acknowledged - stored),
        "applied": states.get("done", 0),
        "parked": states.get("parked", 0),
        "interactions": done,
        "doubled": _doubled(run),
        "answered 5xx": sum(answer.status >= 500 for answer in answers),
        "unanswered": sum(answer.status == 0 for answer in answers),
    }
    whole = len(acknowledged) == len(events) == states.get("done", 0) == done
    return Result(name, settled and whole and acknowledged <= stored and not _doubled(run), facts)


def _interactions(run: str) -> int:
    return Interaction.objects.filter(external_id__startswith=f"{run}-{RUN}-").count()


def _doubled(run: str) -> int:
    """Events with more than one entry: by their text, because ids of entries are unique anyway."""
    rows = (
        Interaction.objects.filter(external_id__startswith=f"{run}-{RUN}-").order_by().values("body", "outside_address")
    )
    return rows.annotate(number=Count("pk")).filter(number__gt=1).count()
