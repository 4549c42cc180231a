"""Python source as numbered steps, so that a running program's position is one integer.

A unit is the module or one function. Steps: ("do", statement), ("jump", to), ("test", expression,
to when false), ("iter", slot, expression), ("next", slot, target, to when empty),
("try", to of the handlers), ("endtry",), ("except", handler, to of the next handler), ("raise",),
("def", name, unit), ("return", expression or None).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Step = tuple[Any, ...]


@dataclass(slots=True)
class Unit:
    """A module's or a function's steps."""

    name: str
    args: list[str]
    defaults: list[ast.expr]
    steps: list[Step] = field(default_factory=list)


@lru_cache(maxsize=256)
def compile_source(text: str) -> dict[str, Unit]:
    """Compile a source: units by name, the module is "". Raises SyntaxError, ValueError."""
    tree = ast.parse(text)
    units: dict[str, Unit] = {}
    _Compiler(units, "").unit("", [], [], tree.body)
    return units


class _Compiler:
    def __init__(self, units: dict[str, Unit], prefix: str) -> None:
        self.units = units
        self.prefix = prefix
        self.slots = 0
        self.loops: list[tuple[int, list[list[Any]]]] = []

    def unit(self, name: str, args: list[str], defaults: list[ast.expr], body: Any) -> None:
        unit = Unit(name, args, defaults)
        self.units[name] = unit
        self.name = name
        raw: list[list[Any]] = []
        self.body(body, raw)
        unit.steps = [tuple(step) for step in raw]

    def body(self, statements: list[ast.stmt], out: list[list[Any]]) -> None:
        for statement in statements:
            self.statement(statement, out)

    def statement(self, node: ast.stmt, out: list[list[Any]]) -> None:
        if isinstance(node, ast.If):
            test: list[Any] = ["test", node.test, 0]
            out.append(test)
            self.body(node.body, out)
            jump: list[Any] = ["jump", 0]
            out.append(jump)
            test[2] = len(out)
            self.body(node.orelse, out)
            jump[1] = len(out)
        elif isinstance(node, ast.While):
            self._while(node, out)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._for(node, out)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._function(node, out)
        elif isinstance(node, ast.ClassDef):
            self._class(node, out)
        elif isinstance(node, ast.Try):
            self._try(node, out)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                out.append(["with", item.context_expr, item.optional_vars])
            self.body(node.body, out)
        elif isinstance(node, ast.Break | ast.Continue) and self.loops:
            jump = ["jump", self.loops[-1][0]]
            if isinstance(node, ast.Break):
                self.loops[-1][1].append(jump)
            out.append(jump)
        elif isinstance(node, ast.Return):
            out.append(["return", node.value, node])
        else:
            out.append(["do", node])

    def _while(self, node: ast.While, out: list[list[Any]]) -> None:
        start = len(out)
        test: list[Any] = ["test", node.test, 0]
        out.append(test)
        self.loops.append((start, []))
        self.body(node.body, out)
        out.append(["jump", start])
        test[2] = len(out)
        self.body(node.orelse, out)
        for jump in self.loops.pop()[1]:
            jump[1] = len(out)

    def _for(self, node: ast.For | ast.AsyncFor, out: list[list[Any]]) -> None:
        self.slots += 1
        slot = str(self.slots)
        out.append(["iter", slot, node.iter])
        start = len(out)
        step: list[Any] = ["next", slot, node.target, 0]
        out.append(step)
        self.loops.append((start, []))
        self.body(node.body, out)
        out.append(["jump", start])
        step[3] = len(out)
        self.body(node.orelse, out)
        for jump in self.loops.pop()[1]:
            jump[1] = len(out)

    def _function(self, node: Any, out: list[list[Any]]) -> None:
        name = f"{self.name}.{node.name}" if self.name else node.name
        inner = _Compiler(self.units, name)
        names = [arg.arg for arg in [*node.args.posonlyargs, *node.args.args,
                                     *node.args.kwonlyargs]]  # fmt: skip
        defaults = [*node.args.defaults, *[d for d in node.args.kw_defaults if d is not None]]
        inner.unit(name, names, defaults, node.body)
        out.append(["def", node.name, name, node.decorator_list])

    def _class(self, node: ast.ClassDef, out: list[list[Any]]) -> None:
        prefix = f"{self.name}.{node.name}" if self.name else node.name
        methods = {}
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = _Compiler(self.units, prefix)
                unit = f"{prefix}.{child.name}"
                inner.unit(unit, [a.arg for a in child.args.args], child.args.defaults, child.body)
                methods[child.name] = unit
        out.append(["class", node.name, methods, node.bases])

    def _try(self, node: ast.Try, out: list[list[Any]]) -> None:
        begin: list[Any] = ["try", 0]
        out.append(begin)
        self.body(node.body, out)
        out.append(["endtry"])
        self.body(node.orelse, out)
        ends: list[list[Any]] = [["jump", 0]]
        out.append(ends[0])
        begin[1] = len(out)
        for handler in node.handlers:
            match: list[Any] = ["except", handler, 0]
            out.append(match)
            self.body(handler.body, out)
            ends.append(["jump", 0])
            out.append(ends[-1])
            match[2] = len(out)
        out.append(["reraise"])
        for jump in ends:
            jump[1] = len(out)
        self.body(node.finalbody, out)
