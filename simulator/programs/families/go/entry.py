"""The beginning of a program: variables of packages in order, `init`, then `main.main`."""

from __future__ import annotations

from typing import Any

from ...vm import Code
from . import running
from .compiler import Compiler, walk
from .functions import compile_function, function_number, method_number
from .packages import Obj, Package
from .program import Program
from .tokens import to_bytes
from .values import Struct, byte_slice, zero_maker


def compile_entry(program: Program, main: Package) -> None:
    """Make the code that a process begins with: number 0; checks every own package."""

    def make(code: Code) -> None:
        body = Compiler(program, main, next(iter(main.files), "main.go"), main.block)
        for package in program.order:
            if package.known:
                _variables(program, body, package)
                _inits(program, body, package)
        start = main.block.names.get("main")
        if program.sources.get("library"):
            pass
        elif start is None or start.kind != "func":
            program.note(main, "", 0, 0, "function main is undeclared in the main package")
        else:
            body.emit(running.call, (function_number(program, start), []))
            body.emit(running.drop)
        body.emit(running.bare_return, None)
        body.finish(code, "runtime.main", "runtime.main", 0)

    program.number("runtime.main", make)
    for package in program.order:
        if not package.library:
            _check(program, package)
    for name in ("net/http",):
        server = program.packages.get(name)
        if server is not None:
            for entry in ("serveRequest",):
                obj = server.block.names.get(entry)
                if obj is not None:
                    function_number(program, obj)


def _check(program: Program, package: Package) -> None:
    """Let every function of a package be compiled, so that all errors are found."""
    for obj in list(package.block.names.values()):
        if obj.kind == "type":
            kind = program.type_of(obj)
            for row in kind.own.values():
                if not row["names"]:
                    method_number(program, row, kind)
        elif obj.kind == "const":
            from .constants import constant_value

            constant_value(program, obj)
        elif obj.kind == "func" and obj.node is not None and not obj.node.bounds:
            function_number(program, obj)


def _inits(program: Program, body: Compiler, package: Package) -> None:
    for at, (node, file) in enumerate(package.inits):

        def make(code: Code, node: Any = node, file: str = file, at: int = at) -> None:
            compile_function(
                program,
                code,
                package,
                file,
                package.imports[file],
                node,
                None,
                f"{package.name}.init.{at}",
            )

        number = program.number(f"{package.path}.init.{at}", make)
        body.emit(running.call, (number, []))
        body.emit(running.drop)


def _variables(program: Program, body: Compiler, package: Package) -> None:
    """Give a package's variables their first values, what they rest on before them."""
    done: dict[str, None] = {}
    for obj in package.variables:
        _variable(program, body, package, obj, done, [])


def _variable(
    program: Program,
    body: Compiler,
    package: Package,
    obj: Obj,
    done: dict[str, None],
    trail: list[str],
) -> None:
    mark = f"{obj.node.line}:{obj.node.column}:{obj.file}" if obj.node is not None else obj.name
    if mark in done or obj.node is None:
        return
    done[mark] = None
    for name in _needs(package, obj.node.values):
        other = package.block.names.get(name)
        if other is not None and other.kind == "var" and other.name not in trail:
            _variable(program, body, package, other, done, [*trail, obj.name])
    node = obj.node
    outer = body.package, body.file, body.block
    body.package, body.file, body.block = package, obj.file, package.imports[obj.file]
    objects = [one for one in package.variables if one.node is node]
    kind = body.type(node.type) if node.type is not None else None
    body.line = node.line
    from .compiler import shared_names

    body.shared = shared_names(node)
    if not node.values:
        for one in objects:
            one.type = kind or program.types.unknown
            _set(body, one, _given(program, package, one) or _zero(one))
    else:
        operands = body.several(node.values, len(objects), node, node.names)
        for one, operand in zip(objects, operands or [], strict=False):
            one.type = kind or one.type or program.types.default(operand.type)
            if operand.mode == "nil" and kind is None:
                body.wrong(operand.node, "use of untyped nil in variable declaration")
                continue
            value = body.convert(operand, one.type, "variable declaration")
            _set(body, one, _linked(program, package, one) or value)
    body.next_register = 1
    body.package, body.file, body.block = outer


def _linked(program: Program, package: Package, obj: Obj) -> Any:
    """Give the value that `-ldflags -X` has for a variable; None when it has none."""
    path = "main" if package.path == program.main else package.path
    text = (program.sources.get("set") or {}).get(f"{path}.{obj.name}")
    if text is None or obj.type is None or obj.type.key != "string":
        return None
    value = to_bytes(str(text))
    return lambda r: value


def _given(program: Program, package: Package, obj: Obj) -> Any:
    """Give what the build puts into a variable: by -X, or by //go:embed."""
    files = ((program.sources.get("embed") or {}).get(package.path) or {}).get(obj.name)
    if files is None or obj.type is None:
        return _linked(program, package, obj)
    texts = [to_bytes(one) for one in files.values()]
    if obj.type.key == "embed.FS":
        name = f"{package.path}.{obj.name}"
        return lambda r: Struct([name])
    if obj.type.is_string:
        return lambda r: texts[0]
    return lambda r: byte_slice(texts[0])


def _zero(obj: Obj) -> Any:
    make = zero_maker(obj.type) if obj.type is not None else lambda: None
    return lambda r: make()


def _set(body: Compiler, obj: Obj, fn: Any) -> None:
    at = obj.index

    def store(r: list[Any]) -> None:
        r[0][at] = fn(r)

    body.do(store)


def _needs(package: Package, nodes: list[Any]) -> list[str]:
    """Give the names of the package's own that initial values use, through functions too."""
    found: dict[str, None] = {}
    todo: list[Any] = list(nodes)
    while todo:
        for node in walk(todo.pop()):
            name = node.__dict__.get("name")
            if node.kind not in ("name", "selector") or not isinstance(name, str) or name in found:
                continue
            obj = package.block.names.get(name)
            if obj is None and node.kind == "selector":
                for decl, _ in package.functions:
                    if decl.name == name and decl.receiver is not None and decl.body is not None:
                        found[name] = None
                        todo.append(decl.body)
                continue
            if obj is None:
                continue
            found[name] = None
            if obj.kind == "func" and obj.node is not None and obj.node.body is not None:
                todo.append(obj.node.body)
    return list(found)
