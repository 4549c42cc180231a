"""From declared functions and methods to their code; how methods of interfaces are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...vm import Code
from . import running
from .body import local_fn
from .natives import native
from .packages import Block, Obj
from .types import Type, find_method, method_names
from .values import copier, nil_error, zero_maker

if TYPE_CHECKING:
    from .program import Program


def function_number(program: Program, obj: Obj, args: list[Type] | None = None) -> int:
    """Give the number of a function's code."""
    package, node = obj.package, obj.node
    assert package is not None and node is not None
    inner = "[" + ",".join(one.key for one in args) + "]" if args else ""
    key = f"{package.path}.{obj.name}{inner}"
    block = Block(package.imports[obj.file])
    for bound, arg in zip(node.bounds, args or [], strict=False):
        block.names[bound.name] = Obj("type", bound.name, arg)
    shown = f"{package.name if package.path == program.main else package.path}.{obj.name}"
    shown += "[...]" if args else ""

    def make(code: Code) -> None:
        compile_function(program, code, package, obj.file, block, node, None, shown)

    return program.number(key, make)


def method_number(program: Program, row: dict[str, Any], owner: Type) -> int:
    """Give the number of a method's code."""
    node, package = row["node"], row["package"]
    key = f"{owner.key}.{node.name}"
    block = program.method_block(row, owner)
    star = f"(*{owner.name})" if row["pointer"] else owner.name
    shown = f"{package.name if package.path == program.main else package.path}.{star}.{node.name}"

    def make(code: Code) -> None:
        kind = program.types.pointer(owner) if row["pointer"] else owner
        compile_function(program, code, package, row["file"], block, node, kind, shown)

    return program.number(key, make)


def compile_function(
    program: Program,
    code: Code,
    package: Any,
    file: str,
    block: Block,
    node: Any,
    receiver: Type | None,
    shown: str,
) -> None:
    """Compile a declared function, or bind it to the library's own code."""
    from .compiler import Compiler

    body = Compiler(program, package, file, block)
    body.line = node.line
    if node.body is None:
        _bind(program, code, body, node, receiver, package)
        return
    body.function(code, node, receiver, shown)


def _bind(
    program: Program, code: Code, body: Any, node: Any, receiver: Type | None, package: Any
) -> None:
    """Make the code of a function that is not written in Go."""
    signature = body.type(node.type)
    count = len(signature.params) + (receiver is not None)
    name = native_name(package.path, node.name, receiver)
    function = native(name)
    args = [local_fn(1 + at) for at in range(count)]
    body.temp(count)
    if function is None:
        body.emit(running.bare_return, zero_results(signature))
    else:
        body.emit(running.call_native, (function, args))
        body.emit(_return_top)
    body.finish(code, code.name, name, 0)


def native_name(path: str, name: str, receiver: Type | None) -> str:
    """Name a function of the library: `strings.ToUpper`, `sync.Mutex.Lock`."""
    if receiver is None:
        return f"{path}.{name}"
    base = receiver.elem if receiver.kind == "pointer" and not receiver.name else receiver
    return f"{path}.{base.name}.{name}"


def zero_results(signature: Type) -> Any:
    """Compile the results of a function of which the model knows only the signature."""
    makers = [zero_maker(one) for one in signature.results]
    if not makers:
        return lambda r: None
    if len(makers) == 1:
        return lambda r: makers[0]()
    return lambda r: tuple([make() for make in makers])


def _return_top(vm: Any, frame: Any, _: Any) -> Any:
    from ...vm import Return

    return Return(frame.stack.pop())


def compile_methods(program: Program, kind: Type) -> None:
    """Compile all methods that values of a type have: they may be called through interfaces."""
    for name in method_names(kind):
        found = find_method(kind, name)
        if found is not None and not isinstance(found[2], Type):
            method_number(program, found[2], found[1])


def dispatched(program: Program, key: str, name: str) -> tuple[Any, int | None]:
    """Find a method by the type of a value: (what makes the receiver of it, the code)."""
    found = program.dispatched.get((key, name))
    if found is None:
        found = program.dispatched[(key, name)] = _dispatch(program, key, name)
    return found


def _dispatch(program: Program, key: str, name: str) -> tuple[Any, int | None]:
    kind = program.find_type(key)
    found = find_method(kind, name)
    if found is None:
        return (lambda value: value), None
    way, owner, row = found
    steps = [index for index, _ in way]
    if isinstance(row, Type):  # an embedded interface
        raise _Embedded(steps, name)
    number = program.numbers.get(f"{owner.key}.{row['node'].name}")
    copy = None if row["pointer"] else copier(owner)
    plain = not row["pointer"] and copy is None

    def prepare(value: Any) -> Any:
        value = _walk(value, steps)
        if copy is not None:
            return copy(value)
        if plain and kind.kind == "pointer" and not steps and owner.kind != "pointer":
            if value is None:
                raise nil_error()
            return value.v
        return value

    return prepare, number


class _Embedded(Exception):
    """The method is one of an interface in a field."""

    def __init__(self, steps: list[int], name: str) -> None:
        super().__init__(name)
        self.steps, self.name = steps, name


def find_code(program: Program, value: Any, name: str) -> tuple[Any, int | None]:
    """Find a method of a value in an interface: (receiver, code); follows embedded interfaces."""
    for _ in range(8):
        if value is None:
            raise nil_error()
        try:
            prepare, code = dispatched(program, value[0], name)
        except _Embedded as inner:
            value = _walk(value[1], inner.steps)
            continue
        return prepare(value[1]), code
    return None, None


def _walk(value: Any, steps: list[int]) -> Any:
    for index in steps:
        if value is None:
            raise nil_error()
        value = value.f[index]
    return value
