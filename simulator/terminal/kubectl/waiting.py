"""kubectl wait: until a condition holds, a field has a value, or something is gone.

Source: kubectl v0.32 pkg/cmd/wait.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.jsonpath import JsonPathError, values
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, get
from simulator.timing import SECOND

from .command import ALL, FILES, OUTPUT, SELECTOR, Command
from .errors import KubectlError, text_of, text_of_all
from .flags import Flag
from .scale import chosen
from .session import Session, full_name, targets


def run(session: Session) -> int | None:
    """Begin to wait."""
    wanted = session.flag("for") or ""
    head, _, rest = wanted.partition("=")
    if wanted.lower() not in ("delete", "create") and not (
        head in ("condition", "jsonpath") and rest
    ):
        raise KubectlError(f'unrecognized condition: "{wanted}"')
    session.check_server()
    session.state["end_us"] = session.now_us() + _timeout(session)
    if wanted.lower() == "delete":
        return _begin_delete(session)
    found, errors = _found(session)
    if errors and wanted.lower() != "create":
        session.err(text_of_all(errors))
        return 1
    if wanted.lower() == "create":
        session.state["todo"] = [
            [row.store, session.place(row) or "", name]
            for row, name in targets(session, session.args)
        ]
        return step(session)
    if not found:
        session.err("error: no matching resources found\n")
        return 1
    session.state["todo"] = [_place(row, obj) for row, obj in found]
    return step(session)


def _timeout(session: Session) -> int:
    seconds = session.flag("timeout")
    week = 7 * 24 * 3600
    return round((seconds if seconds >= 0 else week) * SECOND)


def _found(session: Session) -> tuple[list[tuple[Kind, Object]], list[Exception]]:
    return chosen(session, "wait")


def _place(row: Kind, obj: Object) -> list[str]:
    meta = obj["metadata"]
    return [row.store, meta.get("namespace") or "", meta["name"], meta["uid"]]


def _begin_delete(session: Session) -> int | None:
    found, errors = _found(session)
    other = [e for e in errors if not (isinstance(e, StatusError) and e.reason == "NotFound")]
    if other:
        session.err(text_of_all(other))
        return 1
    session.state["todo"] = [_place(row, obj) for row, obj in found]
    return step(session)


def step(session: Session) -> int | None:
    """Look again; say which have come so far."""
    wanted = session.flag("for")
    left = []
    for place in session.state["todo"]:
        row = session.api.row(place[0])
        obj = session.engine.store.get(*place[:3])
        if wanted.lower() == "delete":
            done = obj is None or obj["metadata"]["uid"] != place[3]
        elif wanted.lower() == "create":
            done = obj is not None
        elif obj is None:
            session.err(
                text_of(StatusError(404, "NotFound", f'{row.resource} "{place[2]}" not found'))
            )
            return 1
        else:
            done = holds(session, obj, wanted)
        if done:
            session.out(f"{full_name(row, place[2])} condition met\n")
        else:
            left.append(place)
    session.state["todo"] = left
    if not left:
        return 0
    now, end = session.now_us(), session.state["end_us"]
    if now >= end:
        lines = ""
        for place in left:
            row = session.api.row(place[0])
            lines += f"error: timed out waiting for the condition on {row.plural}/{place[2]}\n"
        session.err(lines)
        return 1
    for place in left:
        session.call.watch(place[0], place[1], place[2])
    session.call.wake_after(end - now)
    return None


def holds(session: Session, obj: Object, wanted: str) -> bool:
    """Tell whether `condition=Ready[=True]` or `jsonpath={...}[=value]` is true of an object."""
    head, _, rest = wanted.partition("=")
    if head == "condition":
        name, _, value = rest.partition("=")
        observed = get(obj, "status", "observedGeneration")
        if observed is not None and observed < obj["metadata"].get("generation", 0):
            return False
        for condition in get(obj, "status", "conditions", default=[]):
            if condition["type"].lower() == name.lower():
                return str(condition["status"]).lower() == (value or "true").lower()
        return False
    template, _, value = rest.partition("}=") if "}=" in rest else (rest, "", "")
    template = template.strip("'\"")
    template = template if template.endswith("}") else template + "}"
    try:
        found: list[Any] = values(
            template if template.startswith("{") else "{" + template, obj, lenient=True
        )
    except JsonPathError as error:
        raise KubectlError(str(error)) from error
    if not found:
        return False
    if not value:
        return True
    first = found[0]
    text = str(first).lower() if isinstance(first, bool) else str(first)
    return text == value.strip("'\"")


COMMANDS: tuple[Command, ...] = (
    Command(
        "wait",
        "Wait until something is true of objects",
        run,
        (
            *FILES,
            *OUTPUT,
            *SELECTOR,
            *ALL,
            Flag("for", default=""),
            Flag("timeout", "duration", default=30.0),
            Flag("all-namespaces", "bool", "A", False),
            Flag("local", "bool", default=False),
        ),
        step,
        takes="kinds",
    ),
)
