"""One instant of a lab as its APIs would show it: what graders, exports and look-backs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import copy

if TYPE_CHECKING:
    from simulator.engine import Engine

OWN_KINDS = frozenset(
    {"Build", "Exec", "LogFollow", "Machine"}
    | {"Registry", "Repository", "Transfer", "VirtualMachine"}
)
"""Kinds of the store that neither Docker's nor Kubernetes' API shows as objects."""


def snapshot(engine: Engine) -> dict[str, Any]:
    """Give {"now_us", "objects", "machines", "traffic", "files"}, all plain data of your own."""
    objects = [
        _public(obj)
        for kind in engine.store.kinds()
        if kind not in OWN_KINDS
        for obj in engine.store.list(kind)
    ]
    state = engine.traffic.statistics.state
    points = list(state["points"].values())
    return {
        "now_us": engine.now_us,
        "objects": copy(objects),
        "machines": copy(engine.store.list("Machine")),
        "virtual_machines": copy(engine.store.list("VirtualMachine")),
        "traffic": {
            "clients": copy(engine.traffic.clients),
            "last": copy(points[-1]) if points else None,
            "total": copy(state["total"]),
        },
        "files": {path: len(text.encode()) for path, text in engine.workspace.files.items()},
    }


def _public(obj: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only the simulator keeps in an object."""
    return {key: value for key, value in obj.items() if key not in ("drydock", "view")}
