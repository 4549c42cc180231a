"""Compiles a source: the entry of the compiler, functions and their parameters."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...vm import Code
from . import ops_basic as basic
from . import ops_control as control
from . import ops_objects as objects
from .compile_access import Access
from .registry import PREFIX, text_of_internal
from .syntax import Node, parse, refuse, text_of
from .units import Info, Unit, bound_names, first, hoisted, named

CJS = ("exports", "require", "module", "__filename", "__dirname")


@lru_cache(maxsize=400)
def compiled(source: str, text: str) -> list[Code]:
    """Compile a source; the first code is its body. Raises JsSyntaxError.

    The beginning of its name says what it is: "esm:" a module, "typed:" a line of the prompt,
    "node:internal/" functions of the library; all others are CommonJS.
    """
    if source.startswith(PREFIX) or source.startswith(("node:", "npm:")):
        text = text or text_of_internal(source)
    return Compiler(source).program(parse(text))


@lru_cache(maxsize=400)
def function_number(source: str, name: str) -> int:
    """Find a function of one of the library's sources."""
    for number, code in enumerate(compiled(source, "")):
        if code.name == name:
            return number
    raise KeyError(name)


def is_function(source: str, name: str) -> bool:
    """Tell whether one of the library's sources has a function of a name."""
    return any(code.name == name for code in compiled(source, ""))


class Compiler(Access):
    """Compiles one source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.codes: list[Code] = []
        self.unit = Unit(source, "<cjs>", self.codes, None)
        self.exports: list[tuple[str, str]] = []

    def program(self, root: Node) -> list[Code]:
        """Compile the whole."""
        unit = self.unit
        unit.at(root)
        body = [node for node in named(root) if node.type != "hash_bang_line"]
        self.directives(unit, body)
        if self.source.startswith("typed:"):
            self.prompt(body)
        elif self.source.startswith("esm:"):
            self.module(root, body)
        elif unit.internal:
            unit.code.name = "<library>"
            self.library(body)
        else:
            unit.info.params = list(CJS)
            for name in CJS:
                unit.names.kinds[name] = "param"
            unit.info.uses_this = True
            unit.names.kinds["this"] = "hidden"
            self.body(root, body)
        unit.emit(basic.const, None)
        unit.emit(control.return_)
        return self.codes

    def directives(self, unit: Unit, body: list[Node]) -> None:
        """Look for "use strict"."""
        for node in body:
            if node.type != "expression_statement" or not node.named_children:
                return
            inner = node.named_children[0]
            if inner.type != "string":
                return
            if text_of(inner)[1:-1] == "use strict":
                unit.info.strict = True

    def library(self, body: list[Node]) -> None:
        """Compile functions of the library, each by itself: they share no scope."""
        for node in body:
            if node.type in ("function_declaration", "generator_function_declaration"):
                self.function(node, text_of(first(node, "name")))

    def module(self, root: Node, body: list[Node]) -> None:
        """Compile an ECMAScript module: an async function whose names others may read."""
        unit = self.unit
        unit.code.name = "<module>"
        unit.info.strict = True
        unit.is_module = True
        unit.info.asynchronous = True
        unit.info.params = ["%exports"]
        unit.names.kinds["%exports"] = "param"
        self.imports(body)
        self.body(root, body)

    def body(self, root: Node, body: list[Node]) -> None:
        """Compile the statements of a function or source in its own scope."""
        unit = self.unit
        for name in hoisted(root):
            if name not in unit.names.kinds:
                unit.names.kinds[name] = "var"
                unit.info.vars.append(name)
        self.statements(body, unit.names)

    def prompt(self, body: list[Node]) -> None:
        """Compile a line that was typed: its names are the prompt's, its last value the result."""
        unit = self.unit
        unit.code.name = "<typed>"
        unit.info.asynchronous = _awaits(body)
        unit.is_module = True
        self.typed = True
        for node in body:
            if node.type == "function_declaration":
                self.function(node, text_of(first(node, "name")))
                unit.emit(objects.closure, self.last)
                unit.emit(control_typed, text_of(first(node, "name")))
        unit.emit(basic.const, None)
        for node in body:
            if node.type == "expression_statement":
                unit.emit(basic.pop)
                self.expression(named(node)[0])
            elif node.type != "function_declaration":
                self.statement(node)
        unit.emit(control.return_)

    # Functions

    def function(
        self, node: Node, name: str = "", kind: str = "function", strict: bool = False
    ) -> int:
        """Compile a function; answers its number."""
        outer = self.unit
        outer.deeper(node)
        unit = self.unit = Unit(self.source, name, self.codes, outer)
        try:
            info = unit.info
            info.kind = kind
            info.strict = info.strict or strict
            words = {child.type for child in node.children if not child.is_named}
            info.asynchronous = "async" in words
            info.generator = "*" in words or node.type.startswith("generator_function")
            info.text = text_of(node) if len(text_of(node)) < 4000 else ""
            unit.at(node)
            body = first(node, "body")
            block = named(body) if body.type == "statement_block" else None
            if block is not None:
                self.directives(unit, block)
            if (
                kind == "function"
                and node.type.endswith("expression")
                and (node.child_by_field_name("name") is not None)
            ):
                info.self_name = text_of(first(node, "name"))
                unit.names.kinds[info.self_name] = "self"
            self.parameters(unit, node)
            self.constructor_start(unit)
            if block is None:
                self.expression(body)
                unit.emit(control.return_)
            else:
                self.body(body, block)
                unit.emit(basic.const, None)
                unit.emit(control.return_)
        finally:
            self.unit = outer
            outer.depth -= 1
        self.last = unit.number
        return unit.number

    def constructor_start(self, unit: Unit) -> None:
        """Set the fields of an instance before the constructor of a base class begins."""
        if unit.info.kind == "class":
            place = (unit.hidden("%fn", "uses_fn"), unit.hidden("this", "uses_this"))
            unit.emit(objects.set_fields, place)
            unit.emit(basic.pop)

    def default_constructor(self, node: Node, name: str, derived: bool) -> int:
        """Make the constructor of a class that has none."""
        outer = self.unit
        unit = self.unit = Unit(self.source, name, self.codes, outer)
        unit.info.kind = "derived" if derived else "class"
        unit.info.strict = True
        unit.at(node)
        if derived:
            unit.info.simple = False
            unit.names.kinds["%args"] = "hidden"
            unit.emit(basic.load, "%args")
            unit.emit(as_array)
            self.super_made(unit)
            unit.emit(basic.pop)
        self.constructor_start(unit)
        unit.emit(basic.const, None)
        unit.emit(control.return_)
        self.unit = outer
        return unit.number

    def super_made(self, unit: Unit) -> None:
        """Call the parent's constructor with the array on the stack; then the fields."""
        fn = unit.hidden("%fn", "uses_fn")
        this = unit.hidden("this", "uses_this")
        unit.emit(objects.super_call, (fn, unit.hidden("%target", "uses_target")))
        unit.emit(objects.bind_this, this)
        unit.emit(objects.set_fields, (fn, this))
        unit.emit(basic.pop)

    def parameters(self, unit: Unit, node: Node) -> None:
        """Note the parameters; what is more than a name is taken apart at the start."""
        info: Info = unit.info
        single = node.child_by_field_name("parameter")
        rows = [single] if single is not None else named(first(node, "parameters"))
        info.simple = all(row.type in ("identifier", "undefined") for row in rows)
        info.length = next(
            (
                n
                for n, row in enumerate(rows)
                if row.type not in ("identifier", "object_pattern", "array_pattern")
            ),
            len(rows),
        )
        for row in rows:
            for name in bound_names(row):
                if name in info.params and (unit.info.strict or not info.simple):
                    raise refuse(row, "Duplicate parameter name not allowed in this context")
                info.params.append(name)
                unit.names.kinds[name] = "param"
        if info.simple:
            return
        unit.names.kinds["%args"] = "hidden"
        for at, row in enumerate(rows):
            unit.at(row)
            if row.type == "rest_pattern":
                unit.emit(rest_arguments, at)
                self.bind(named(row)[0], "init")
            else:
                unit.emit(argument, at)
                self.bind(row, "init")


def _awaits(body: list[Node]) -> bool:
    from .units import FUNCTIONS

    todo = list(body)
    while todo:
        node = todo.pop()
        if node.type == "await_expression" or (
            node.type == "for_in_statement" and any(c.type == "await" for c in node.children)
        ):
            return True
        if node.type not in FUNCTIONS:
            todo.extend(node.named_children)
    return False


def argument(vm: Any, frame: Any, at: int) -> None:
    """Put an argument on the stack."""
    args = frame.scope.names["%args"]
    frame.stack.append(args[at] if at < len(args) else None)


def rest_arguments(vm: Any, frame: Any, at: int) -> None:
    """Put the remaining arguments on the stack."""
    from .objects import make_array

    frame.stack.append(make_array(vm, list(frame.scope.names["%args"][at:])))


def as_array(vm: Any, frame: Any, _: Any) -> None:
    """Make an array of a list on the stack."""
    from .objects import make_array

    frame.stack[-1] = make_array(vm, list(frame.stack[-1]))


def control_typed(vm: Any, frame: Any, name: str) -> None:
    """Keep a name of the prompt."""
    vm.root.setdefault("typed", {})[name] = frame.stack.pop()
