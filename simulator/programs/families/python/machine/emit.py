"""The compiler's notebook: operations with their lines, jumps that are filled in later, names."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from ....vm import Code
from . import operations as op
from .scopes import Names
from .spec import Spec


@dataclass(slots=True)
class Block:
    """Something that `return`, `break` and `continue` must leave in order.

    kind: "loop" (start, breaks; drop: 1 when an iterator is on the stack), "try" (a handler is
    set), "finally" (body), "handler" (depth), "with", "async with".
    """

    kind: str
    start: int = 0
    breaks: list[int] = field(default_factory=list)
    drop: int = 0
    body: list[ast.stmt] = field(default_factory=list)
    depth: int = 0
    name: str | None = None


Span = tuple[int, int, int, int, int]
NO_SPAN: Span = (1, 0, 1, 0, 0)


class Emitter:
    """One code object in the making."""

    def __init__(self, units: list[Code], scope: Names, name: str, qualname: str) -> None:
        self.units = units
        self.scope = scope
        self.code = Code(name, info=Spec(name, qualname))
        self.number = len(units)
        units.append(self.code)
        self.qualname = qualname
        self.span: Span = NO_SPAN
        self.blocks: list[Block] = []
        self.handlers = 0
        self.renames = 0

    def at(self, node: ast.AST, mark: int = 0) -> None:
        """Note which piece of the source the next operations belong to."""
        line = getattr(node, "lineno", None)
        if line is not None:
            self.span = (line, node.col_offset, node.end_lineno or line,  # type: ignore[attr-defined]
                         node.end_col_offset or 0, mark)  # type: ignore[attr-defined]  # fmt: skip

    def emit(self, operation: Any, argument: Any = None) -> int:
        """Add an operation; answers its number."""
        self.code.ops.append((operation, argument))
        self.code.lines.append(self.span[0])
        self.code.info.spans.append(self.span)
        return len(self.code.ops) - 1

    @property
    def here(self) -> int:
        """The number of the next operation."""
        return len(self.code.ops)

    def land(self, *jumps: int) -> None:
        """Let jumps go to the next operation."""
        for number in jumps:
            self.aim(number, self.here)

    def aim(self, jump: int, to: int) -> None:
        """Let a jump go somewhere."""
        operation, argument = self.code.ops[jump]
        self.code.ops[jump] = (operation, (to, argument[1]) if isinstance(argument, tuple) else to)

    # Names

    def load(self, name: str) -> None:
        """Push a name's value."""
        scope = self.scope
        own = scope.local(name)
        if own is not None:
            if scope.kind == "function":
                self.emit(op.load_fast, own)
                return
            if scope.kind == "module" or own != name:
                self.emit(op.load_name, (own, None, 0))
                return
        if name in scope.globals:
            self.emit(op.load_global, (scope.depth(), name))
            return
        outer = scope.outer(name)
        if scope.kind == "class" and own is not None:
            up = (outer[0], outer[1]) if outer else None
            self.emit(op.load_name, (name, up, scope.depth()))
        elif outer is not None:
            self.emit(op.load_outer, outer)
        elif scope.kind == "class":
            self.emit(op.load_name, (name, None, scope.depth()))
        elif scope.kind == "module":
            self.emit(op.load_name, (name, None, 0))
        else:
            self.emit(op.load_global, (scope.depth(), name))

    def store(self, name: str) -> None:
        """Bind a name to what is on the stack."""
        scope = self.scope
        own = scope.local(name)
        if own is not None:
            self.emit(op.store_fast, own)
        elif name in scope.nonlocals and (outer := scope.outer(name)) is not None:
            self.emit(op.store_outer, outer)
        elif name in scope.globals:
            self.emit(op.store_outer, (scope.depth(), name))
        else:
            self.emit(op.store_fast, name)

    def delete(self, name: str) -> None:
        """Unbind a name."""
        scope = self.scope
        own = scope.local(name)
        if own is None and name in scope.nonlocals and (outer := scope.outer(name)) is not None:
            self.emit(op.delete_outer, outer)
        elif own is None and name in scope.globals:
            self.emit(op.delete_outer, (scope.depth(), name))
        else:
            self.emit(op.delete_fast, (own or name, scope.kind == "function"))

    def rename(self, names: list[str]) -> None:
        """Give a comprehension's names new ones, until `unrename`."""
        self.renames += 1
        self.scope.renamed.append({name: f".{name}{self.renames}" for name in names})

    def unrename(self) -> None:
        """End a comprehension."""
        self.scope.renamed.pop()
