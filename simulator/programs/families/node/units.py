"""What the compiler builds: a unit for each function, static scopes, ways out of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...vm import Code
from . import ops_basic as basic
from . import ops_control as control
from .syntax import JsSyntaxError, Node, refuse, text_of

DEEPEST = 110
"""Nested nodes of a source: each takes the interpreter's own stack."""


@dataclass
class Info:
    """What a call needs to know of a function."""

    params: list[str] = field(default_factory=list)
    vars: list[str] = field(default_factory=list)
    simple: bool = True
    length: int = 0
    kind: str = "function"
    """function, arrow, method, getter, setter, class, derived, fields, module."""
    asynchronous: bool = False
    generator: bool = False
    strict: bool = False
    uses_this: bool = False
    uses_arguments: bool = False
    uses_fn: bool = False
    uses_home: bool = False
    uses_target: bool = False
    text: str = ""
    self_name: str = ""
    requests: list[tuple[str, str, int, list[str]]] = field(default_factory=list)
    """What a module imports: (specifier, hidden name of the exports, line, names)."""

    @property
    def constructs(self) -> bool:
        """True when `new` may be used."""
        plain = self.kind == "function" and not (self.asynchronous or self.generator)
        return plain or self.kind in ("class", "derived")


class Names:
    """A scope as the compiler sees it: its names and what they are."""

    def __init__(self, up: Names | None, unit: Unit) -> None:
        self.kinds: dict[str, Any] = {}
        self.up = up
        self.unit = unit


class Way:
    """Something that `break`, `continue` and `return` have to leave or look for."""

    def __init__(self, kind: str, labels: list[str] | None = None) -> None:
        self.kind = kind
        self.labels = labels or []
        self.breaks: list[int] = []
        self.continues: list[int] = []
        self.gosubs: list[int] = []
        """Jumps to the finally block."""
        self.exits: list[int] = []
        """Where each of them goes on."""


class Unit:
    """A function under compilation."""

    def __init__(self, source: str, name: str, codes: list[Code], up: Unit | None) -> None:
        self.source = source
        self.info = Info()
        self.code = Code(name, info=self.info)
        self.number = len(codes)
        codes.append(self.code)
        self.codes = codes
        self.up = up
        self.names: Names = Names(up.names if up else None, self)
        self.function_names: Names = self.names
        self.ways: list[Way] = []
        self.depth: int = up.depth if up else 0
        self.internal: bool = source.startswith("node:internal/") if up is None else up.internal
        self.is_module: bool = up.is_module if up else False
        self.info.strict = up.info.strict if up else self.internal
        self.position = 1 << 12

    # Emitting

    def at(self, node: Node) -> None:
        """Note where in the source the next operations come from."""
        row, column = node.start_point
        self.position = (row + 1) << 12 | min(column + 1, 4095)

    def emit(self, operation: Any, argument: Any = None) -> int:
        """Add an operation; answers its number."""
        self.code.ops.append((operation, argument))
        self.code.lines.append(self.position)
        return len(self.code.ops) - 1

    def here(self) -> int:
        """Give the number of the next operation."""
        return len(self.code.ops)

    def land(self, *jumps: int) -> None:
        """Let jumps end here."""
        for at in jumps:
            operation, argument = self.code.ops[at]
            new: Any = len(self.code.ops)
            if isinstance(argument, tuple):
                new = (new, *argument[1:])
            self.code.ops[at] = (operation, new)

    # Names

    def declare(self, name: str, kind: str, node: Node | None = None) -> None:
        """Note a name of the scope at hand."""
        known = self.names.kinds.get(name)
        if (
            known
            and node is not None
            and (kind in ("let", "const", "class") or known in ("let", "const", "class"))
            and not (self.names.up is None and known == "global")
        ):
            raise refuse(node, f"Identifier '{name}' has already been declared")
        self.names.kinds[name] = kind

    def find(self, name: str) -> tuple[int, Names] | None:
        """Find a name: how many scopes up, and the scope."""
        depth, names = 0, self.names
        while True:
            if name in names.kinds:
                return depth, names
            if names.up is None:
                return None
            names, depth = names.up, depth + 1

    def place(self, name: str) -> Any:
        """Give where a name is at run time: itself when here, (depth, name), or None."""
        found = self.find(name)
        if found is None:
            return None
        return name if found[0] == 0 else (found[0], name)

    def own_unit(self) -> Unit:
        """Give the function that `this` belongs to: the nearest that is no arrow function."""
        unit: Unit = self
        while unit.info.kind == "arrow" and unit.up is not None:
            unit = unit.up
        return unit

    def hidden(self, name: str, flag: str) -> Any:
        """Give the place of `this` and its like, which functions have when they are used."""
        unit = self.own_unit()
        setattr(unit.info, flag, True)
        unit.function_names.kinds.setdefault(name, "hidden")
        return self.place(name)

    # Scopes and ways

    def open_scope(self, kinds: dict[str, str]) -> None:
        """Begin a block with names of its own."""
        self.names = Names(self.names, self)
        self.names.kinds.update(kinds)
        empty = [(n, k in ("let", "const", "class")) for n, k in kinds.items()]
        self.emit(control.push_scope, empty)
        self.ways.append(Way("scope"))

    def close_scope(self) -> None:
        """End it."""
        self.ways.pop()
        self.emit(control.pop_scope)
        assert self.names.up is not None
        self.names = self.names.up

    def leave(self, way: Way) -> None:
        """Leave a statement on the way out; a value lies on the stack."""
        if way.kind == "scope":
            self.emit(control.pop_scope)
        elif way.kind == "iterator":
            self.emit(control.try_pop_under)
            self.emit(control.close_under)
            self.emit(basic.pop)
        elif way.kind == "async-iterator":
            self.emit(control.try_pop_under)
            self.emit(control.drop_under)
        elif way.kind == "try":
            self.emit(control.try_pop_under)
        elif way.kind == "keys":
            self.emit(control.drop_under)
        elif way.kind == "finally":
            self.emit(control.try_pop_under)
            self.emit(basic.const, len(way.exits) + 1)
            way.gosubs.append(self.emit(basic.jump))
            way.exits.append(self.here())
        elif way.kind == "finally-body":
            self.emit(control.drop_under)
            self.emit(control.drop_under)

    def leave_to(self, wanted: Way | None) -> None:
        """Leave all statements up to one."""
        names = self.names
        ways = list(self.ways)
        while self.ways and self.ways[-1] is not wanted:
            way = self.ways[-1]
            self.leave(way)
            self.ways.pop()
            if way.kind == "scope" and self.names.up is not None:
                self.names = self.names.up
        self.ways = ways
        self.names = names

    def deeper(self, node: Node) -> None:
        """Count the nesting, which has a limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise JsSyntaxError("Maximum call stack size exceeded", node.start_point[0] + 1)


def first(node: Node, field_name: str) -> Node:
    """Give a child that the grammar demands."""
    child = node.child_by_field_name(field_name)
    if child is None:
        raise refuse(node, "Unexpected end of input")
    return child


def named(node: Node) -> list[Node]:
    """Give the children that are no punctuation or comments."""
    return [child for child in node.named_children if child.type not in ("comment", "html_comment")]


def bound_names(node: Node) -> list[str]:
    """List the names that a pattern binds."""
    found: list[str] = []
    todo = [node]
    while todo:
        one = todo.pop()
        kind = one.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            found.append(text_of(one))
        elif kind == "pair_pattern":
            todo.append(first(one, "value"))
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            todo.append(first(one, "left"))
        elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
            todo.extend(reversed(named(one)))
        elif kind == "undefined":
            found.append("undefined")
    return found


FUNCTIONS = (
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function", "generator_function_declaration", "class_body",
)  # fmt: skip


def has_closure(node: Node) -> bool:
    """Tell whether there is a function inside a node."""
    todo = [node]
    while todo:
        one = todo.pop()
        if one.type in FUNCTIONS:
            return True
        todo.extend(one.named_children)
    return False


def hoisted(body: Node) -> list[str]:
    """List the `var` names of a function's body, not those of functions inside."""
    found: list[str] = []
    todo = [body]
    while todo:
        node = todo.pop()
        if node.type in FUNCTIONS:
            continue
        if node.type == "variable_declaration":
            for row in named(node):
                if row.type == "variable_declarator":
                    found += bound_names(first(row, "name"))
        elif node.type == "for_in_statement":
            kind = node.child_by_field_name("kind")
            if kind is not None and kind.type == "var":
                found += bound_names(first(node, "left"))
        todo.extend(reversed(node.named_children))
    return list(dict.fromkeys(found))
