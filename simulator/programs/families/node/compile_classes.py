"""Compiles classes."""

from __future__ import annotations

from typing import Any

from . import ops_basic as basic
from . import ops_control as control
from . import ops_objects as objects
from .compile_expressions import Expressions
from .objects import PRIVATE
from .syntax import Node, refuse, text_of
from .units import Unit, first, named


class Classes(Expressions):
    """The part of the compiler for classes."""

    def class_value(self, node: Node, name: str) -> None:
        """Put a class on the stack."""
        unit = self.unit
        own = node.child_by_field_name("name")
        inner = text_of(own) if own is not None else ""
        heritage = next((n for n in named(node) if n.type == "class_heritage"), None)
        members = [n for n in named(first(node, "body")) if n.type != "comment"]
        kinds = {f"%key{n}": "hidden" for n in range(len(members))}
        if inner:
            kinds[inner] = "const"
        strict, unit.info.strict = unit.info.strict, True
        unit.open_scope(kinds)
        if inner:
            unit.emit(late, inner)
        derived = heritage is not None
        if heritage is not None:
            self.expression(named(heritage)[0])
        else:
            unit.emit(basic.const, None)
        maker = next((m for m in members if _is_constructor(m)), None)
        if maker is not None:
            number = self.function(maker, name, "derived" if derived else "class", True)
        else:
            number = self.default_constructor(node, name, derived)
        self.codes[number].info.text = text_of(node)[:4000]
        unit.emit(objects.make_class, (number, derived))
        self.members(members)
        if inner:
            unit.emit(basic.dup)
            unit.emit(basic.init, inner)
        self.static_parts(members)
        unit.close_scope()
        unit.info.strict = strict

    def members(self, members: list[Node]) -> None:
        """Compile methods and the keys of fields: [constructor] stays."""
        unit = self.unit
        later = []
        for number, node in enumerate(members):
            unit.at(node)
            if node.type == "field_definition":
                key = self.key_of(first(node, "property"))
                if key is None:
                    self.expression(named(first(node, "property"))[0])
                    unit.emit(basic.to_key)
                    unit.emit(basic.init, f"%key{number}")
                if not _is_static(node):
                    later.append((number, node))
            elif node.type == "method_definition" and not _is_constructor(node):
                self.method(node)
        if later:
            self.fields(later)

    def method(self, node: Node) -> None:
        unit = self.unit
        words = [child.type for child in node.children if not child.is_named]
        kind = next((w for w in words if w in ("get", "set")), "method")
        name = first(node, "name")
        key = self.key_of(name)
        if key is None:
            self.expression(named(name)[0])
            unit.emit(basic.to_key)
        else:
            unit.emit(basic.const, key)
        shown = "" if key is None else key.replace(PRIVATE, "#")
        self.function(node, shown, "method", True)
        unit.emit(objects.closure, self.last)
        unit.emit(objects.member, (kind, _is_static(node)))

    def thunk(self, node: Node) -> Unit:
        """Begin a function without parameters for the code of fields and static blocks."""
        outer = self.unit
        outer.deeper(node)
        unit = self.unit = Unit(self.source, "<instance_members_initializer>", self.codes, outer)
        unit.info.kind = "method"
        unit.info.strict = True
        unit.at(node)
        return outer

    def thunk_end(self, outer: Unit) -> None:
        """End it; its number is `last`."""
        unit = self.unit
        unit.emit(control.return_)
        self.last = unit.number
        self.unit = outer
        outer.depth -= 1

    def fields(self, rows: list[tuple[int, Node]]) -> None:
        """Compile what gives a new instance its fields."""
        outer = self.thunk(rows[0][1])
        unit = self.unit
        for number, node in rows:
            unit.at(node)
            unit.emit(basic.load, unit.hidden("this", "uses_this"))
            key = self.key_of(first(node, "property"))
            if key is None:
                unit.emit(basic.load, unit.place(f"%key{number}"))
            else:
                unit.emit(basic.const, key)
            self.field_value(node, key or "")
            unit.emit(objects.define)
        unit.emit(basic.const, None)
        self.thunk_end(outer)
        self.unit.emit(objects.closure, self.last)
        self.unit.emit(objects.fields)

    def field_value(self, node: Node, key: str) -> None:
        value = node.child_by_field_name("value")
        if value is None:
            self.unit.emit(basic.const, None)
        else:
            self.named_value(value, None, key.replace(PRIVATE, "#"))

    def static_parts(self, members: list[Node]) -> None:
        """Compile static fields and blocks, in order: [constructor] stays."""
        for number, node in enumerate(members):
            if node.type == "class_static_block":
                outer = self.thunk(node)
                self.block(named(first(node, "body")))
                self.unit.emit(basic.const, None)
                self.thunk_end(outer)
                self.unit.emit(objects.closure, self.last)
                self.unit.emit(objects.static_part)
                self.unit.emit(basic.pop)
            elif node.type == "field_definition" and _is_static(node):
                outer = self.thunk(node)
                key = self.key_of(first(node, "property"))
                self.field_value(node, key or "")
                self.thunk_end(outer)
                unit = self.unit
                unit.emit(basic.dup)
                if key is None:
                    unit.emit(basic.load, unit.place(f"%key{number}"))
                else:
                    unit.emit(basic.const, key)
                unit.emit(copy_third)
                unit.emit(objects.closure, self.last)
                unit.emit(objects.static_part)
                unit.emit(control.drop_under)
                unit.emit(objects.define)

    def block(self, body: list[Node]) -> None:
        """Compile statements in a scope of their own (see Statements)."""
        raise NotImplementedError

    def do_class_static_block(self, node: Node) -> None:
        raise refuse(node, "Unexpected token '{'")


def _is_constructor(node: Node) -> bool:
    return node.type == "method_definition" and not _is_static(node) and (
        text_of(first(node, "name")) == "constructor")  # fmt: skip


def _is_static(node: Node) -> bool:
    return any(child.type == "static" for child in node.children)


def late(vm: Any, frame: Any, name: str) -> None:
    """Let a name exist and not be usable yet."""
    from .values import TDZ

    frame.scope.names[name] = TDZ


def copy_third(vm: Any, frame: Any, _: Any) -> None:
    """[constructor, constructor, key] -> the constructor on top of them."""
    frame.stack.append(frame.stack[-2])
