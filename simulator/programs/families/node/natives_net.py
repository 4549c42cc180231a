"""The network: ports that are listened on, requests that come in, questions that go out.

In the machine's root: "servers" ({port: function}), "open" ({number: {"asker", "answer"}} of
requests that are being answered), "asked" ({number: [function]} of questions that are pending).
"""

from __future__ import annotations

from typing import Any

from simulator.network.resolve import Source

from ...lookup import ExecError, find_program
from ...vm import Machine
from .convert import to_integer, to_text, truthy
from .loop import job, later
from .natives_core import arg
from .objects import get_now, keys_of, make_array, make_object
from .registry import native
from .values import NULL, Arr, Obj, num, plain, units

SERVICE_US = 500
"""CPU time of a small request (assumed); what a handler computes is not added to it."""
MAX_HEADERS = 100
CODES = {"dns": "ENOTFOUND", "refused": "ECONNREFUSED", "timeout": "ETIMEDOUT",
         "reset": "ECONNRESET", "unreachable": "EHOSTUNREACH"}  # fmt: skip
CONNECT_TIMEOUT_US = 10_000_000


def to_js(vm: Machine, value: Any, depth: int = 0) -> Any:
    """Make a JavaScript value of plain data."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return units(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return num(value)
    if isinstance(value, bytes):
        return units(value.decode("utf-8", "replace"))
    if isinstance(value, list | tuple) and depth < 50:
        return make_array(vm, [to_js(vm, one, depth + 1) for one in value])
    if isinstance(value, dict) and depth < 50:
        return make_object(vm, {units(str(k)): to_js(vm, v, depth + 1) for k, v in value.items()})
    return NULL


def to_plain(vm: Machine, value: Any, depth: int = 0) -> Any:
    """Make plain data of a JavaScript value."""
    if value is None or value is NULL or depth > 50:
        return None
    if type(value) is str:
        return plain(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Arr):
        return [to_plain(vm, one, depth + 1) for one in value.items]
    if isinstance(value, Obj):
        if value.kind == "Buffer":
            return value.data[0].decode("utf-8", "replace")
        keys = keys_of(vm, value)
        return {plain(k): to_plain(vm, get_now(vm, value, k), depth + 1) for k in keys}
    return plain(to_text(vm, value))


@native("sys.listen", 3)
def _listen(vm: Any, this: Any, args: list[Any]) -> Any:
    """Open a port: (port, host, function): undefined, or the code of what is wrong."""
    port, host, fn = to_integer(vm, arg(args, 0)), arg(args, 1), arg(args, 2)
    if port == 0:
        port = next(n for n in range(32768, 60000) if str(n) not in vm.p.box["ports"])
    local = host in ("127.0.0.1", "localhost", "::1")
    servers = vm.root.setdefault("servers", {})
    if port in servers:
        return "EADDRINUSE"
    wrong = vm.p.listen(
        port, address="127.0.0.1" if local else "0.0.0.0", service_us=SERVICE_US, sigma=0.4,
        workers=1, calls=list(vm.p.row.get("calls", [])),
    )  # fmt: skip
    if wrong:
        return {"Permission denied": "EACCES"}.get(wrong, "EADDRINUSE")
    servers[port] = fn
    vm.root["refs"] = int(vm.root.get("refs", 0)) + 1
    return port


@native("sys.unlisten", 1)
def _unlisten(vm: Any, this: Any, args: list[Any]) -> None:
    port = arg(args, 0)
    if vm.root.get("servers", {}).pop(port, None) is not None:
        vm.p.box["ports"].pop(str(port), None)
        vm.root["refs"] = max(0, int(vm.root.get("refs", 0)) - 1)


def accept(vm: Machine, port: int, request: dict[str, Any]) -> int | None:
    """Take a request in: its number, None when nobody listens."""
    fn = vm.root.get("servers", {}).get(port)
    if fn is None:
        return None
    number = vm.root["order"] = int(vm.root.get("order", 0)) + 1
    vm.root.setdefault("open", {})[number] = {"asker": request.get("asker"), "answer": None}
    headers = {str(k).lower(): str(v) for k, v in (request.get("headers") or {}).items()}
    headers.setdefault("host", f"localhost:{port}")
    rows = {
        "method": str(request.get("method") or "GET"), "url": str(request.get("path") or "/"),
        "headers": dict(list(headers.items())[:MAX_HEADERS]), "body": request.get("body") or "",
        "client": str(request.get("client") or "172.17.0.1"),
    }  # fmt: skip
    job(vm, fn, None, [to_js(vm, rows), number])
    return number


@native("sys.respond", 4)
def _respond(vm: Any, this: Any, args: list[Any]) -> bool:
    """Answer a request: (number, status, headers, body)."""
    rows = vm.root.get("open", {})
    number = arg(args, 0)
    if number not in rows:
        return False
    headers = to_plain(vm, arg(args, 2)) or {}
    body = arg(args, 3)
    text = body.data[0].decode("utf-8", "replace") if isinstance(body, Obj) and (
        body.kind == "Buffer") else plain(to_text(vm, "" if body is None else body))  # fmt: skip
    answer = {"status": to_integer(vm, arg(args, 1), 200), "body": text,
              "headers": {str(k): ", ".join(map(str, v)) if isinstance(v, list) else str(v)
                          for k, v in headers.items()}}  # fmt: skip
    row = rows[number]
    if row["asker"] is not None and row.get("pending"):
        del rows[number]
        vm.p.programs.answer(vm.p, row["asker"], answer)
    else:
        row["answer"] = answer
    return True


def note_call(vm: Machine, host: str, port: int, path: str) -> None:
    """Remember which service the program depends on: the traffic's requests wait for it."""
    calls = vm.p.row.setdefault("calls", [])
    row = {"host": host, "port": port, "path": path}
    if row not in calls and len(calls) < 5:
        calls.append(row)
        for at in vm.root.get("servers", {}):
            vm.p.box["ports"][str(at)]["calls"] = list(calls)


@native("sys.ask", 4)
def _ask(vm: Any, this: Any, args: list[Any]) -> Any:
    """Send a request: (host, port, request, function, often). The function gets the answer.

    often: further answers may follow, until one says that the server hung up. An answer is an
    object: {"error": code} or what the server says. Gives the question's number.
    """
    host, port = plain(to_text(vm, arg(args, 0))), to_integer(vm, arg(args, 1))
    request = to_plain(vm, arg(args, 2)) or {}
    return send(vm, host, port, request, arg(args, 3), truthy(arg(args, 4)))


def send(
    vm: Machine, host: str, port: int, request: dict[str, Any], fn: Any, often: bool = False
) -> int:
    """Send a request (see `sys.ask`): the question's number, 0 when it is answered already."""
    route = connect(vm, host, port)
    note_call(vm, host, port, str(request.get("path") or "/"))
    page = outside(vm, route, host, port, str(request.get("path") or "/"))
    if page is not None:
        later(vm, int(page["us"]), fn, None, [to_js(vm, page)])
        return 0
    if route.error or route.container is None:
        code = CODES.get(str(route.error), "ETIMEDOUT")
        wait = CONNECT_TIMEOUT_US if code == "ETIMEDOUT" else max(300, route.rtt_us)
        later(vm, wait, fn, None, [to_js(vm, {"error": code})])
        return 0
    begun = vm.extra_us
    answer = _send(vm, route, request)
    if "pending" in answer:
        number = int(answer["pending"])
        vm.root.setdefault("asked", {})[number] = [fn, often]
        return number
    vm.extra_us = begun
    took = route.delay_us + route.rtt_us + int(answer.get("us") or 200)
    later(vm, took, fn, None, [to_js(vm, answer)])
    return 0


def _send(vm: Machine, route: Any, request: dict[str, Any]) -> dict[str, Any]:
    if vm.root.get("once"):
        if route.container == vm.p.container["Id"]:
            vm.p.flush()
        answer: dict[str, Any] = vm.p.programs.respond(route.container, route.port, request)
        return answer if not answer.get("pending") else {"error": "ETIMEDOUT"}
    found: dict[str, Any] = vm.p.ask(route.container, route.port, request, route.rtt_us)
    return found


def connect(vm: Machine, host: str, port: int) -> Any:
    """Find what answers at a host and port."""
    source = Source(machine=vm.p.box["machine"], container=vm.p.container)
    return vm.p.engine.network.connect(source, host, port)


def outside(
    vm: Machine, route: Any, host: str, port: int, path: str = "/"
) -> dict[str, Any] | None:
    """Give what the Internet answers where nothing of the lab does; None for nothing."""
    if route.error not in ("dns", "timeout"):
        return None
    source = Source(machine=vm.p.box["machine"], container=vm.p.container)
    found: dict[str, Any] | None = vm.p.engine.network.internet.answer(source, host, port, path)
    return found


@native("sys.hold", 3)
def _hold(vm: Any, this: Any, args: list[Any]) -> Any:
    """Keep a connection open: (host, port, function to be called when the server hangs up)."""
    host, port = plain(to_text(vm, arg(args, 0))), to_integer(vm, arg(args, 1))
    route = connect(vm, host, port)
    if route.error or route.container is None:
        return 0
    number = vm.p.programs.hold(vm.p, route.container, route.port, route.rtt_us)
    if number is None:
        return 0
    vm.root.setdefault("asked", {})[number] = [arg(args, 2), False]
    return number


@native("sys.reach", 2)
def _reach(vm: Any, this: Any, args: list[Any]) -> Any:
    """Try to connect: undefined, or the code of what is wrong."""
    host, port = plain(to_text(vm, arg(args, 0))), to_integer(vm, arg(args, 1))
    route = connect(vm, host, port)
    if outside(vm, route, host, port) is not None:
        return None
    if route.error or route.container is None:
        return CODES.get(str(route.error), "ETIMEDOUT")
    return None


@native("sys.address", 2)
def _address(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give the address that an error names: that of a container or machine, or the name."""
    host = plain(to_text(vm, arg(args, 0)))
    if host in ("localhost", "127.0.0.1", "::1"):
        return "127.0.0.1"
    found = vm.p.engine.docker.networks.resolve(vm.p.container, host)
    return (found[0] if isinstance(found, list) and found else found) or host


def answered(vm: Machine, number: int, answer: dict[str, Any]) -> bool:
    """Hand an answer to who asked; False when nobody did."""
    asked = vm.root.get("asked", {})
    row = asked.get(number)
    if row is None:
        return False
    if not row[1] or answer.get("error"):
        del asked[number]
    job(vm, row[0], None, [to_js(vm, answer)])
    return True


@native("sys.stopAsking", 1)
def _stop(vm: Any, this: Any, args: list[Any]) -> None:
    number = arg(args, 0)
    if vm.root.get("asked", {}).pop(number, None) is not None:
        vm.p.stop_asking(number)


@native("sys.readLines", 1)
def _read_lines(vm: Any, this: Any, args: list[Any]) -> None:
    """Have a function called with each line of standard input, null at its end."""
    fn = arg(args, 0)
    if fn is NULL or fn is None:
        if vm.root.pop("reads", None) is not None:
            vm.root["refs"] = max(0, int(vm.root.get("refs", 0)) - 1)
        return
    if not vm.p.programs.has_input(vm.p):
        text = vm.p.programs.stdin(vm.p)
        for line in text.splitlines():
            job(vm, fn, None, [units(line)])
        job(vm, fn, None, [NULL])
        return
    if "reads" not in vm.root:
        vm.root["refs"] = int(vm.root.get("refs", 0)) + 1
    vm.root["reads"] = fn
    while (line := vm.p.read_line()) is not None:
        job(vm, fn, None, [units(line) if line else NULL])
        if not line:
            break


@native("sys.spawn", 3)
def _spawn(vm: Any, this: Any, args: list[Any]) -> Any:
    """Start a program: (words, capture its output, function); its number, or undefined."""
    words = [plain(to_text(vm, one)) for one in args[0].items]
    p = vm.p
    if find_program(p.view, words[0], p.env, p.cwd) is None:
        return None
    sink = None
    if truthy(arg(args, 1)):
        number = vm.root["captures"] = int(vm.root.get("captures", 0)) + 1
        sink = f"capture:node-{p.pid}-{number}"
        p.box.setdefault("captures", {})[sink] = ""
    rows = vm.root.setdefault("children", {})
    try:
        pid = p.spawn(words, sink)
    except ExecError:
        return None
    rows[pid] = [arg(args, 2), sink]
    vm.root["refs"] = int(vm.root.get("refs", 0)) + 1
    for gone, code in p.row.pop("gone", ()):
        ended_child(vm, gone, code)
    return pid


def ended_child(vm: Machine, pid: int, code: int) -> bool:
    """Tell a program that its child has ended; False when it is none that it asked about."""
    row = vm.root.get("children", {}).pop(pid, None)
    if row is None:
        return False
    vm.root["refs"] = max(0, int(vm.root.get("refs", 0)) - 1)
    text = vm.p.box.get("captures", {}).pop(row[1], "") if row[1] else ""
    job(vm, row[0], None, [code, units(str(text))])
    return True


@native("sys.inert", 1)
def _inert(vm: Any, this: Any, args: list[Any]) -> Any:
    """Make a value that does nothing."""
    from .modules import inert

    return inert(vm, to_text(vm, arg(args, 0)))
