"""Clients of databases and queues: go-redis on the lab's network."""

from __future__ import annotations

from typing import Any

from ....vm import Suspend
from ..tokens import to_bytes, to_text
from ..values import items_of, new_list
from . import RESUMED
from .web import reach

DIAL_US = 5_000_000
"""go-redis's timeout for a connection: five seconds."""


def _redis(vm: Any, client: int, host: str, port: int, words: Any, limit_us: int) -> Any:
    """Send a command: (kind, text, integer, list of any, error).

    kind: "s" a text, "i" an integer, "n" nothing, "l" a list. limit_us: 0 waits for ever.
    """
    route, why = reach(vm, to_text(host), port)
    if route is None:
        if why.endswith("i/o timeout"):
            return Suspend(DIAL_US, then="redis-dial", data=why)
        return "n", "", 0, None, why
    asked = [to_text(one) for one in items_of(words)]
    name = f"{vm.p.container['Id'][:12]}:{vm.p.pid}:{client}"
    rtt = int(getattr(route, "rtt_us", 0) or 0)
    answer = vm.p.ask(route.container, route.port, {"redis": asked, "client": name}, rtt)
    if answer.get("pending") is not None:
        return Suspend(limit_us or None, int(answer["pending"]), then="redis")
    return Suspend(rtt, then="redis", data=answer) if rtt else _reply(answer)


def _reply(answer: dict[str, Any] | None) -> Any:
    if answer is None:
        return "n", "", 0, None, "i/o timeout"
    if answer.get("error") == "closed":
        return "n", "", 0, None, "EOF"
    if answer.get("error"):
        return "n", "", 0, None, to_bytes(str(answer["error"]))
    value = answer.get("value")
    text = answer.get("status") if isinstance(answer.get("status"), str) else answer.get("text")
    if text:
        return "s", to_bytes(str(text)), 0, None, ""
    return (*_value(value), "")


def _value(value: Any) -> tuple[str, str, int, Any]:
    if value is None:
        return "n", "", 0, None
    if isinstance(value, bool | int):
        return "i", "", int(value), None
    if isinstance(value, dict):
        value = [one for pair in value.get("map") or [] for one in pair]
    if isinstance(value, list | tuple):
        return "l", "", 0, new_list([_boxed(one) for one in value])
    return "s", to_bytes(str(value)), 0, None


def _boxed(value: Any) -> Any:
    kind, text, number, rows = _value(value)
    return {
        "n": None,
        "s": ("string", text),
        "i": ("int64", number),
        "l": ("[]interface {}", rows),
    }[kind]


def _resumed(vm: Any, task: Any, answer: Any) -> Any:
    if answer is None and task.data is not None:
        return _reply(task.data)
    return _reply(answer)


def _next_client(vm: Any) -> int:
    number = int(vm.root.get("clients", 0)) + 1
    vm.root["clients"] = number
    return number


def _subscribe(vm: Any, client: int, host: str, port: int, names: Any, pattern: bool) -> Any:
    """Subscribe and give the number of the question whose answers are the messages."""
    route, why = reach(vm, to_text(host), port)
    if route is None:
        return 0, why
    word = "PSUBSCRIBE" if pattern else "SUBSCRIBE"
    asked = [word, *[to_text(one) for one in items_of(names)]]
    name = f"{vm.p.container['Id'][:12]}:{vm.p.pid}:{client}"
    rtt = int(getattr(route, "rtt_us", 0) or 0)
    answer = vm.p.ask(route.container, route.port, {"redis": asked, "client": name}, rtt)
    return int(answer.get("pending") or 0), ""


def _message(vm: Any, number: int) -> Any:
    return Suspend(None, number, then="redis")


RESUMED["redis"] = _resumed
RESUMED["redis-dial"] = lambda vm, task, answer: ("n", "", 0, None, task.data)

PACKAGE = "github.com/redis/go-redis/v9"
FUNCTIONS = {
    "send": _redis,
    "nextClient": _next_client,
    "subscribe": _subscribe,
    "message": _message,
}
NATIVES: dict[str, Any] = {f"{PACKAGE}.{name}": function for name, function in FUNCTIONS.items()}
