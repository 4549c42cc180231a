"""`sys`: what the library's JavaScript asks of the machine: output, time, luck, the process."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from simulator.timing import SECOND

from ...kernel.machine import RELEASE, allowed_processors, load, memory, uptime_us
from ...vm import Machine, Thrown
from .convert import to_integer, to_number, to_text, typeof
from .errors import throw
from .inspect import Style, inspect
from .intrinsics import intrinsic
from .iterate import listed
from .loop import add_timer, emit, finish, job, later, system_error
from .natives_buffers import bytes_of, make_buffer
from .natives_core import arg
from .natives_promises import received
from .numbers import number_text
from .objects import get_now, is_callable, keys_of, make_array, make_object
from .registry import constant, native
from .values import NULL, Big, BigInt, Obj, Symbol, plain, units

DEFAULT_VERSION = "22.14.0"
SIGNALS_KNOWN = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


@native("sys.out", 1)
def _out(vm: Any, this: Any, args: list[Any]) -> None:
    vm.p.out(plain(to_text(vm, arg(args, 0))))


@native("sys.err", 1)
def _err(vm: Any, this: Any, args: list[Any]) -> None:
    vm.p.err(plain(to_text(vm, arg(args, 0))))


def _colours(vm: Machine) -> bool:
    return False


@native("sys.format", 1)
def _format(vm: Any, this: Any, args: list[Any]) -> str:
    return units(format_args(vm, listed(vm, arg(args, 0))))


def format_args(vm: Machine, args: list[Any]) -> str:
    """Do what `util.format` does: fill %s and its like, show the rest."""
    parts: list[str] = []
    rest = args
    if args and type(args[0]) is str:
        text, rest = _filled(vm, args[0], args[1:])
        parts.append(plain(text))
    for one in rest:
        if type(one) is str:
            parts.append(plain(one))
        else:
            parts.append(plain(one.text) if type(one) is Big else inspect(vm, one))
    return " ".join(parts)


def _filled(vm: Machine, text: str, rest: list[Any]) -> tuple[str, list[Any]]:
    if "%" not in text or not rest:
        return text, rest
    out, at, used = [], 0, 0
    while at < len(text):
        kind = text[at + 1 : at + 2]
        if text[at] != "%" or kind not in ("s", "d", "i", "f", "j", "o", "O", "c", "%"):
            out.append(text[at])
            at += 1
        elif kind == "%":
            out.append("%")
            at += 2
        elif used >= len(rest):
            out.append(text[at : at + 2])
            at += 2
        else:
            out.append(_one(vm, kind, rest[used]))
            used += 1
            at += 2
    return "".join(out), rest[used:]


def _one(vm: Machine, kind: str, value: Any) -> str:
    if kind == "s":
        if type(value) is str:
            return value
        if isinstance(value, Obj) and value.kind != "Error":
            return inspect(vm, value, Style(depth=0))
        return inspect(vm, value) if type(value) in (BigInt, Symbol) else to_text(vm, value)
    if kind in ("d", "i", "f"):
        if isinstance(value, Obj):
            return "NaN"
        number = to_number(vm, value) if type(value) is not BigInt else value.value
        if kind == "i" and number == number:
            number = int(number)
        return number_text(number)
    if kind == "j":
        made = vm.call_now(intrinsic(vm, "JSON.stringify"), [value], {})
        return made if type(made) is str else "undefined"
    return "" if kind == "c" else inspect(vm, value, Style(depth=4))


@native("sys.inspect", 2)
def _inspect(vm: Any, this: Any, args: list[Any]) -> str:
    style = Style()
    options = arg(args, 1)
    if isinstance(options, Obj):
        depth = get_now(vm, options, "depth")
        if depth is NULL or (type(depth) is float and depth > 100):
            style.depth = 50
        elif type(depth) is int:
            style.depth = min(depth, 50)
        style.colors = get_now(vm, options, "colors") is True
        compact = get_now(vm, options, "compact")
        if compact is False:
            style.compact = 0
        width = get_now(vm, options, "breakLength")
        if type(width) in (int, float):
            style.width = int(min(width, 1 << 30))
    return units(inspect(vm, arg(args, 0), style))


# The process


@native("sys.argv")
def _argv(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, [units(one) for one in vm.p.state.get("argv", vm.p.argv)])


@native("sys.execArgv")
def _exec_argv(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, [units(one) for one in vm.p.state.get("flags", [])])


@native("sys.env")
def _env(vm: Any, this: Any, args: list[Any]) -> Any:
    made = make_object(vm, {units(k): units(v) for k, v in vm.p.env.items()})
    return made


@native("sys.info", 1)
def _info(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give facts of the process and its machine."""
    p = vm.p
    machine = p.engine.store.get("Machine", "", p.box["machine"]) or {"spec": {}}
    spec = machine["spec"]
    limit = int(p.container["HostConfig"].get("Memory") or 0)
    rows = {
        "pid": p.pid, "ppid": int(p.row["parent"]), "cwd": units(p.cwd), "uid": p.uid,
        "gid": int(p.row["gid"]), "version": f"v{p.env.get('NODE_VERSION', DEFAULT_VERSION)}",
        "arch": {"amd64": "x64"}.get(str(spec.get("arch")), "arm64"),
        "hostname": units(str(p.container["Config"]["Hostname"])),
        "cpus": len(allowed_processors(p)), "memory": int(spec.get("memory") or 8 << 30),
        "free": memory(p)["free"], "load": make_array(vm, list(load(p))), "release": RELEASE,
        "uptime": uptime_us(p) / SECOND,
        "limit": limit, "tty": bool(p.container["Config"]["Tty"]), "user": str(p.row["user"]),
        "home": units(p.env.get("HOME", "/root")), "used": int(p.row["memory"]),
        "address": str(p.container["NetworkSettings"].get("IPAddress") or "127.0.0.1"),
    }  # fmt: skip
    return make_object(vm, rows)


@native("sys.chdir", 1)
def _chdir(vm: Any, this: Any, args: list[Any]) -> None:
    path = vm.p.view.resolve(plain(to_text(vm, arg(args, 0))), vm.p.cwd)
    if not vm.p.view.is_dir(path):
        raise Thrown(system_error(vm, "ENOENT", f"ENOENT: no such file or directory, chdir "
                                  f"'{vm.p.cwd}' -> '{path}'", "chdir"))  # fmt: skip
    vm.p.row["cwd"] = path


@native("sys.exit", 1)
def _exit(vm: Any, this: Any, args: list[Any]) -> None:
    code = arg(args, 0)
    if code is None:
        code = vm.root.get("exitCode", 0)
    finish_now(vm, to_integer(vm, code) & 0xFF)


def finish_now(vm: Machine, code: int) -> None:
    """End the program at this operation."""
    vm.root.pop("exitCode", None)
    finish(vm, code)


@native("sys.exitCode", 1)
def _exit_code(vm: Any, this: Any, args: list[Any]) -> Any:
    if args:
        if args[0] is None:
            vm.root.pop("exitCode", None)
        else:
            vm.root["exitCode"] = to_integer(vm, args[0]) & 0xFF
    return vm.root.get("exitCode")


@native("sys.listeners", 2)
def _listeners(vm: Any, this: Any, args: list[Any]) -> Any:
    """Keep who listens to an event of the process."""
    rows = vm.root.setdefault("process", {})
    rows[to_text(vm, args[0])] = list(args[1].items)
    return None


@native("sys.kill", 2)
def _kill(vm: Any, this: Any, args: list[Any]) -> bool:
    pid, name = to_integer(vm, arg(args, 0)), arg(args, 1)
    name = "SIGTERM" if name is None else to_text(vm, name)
    if str(pid) not in vm.p.box["processes"]:
        raise Thrown(system_error(vm, "ESRCH", "kill ESRCH", "kill"))
    if pid == vm.p.pid:
        found = emit(vm, name, [name, 15])
        if not found and name != "0" and vm.p.pid != 1:
            vm.exit_code = 143
        return True
    vm.p.programs.signal(vm.p.container, name, pid)
    return True


@native("sys.now")
def _now(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give the microseconds since the process began."""
    return vm.now_us + int(vm.root.get("ahead", 0)) - int(vm.p.row["startedUs"])


@native("sys.nextTick", 1)
def _next_tick(vm: Any, this: Any, args: list[Any]) -> None:
    vm.root.setdefault("ticks", []).append([args[0], args[1:]])


@native("sys.job", 3)
def _job(vm: Any, this: Any, args: list[Any]) -> None:
    """Have a function called in a later turn of the loop."""
    job(vm, arg(args, 0), None, args[1:])


@native("sys.later", 2)
def _later(vm: Any, this: Any, args: list[Any]) -> None:
    """Have a function called after so many microseconds; the program waits for it."""
    later(vm, to_integer(vm, arg(args, 1)), args[0], None, args[2:])


@native("sys.spend", 1)
def _spend(vm: Any, this: Any, args: list[Any]) -> None:
    vm.spend(min(to_integer(vm, arg(args, 0)), 60_000_000))


@native("sys.refs", 1)
def _refs(vm: Any, this: Any, args: list[Any]) -> None:
    """Count what keeps the program alive."""
    vm.root["refs"] = max(0, int(vm.root.get("refs", 0)) + to_integer(vm, arg(args, 0)))


# Timers


@native("sys.timer", 4)
def _timer(vm: Any, this: Any, args: list[Any]) -> Any:
    """Start a timer: (function, milliseconds, again, arguments, object)."""
    fn, ms, every, rest, obj = args[:5]
    if not is_callable(fn):
        raise throw(vm, "TypeError", 'The "callback" argument must be of type function. Received '
                    + received(vm, fn), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    delay = to_number(vm, ms) if ms is not None else 1
    delay = delay if delay == delay and 1 <= delay <= 2147483647 else 1
    return add_timer(vm, fn, int(delay) * 1000, bool(every), list(rest.items), obj)


@native("sys.clearTimer", 1)
def _clear(vm: Any, this: Any, args: list[Any]) -> None:
    vm.root.get("timers", {}).pop(arg(args, 0), None)


@native("sys.timerRef", 2)
def _timer_ref(vm: Any, this: Any, args: list[Any]) -> None:
    timer = vm.root.get("timers", {}).get(arg(args, 0))
    if timer is not None:
        timer["ref"] = bool(arg(args, 1))


# Luck and digests


@native("sys.randomHex", 1)
def _random_hex(vm: Any, this: Any, args: list[Any]) -> str:
    count = max(0, min(to_integer(vm, arg(args, 0)), 4096))
    luck = vm.p.luck()
    text = "".join(f"{luck.bits():016x}" for _ in range((count + 7) // 8))
    return text[: 2 * count]


@native("sys.randomInt", 2)
def _random_int(vm: Any, this: Any, args: list[Any]) -> Any:
    low, high = to_integer(vm, arg(args, 0)), to_integer(vm, arg(args, 1))
    return low + vm.p.luck().below(max(1, high - low))


@native("sys.digest", 3)
def _digest(vm: Any, this: Any, args: list[Any]) -> Any:
    """Make a digest: (algorithm, data, key or undefined) -> a Buffer."""
    name = to_text(vm, args[0]).lower().replace("-", "")
    if name not in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        raise throw(vm, "Error", "Digest method not supported", code="ERR_CRYPTO_INVALID_DIGEST")
    data = bytes_of(vm, args[1])
    if arg(args, 2) is not None:
        return make_buffer(vm, hmac.new(bytes_of(vm, args[2]), data, name).digest())
    return make_buffer(vm, hashlib.new(name, data).digest())


@native("sys.isError", 1)
def _is_error(vm: Any, this: Any, args: list[Any]) -> bool:
    return isinstance(arg(args, 0), Obj) and args[0].kind == "Error"


@native("sys.isPromise", 1)
def _is_promise(vm: Any, this: Any, args: list[Any]) -> bool:
    return isinstance(arg(args, 0), Obj) and args[0].kind == "Promise"


@native("sys.kindOf", 1)
def _kind_of(vm: Any, this: Any, args: list[Any]) -> Any:
    return args[0].kind if isinstance(arg(args, 0), Obj) else typeof(arg(args, 0))


@native("sys.systemError", 4)
def _system_error(vm: Any, this: Any, args: list[Any]) -> Any:
    """Make an error of the system: (code, message, syscall, object of more)."""
    more = {}
    if isinstance(arg(args, 3), Obj):
        more = {key: get_now(vm, args[3], key) for key in keys_of(vm, args[3])}
    return system_error(vm, args[0], args[1], args[2], **more)


@native("sys.heap")
def _heap(vm: Any, this: Any, args: list[Any]) -> Any:
    return int(vm.p.row["memory"])


@native("sys.gone", 1)
def _gone(vm: Any, this: Any, args: list[Any]) -> None:
    """End a program that Node itself gives up."""
    vm.exit_code = to_integer(vm, arg(args, 0))


constant("sys.signals", None)
