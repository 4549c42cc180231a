"""Goals of a lesson: CEL expressions over the lab's state and history, kept as part of the lab.

A check is {"step", "id", "goal", "expr", "holds"?, "detail"?}; it comes with the scenario, so its
result follows from (scenario, seed, log) as everything does. A goal that was met stays met.
What an expression may use is in `CONTEXT`; the values are those of the view (webapp's pictures and
lessons' checks speak of the same things).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cel

from simulator.timing import SECOND, duration_us
from simulator.view.render import RENDER

if TYPE_CHECKING:
    from simulator.engine import Engine

EVERY_US = SECOND // 2


def _drawn(*kinds: str) -> Callable[[Engine], Any]:
    def values(engine: Engine) -> list[Any]:
        found: list[Any] = []
        for kind in kinds:
            for obj in engine.store.list(kind):
                found += RENDER[kind](engine, obj).values()
        return found

    return values


def _lines(engine: Engine) -> list[Any]:
    return [
        {
            "line": job["line"],
            "machine": job["machine"],
            "exit_code": -1 if job["exit_code"] is None else job["exit_code"],
            "running": job["exit_code"] is None,
            "output": job["text"][-4000:],
        }
        for job in engine.terminal.jobs.values()
    ]


def _traffic(engine: Engine) -> dict[str, Any]:
    """The last closed second and the last minute of traffic."""
    points = list(engine.traffic.statistics.state["points"].values())
    recent = [p for p in points if p["at_us"] > engine.now_us - 60 * SECOND]
    last = points[-1] if points and points[-1]["at_us"] >= engine.now_us - 3 * SECOND else None
    requests = sum(p["rps"] for p in recent)
    errors = sum(p["rps"] - p["ok"] for p in recent)
    total = engine.traffic.statistics.state["total"]
    return {
        "rps": last["rps"] if last else 0,
        "ok": last["ok"] if last else 0,
        "errors": (last["rps"] - last["ok"]) if last else 0,
        "p50": (last["p50"] or 0.0) if last else 0.0,
        "p95": (last["p95"] or 0.0) if last else 0.0,
        "p99": (last["p99"] or 0.0) if last else 0.0,
        "minute_requests": requests,
        "minute_errors": errors,
        "total_ok": total["ok"],
        "total_errors": total["errors"],
        "clients": len(engine.traffic.clients),
    }


CONTEXT: dict[str, Callable[[Engine], Any]] = {
    "machines": _drawn("Machine"),
    "vms": _drawn("VirtualMachine"),
    "containers": _drawn("Container"),
    "images": _drawn("Image"),
    "builds": _drawn("Build"),
    "transfers": _drawn("Transfer"),
    "hub": _drawn("Repository"),
    "pods": _drawn("Pod"),
    "services": _drawn("Service"),
    "workloads": _drawn("Deployment", "StatefulSet", "DaemonSet", "Job"),
    "hpas": _drawn("HorizontalPodAutoscaler"),
    "claims": _drawn("PersistentVolumeClaim"),
    "volumes": _drawn("Volume"),
    "events": _drawn("Event"),
    "lines": _lines,
    "marks": lambda engine: list(engine.marks.state["rows"].values()),
    "files": lambda engine: dict(engine.workspace.files),
    "traffic": _traffic,
    "now": lambda engine: engine.now_us / SECOND,
}
"""What expressions may use: name -> its value now."""

_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|\.?[A-Za-z_]\w*")


class Goals:
    """Evaluates the scenario's checks twice a simulated second. Table "goals": {"STEP/ID": row}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("goals")
        self._programs: dict[str, Any] = {}
        engine.calendar.on("goals", self._tick)
        engine.at_setup(self._setup)

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The scenario's checks."""
        return self._engine.scenario.data.get("checks") or []

    def _setup(self) -> None:
        for check in self.checks:
            key = f"{check['step']}/{check['id']}"
            self.state[key] = {
                "text": check["goal"],
                "state": "open",
                "detail": "",
                "since_us": None,
                "met_us": None,
            }
        if self.checks:
            self._engine.calendar.after(EVERY_US, "goals")

    def _tick(self, _: object) -> None:
        self.evaluate()
        if any(row["met_us"] is None for row in self.state.values()):
            self._engine.calendar.after(EVERY_US, "goals")

    def evaluate(self) -> None:
        """Look at every goal that is still open."""
        known: dict[str, Any] = {}
        before = [row["state"] + row["detail"] for row in self.state.values()]
        for check in self.checks:
            row = self.state[f"{check['step']}/{check['id']}"]
            if row["met_us"] is None:
                self._judge(check, row, known)
        if before != [row["state"] + row["detail"] for row in self.state.values()]:
            self._engine.touch("goals")

    def _judge(self, check: dict[str, Any], row: dict[str, Any], known: dict[str, Any]) -> None:
        now = self._engine.now_us
        holds_us = duration_us(check["holds"]) if check.get("holds") else 0
        true = self.value(check["expr"], known) is True
        row["detail"] = ""
        if check.get("detail"):
            shown = self.value(check["detail"], known)
            row["detail"] = "" if shown is None else str(shown)
        if not true:
            row["state"], row["since_us"] = "open", None
            return
        if row["since_us"] is None:
            row["since_us"] = now
        held = now - row["since_us"]
        if held >= holds_us:
            row["state"], row["met_us"], row["detail"] = "met", now, ""
            return
        row["state"] = "partly"
        row["detail"] = f"holds for {held // SECOND} of {holds_us // SECOND} s"

    def value(self, expression: str, known: dict[str, Any]) -> Any:
        """Evaluate an expression; None where it asks for what is not there (yet)."""
        for name in names_in(expression):
            if name not in known:
                known[name] = CONTEXT[name](self._engine)
        program = self._programs.get(expression)
        if program is None:
            program = self._programs[expression] = cel.compile(expression)
        try:
            return program.execute(known)
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError):
            return None


def names_in(expression: str) -> list[str]:
    """Name the parts of the context that an expression uses."""
    words = dict.fromkeys(_WORD.findall(expression))
    return [word for word in words if word in CONTEXT]


def check_expression(expression: str) -> str | None:
    """Say what is wrong with an expression, or None."""
    try:
        cel.compile(expression)
    except Exception as error:  # the library raises several kinds
        return str(error)
    return None if names_in(expression) else "it uses nothing of the lab: " + ", ".join(CONTEXT)
