"""Figures of a lab and of the server, in Prometheus' text form."""

from __future__ import annotations

import resource
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from simulator import SECOND, Lab

if TYPE_CHECKING:
    from webapp.rooms import Rooms

STARTED = time.time()
Labels = dict[str, str]


class _Page:
    """Collects samples; `text` gives them in the exposition format."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, name: str, kind: str, about: str, *samples: tuple[Labels, float]) -> None:
        """Add a metric with its samples."""
        self._lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        for labels, value in samples:
            inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
            self._lines.append(f"{name}{{{inside}}} {value}" if inside else f"{name} {value}")

    def text(self) -> str:
        """Give the whole page."""
        return "\n".join(self._lines) + "\n"


def lab_text(lab: Lab) -> str:
    """Give the figures of a lab."""
    page = _Page()
    shot = lab.snapshot()
    page.add("drydock_lab_seconds", "counter", "Simulated time.", ({}, lab.now_us / SECOND))
    page.add("drydock_lab_entries", "counter", "Entries of the log.", ({}, lab.entries))
    kinds = Counter(str(item["kind"]) for item in shot["objects"])
    page.add(
        "drydock_lab_objects",
        "gauge",
        "Objects by kind.",
        *(({"kind": kind}, count) for kind, count in sorted(kinds.items())),
    )
    phases = Counter(
        str((item.get("status") or {}).get("phase"))
        for item in shot["objects"]
        if item["kind"] == "Pod"
    )
    page.add(
        "kube_pod_status_phase",
        "gauge",
        "Pods by phase.",
        *(({"phase": phase}, count) for phase, count in sorted(phases.items())),
    )
    page.add(
        "drydock_lab_machine_up",
        "gauge",
        "1 when the machine has power.",
        *(
            ({"machine": m["metadata"]["name"]}, int(m["status"]["power"] == "on"))
            for m in shot["machines"]
        ),
    )
    total, last = shot["traffic"].get("total") or {}, shot["traffic"].get("last") or {}
    page.add(
        "drydock_lab_requests_total",
        "counter",
        "Requests of the lab's clients by outcome.",
        *(({"outcome": outcome}, count) for outcome, count in sorted(total.items())),
    )
    page.add(
        "drydock_lab_latency_seconds",
        "gauge",
        "Latency in the last second with traffic.",
        *(
            ({"quantile": f"0.{q}"}, last[f"p{q}"] / 1000)
            for q in (50, 95, 99)
            if last.get(f"p{q}")
        ),
    )
    return page.text()


def server_text(rooms: Rooms) -> str:
    """Give the figures of this server process."""
    page = _Page()
    for name, count in rooms.census().items():
        page.add(f"drydock_{name}", "gauge", f"Labs: {name}.", ({}, count))
    used = resource.getrusage(resource.RUSAGE_SELF)
    page.add(
        "process_cpu_seconds_total",
        "counter",
        "Processor time used.",
        ({}, used.ru_utime + used.ru_stime),
    )
    page.add(
        "process_max_resident_memory_bytes",
        "gauge",
        "Largest resident memory so far.",
        ({}, used.ru_maxrss * 1024),
    )
    page.add("process_start_time_seconds", "gauge", "Unix time of the start.", ({}, STARTED))
    return page.text()


def _escape(text: Any) -> str:
    return str(text).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
