"""The library's ways to other containers, and to the server that a program becomes."""

from __future__ import annotations

from typing import Any

from simulator.network.resolve import Source
from simulator.timing import MS, SECOND

from ....vm import NOTHING, Function, Machine, Suspend
from .. import console
from ..servers import profiles
from .calls import after, call, catches, follows, native
from .errors import is_exception
from .language import RESUMED
from .library import CONSTANTS, state_of
from .objects import Bound, Opaque
from .tracebacks import format_exception
from .types import NOT_IMPLEMENTED
from .world import more_of, note_call

Args = list[Any]
Words = dict[str, Any]
CONNECT_US = 60
"""CPU time of a request in a client library (assumed)."""
LOST_US = 3 * SECOND
"""When a name server or a packet does not come back, programs wait for some seconds."""


def route_to(vm: Machine, host: str, port: int) -> Any:
    """Find what answers at a host and port."""
    source = Source(machine=vm.p.box["machine"], container=vm.p.container)
    return vm.p.engine.network.connect(source, host, port)


def outside(vm: Machine, route: Any, host: str, port: int, path: str = "/") -> Any:
    """Give what the Internet answers where nothing of the lab does; None for nothing."""
    if route.error not in ("dns", "timeout"):
        return None
    source = Source(machine=vm.p.box["machine"], container=vm.p.container)
    return vm.p.engine.network.internet.answer(source, host, port, path)


@native("_net.connect")
def _connect(vm: Machine, args: Args, words: Words) -> Any:
    """Answer None, or why a connection fails: "dns", "refused", "timeout" ..."""
    host, port = str(args[0]), int(args[1])
    note_call(vm, host, port)
    route = route_to(vm, host, port)
    limit = args[2] if len(args) > 2 else None
    page = outside(vm, route, host, port)
    if page is not None:
        vm.spend(CONNECT_US)
        return Suspend(int(page["us"]) // 2, None, "none")
    if route.error in ("timeout", "unreachable", "reset"):
        wait = LOST_US * 40 if limit is None else round(float(limit) * SECOND)
        return Suspend(wait, None, "constant", "timeout")
    vm.spend(CONNECT_US)
    if route.error is None and route.rtt_us:
        return Suspend(route.rtt_us + route.delay_us, None, "none")
    return route.error


RESUMED["constant"] = lambda vm, data, answer: data


@native("_net.resolve")
def _resolve(vm: Machine, args: Args, words: Words) -> Any:
    """Give the address of a name; None when there is none."""
    host = str(args[0])
    if host.replace(".", "").isdigit():
        return host
    if host == "localhost":
        return "127.0.0.1"
    found = vm.p.engine.docker.networks.resolve(vm.p.container, host)
    if found:
        return found[0] if isinstance(found, list) else str(found)
    if host == str(vm.p.container["Config"]["Hostname"]):
        return console.own_address(vm.p)
    route = route_to(vm, host, 1)
    if route.error != "dns":
        return "10.96.0.10"
    source = Source(machine=vm.p.box["machine"], container=vm.p.container)
    return vm.p.engine.network.internet.lookup(source, host)


@native("_net.ask")
def _ask(vm: Machine, args: Args, words: Words) -> Any:
    """Send a request (a dict) to host and port; the answer, {"error": "dns" | ...} else.

    args: host, port, request, the most seconds to wait (None: for ever).
    """
    host, port, request = str(args[0]), int(args[1]), dict(args[2])
    limit = args[3] if len(args) > 3 else None
    route = route_to(vm, host, port)
    vm.spend(CONNECT_US)
    page = outside(vm, route, host, port, str(request.get("path") or "/"))
    if page is not None:
        return Suspend(int(page["us"]), None, "constant", page)
    if route.error is not None or route.container is None:
        wait = LOST_US * 40 if limit is None else round(float(limit) * SECOND)
        lost = route.error in ("timeout", "unreachable", "reset")
        return Suspend(wait if lost else 0, None, "constant", {"failed": route.error or "refused"})
    if vm.nested or getattr(vm, "at_once", False):
        answer = vm.p.programs.respond(route.container, route.port, request)
        if answer.get("pending"):
            return {"failed": "timeout"}
        return Suspend(int(answer.get("us") or 0) + route.rtt_us, None, "constant", answer)
    answer = vm.p.ask(route.container, route.port, request, route.rtt_us)
    if "pending" in answer:
        us = None if limit is None else round(float(limit) * SECOND)
        return Suspend(us, answer["pending"], "answer", answer["pending"])
    us = int(answer.get("us") or 0) + route.rtt_us + route.delay_us
    if limit is not None and us > float(limit) * SECOND:
        return Suspend(round(float(limit) * SECOND), None, "constant", {"failed": "read"})
    return Suspend(us, None, "constant", answer) if us else answer


def _answered(vm: Machine, number: Any, answer: Any) -> Any:
    if answer is None:
        vm.p.stop_asking(number)
        return {"failed": "read"}
    return answer


RESUMED["answer"] = _answered


@native("_net.more")
def _more(vm: Machine, args: Args, words: Words) -> Any:
    """Wait for the next answer to a question that has many (SUBSCRIBE)."""
    waiting = vm.received(int(args[0]))
    if waiting is not None:
        return waiting
    limit = args[1] if len(args) > 1 else None
    us = None if limit is None else round(float(limit) * SECOND)
    return Suspend(us, int(args[0]), "more")


RESUMED["more"] = lambda vm, data, answer: answer


@native("_net.subscribe")
def _subscribe(vm: Machine, args: Args, words: Words) -> Any:
    """Send a request that is answered many times: its number, or {"failed"}."""
    host, port, request = str(args[0]), int(args[1]), dict(args[2])
    route = route_to(vm, host, port)
    if route.error is not None or route.container is None:
        return {"failed": route.error or "refused"}
    answer = vm.p.ask(route.container, route.port, request, route.rtt_us)
    return answer.get("pending", answer)


# Serving


@native("_serve.run")
def _run(vm: Machine, args: Args, words: Words) -> Any:
    """Serve from now on: kind, host, port, application, further words of the server."""
    kind, host, port, app, more = args
    number = int(port)
    if not 0 <= number < 65536:
        from .errors import error

        raise error("OverflowError", "bind(): port must be 0-65535.")
    server = {"kind": kind, "host": str(host), "port": number, **more}
    vm.root["app"] = app
    vm.p.state["server"] = server
    vm.p.state["memory"] = profiles()[kind]["memory"]
    vm.p.use_memory(profiles()[kind]["memory"])
    return Suspend(_start_us(vm, kind), None, "listen")


def _start_us(vm: Machine, kind: str) -> int:
    """Draw how long the start takes; a slow machine's core takes longer."""
    machine = vm.p.engine.store.get("Machine", "", vm.p.box["machine"])
    speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
    return int(vm.p.luck().lognormal_us(profiles()[kind]["start_ms"] * MS / speed, 0.1))


def _listen(vm: Machine, data: Any, answer: Any) -> Any:
    """Open the port; who cannot have it says so and ends."""
    from ..output import flush

    p = vm.p
    server = p.state["server"]
    kind, host, port = server["kind"], server["host"], int(server["port"])
    profile = profiles()[kind]
    workers = int(server.get("workers") or 1)
    if kind == "gunicorn":
        p.state["memory"] = profile["memory"] + workers * profile["worker_memory"]
    address = "127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0"
    threads = int(server.get("threads") or profile["threads"])
    wrong = p.listen(port, address=address, service_us=profile["service_us"],
                     sigma=profile["sigma"], workers=workers * threads,
                     calls=p.row.get("calls", []))  # fmt: skip
    if wrong and kind != "gunicorn":
        flush(p)
        console.refused(p, kind, host, port, wrong)
        vm.exit_code = 1
        return NOTHING
    flush(p)
    console.banner(p, kind, host, port, workers)
    return Suspend()


RESUMED["listen"] = _listen


# The rest of `_vm`


@native("_vm.state")
def _state(vm: Machine, args: Args, words: Words) -> Any:
    """Give a library's own object of this program, made at the first time."""
    kept = state_of(vm, "made")
    name = args[0]
    if name in kept:
        return kept[name]
    return after(vm, call(vm, args[1], [], {}), "keep", name)


@follows("keep")
def _keep(vm: Machine, name: str, result: Any) -> Any:
    return state_of(vm, "made").setdefault(name, result)


@native("_vm.format")
def _format(vm: Machine, args: Args, words: Words) -> Any:
    return format_exception(vm, args[0]) if is_exception(args[0]) else ""


@native("_vm.caller")
def _caller(vm: Machine, args: Args, words: Words) -> Any:
    """Give (function, path, line) of the innermost frame of the program's own sources."""
    for source, name, line in reversed(vm.trace()):
        if not source.startswith("lib:"):
            return (name, source, line)
    return ("<module>", "", 1)


@native("_vm.stdout")
def _stdout(vm: Machine, args: Args, words: Words) -> Any:
    kept = state_of(vm, "sys")
    before = kept.get("stdout")
    kept["stdout"] = args[0]
    return before


@native("_vm.log")
def _log(vm: Machine, args: Args, words: Words) -> Any:
    """Write a line to standard error, of the program's own output first."""
    vm.p.err(args[0])


@native("_vm.timestamp")
def _timestamp(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.engine.timestamp()


@native("_vm.installed")
def _installed(vm: Machine, args: Args, words: Words) -> Any:
    from .. import sites

    return sites.installed(vm.p, args[0])


@native("_vm.number")
def _number(vm: Machine, args: Args, words: Words) -> Any:
    """Count on: a name for a connection of this process."""
    kept = state_of(vm, "numbers")
    kept["n"] = int(kept.get("n", 0)) + 1
    return f"{vm.p.container['Id'][:12]}.{vm.p.box['run']}.{vm.p.pid}.{kept['n']}"


@native("_serve.boot")
def _boot(vm: Machine, args: Args, words: Words) -> Any:
    """Begin gunicorn's master and its workers: host, port, workers' class, number, accesslog."""
    from .. import gunicorn

    if gunicorn.boot(vm.p, *args):
        vm.exit_code = 1
        return Suspend()
    return None


@native("_serve.place")
def _place(vm: Machine, args: Args, words: Words) -> Any:
    """Take an address apart: [host, port]."""
    from ..options import read_place

    return read_place(str(args[0]))


@native("_serve.options")
def _options(vm: Machine, args: Args, words: Words) -> Any:
    """Read a server's command line: its options by name."""
    from ..options import read_options

    return read_options([str(one) for one in args[0]])[0]


@native("_serve.timeout")
def _timeout(vm: Machine, args: Args, words: Words) -> Any:
    """Say that a worker was silent for too long, and begin another one."""
    from .. import gunicorn

    gunicorn.timed_out(vm.p, str(args[0]))


@native("_serve.overdue")
def _overdue(vm: Machine, args: Args, words: Words) -> Any:
    """End the worker of a request that still has no answer."""
    from .. import gunicorn

    gunicorn.overdue(vm.p, vm, str(args[0]), args[1])


@native("_serve.access")
def _access(vm: Machine, args: Args, words: Words) -> Any:
    environ, status, size = args
    result = {"status": status, "body": "x" * min(size, 1 << 20)}
    server = vm.host.state["server"]
    kind = server["kind"]
    if server.get("class") == "sync" and 0 < float(server["timeout"]) * SECOND <= vm.spent_us:
        return  # its worker is ended before it can write the line
    asked = {**environ}
    vm.echo(console.access_line, kind, asked, asked["method"], asked["path"], result)


@native("_serve.missing")
def _missing(vm: Machine, args: Args, words: Words) -> Any:
    """Say that the application's name is not in its module."""
    program, variable, module = args
    if program == "uvicorn":
        vm.p.err(f'ERROR:    Error loading ASGI app. Attribute "{variable}" not found in module '
                 f'"{module}".\n')  # fmt: skip
        vm.exit_code = 1
    elif program == "flask":
        vm.p.err("Usage: flask run [OPTIONS]\nTry 'flask run --help' for help.\n\nError: Failed to "
                 f"find Flask application or factory in module '{module}'. Use '{module}:name' to "
                 "specify one.\n")  # fmt: skip
        vm.exit_code = 2
    else:
        from .. import gunicorn

        vm.exit_code = gunicorn.lacks(vm.p, variable, module)
    return Suspend()


@follows("signal")
def _after_signal(vm: Machine, data: Any, result: Any) -> Any:
    """Let the main task wait on, after its signal handler."""
    task = vm.task
    if task is not None:
        task.wake_us, task.number, task.blocked, task.then, task.data = data
        if task.wake_us is not None and task.wake_us <= vm.now_us:
            task.wake_us = vm.now_us
    return NOTHING


@catches("signal")
def _signal_raised(vm: Machine, data: Any, thrown: Any) -> Any:
    """Give up what the main task waited for: its signal handler has raised an exception."""
    if data[1] is not None:
        vm.p.stop_asking(data[1])
    return None


@native("_vm.loop")
def _loop(vm: Machine, args: Args, words: Words) -> Any:
    return more_of(vm.task).get("loop")


@native("_vm.enter_loop")
def _enter_loop(vm: Machine, args: Args, words: Words) -> Any:
    more = more_of(vm.task)
    before = more.get("loop")
    more["loop"] = args[0]
    return before


@native("_vm.is_async")
def _is_async(vm: Machine, args: Args, words: Words) -> Any:
    function = args[0].function if type(args[0]) is Bound else args[0]
    if type(function) is not Function:
        return False
    return vm.code(function.source, function.code).info.kind == "coroutine"


@native("_vm.parameters")
def _parameters(vm: Machine, args: Args, words: Words) -> Any:
    """Give (name, annotation, default) of each parameter of a function but `self`."""
    function, skip = args[0], 0
    if type(function) is Bound:
        function, skip = function.function, 1
    if type(function) is not Function:
        return []
    spec, more = vm.code(function.source, function.code).info, function.more
    names = spec.positional
    if names[:1] == ["self"]:
        skip = 1
    first = len(names) - len(more.defaults)
    rows = [(name, more.annotations.get(name),
             more.defaults[at - first] if at >= first else NOT_IMPLEMENTED)
            for at, name in enumerate(names)]  # fmt: skip
    rows += [(name, more.annotations.get(name), more.keywords.get(name, NOT_IMPLEMENTED))
             for name in spec.keywords]  # fmt: skip
    return rows[skip:]


CONSTANTS["_vm.none"] = NOT_IMPLEMENTED


@native("_sqlopaque.connection")
def _sql_connection(vm: Machine, args: Args, words: Words) -> Any:
    return Opaque("connection")
