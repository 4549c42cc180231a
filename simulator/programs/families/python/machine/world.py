"""The library's ways to the container: time, waiting, processes, luck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.timing import SECOND

from ....kernel.machine import BUILD, RELEASE, allowed_processors, load, processors
from ....vm import NOTHING, Enter, Frame, Machine, Scope, Suspend, Task, Thrown
from .. import sites
from ..output import flush, write
from .bulk import LARGE, make_bulk, shown
from .calls import call, native
from .errors import error, os_error
from .files import path_of
from .language import FINISHED, RESUMED
from .library import CONSTANTS, state_of
from .objects import Bulk, Instance
from .operators import unwrap
from .texts import to_text
from .types import name_of

Args = list[Any]
Words = dict[str, Any]
EPOCH_KEEP = 1_000_000


def _seconds(value: Any) -> float:
    value = unwrap(value)
    if type(value) not in (int, float, bool):
        raise error("TypeError", f"{name_of(value)!r} object cannot be interpreted as an integer")
    if value < 0:
        raise error("ValueError", "sleep length must be non-negative")
    return min(float(value), 1e10)


@native("time.sleep", "_vm.sleep")
def _sleep(vm: Machine, args: Args, words: Words) -> Any:
    return Suspend(round(_seconds(args[0]) * SECOND), None, "none")


RESUMED["none"] = lambda vm, data, answer: None


def now(vm: Machine) -> float:
    """Give the time of the lab's calendar, in seconds."""
    return float(vm.p.engine.start.timestamp() + vm.now_us / SECOND)


@native("time.time")
def _time(vm: Machine, args: Args, words: Words) -> Any:
    return now(vm)


@native("time.time_ns")
def _time_ns(vm: Machine, args: Args, words: Words) -> Any:
    return round(vm.p.engine.start.timestamp()) * 10**9 + vm.now_us * 1000


@native("time.monotonic", "time.perf_counter", "time.process_time")
def _monotonic(vm: Machine, args: Args, words: Words) -> Any:
    return vm.now_us / SECOND


@native("time.monotonic_ns", "time.perf_counter_ns")
def _monotonic_ns(vm: Machine, args: Args, words: Words) -> Any:
    return vm.now_us * 1000


@native("_datetime.now")
def _now(vm: Machine, args: Args, words: Words) -> Any:
    moment = vm.p.engine.start + timedelta(microseconds=vm.now_us)
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second,
            moment.microsecond)  # fmt: skip


# Tasks


@native("_vm.spawn")
def _spawn(vm: Machine, args: Args, words: Words) -> Any:
    result = call(vm, args[0], list(args[1]), dict(args[2]) if len(args) > 2 else {})
    if type(result) is not Enter:
        return None
    return vm.start(result.frame)


@native("_vm.current")
def _current(vm: Machine, args: Args, words: Words) -> Any:
    return vm.task


@native("_vm.wait")
def _wait(vm: Machine, args: Args, words: Words) -> Any:
    limit = args[0] if args else None
    if limit is None:
        return Suspend(None, None, "woken")
    return Suspend(round(min(max(0.0, float(limit)), 1e10) * SECOND), None, "woken")


RESUMED["woken"] = lambda vm, data, answer: answer is True


@native("_vm.wake")
def _wake(vm: Machine, args: Args, words: Words) -> Any:
    if type(args[0]) is Task:
        vm.resume(args[0], True)


@native("_vm.at_once")
def _at_once(vm: Machine, args: Args, words: Words) -> Any:
    return vm.nested > 0


def _finished(vm: Machine, task: Task, thrown: Thrown | None) -> None:
    """Tell those who joined a thread that it has ended."""
    thread = task.more.get("thread") if type(task.more) is dict else None
    if type(thread) is Instance:
        thread.fields["_alive"] = False
        for waiter in thread.fields.get("_joiners", ()):
            vm.resume(waiter, True)


FINISHED.append(_finished)


@native("_vm.mark")
def _mark(vm: Machine, args: Args, words: Words) -> Any:
    more_of(args[0])["thread"] = args[1]


def more_of(task: Task | None) -> dict[str, Any]:
    """Give what is remembered with a task."""
    if task is None:
        return {}
    if task.more is None:
        task.more = {}
    return task.more  # type: ignore[no-any-return]


@native("_vm.context")
def _context(vm: Machine, args: Args, words: Words) -> Any:
    """Give something of the request that the task works on; None outside of one."""
    return (more_of(vm.task).get("context") or {}).get(args[0])


@native("_vm.enter_context")
def _enter_context(vm: Machine, args: Args, words: Words) -> Any:
    more = more_of(vm.task)
    before = more.get("context")
    more["context"] = args[0]
    return before


# sys


def _argv(vm: Machine) -> Any:
    return vm.root.setdefault("argv", [""])


def _path(vm: Machine) -> Any:
    return vm.root.setdefault("path", [])


def _version_info(vm: Machine) -> Any:
    parts = [int(x) for x in (*sites.version(vm.p).split("."), "0", "0")[:3] if x.isdigit()]
    return (*[*parts, 0, 0, 0][:3], "final", 0)


CONSTANTS.update({
    "sys.argv": _argv, "sys.path": _path, "sys.maxsize": (1 << 63) - 1, "sys.platform": "linux",
    "sys.version": lambda vm: f"{sites.version(vm.p)} (main) [GCC 12.2.0]",
    "sys.version_info": _version_info, "sys.byteorder": "little",
    "sys.executable": lambda vm: str(vm.p.row.get("path") or "/usr/local/bin/python3"),
    "sys.modules": lambda vm: vm.root.setdefault("modules", {}), "sys.prefix": "/usr/local",
    "os.name": "posix", "os.sep": "/", "os.linesep": "\n", "os.pathsep": ":", "os.curdir": ".",
    "os.F_OK": 0, "os.R_OK": 4, "os.W_OK": 2, "os.X_OK": 1,
})  # fmt: skip


@native("sys._exc")
def _exc(vm: Machine, args: Args, words: Words) -> Any:
    from .operations import handled

    return handled(vm)


@native("sys.getrecursionlimit")
def _limit(vm: Machine, args: Args, words: Words) -> Any:
    return 1000


@native("sys.setrecursionlimit", "sys.settrace", "sys.setswitchinterval", "gc.collect",
        "gc.disable", "gc.enable", "gc.freeze", "faulthandler.enable")  # fmt: skip
def _ignored(vm: Machine, args: Args, words: Words) -> Any:
    return 0


@native("sys.getsizeof")
def _sizeof(vm: Machine, args: Args, words: Words) -> Any:
    value = unwrap(args[0])
    if type(value) is Bulk:
        return value.ballast + 56
    if type(value) in (str, bytes):
        return 49 + len(value) if type(value) is str else 33 + len(value)
    if type(value) in (list, tuple, dict):
        return 56 + 8 * len(value) if type(value) is not dict else 64 + 100 * len(value)
    return 28


@native("_sys.write")
def _write(vm: Machine, args: Args, words: Words) -> Any:
    text = args[1]
    text = shown(text) if type(text) is Bulk else to_text(vm, text)
    if args[0] == 2:
        vm.p.err(text)
    else:
        write(vm.p, text)
    return len(text)


@native("_sys.flush")
def _flush(vm: Machine, args: Args, words: Words) -> Any:
    flush(vm.p)


@native("_sys.readline")
def _readline(vm: Machine, args: Args, words: Words) -> Any:
    kept = state_of(vm, "stdin")
    if "lines" not in kept:
        kept["lines"] = vm.p.programs.stdin(vm.p).splitlines(keepends=True)
    if kept["lines"]:
        return kept["lines"].pop(0)
    if not vm.p.programs.has_input(vm.p):
        return ""
    line = vm.p.read_line()
    if line is not None:
        return line
    flush(vm.p)
    state_of(vm, "stdin").setdefault("waiting", []).append(vm.task)
    return Suspend(None, None, "typed")


RESUMED["typed"] = lambda vm, data, answer: answer or ""


# os


@native("os._environ")
def _environ(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.env


@native("os.getpid")
def _getpid(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.pid


@native("os.getppid")
def _getppid(vm: Machine, args: Args, words: Words) -> Any:
    return int(vm.p.row["parent"])


@native("os.getuid", "os.geteuid")
def _getuid(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.uid


@native("os.getgid", "os.getegid")
def _getgid(vm: Machine, args: Args, words: Words) -> Any:
    return int(vm.p.row["gid"])


@native("os.getcwd")
def _getcwd(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.cwd


@native("os.cpu_count", "multiprocessing.cpu_count")
def _cpu_count(vm: Machine, args: Args, words: Words) -> Any:
    return processors(vm.p)


@native("_os.affinity")
def _affinity(vm: Machine, args: Args, words: Words) -> Any:
    return allowed_processors(vm.p)


@native("_os.load")
def _load(vm: Machine, args: Args, words: Words) -> Any:
    return load(vm.p)


@native("_os.kernel")
def _kernel(vm: Machine, args: Args, words: Words) -> Any:
    return RELEASE, BUILD


@native("os.chdir")
def _chdir(vm: Machine, args: Args, words: Words) -> Any:
    path = path_of(args[0])
    if not vm.p.view.is_dir(path, vm.p.cwd):
        raise os_error(2, path)
    vm.p.row["cwd"] = vm.p.view.resolve(path, vm.p.cwd)


@native("os._exit")
def _exit(vm: Machine, args: Args, words: Words) -> Any:
    vm.exit_code = int(args[0]) & 0xFF
    return Suspend()


@native("os.urandom", "secrets.token_bytes")
def _urandom(vm: Machine, args: Args, words: Words) -> Any:
    count = int(args[0]) if args else 32
    luck = vm.p.luck()
    if count > LARGE:
        return make_bulk("bytes", bytes(luck.below(256) for _ in range(64)), count)
    return bytes(luck.below(256) for _ in range(max(0, count)))


@native("_random.random")
def _random(vm: Machine, args: Args, words: Words) -> Any:
    return float(vm.p.luck().random())


@native("_random.below")
def _below(vm: Machine, args: Args, words: Words) -> Any:
    return int(vm.p.luck().below(max(1, int(args[0])))) if args[0] < 1 << 62 else 0


@native("_random.bits")
def _bits(vm: Machine, args: Args, words: Words) -> Any:
    luck, value = vm.p.luck(), 0
    for _ in range(min(64, (int(args[0]) + 31) // 32)):
        value = value << 32 | luck.below(1 << 32)
    return value & ((1 << int(args[0])) - 1)


@native("_socket.hostname", "socket.gethostname", "platform.node")
def _hostname(vm: Machine, args: Args, words: Words) -> Any:
    return str(vm.host.container["Config"]["Hostname"])


@native("platform.machine")
def _machine(vm: Machine, args: Args, words: Words) -> Any:
    platform = vm.p.container["drydock"]["platform"]
    return {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}.get(platform, "armv7l")


@native("platform.python_version")
def _python_version(vm: Machine, args: Args, words: Words) -> Any:
    return sites.version(vm.p)


@native("platform.system")
def _system(vm: Machine, args: Args, words: Words) -> Any:
    return "Linux"


@native("platform.release")
def _release(vm: Machine, args: Args, words: Words) -> Any:
    return RELEASE


@native("platform.version")
def _build(vm: Machine, args: Args, words: Words) -> Any:
    return BUILD


@native("platform.platform")
def _platform(vm: Machine, args: Args, words: Words) -> Any:
    return f"Linux-{RELEASE}-{_machine(vm, [], {})}-with-glibc2.36"


# Signals and the rest


@native("signal.signal")
def _signal(vm: Machine, args: Args, words: Words) -> Any:
    number = int(unwrap(args[0]))
    handlers = vm.root.setdefault("handlers", {})
    before = handlers.get(number)
    handlers[number] = args[1]
    return before


@native("_vm.exit")
def _vm_exit(vm: Machine, args: Args, words: Words) -> Any:
    vm.exit_code = int(args[0])
    return NOTHING


@native("_vm.note_call")
def _note_call(vm: Machine, args: Args, words: Words) -> Any:
    note_call(vm, args[0], int(args[1]), *args[2:3])


def note_call(vm: Machine, host: str, port: int, path: str = "/") -> None:
    """Remember a service that this program depends on."""
    calls = vm.p.row.setdefault("calls", [])
    row = {"host": host, "port": port, "path": path}
    if row not in calls and len(calls) < 16:
        calls.append(row)


@native("_vm.main")
def _main(vm: Machine, args: Args, words: Words) -> Any:
    return vm.root.setdefault("modules", {}).get("__main__")


@native("exec", "eval")
def _exec(vm: Machine, args: Args, words: Words) -> Any:
    """Run a text of the program, inside the model only."""
    text = unwrap(args[0])
    if type(text) is not str:
        raise error("TypeError", "exec() arg 1 must be a string, bytes or code object")
    from .imports import check_syntax

    mode = "eval" if words.get(".eval") else "exec"
    number = state_of(vm, "exec")
    number["n"] = int(number.get("n", 0)) + 1
    if number["n"] > 200:
        raise error("MemoryError")
    source = f"<string>#{number['n']}\0{mode}"
    vm.sources[source] = text.strip() if mode == "eval" else text
    check_syntax(vm, source)
    from .calls import NATIVES

    names = args[1] if len(args) > 1 and type(args[1]) is dict else NATIVES["globals"](vm, [], {})
    return Enter(Frame(source, 0, Scope(names)))


def _eval(vm: Machine, args: Args, words: Words) -> Any:
    return _exec(vm, args, {**words, ".eval": True})


native("eval")(_eval)


@native("compile")
def _compile(vm: Machine, args: Args, words: Words) -> Any:
    return args[0]
