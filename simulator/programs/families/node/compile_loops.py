"""Compiles loops."""

from __future__ import annotations

from . import ops_basic as basic
from . import ops_control as control
from .compile_classes import Classes
from .syntax import Node, text_of
from .units import Way, bound_names, first, has_closure, named


class Loops(Classes):
    """The part of the compiler for loops."""

    def lexical(self, body: list[Node]) -> dict[str, str]:
        """List what a block declares (see Statements)."""
        raise NotImplementedError

    def statement(self, node: Node, labels: list[str] | None = None) -> None:
        """Compile a statement (see Statements)."""
        raise NotImplementedError

    def loop(self, labels: list[str]) -> Way:
        way = Way("loop", labels)
        self.unit.ways.append(way)
        return way

    def end_loop(self, way: Way) -> None:
        self.unit.ways.remove(way)
        self.unit.land(*way.breaks)

    def do_while_statement(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        way = self.loop(labels)
        start = unit.here()
        self.expression(first(node, "condition"))
        way.breaks.append(unit.emit(basic.jump_if_false))
        self.statement(first(node, "body"))
        unit.land(*way.continues)
        unit.emit(basic.jump, start)
        self.end_loop(way)

    def do_do_statement(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        way = self.loop(labels)
        start = unit.here()
        self.statement(first(node, "body"))
        unit.land(*way.continues)
        self.expression(first(node, "condition"))
        unit.emit(basic.jump_if_true, start)
        self.end_loop(way)

    def do_for_statement(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        start = first(node, "initializer")
        lexical = start.type == "lexical_declaration"
        if lexical:
            unit.open_scope(self.lexical([start]))
        if start.type in ("lexical_declaration", "variable_declaration"):
            self.statement(start)
        elif start.type != "empty_statement":
            self.expression(named(start)[0] if start.type == "expression_statement" else start)
            unit.emit(basic.pop)
        way = self.loop(labels)
        top = unit.here()
        test = first(node, "condition")
        if test.type == "expression_statement":
            test = named(test)[0]
        if test.type not in ("empty_statement", ";"):
            self.expression(test)
            way.breaks.append(unit.emit(basic.jump_if_false))
        self.statement(first(node, "body"))
        unit.land(*way.continues)
        if lexical and has_closure(node):
            unit.emit(control.renew_scope)
        after = node.child_by_field_name("increment")
        if after is not None:
            self.expression(after)
            unit.emit(basic.pop)
        unit.emit(basic.jump, top)
        self.end_loop(way)
        if lexical:
            unit.close_scope()

    def do_for_in_statement(self, node: Node, labels: list[str]) -> None:
        if text_of(first(node, "operator")) == "in":
            self.for_in(node, labels)
        elif any(child.type == "await" for child in node.children):
            self.for_await(node, labels)
        else:
            self.for_of(node, labels)

    def turn(self, node: Node) -> None:
        """Compile the body of a loop over something; the element lies on the stack."""
        unit = self.unit
        kind = node.child_by_field_name("kind")
        left = first(node, "left")
        if kind is None or kind.type == "var":
            self.bind(left, "assign" if kind is None else "var")
            self.statement(first(node, "body"))
            return
        unit.open_scope(dict.fromkeys(bound_names(left), kind.type))
        self.bind(left, "init")
        self.statement(first(node, "body"))
        unit.close_scope()

    def for_in(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        self.expression(first(node, "right"))
        unit.emit(control.iterate_keys)
        unit.ways.append(Way("keys"))
        way = self.loop(labels)
        top = unit.here()
        unit.emit(basic.const, None)
        end = unit.emit(control.advance)
        unit.emit(control.checked, (0, False))
        unit.emit(control.drop_under)
        self.turn(node)
        unit.land(*way.continues)
        unit.emit(basic.jump, top)
        self.end_loop(way)
        unit.emit(basic.const, None)
        unit.land(end)
        unit.emit(basic.pop)
        unit.emit(basic.pop)
        unit.ways.pop()

    def for_of(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        self.expression(first(node, "right"))
        unit.at(first(node, "right"))
        unit.emit(control.iterate, False)
        unit.emit(control.ready)
        handler = unit.emit(control.try_push)
        unit.ways.append(Way("iterator"))
        way = self.loop(labels)
        top = unit.here()
        end = unit.emit(control.advance)
        check = unit.emit(control.checked, (0, False))
        self.turn(node)
        unit.land(*way.continues)
        unit.emit(basic.jump, top)
        self.end_loop(way)
        unit.emit(control.try_pop)
        unit.emit(control.close)
        unit.emit(basic.pop)
        out = unit.emit(basic.jump)
        unit.land(handler)
        unit.emit(control.caught, True)
        unit.emit(control.close_under)
        unit.emit(basic.pop)
        unit.emit(control.throw_)
        unit.land(end, check)
        unit.emit(control.try_pop)
        unit.emit(basic.pop)
        unit.land(out)
        unit.ways.pop()

    def for_await(self, node: Node, labels: list[str]) -> None:
        unit = self.unit
        self.expression(first(node, "right"))
        unit.emit(control.iterate, True)
        unit.emit(control.ready)
        handler = unit.emit(control.try_push)
        unit.ways.append(Way("async-iterator"))
        way = self.loop(labels)
        top = unit.here()
        unit.emit(control.next_result)
        self.wait(node)
        check = unit.emit(control.checked, (0, False))
        self.wait(node)
        self.turn(node)
        unit.land(*way.continues)
        unit.emit(basic.jump, top)
        self.end_loop(way)
        unit.land(check)
        unit.emit(control.try_pop)
        unit.emit(basic.pop)
        out = unit.emit(basic.jump)
        unit.land(handler)
        unit.emit(control.caught, True)
        unit.emit(control.throw_)
        unit.land(out)
        unit.ways.pop()
