"""The part of the view that comes from tables: traffic, points, loops, jobs, files, usage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.plain import sha256

if TYPE_CHECKING:
    from simulator.engine import Engine


@dataclass(frozen=True, slots=True)
class Group:
    """All keys under one prefix, computed together."""

    prefix: str
    values: Callable[[Engine], dict[str, Any]]


def clients(engine: Engine) -> dict[str, Any]:
    """Draw the sources of requests."""
    return {
        f"client/{name}": {
            "name": name,
            "target": one["target"],
            "rps": one["rps"],
            "kind": one["kind"],
        }
        for name, one in engine.traffic.clients.items()
    }


def flows(engine: Engine) -> dict[str, Any]:
    """Draw the rates from place to place."""
    found = {}
    for key, (rps, errors) in engine.traffic.statistics.flows().items():
        start, _, end = key.partition(">")
        if rps > 0:
            found[f"flow/{start}/{end}"] = {
                "from": start,
                "to": end,
                "rps": round(rps, 1),
                "error_rps": round(errors, 1),
            }
    return found


def points(engine: Engine) -> dict[str, Any]:
    """Draw one point a second of rates and latencies."""
    found = engine.traffic.statistics.state["points"]
    return {f"point/{second}": one for second, one in found.items()}


def queues(engine: Engine) -> dict[str, Any]:
    """Draw how many requests wait in each container."""
    now = engine.now_us
    waiting = {}
    for container in engine.traffic.queues.state:
        count = engine.traffic.queues.waiting(container, now)
        if count:
            waiting[f"queue/{container}"] = count
    return waiting


def jobs(engine: Engine) -> dict[str, Any]:
    """Draw the typed lines."""
    return {
        f"job/{number}": {
            "entry": job["n"],
            "line": job["line"],
            "machine": job["machine"],
            "exit_code": job["exit_code"],
        }
        for number, job in list(engine.terminal.jobs.items())[-40:]
    }


def files(engine: Engine) -> dict[str, Any]:
    """Draw the workspace's files."""
    return {
        f"file/{path}": {"path": path, "size": len(text.encode()), "digest": sha256(text.encode())}
        for path, text in engine.workspace.files.items()
    }


def loops(engine: Engine) -> dict[str, Any]:
    """Draw the control plane's loops; a lab without a cluster has none."""
    if not engine.cluster.exists():
        return {}
    return {
        f"loop/{name}": {
            "name": name,
            "depth": len(loop),
            "busy": len(loop) > 0 or engine.now_us - loop.state.get("last_us", 0) < 300_000,
            "runs": loop.state["runs"],
            "last": loop.state["last"],
        }
        for name, loop in engine.loops.items()
    }


def decisions(engine: Engine) -> dict[str, Any]:
    """Draw why the scheduler put a pod where it is, or nowhere."""
    return {f"schedule/{key}": row for key, row in engine.scheduler.decisions.items()}


def usage(engine: Engine) -> dict[str, Any]:
    """Draw what metrics-server saw last of each node."""
    return {
        f"usage/{name}": {
            "cpu": round(one["cpu_milli"] / 1000, 3),
            "memory": one["memory_bytes"],
            "at_us": one["at_us"],
        }
        for name, one in engine.metrics.state["nodes"].items()
    }


def goals(engine: Engine) -> dict[str, Any]:
    """Draw the lesson's goals."""
    shown = ("text", "state", "detail", "met_us")
    return {f"goal/{key}": {k: row[k] for k in shown} for key, row in engine.goals.state.items()}


def marks(engine: Engine) -> dict[str, Any]:
    """Draw the timeline's marks."""
    return {f"mark/{n}": row for n, row in engine.marks.state["rows"].items()}


SOURCES: list[tuple[str, list[Group]]] = [
    (
        "traffic",
        [
            Group("client/", clients),
            Group("flow/", flows),
            Group("point/", points),
            Group("queue/", queues),
        ],
    ),
    ("jobs", [Group("job/", jobs)]),
    ("files", [Group("file/", files)]),
    ("loops", [Group("loop/", loops)]),
    ("scheduler", [Group("schedule/", decisions)]),
    ("goals", [Group("goal/", goals)]),
    ("marks", [Group("mark/", marks)]),
    ("metrics", [Group("usage/", usage)]),
]
