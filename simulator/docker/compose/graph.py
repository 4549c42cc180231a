"""The order in which services come: each after those it depends on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import ComposeError

MAX_CHAIN = 300

Services = dict[str, dict[str, Any]]


def dependencies(service: dict[str, Any]) -> list[str]:
    """Name the services that a service needs: depends_on, links, shared networks and volumes."""
    found = dict.fromkeys(service.get("depends_on") or {})
    for link in service.get("links") or []:
        found[str(link).partition(":")[0]] = None
    mode = str(service.get("network_mode") or "")
    if mode.startswith("service:"):
        found[mode.partition(":")[2]] = None
    for text in service.get("volumes_from") or []:
        if not str(text).startswith("container:"):
            found[str(text).partition(":")[0]] = None
    return list(found)


def order(services: Services) -> list[str]:
    """Sort services, dependencies first and by name among equals; ComposeError for a cycle."""
    done: dict[str, None] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in services:
            return
        if name in path:
            circle = [*path[path.index(name) :], name]
            raise ComposeError(f"dependency cycle detected: {' -> '.join(circle)}")
        if len(path) >= MAX_CHAIN:
            raise ComposeError(f"more than {MAX_CHAIN} services depend on each other in a row")
        path.append(name)
        for needed in sorted(dependencies(services[name])):
            visit(needed)
        path.pop()
        done[name] = None

    for name in sorted(services):
        visit(name)
    return list(done)


def with_dependencies(services: Services, names: Iterable[str]) -> dict[str, None]:
    """Give services and all that they need, directly or not."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in services:
            found[name] = None
            waiting += dependencies(services[name])
    return found
