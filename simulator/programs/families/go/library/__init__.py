"""The part of Go's library that is not written in Go: by area, under the functions' Go names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RESUMED: dict[str, Callable[[Any, Any, Any], Any]] = {}
"""What is made of an answer that a goroutine waited for, by `Suspend.then`."""


def fill(table: dict[str, Any]) -> None:
    """Collect all functions."""
    from . import (
        clients,
        databases,
        encoding,
        patterns,
        printing,
        shapes,
        system,
        templates,
        texts,
        waiting,
        web,
    )

    for module in (
        printing, texts, system, waiting, encoding, web, clients, databases, shapes,
        patterns, templates,
    ):  # fmt: skip
        table.update(module.NATIVES)


def caller(vm: Any) -> Callable[[Any, str], Any]:
    """Give what calls a method of a value in an interface, to its end, at this instant."""
    from ....vm import Frame, Task
    from ..functions import find_code
    from ..language import program_of
    from ..running import SOURCE
    from ..values import NO_SCOPE

    def call(value: Any, name: str, *args: Any) -> Any:
        program = program_of(vm)
        receiver, code = find_code(program, value, name)
        if code is None or vm.nested >= 8:
            return None
        info = vm.code(SOURCE, code).info
        registers = [vm.root["globals"], receiver, *args]
        registers += [None] * max(0, info.registers - len(registers))
        return vm.finish(Task([Frame(SOURCE, code, NO_SCOPE, more=registers)]))

    return call
