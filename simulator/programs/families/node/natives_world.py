"""What the global objects hold besides functions: process, console, timers, globalThis."""

from __future__ import annotations

from typing import Any

from ...vm import Machine
from .calls import call
from .convert import to_integer, to_number, to_text
from .errors import throw
from .inspect import brief
from .intrinsics import intrinsic
from .loop import add_timer, job, listeners
from .natives_buffers import decode
from .natives_core import arg
from .natives_promises import received
from .objects import get_now, is_callable, make_array, make_object
from .registry import NATIVES, TABLES, constant, constructor, getter, hidden, namespace, native
from .values import Big, Obj, plain, units

for _name in ("console", "process", "performance", "crypto", "Intl", "Atomics"):
    namespace(_name)
namespace("process.stdout")
namespace("process.stderr")
namespace("process.stdin")
TABLES["globalThis"]["globalThis"] = ("object", "globalThis")
TABLES["globalThis"]["global"] = ("object", "globalThis")
TABLES["globalThis"].pop("sys", None)
constant("process.title", "node")
constant("process.platform", "linux")
constant("process.@@toStringTag", "process")
constant("performance.timeOrigin", 0)
constant("process.execPath", "/usr/local/bin/node")


def _memo(vm: Machine, name: str, make: Any) -> Any:
    """Give one object always: the first that was made."""
    made = vm.root.setdefault("%", {})
    if name not in made:
        made[name] = make()
    return made[name]


def _info(name: str) -> None:
    @getter(f"process.{name}")
    def read(vm: Any, this: Any, args: list[Any]) -> Any:
        return call(vm, intrinsic(vm, "sys.info"), None, []).props[name]


for _name in ("pid", "ppid", "version", "arch"):
    _info(_name)


@getter("process.env")
def _env(vm: Any, this: Any, args: list[Any]) -> Any:
    return _memo(vm, "process env", lambda: call(vm, intrinsic(vm, "sys.env"), None, []))


@getter("process.argv")
def _argv(vm: Any, this: Any, args: list[Any]) -> Any:
    return _memo(vm, "process argv", lambda: call(vm, intrinsic(vm, "sys.argv"), None, []))


@getter("process.execArgv")
def _exec_argv(vm: Any, this: Any, args: list[Any]) -> Any:
    return _memo(vm, "process flags", lambda: call(vm, intrinsic(vm, "sys.execArgv"), None, []))


@getter("process.versions")
def _versions(vm: Any, this: Any, args: list[Any]) -> Any:
    version = vm.p.env.get("NODE_VERSION", "22.14.0")
    return _memo(
        vm,
        "process versions",
        lambda: make_object(
            vm, {"node": version, "v8": "12.4.254.21-node.33", "uv": "1.49.2", "modules": "127"}
        ),
    )


@getter("process.release")
def _release(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_object(vm, {"name": "node", "lts": "Jod"})


@getter("process.exitCode")
def _exit_code(vm: Any, this: Any, args: list[Any]) -> Any:
    return vm.root.get("exitCode")


@hidden("set process.exitCode", 1)
def _set_exit_code(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, intrinsic(vm, "sys.exitCode"), None, args)


@native("process.exit", 1)
def _exit(vm: Any, this: Any, args: list[Any]) -> Any:
    call(vm, intrinsic(vm, "sys.exit"), None, args)


@native("process.nextTick", 1)
def _next_tick(vm: Any, this: Any, args: list[Any]) -> None:
    if not is_callable(arg(args, 0)):
        raise throw(vm, "TypeError", 'The "callback" argument must be of type function. Received '
                    + received(vm, arg(args, 0)), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    vm.root.setdefault("ticks", []).append([args[0], args[1:]])


@native("process.kill", 2)
def _kill(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, intrinsic(vm, "sys.kill"), None, args)


@native("process.chdir", 1)
def _chdir(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, intrinsic(vm, "sys.chdir"), None, args)


def _stream(name: str, err: bool) -> None:
    @native(f"process.{name}.write", 1)
    def write(vm: Any, this: Any, args: list[Any]) -> bool:
        value = arg(args, 0)
        if isinstance(value, Obj) and value.kind == "Buffer":
            text = decode(value.data[0], "utf8")
        elif type(value) is str:
            text = value
        elif type(value) is Big:
            text = value.text
        else:
            raise throw(vm, "TypeError", 'The "chunk" argument must be of type string or an '
                        "instance of Buffer, TypedArray, or DataView. Received "
                        + received(vm, value), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
        (vm.p.err if err else vm.p.out)(plain(text))
        for fn in args[1:]:
            if is_callable(fn):
                job(vm, fn, None, [])
        return True

    constant(f"process.{name}.fd", 2 if err else 1)
    constant(f"process.{name}.columns", 80)
    constant(f"process.{name}.writable", True)

    @getter(f"process.{name}.isTTY")
    def is_tty(vm: Any, this: Any, args: list[Any]) -> Any:
        return True if vm.p.container["Config"]["Tty"] else None

    for other in ("on", "once", "end", "cork", "uncork"):
        native(f"process.{name}.{other}")(lambda vm, this, args: this)


_stream("stdout", False)
_stream("stderr", True)


@native("sys.brief", 1)
def _brief(vm: Any, this: Any, args: list[Any]) -> str:
    return units(brief(vm, arg(args, 0)))


@native("sys.isFunction", 1)
def _is_function(vm: Any, this: Any, args: list[Any]) -> bool:
    return is_callable(arg(args, 0))


@native("sys.listening", 1)
def _listening(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, listeners(vm, to_text(vm, arg(args, 0))))


@native("sys.indent", 1)
def _indent(vm: Any, this: Any, args: list[Any]) -> None:
    vm.root["indent"] = max(0, int(vm.root.get("indent", 0)) + to_integer(vm, arg(args, 0)))


@native("sys.indented", 1)
def _indented(vm: Any, this: Any, args: list[Any]) -> Any:
    count = int(vm.root.get("indent", 0))
    text = arg(args, 0)
    return "\n".join(" " * count + line for line in text.split("\n")) if count else text


@native("sys.counted", 3)
def _counted(vm: Any, this: Any, args: list[Any]) -> Any:
    """Keep a number by a name: one more, reset to 0, set to the third."""
    rows = vm.root.setdefault("counted", {})
    name = arg(args, 0)
    if len(args) > 2:
        rows[name] = args[2]
    elif arg(args, 1) == 1:
        rows[name] = int(rows.get(name, 0)) + 1
    elif len(args) > 1:
        rows[name] = 0
    return rows.get(name, 0)


# Timers


def _timer(name: str, again: bool) -> None:
    @native(name, 2)
    def start(vm: Any, this: Any, args: list[Any]) -> Any:
        fn, ms = arg(args, 0), arg(args, 1)
        if not is_callable(fn):
            raise throw(vm, "TypeError", 'The "callback" argument must be of type function. '
                        "Received " + received(vm, fn), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
        delay = 1 if ms is None else to_number(vm, ms)
        delay = delay if delay == delay and 1 <= delay <= 2147483647 else 1
        made = Obj(intrinsic(vm, "Timeout.prototype"), "Timeout", [0, False])
        made.data[0] = add_timer(vm, fn, int(delay) * 1000, again, args[2:], made)
        return made


_timer("setTimeout", False)
_timer("setInterval", True)


def _number(vm: Machine, value: Any) -> Any:
    if isinstance(value, Obj):
        return value.data[0] if value.kind == "Timeout" else None
    return value if type(value) is int else None


@native("clearInterval", 1)
@native("clearTimeout", 1)
def _clear(vm: Any, this: Any, args: list[Any]) -> None:
    vm.root.get("timers", {}).pop(_number(vm, arg(args, 0)), None)


@native("Timeout.prototype.ref")
def _ref(vm: Any, this: Any, args: list[Any]) -> Any:
    timer = vm.root.get("timers", {}).get(this.data[0])
    if timer is not None:
        timer["ref"] = True
    return this


@native("Timeout.prototype.unref")
def _unref(vm: Any, this: Any, args: list[Any]) -> Any:
    timer = vm.root.get("timers", {}).get(this.data[0])
    if timer is not None:
        timer["ref"] = False
    return this


@native("Timeout.prototype.hasRef")
def _has_ref(vm: Any, this: Any, args: list[Any]) -> bool:
    return bool((vm.root.get("timers", {}).get(this.data[0]) or {}).get("ref"))


@native("Timeout.prototype.refresh")
def _refresh(vm: Any, this: Any, args: list[Any]) -> Any:
    timer = vm.root.get("timers", {}).get(this.data[0])
    if timer is not None and timer["every"]:
        timer["due"] = vm.now_us + timer["every"]
    return this


@native("Timeout.prototype.@@toPrimitive")
def _timer_number(vm: Any, this: Any, args: list[Any]) -> Any:
    return this.data[0]


TABLES["Timeout.prototype"]["constructor"] = ("object", "Timeout")
NATIVES["Timeout"] = (lambda vm, this, args: None, 0)


@native("sys.immediate", 2)
def _immediate(vm: Any, this: Any, args: list[Any]) -> Any:
    made = Obj(intrinsic(vm, "Immediate.prototype"), "Immediate", [0])
    vm.root.setdefault("jobs", []).append([args[0], made, list(args[1].items)])
    return made


@native("sys.clearImmediate", 1)
def _clear_immediate(vm: Any, this: Any, args: list[Any]) -> None:
    jobs = vm.root.get("jobs", [])
    jobs[:] = [row for row in jobs if row[1] is not arg(args, 0)]


@native("Intl.NumberFormat", 2)
def _number_format(vm: Any, this: Any, args: list[Any]) -> Any:
    return _new_format(vm, args, None)


@constructor("Intl.NumberFormat", 2)
def _new_format(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(intrinsic(vm, "Intl.NumberFormat.prototype"), "NumberFormat", [arg(args, 1)])


@native("Intl.NumberFormat.prototype.format", 1)
def _format_number(vm: Any, this: Any, args: list[Any]) -> Any:
    method = intrinsic(vm, "Number.prototype.toLocaleString")
    return call(vm, method, to_number(vm, arg(args, 0)), ["en-US", this.data[0]])


@native("Intl.DateTimeFormat", 2)
def _date_format(vm: Any, this: Any, args: list[Any]) -> Any:
    return _new_date_format(vm, args, None)


@constructor("Intl.DateTimeFormat", 2)
def _new_date_format(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(intrinsic(vm, "Intl.DateTimeFormat.prototype"), "DateTimeFormat", [arg(args, 1)])


@native("Intl.DateTimeFormat.prototype.format", 1)
def _format_date(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, intrinsic(vm, "Date.prototype.toLocaleDateString"), arg(args, 0), [])


@native("Intl.DateTimeFormat.prototype.resolvedOptions")
def _options(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_object(vm, {"locale": "en-US", "timeZone": "UTC", "calendar": "gregory"})


@native("sys.received", 1)
def _received(vm: Any, this: Any, args: list[Any]) -> str:
    return units(received(vm, arg(args, 0)))


LAZY = {"URL": "url", "URLSearchParams": "url", "TextEncoder": "url", "TextDecoder": "url"}
"""Globals that live in a module of Node's, which is loaded when one is used; others: fetch."""


def _lazy(name: str) -> None:
    @hidden(f"lazy {name}")
    def read(vm: Any, this: Any, args: list[Any]) -> Any:
        from .esm import load_now

        exports = load_now(vm, f"node:{LAZY.get(name, 'fetch')}", "")
        return get_now(vm, exports, name)


for _name in (*LAZY, "fetch", "EventTarget", "AbortController", "AbortSignal", "Headers", "Request",
              "Response", "Event"):  # fmt: skip
    _lazy(_name)
