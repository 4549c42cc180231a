"""Error objects, their stacks, and how an uncaught one is shown."""

from __future__ import annotations

from typing import Any

from ...vm import Machine, Thrown
from .intrinsics import intrinsic
from .objects import get_now, set_hidden
from .registry import text_of_internal
from .values import Obj, Prop

FRAMES = 10
"""V8's Error.stackTraceLimit."""
LOADER = (
    "Module._compile (node:internal/modules/cjs/loader:1554:14)",
    "Object..js (node:internal/modules/cjs/loader:1706:10)",
    "Module.load (node:internal/modules/cjs/loader:1289:32)",
    "Function._load (node:internal/modules/cjs/loader:1108:12)",
    "TracingChannel.traceSync (node:diagnostics_channel:322:14)",
    "wrapModuleLoad (node:internal/modules/cjs/loader:220:24)",
    "Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:170:5)",
    "node:internal/main/run_main_module:36:49",
)
ESM_LOADER = (
    "ModuleJob.run (node:internal/modules/esm/module_job:271:25)",
    "async onImport.tracePromise.__proto__ (node:internal/modules/esm/loader:547:26)",
    "async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:116:5)",
)


EMITTED = "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\n"
RUN_MICROTASKS = "node:internal/process/task_queues:105\n    runMicrotasks();\n    ^\n\n"
CALLERS = {
    "connect": "TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)",
    "getaddrinfo": "GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:120:26)",
    "listen": "Server.setupListenHandle [as _listen2] (node:net:1915:16)",
}
"""Where Node itself makes the errors of the network."""


def throw(vm: Machine, kind: str, message: str, **more: Any) -> Thrown:
    """Make an error of the language, to be raised."""
    return Thrown(make_error(vm, kind, message, **more))


def make_error(vm: Machine, kind: str, message: str, **more: Any) -> Obj:
    """Make an error object; more: its further properties."""
    error = Obj(intrinsic(vm, f"{kind}.prototype"), "Error")
    set_hidden(error, "stack", None)
    set_hidden(error, "message", message)
    code = more.get("code") if kind != "SystemError" else None
    capture(vm, error, f"{kind} [{code}]" if str(code or "").startswith("ERR_") else "")
    for key, value in more.items():
        error.props[key] = value
    return error


def capture(vm: Machine, error: Obj, head: str = "") -> None:
    """Note where an error was made."""
    name = head or _part(vm, error, "name") or "Error"
    message = _part(vm, error, "message")
    first = f"{name}: {message}" if message else name
    rows = [f"    at {row}" for row in trace_rows(vm)[:FRAMES]]
    error.props["stack"] = Prop("\n".join([first, *rows]))


def _part(vm: Machine, error: Obj, key: str) -> str:
    from .convert import to_text

    value = get_now(vm, error, key)
    return to_text(vm, value) if isinstance(value, str) else ""


def trace_rows(vm: Machine) -> list[str]:
    """Write the calls under way as V8 does, innermost first."""
    rows: list[str] = []
    frames = vm.trace()
    for source, name, position in reversed(frames):
        if source.startswith("node:internal/"):
            rows.append(_library_row(name))
            continue
        place = f"{shown_source(source)}:{position >> 12}:{position & 4095}"
        if name.startswith("<") and name != "<anonymous>":
            module = name == "<module>"
            rows.append(place if name != "<module>" and name != "<cjs>" else
                        (place if module else f"Object.<anonymous> ({place})"))  # fmt: skip
        else:
            rows.append(f"{name} ({place})" if name and name != "<anonymous>" else place)
    if frames and frames[0][1] == "<cjs>" and rows and not frames[0][0].startswith("node:"):
        rows += LOADER
    elif frames and frames[0][1] == "<module>":
        rows += ESM_LOADER
    return rows


def _library_row(name: str) -> str:
    if "$" in name:
        owner, _, key = name.replace("$prototype$", ".").replace("$", ".").rpartition(".")
        return f"{owner}.{key} (<anonymous>)" if owner else f"{key} (<anonymous>)"
    return f"{name} (<anonymous>)"


def shown_source(source: str) -> str:
    """Give the name of a source as stacks show it."""
    if source.startswith("esm:"):
        return f"file://{source[4:]}"
    if source.startswith("npm:"):
        name = source[4:]
        if name == "express/paths":
            return "/app/node_modules/path-to-regexp/dist/index.js"
        return f"/app/node_modules/{name}/lib/{name}.js"
    return source.removeprefix("typed:")


def place_of(trace: list[tuple[str, str, int]]) -> tuple[str, int] | None:
    """Find the line of the program where something was thrown."""
    for source, _, position in reversed(trace):
        if not source.startswith("node:"):
            return source, position
    return None


def uncaught(vm: Machine, error: Thrown, from_promise: bool = False) -> str:
    """Write what Node prints of an error that nothing has caught."""
    from .inspect import inspect

    value = error.value
    version = vm.p.env.get("NODE_VERSION", "22.14.0")
    is_error = isinstance(value, Obj) and value.kind == "Error"
    stack = inspect(vm, value)
    if from_promise and not is_error:
        reason = stack
        text = ("node:internal/process/promises:394\n      triggerUncaughtException(err, true /* "
                "fromPromise */);\n      ^\n\n[UnhandledPromiseRejection: This error originated "
                "either by throwing inside of an async function without a catch block, or by "
                "rejecting a promise which was not handled with .catch(). The promise rejected "
                f'with the reason "{reason}".] {{\n'
                "  code: 'ERR_UNHANDLED_REJECTION'\n}\n")  # fmt: skip
        return f"{text}\nNode.js v{version}\n"
    head = _excerpt(vm, error, value)
    if not is_error:
        note = (
            ""
            if isinstance(value, Obj)
            else ("(Use `node --trace-uncaught ...` to show where the exception was thrown)\n")
        )
        note = note or "(Use `node --trace-uncaught ...` to show where the exception was thrown)\n"
        return f"{head}Uncaught:\n{stack}\n{note}\nNode.js v{version}\n"
    return f"{head}{stack}\n\nNode.js v{version}\n"


def _excerpt(vm: Machine, error: Thrown, value: Any) -> str:
    """Show the line that threw, with a mark below."""
    if isinstance(value, Obj) and value.kind == "Error":
        arrow = value.data if isinstance(value.data, str) else ""
        if arrow:
            return arrow
    if error.trace and error.trace[-1][0] == "node:events":
        return EMITTED
    place = place_of(error.trace)
    if place is None:
        return EMITTED if error.trace else RUN_MICROTASKS
    source, position = place
    line = position >> 12
    lines = (vm.sources.get(source) or text_of_internal(source)).split("\n")
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if not shown:
        return ""
    pad = "".join("\t" if char == "\t" else " " for char in shown[: (position & 4095) - 1])
    return f"{shown_source(source)}:{line}\n{shown[:400]}\n{pad[:400]}^\n\n"


def text_of_error(vm: Machine, error: Obj) -> str:
    """Write an error as its `toString` does."""
    from .convert import to_text

    name, message = get_now(vm, error, "name"), get_now(vm, error, "message")
    head = "Error" if name is None else to_text(vm, name)
    tail = "" if message is None else to_text(vm, message)
    return f"{head}: {tail}" if head and tail else head or tail
