"""Labs in the database: plain functions, each called by the journal's thread."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from simulator import ENGINE_VERSION, Lab, Log
from simulator import Entry as LogEntry
from webapp.models import Branch, Entry, LabRecord

from .errors import NotYourRoom

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(slots=True)
class Kept:
    """What the database holds of one lab, read when its room opens."""

    id: str
    token: str
    scenario: dict[str, Any]
    seed: int
    engine: str
    lesson: str
    log: Log
    reached_us: int
    speed: float | str
    paused: bool
    fence: int


def create(
    lab: Lab,
    lesson: str = "",
    parent: str | None = None,
    paused: bool = False,
    speed: float = 1.0,
) -> str:
    """Store a new lab with the log it has; answers its id."""
    record = LabRecord.objects.create(
        id="".join(secrets.choice(ALPHABET) for _ in range(10)),
        token=secrets.token_urlsafe(24),
        scenario=lab.scenario.data,
        seed=lab.seed,
        engine=ENGINE_VERSION,
        lesson=lesson,
        parent_id=parent,
        head=lab.log.head,
        reached_us=lab.now_us,
        paused=paused,
        speed=speed,
    )
    Branch.objects.bulk_create(
        Branch(lab=record, number=b.id, parent=b.parent, after=b.after, at_us=b.at_us)
        for b in lab.log.branches
    )
    Entry.objects.bulk_create(_row(record.id, entry) for entry in lab.log.entries)
    return record.id


def token_of(lab_id: str) -> str | None:
    """Give a lab's token, or None when there is no such lab."""
    return LabRecord.objects.filter(id=lab_id).values_list("token", flat=True).first()


def take(lab_id: str) -> Kept:
    """Read a lab and become the only one who may write to it."""
    LabRecord.objects.filter(id=lab_id).update(fence=F("fence") + 1)
    record = LabRecord.objects.get(id=lab_id)
    entries = record.entries.order_by("branch", "n").values("branch", "n", "at_us", "command")
    branches = record.branches.order_by("number").values("number", "parent", "after", "at_us")
    log = Log.from_json(
        {
            "head": record.head,
            "branches": [{**row, "id": row["number"]} for row in branches],
            "entries": list(entries),
        }
    )
    return Kept(
        id=record.id,
        token=record.token,
        scenario=record.scenario,
        seed=record.seed,
        engine=record.engine,
        lesson=record.lesson,
        log=log,
        reached_us=record.reached_us,
        speed=record.speed or "max",
        paused=record.paused,
        fence=record.fence,
    )


def append(lab_id: str, fence: int, entries: list[LogEntry]) -> None:
    """Add entries; raises NotYourRoom when another room has taken the lab over."""
    _mine(lab_id, fence, reached_us=entries[-1].at_us)
    Entry.objects.bulk_create(_row(lab_id, entry) for entry in entries)


def save_clock(lab_id: str, fence: int, reached_us: int, speed: float | str, paused: bool) -> None:
    """Keep how far a lab got and the viewer's clock."""
    number = 0 if speed == "max" else speed
    _mine(lab_id, fence, reached_us=reached_us, speed=number, paused=paused)


def save_head(lab_id: str, fence: int, log: Log, reached_us: int) -> None:
    """Keep the branch that the head has moved to."""
    _mine(lab_id, fence, reached_us=reached_us, head=log.head)
    head = log.branches[log.head]
    Branch.objects.create(
        lab_id=lab_id, number=head.id, parent=head.parent, after=head.after, at_us=head.at_us
    )


def check_mine(lab_id: str, fence: int) -> None:
    """Raise NotYourRoom when another room has taken the lab over."""
    if not LabRecord.objects.filter(id=lab_id, fence=fence).exists():
        raise NotYourRoom


def _mine(lab_id: str, fence: int, **fields: Any) -> None:
    if not LabRecord.objects.filter(id=lab_id, fence=fence).update(**fields):
        raise NotYourRoom


def _row(lab_id: str, entry: LogEntry) -> Entry:
    return Entry(
        lab_id=lab_id, branch=entry.branch, n=entry.n, at_us=entry.at_us, command=entry.command
    )
