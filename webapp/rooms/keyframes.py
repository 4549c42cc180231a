"""Keyframes in the database: they make waking fast, and may be lost without harm."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import simulator
from webapp.models import Keyframe

from .storage import Kept, check_mine

Answers = dict[str, dict[str, Any]]
"""Results by the key that came with their command."""
Frame = tuple[int, int, bytes]
"""Time, entries applied, state: what `Lab.keyframe` gives."""


@dataclass(slots=True)
class Stored:
    """What was kept: a lab's keyframe and the answers known then."""

    frame: Frame
    answers: Answers


@cache
def tag() -> str:
    """Digest the simulator's source: a keyframe is good only for the code that made it."""
    root = Path(simulator.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".yaml", ".json") and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


def save(lab_id: str, fence: int, branch: int, frame: Frame, answers: Answers) -> None:
    """Keep a keyframe in place of the one before; raises NotYourRoom."""
    check_mine(lab_id, fence)
    at_us, entries, state = frame
    fields = {"tag": tag(), "branch": branch, "entries": entries, "at_us": at_us}
    Keyframe.objects.update_or_create(
        lab_id=lab_id, defaults={**fields, "state": state, "answers": answers}
    )


def load(kept: Kept) -> Stored | None:
    """Give a lab's keyframe, if it is one of this code and of the head's own past."""
    row = Keyframe.objects.filter(lab_id=kept.id, tag=tag()).first()
    path = kept.log.path()
    if row is None or row.branch != kept.log.head or row.entries > len(path):
        return None
    later = path[row.entries :]
    if row.at_us > kept.reached_us and not later:
        return None
    if any(entry.at_us < row.at_us for entry in later):
        return None
    return Stored((row.at_us, row.entries, bytes(row.state)), row.answers)


def forget(lab_id: str) -> None:
    """Drop a keyframe that did not work."""
    Keyframe.objects.filter(lab_id=lab_id).delete()
