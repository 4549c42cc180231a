"""The compiler's view of one function: registers, operations, labels, blocks of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...vm import Code
from . import running
from .operators import BadConstant
from .packages import Block, Obj, Package
from .program import Program
from .tree import Node, shown
from .types import Type
from .typing_of import TypeReader
from .values import Fn, Ref, copier, zero_maker

NONE = object()
"""No constant."""


class Label:
    """A place in the code; its number is known when the code is ready."""

    def __init__(self) -> None:
        self.pc = 0


class Operand:
    """A compiled expression.

    mode: value, type, package, builtin, nothing (a call without result), nil. const: its constant
    value, or NONE. fresh: a struct or array that nobody else holds. place: it can be assigned to.
    """

    def __init__(
        self,
        type: Type,
        fn: Fn,
        node: Node,
        mode: str = "value",
        const: Any = NONE,
        fresh: bool = False,
    ) -> None:
        self.type, self.fn, self.node, self.mode = type, fn, node, mode
        self.const, self.fresh = const, fresh
        self.obj: Obj | None = None
        self.two: Fn | None = None
        """Of `m[k]`, `x.(T)`: both the value and whether there is one."""
        self.what = "value"
        """In errors: value, variable, or map index expression."""

    @property
    def is_unknown(self) -> bool:
        return self.type.is_unknown


def constant_fn(value: Any) -> Fn:
    """Compile a constant."""
    return lambda r: value


def local_fn(at: int) -> Fn:
    """Compile the reading of a register."""
    return lambda r: r[at]


def boxed_fn(at: int) -> Fn:
    """Compile the reading of a variable that is shared."""
    return lambda r: r[at].v


class Body:
    """The base of the compiler of a function's body."""

    def __init__(
        self, program: Program, package: Package, file: str, block: Block, up: Any = None
    ) -> None:
        self.program, self.package, self.file = program, package, file
        self.types = program.types
        self.block = block
        self.up = up
        self.ops: list[tuple[Any, Any]] = []
        self.lines: list[int] = []
        self.line = 1
        self.next_register = 1
        self.most = 1
        self.results: list[Type] = []
        self.result_objects: list[Obj] = []
        self.defers: int | None = None
        self.defer_end: Label | None = None
        self.captures: dict[Any, Obj] = {}
        self.capture_register = 0
        self.shared: dict[str, None] = {}
        """Names that function literals use, or that & is taken of."""
        self.loops: list[Any] = []
        self.labels: dict[str, Label] = {}
        self.iota: int | None = None

    # Errors

    def wrong(self, place: Any, text: str) -> Operand:
        """Note an error; what stands there is then unknown."""
        self.program.note(self.package, self.file, place.line, place.column, text)
        return self.unknown(place)

    def unknown(self, node: Any) -> Operand:
        """Give a value of which nothing is known."""
        return Operand(self.types.unknown, constant_fn(None), node)

    # Code

    def emit(self, op: Any, arg: Any = None) -> None:
        """Add an operation."""
        if len(self.ops) > 20_000:
            raise RecursionError
        self.ops.append((op, arg))
        self.lines.append(self.line)

    def do(self, fn: Fn) -> None:
        """Add a statement that is one closure."""
        self.emit(running.do, fn)

    def mark(self, label: Label) -> None:
        """Let a label stand for the next operation."""
        label.pc = len(self.ops)

    def temp(self, count: int = 1) -> int:
        """Give free registers: the first of them."""
        at = self.next_register
        self.next_register += count
        self.most = max(self.most, self.next_register)
        return at

    def finish(self, code: Code, name: str, shown_name: str, captured: int) -> None:
        """Put what was compiled into its code."""
        code.name, code.ops, code.lines = shown_name, self.ops, self.lines
        code.info.registers = self.most
        code.info.captured = captured
        code.info.folder = (
            self.package.folder
            if not self.package.library
            else (f"/usr/local/go/src/{self.package.path}")
        )
        code.info.file, code.info.library = self.file, self.package.library
        code.info.shown = shown_name

    # Names

    def open(self) -> int:
        """Begin a block of names."""
        self.block = Block(self.block)
        return self.next_register

    def close(self, register: int) -> None:
        """End a block: what was declared there and never used is an error."""
        for obj in self.block.names.values():
            if obj.kind == "var" and not obj.used and obj.node is not None:
                self.wrong(obj.node, f"declared and not used: {obj.name}")
        self.block = self.block.up or self.block
        self.next_register = register

    def declare(self, name: str, kind: Type, place: Any, used: bool = False) -> Obj:
        """Declare a variable of this function, in a register of its own."""
        obj = Obj("var", name, kind, node=place, owner=self, index=self.temp())
        obj.used = used
        obj.boxed = self.must_box(name, kind)
        if name != "_":
            self.block.names[name] = obj
        return obj

    def must_box(self, name: str, kind: Type) -> bool:
        """Tell whether a variable needs a box: structs and arrays are boxes themselves."""
        if kind.kind in ("struct", "array"):
            return False
        return name in self.shared or any(row.get("pointer") for row in kind.own.values())

    def set_new(self, obj: Obj, fn: Fn) -> None:
        """Give a variable its first value."""
        at = obj.index
        if obj.boxed:

            def boxed(r: list[Any]) -> None:
                r[at] = Ref(fn(r))

            self.do(boxed)
        else:

            def plain(r: list[Any]) -> None:
                r[at] = fn(r)

            self.do(plain)

    def zero(self, kind: Type) -> Fn:
        """Compile a type's zero value."""
        make = zero_maker(kind)
        if kind.kind in ("struct", "array"):
            return lambda r: make()
        return constant_fn(make())

    def reader(self) -> TypeReader:
        """Give what reads types here."""
        return TypeReader(self.program, self.package, self.file, self.block)

    def type(self, node: Node) -> Type:
        """Read a type."""
        return self.reader().read(node)

    def captured(self, obj: Obj) -> Obj:
        """Give the register in which this function has a variable of a function around it."""
        found = self.captures.get(obj)
        if found is None:
            found = Obj("var", obj.name, obj.type, owner=self)
            found.boxed = obj.boxed
            found.index = len(self.captures)
            found.at = -1
            self.captures[obj] = found
        return found

    def value(self, operand: Operand) -> Fn:
        """Compile a value that somebody will hold: structs and arrays are copied."""
        copy = None if operand.fresh else copier(operand.type)
        if copy is None:
            return operand.fn
        inner = operand.fn
        return lambda r: copy(inner(r))

    def said(self, operand: Operand) -> str:
        """Describe an operand as the compiler's errors do."""
        text = shown(operand.node)
        if operand.mode == "nil":
            return "nil"
        if operand.type.kind == "tuple" and not operand.type.results:
            return f"{text} (no value)"
        if operand.const is not NONE:
            literal = operand.node.kind == "literal"
            kind = self.show(operand.type)
            if operand.type.is_untyped:
                value = "" if literal or operand.type.is_bool else f" {_constant(operand)}"
                return f"{text} ({kind} constant{value})"
            return f"{text} (constant {_constant(operand)} of type {kind})"
        kind = f"{self.kind_word(operand.type)}type {self.show(operand.type)}"
        return f"{text} ({operand.what} of {kind})"

    def kind_word(self, kind: Type) -> str:
        """Name the kind of a named type, as errors do since Go 1.24."""
        if not kind.name or not self.newer(24):
            return ""
        word = {
            "struct": "struct ",
            "map": "map ",
            "slice": "slice ",
            "func": "func ",
            "interface": "interface ",
            "array": "array ",
            "chan": "chan ",
            "pointer": "pointer ",
        }.get(kind.kind, "")
        return word if kind.name != "error" else "interface "

    def newer(self, minor: int) -> bool:
        """Tell whether the tool chain is at least Go 1.`minor`."""
        parts = str(self.program.sources.get("toolchain") or "1.23").split(".")
        return len(parts) > 1 and parts[1].isdigit() and int(parts[1]) >= minor

    def show(self, kind: Type) -> str:
        """Write a type as errors do: without this package's name."""
        text = kind.text.replace("interface {}", "any")
        prefix = self.package.name + "."
        import re

        return re.sub(r"(?<![\w./])" + re.escape(prefix), "", text)


def _constant(operand: Operand) -> str:
    value = operand.const
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        import json

        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    try:
        return f"{float(value):g}"
    except OverflowError:
        return "+Inf"


Compile = Callable[[Code], None]
__all__ = ["NONE", "BadConstant", "Body", "Label", "Operand"]
