"""Proves a lesson: its solution meets every goal, and doing nothing for as long meets none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator import Lab, duration_us

from .parse import Lesson, Step

LINE_LIMIT_US = duration_us("15m")
"""Longest simulated time that a line of a solution may take."""
PATIENCE_US = duration_us("10m")
"""How long after its solution a step's goals may take."""
SLICE_US = duration_us("500ms")


@dataclass(slots=True)
class Report:
    """What a self-test found; `problems` is empty for a good lesson."""

    slug: str
    problems: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    simulated_us: int = 0


def check_lesson(lesson: Lesson) -> Report:
    """Run the solution in a fresh lab, then a fresh lab in which nobody does anything."""
    report = Report(lesson.slug)
    lab = Lab(lesson.scenario, lesson.seed)
    for step in lesson.steps:
        before = _met(lab)
        early = sorted(key for key in _keys(step) if key in before)
        if early:
            report.problems.append(f"step {step.index}: met before it was begun: {early}")
        _solve(lab, step, report)
        _await(lab, step)
        missing = sorted(key for key in _keys(step) if key not in _met(lab))
        if missing:
            report.problems.append(f"step {step.index}: its solution does not meet {missing}")
        row = {"step": step.index, "title": step.title, "at_us": lab.now_us}
        report.steps.append({**row, "goals": len(step.checks), "missing": missing})
    report.simulated_us = lab.now_us
    idle = Lab(lesson.scenario, lesson.seed)
    idle.advance(lab.now_us)
    met = sorted(_met(idle))
    if met:
        report.problems.append(f"met although nobody did anything: {met}")
    return report


def _solve(lab: Lab, step: Step, report: Report) -> None:
    last: int | None = None
    for command in step.solution:
        if "wait" in command:
            lab.advance(lab.now_us + duration_us(command["wait"]))
            continue
        if "interrupt" in command:
            lab.do({"interrupt": last or 0})
            continue
        result = lab.do({key: value for key, value in command.items() if key != "runs_on"})
        entry = result.get("entry")
        if result.get("error"):
            report.problems.append(f"step {step.index}: {command}: {result['error']}")
        if entry is None or result.get("exit_code") is not None:
            continue
        last = entry
        if not command.get("runs_on"):
            _finish(lab, entry, step, report)


def _finish(lab: Lab, entry: int, step: Step, report: Report) -> None:
    """Let a line that takes time end."""
    limit = lab.now_us + LINE_LIMIT_US
    while lab.now_us < limit:
        lab.advance(lab.now_us + SLICE_US)
        answer = lab.entry(entry) or {}
        if answer.get("exit_code") is not None:
            return
    report.problems.append(f"step {step.index}: entry {entry} does not end")


def _await(lab: Lab, step: Step) -> None:
    limit = lab.now_us + PATIENCE_US
    while lab.now_us < limit and not all(key in _met(lab) for key in _keys(step)):
        lab.advance(lab.now_us + SLICE_US)


def _keys(step: Step) -> list[str]:
    return [f"{check['step']}/{check['id']}" for check in step.checks]


def _met(lab: Lab) -> set[str]:
    return {key for key, row in lab.goals().items() if row["met_us"] is not None}
