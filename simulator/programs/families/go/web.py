"""HTTP servers of Go programs: from a request to a handler's goroutine, and back.

The structs are those of lib/net_http.go; their fields are known here by place.
"""

from __future__ import annotations

from typing import Any

from ...vm import Frame
from .formats import panic_text
from .program import Program
from .running import SOURCE
from .tokens import to_bytes, to_text
from .values import NO_SCOPE, Map, Struct, new_list, zero_maker


def struct_of(program: Program, key: str, **values: Any) -> Struct:
    """Make a struct of the program with some fields set."""
    kind = program.find_type(key)
    made: Struct = zero_maker(kind)()
    for at, field in enumerate(kind.fields):
        if field.name in values:
            made.f[at] = values[field.name]
    return made


def field_of(program: Program, key: str, value: Struct, name: str) -> Any:
    """Read a field of a struct by its name."""
    for at, field in enumerate(program.find_type(key).fields):
        if field.name == name:
            return value.f[at]
    return None


def header_map(headers: dict[str, Any]) -> Map:
    """Make an http.Header."""
    rows: dict[Any, Any] = {}
    for name, value in headers.items():
        key = "-".join(part.capitalize() for part in str(name).split("-"))
        rows[to_bytes(key)] = new_list([to_bytes(str(value))])
    return Map(rows, None)


def begin_request(vm: Any, port: int, request: dict[str, Any]) -> Frame | None:
    """Make the goroutine of a request; None when no server of the program has the port."""
    from .language import program_of

    server = (vm.root.get("servers") or {}).get(port)
    program = program_of(vm)
    number = program.numbers.get("net/http.serveRequest")
    if server is None or number is None:
        return None
    headers = {str(k).lower(): v for k, v in (request.get("headers") or {}).items()}
    host = str(headers.pop("host", "") or f"localhost:{port}")
    client = f"{request.get('client') or '172.17.0.1'}:{40000 + vm.p.luck().below(20000)}"
    values = [
        server,
        to_bytes(str(request.get("method") or "GET")),
        to_bytes(str(request.get("path") or "/")),
        to_bytes(str(request.get("body") or "")),
        header_map(headers),
        to_bytes(host),
        client,
    ]
    registers = [vm.root["globals"], *values]
    info = vm.code(SOURCE, number).info
    registers += [None] * max(0, info.registers - len(registers))
    return Frame(SOURCE, number, NO_SCOPE, more=registers)


def response_of(vm: Any, task: Any) -> dict[str, Any]:
    """Make a response of the ended goroutine of a request: (status, body, names, values)."""
    if not isinstance(task.result, tuple) or len(task.result) != 4:
        return {"status": 502, "body": "", "headers": {}, "error": "closed"}
    status, body, names, values = task.result
    from .values import items_of

    headers = {
        to_text(name): to_text(value)
        for name, value in zip(items_of(names), items_of(values), strict=False)
    }
    return {"status": status or 200, "body": to_text(body), "headers": headers}


def handler_failed(vm: Any, task: Any, error: Any) -> bool:
    """Survive a panic in a request's goroutine, as net/http does; the connection is closed."""
    rows = error.trace
    if not rows or not any(name == "net/http.serveRequest" for _, name, _ in rows):
        return False
    if task.more is not None:
        return False
    from .language import program_of

    program = program_of(vm)
    text = panic_text(program, vm, error.value, error.trace, 18).removeprefix("panic: ")
    first, _, rest = text.partition("\n\n")
    stamp = vm.p.engine.timestamp_nano()
    date = f"{stamp[:10].replace('-', '/')} {stamp[11:19]}"
    vm.p.err(f"{date} http: panic serving 172.17.0.1:51234: {first}\n{rest}")
    return True
