"""fmt, errors, runtime, and the loggers' clock."""

from __future__ import annotations

import re
from typing import Any

from ....kernel.machine import allowed_processors
from ....vm import Suspend
from ..formats import VERB, Formatter
from ..language import program_of
from ..tokens import to_text
from ..values import Elem, Ref, Struct, items_of, new_list
from . import caller


def writer(vm: Any) -> Formatter:
    """Give what writes values of the running program."""
    return Formatter(program_of(vm), caller(vm))


def _sprintf(vm: Any, template: str, values: Any) -> str:
    return writer(vm).format(template, items_of(values))


def _sprint(vm: Any, values: Any) -> str:
    return writer(vm).print(items_of(values))


def _sprintln(vm: Any, values: Any) -> str:
    return writer(vm).println(items_of(values))


def _out(vm: Any, text: str) -> None:
    vm.p.out(to_text(text))


def _wraps(vm: Any, template: str) -> Any:
    at, found = 0, []
    for match in VERB.finditer(template):
        if match[5] is None or match[5] == "%":
            continue
        at += (match[2] == "*") + (match[3] == "*")
        if match[5] == "w":
            found.append(at)
        at += 1
    return new_list(found)


def _as(vm: Any, error: Any, target: Any) -> bool:
    """errors.As: put an error into a variable of its type, or of an interface that it has."""
    program = program_of(vm)
    if error is None or target is None:
        return False
    kind = program.find_type(target[0]).elem
    if kind.is_interface:
        from ..types import find_method

        have = program.find_type(error[0])
        if any(find_method(have, name) is None for name in kind.methods):
            return False
        target[1].v = error
        return True
    if error[0] != kind.key:
        return False
    if isinstance(target[1], Ref | Elem):
        target[1].v = error[1]
    elif isinstance(target[1], Struct):
        target[1].f[:] = error[1].f
    return True


def assign_text(program: Any, target: Any, word: str) -> bool:
    """Put a word into the variable that a pointer in an interface points to."""
    if target is None:
        return False
    kind = program.find_type(target[0]).elem
    try:
        if kind.is_int:
            target[1].v = int(word, 0)
        elif kind.is_float:
            target[1].v = float(word)
        elif kind.is_bool:
            target[1].v = word in ("true", "1")
        else:
            target[1].v = word
    except ValueError:
        return False
    return True


def _scan(vm: Any, text: str, targets: Any) -> int:
    count = 0
    for word, target in zip(text.split(), items_of(targets), strict=False):
        if not assign_text(program_of(vm), target, word):
            break
        count += 1
    return count


def _scanf(vm: Any, text: str, template: str, targets: Any) -> int:
    pattern = re.escape(template.strip()).replace("\\ ", " ")
    pattern = re.sub(r"%d", r"([-+]?\\d+)", pattern)
    pattern = re.sub(r"%[svfqgt]", r"(\\S+)", pattern)
    match = re.match(pattern, text)
    count = 0
    for word, target in zip(match.groups() if match else (), items_of(targets), strict=False):
        count += assign_text(program_of(vm), target, word)
    return count


def _goroutines(vm: Any) -> int:
    return sum(1 for task in vm.tasks if task.more is not None and not task.done)


def place(vm: Any, skip: int = 0) -> tuple[str, str, int]:
    """Find the program's own innermost call: (function, file with its folder, line)."""
    for frame in reversed(vm.task.frames if vm.task is not None else []):
        code = vm.code(frame.source, frame.code)
        if code.info.library or not code.info.file:
            continue
        if skip > 0:
            skip -= 1
            continue
        at = min(max(0, frame.pc - 1), len(code.lines) - 1)
        return code.name, f"{code.info.folder}/{code.info.file}", code.lines[at]
    return "main.main", "main.go", 1


def _user_stack(vm: Any) -> str:
    """Write the program's own calls, the innermost first, as loggers show them."""
    lines = []
    for frame in reversed(vm.task.frames if vm.task is not None else []):
        code = vm.code(frame.source, frame.code)
        if not code.info.library and code.info.file:
            at = min(max(0, frame.pc - 1), len(code.lines) - 1)
            place = f"{code.info.folder}/{code.info.file}:{code.lines[at]}"
            lines.append(f"{code.name}\n\t{place}")
    return "\n".join(lines)


def _caller(vm: Any, skip: int) -> tuple[int, str, int, bool]:
    _, file, line = place(vm, skip)
    return 1, file, line, True


def _stack(vm: Any) -> str:
    """Write the calls of the goroutine as runtime/debug.Stack does."""
    from ..language import trace_text

    number = vm.task.more if vm.task is not None and vm.task.more else 18
    return f"goroutine {number} [running]:\n{trace_text(program_of(vm), vm.trace())}"


def _cpus(vm: Any, *_: Any) -> int:
    return len(allowed_processors(vm.p))


def _arch(vm: Any) -> str:
    machine = vm.p.engine.store.get("Machine", "", vm.p.box["machine"])
    return str(machine["spec"].get("arch") or "amd64") if machine else "amd64"


def _version(vm: Any) -> str:
    return "go" + str(program_of(vm).sources.get("toolchain") or "1.25")


NATIVES: dict[str, Any] = {
    "fmt.Sprintf": _sprintf,
    "fmt.Sprint": _sprint,
    "fmt.Sprintln": _sprintln,
    "fmt.out": _out,
    "fmt.wraps": _wraps,
    "fmt.scan": _scan,
    "fmt.scanf": _scanf,
    "errors.as": _as,
    "errors.comparable_": lambda vm, error: True,
    "runtime.NumGoroutine": _goroutines,
    "runtime.Gosched": lambda vm: Suspend(0, then="slept"),
    "runtime.place": place,
    "runtime.userStack": _user_stack,
    "runtime.Caller": _caller,
    "runtime/debug.stack": _stack,
    "runtime/debug.module": lambda vm: (
        str(program_of(vm).sources.get("module") or ""),
        _version(vm),
    ),
    "runtime.NumCPU": _cpus,
    "runtime.GOMAXPROCS": _cpus,
    "runtime.goarch": _arch,
    "runtime.Version": _version,
    "runtime.memory": lambda vm: int(vm.p.row["memory"]),
}
