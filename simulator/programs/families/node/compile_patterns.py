"""Compiles what stands left of an assignment: names, properties, patterns with defaults."""

from __future__ import annotations

from typing import Any

from . import ops_basic as basic
from . import ops_control as control
from . import ops_objects as objects
from .objects import PRIVATE
from .syntax import Node, refuse, text_of
from .units import Unit, first, named


class Patterns:
    """The part of the compiler for targets. how: "init" (a declaration), "var" or "assign"."""

    unit: Unit
    typed: bool

    def expression(self, node: Node) -> None:
        """Compile an expression (see Expressions)."""
        raise NotImplementedError

    def exported(self, name: str) -> None:
        """Let other modules see a name's new value (see Statements)."""
        raise NotImplementedError

    def named_value(self, node: Node, target: Node | None, name: str = "") -> None:
        """Compile a value that takes its name from its target (see Expressions)."""
        raise NotImplementedError

    def key_of(self, node: Node) -> str | None:
        """Give a property's key, None for one that is computed."""
        raise NotImplementedError

    def bind(self, node: Node, how: str) -> None:
        """Give the value on the stack to a target; it is taken off."""
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier_pattern", "undefined"):
            self.bind_name(node, text_of(node), how)
        elif kind == "array_pattern":
            self.bind_array(node, how)
        elif kind == "object_pattern":
            self.bind_object(node, how)
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            given = self.unit.emit(basic.jump_if_given)
            self.named_value(first(node, "right"), first(node, "left"))
            self.unit.land(given)
            self.bind(first(node, "left"), how)
        elif kind == "member_expression" and how != "init":
            self.expression(first(node, "object"))
            self.unit.emit(basic.swap)
            self.set_member(node)
            self.unit.emit(basic.pop)
        elif kind == "subscript_expression" and how != "init":
            self.expression(first(node, "object"))
            self.expression(first(node, "index"))
            self.unit.emit(basic.to_key)
            self.unit.emit(rotate)
            self.unit.emit(objects.set_item_, self.unit.info.strict)
            self.unit.emit(basic.pop)
            self.unit.emit(basic.pop)
        elif kind == "parenthesized_expression":
            self.bind(named(node)[0], how)
        else:
            raise refuse(node, "Invalid destructuring assignment target" if how != "assign"
                         else "Invalid left-hand side in assignment")  # fmt: skip

    def set_member(self, node: Node) -> None:
        """[object, value] -> [value] for a target with a dot."""
        key = text_of(first(node, "property"))
        key = PRIVATE + key[1:] if key.startswith("#") else key
        self.unit.emit(objects.set_field, (key, self.unit.info.strict))
        self.unit.emit(basic.pop)

    def bind_name(self, node: Node, name: str, how: str) -> None:
        """Give the value on the stack to a name; it is taken off."""
        unit = self.unit
        place = unit.place(name)
        if self.typed and place is None and how in ("init", "var"):
            from .compile_statements import typed_init

            unit.emit(typed_init, (name, False))
            return
        if how == "init":
            unit.emit(basic.init, place)
            self.exported(name)
            return
        self.assign_name(node, name)
        unit.emit(basic.pop)

    def assign_name(self, node: Node, name: str) -> None:
        """Assign the value on the stack to a name; it stays."""
        unit = self.unit
        found = unit.find(name)
        if found is None:
            if name in ("undefined", "NaN", "Infinity"):
                return
            unit.emit(basic.store_global, (name, unit.info.strict))
            return
        kind = found[1].kinds[name]
        if kind == "const" or isinstance(kind, tuple):
            unit.emit(basic.constant, name)
        elif kind == "self":
            if unit.info.strict:
                unit.emit(basic.constant, name)
        else:
            unit.emit(basic.store, unit.place(name))
            self.exported(name)

    def bind_array(self, node: Node, how: str) -> None:
        unit = self.unit
        unit.at(node)
        unit.emit(control.iterate, False)
        unit.emit(control.ready)
        waiting = True
        for child in node.children:
            if child.type == "comment":
                continue
            if child.type == ",":
                if waiting:
                    self._take()
                    unit.emit(basic.pop)
                waiting = True
            elif child.type == "rest_pattern":
                self._rest()
                self.bind(named(child)[0], how)
                waiting = False
            elif child.is_named:
                self._take()
                self.bind(child, how)
                waiting = False
        unit.emit(control.close_if_open)
        unit.emit(basic.pop)

    def _take(self) -> None:
        self.unit.emit(control.take)
        self.unit.emit(control.taken)

    def _rest(self) -> None:
        """[iterator] -> [iterator, array of what is left]."""
        unit = self.unit
        unit.emit(objects.new_array)
        top = unit.here()
        unit.emit(control.take_below)
        unit.emit(control.taken_below)
        end = unit.emit(control.jump_if_ended)
        unit.emit(objects.element)
        unit.emit(basic.jump, top)
        unit.land(end)

    def bind_object(self, node: Node, how: str) -> None:
        unit = self.unit
        rows = named(node)
        unit.at(rows[0] if rows else node)
        unit.emit(need_object, _first_key(rows))
        rest = rows[-1] if rows and rows[-1].type == "rest_pattern" else None
        taken = 0
        for row in rows:
            if row is rest:
                break
            target, key, default = self._row(row)
            unit.at(row)
            if key is None:
                unit.emit(basic.dup)
                self.expression(named(first(row, "key"))[0])
                unit.emit(basic.to_key)
                if rest is not None:
                    unit.emit(keep_key, taken)
                unit.emit(objects.get_item)
            else:
                if rest is not None:
                    unit.emit(keep_name, (key, taken))
                unit.emit(copy_below, taken + 1 if rest is not None else 0)
                unit.emit(objects.get_field, key)
            taken += 1
            if default is not None:
                given = unit.emit(basic.jump_if_given)
                self.named_value(default, target)
                unit.land(given)
            self.bind(target, how)
        if rest is not None:
            unit.emit(objects.rest_object, taken)
            self.bind(named(rest)[0], how)
        unit.emit(basic.pop)

    def _row(self, row: Node) -> tuple[Node, str | None, Node | None]:
        """Give a row's target, key and default."""
        if row.type == "shorthand_property_identifier_pattern":
            return row, text_of(row), None
        if row.type == "object_assignment_pattern":
            left = first(row, "left")
            return left, text_of(left), first(row, "right")
        target, default = first(row, "value"), None
        if target.type == "assignment_pattern":
            target, default = first(target, "left"), first(target, "right")
        return target, self.key_of(first(row, "key")), default


def _first_key(rows: list[Node]) -> str:
    if not rows:
        return ""
    row = rows[0]
    inner = row.child_by_field_name("key") or row.child_by_field_name("left") or row
    return text_of(inner) if inner.type != "computed_property_name" else ""


def rotate(vm: Any, frame: Any, _: Any) -> None:
    """[value, object, key] -> [object, key, value]."""
    stack = frame.stack
    stack.append(stack.pop(-3))


def keep_name(vm: Any, frame: Any, argument: Any) -> None:
    """[value, keys...] -> [value, keys..., key]."""
    frame.stack.append(argument[0])


def keep_key(vm: Any, frame: Any, taken: int) -> None:
    """[value, keys..., top key of the dup, key] -> [value, keys..., key, value, key]."""
    key = frame.stack.pop()
    frame.stack.pop()
    value = frame.stack[-1 - taken]
    frame.stack.extend((key, value, key))


def copy_below(vm: Any, frame: Any, places: int) -> None:
    """Put a copy of a value below the top on top."""
    frame.stack.append(frame.stack[-1 - places])


def need_object(vm: Any, frame: Any, key: str) -> None:
    """Refuse to take undefined or null apart."""
    from .errors import throw
    from .values import NULL

    value = frame.stack[-1]
    if value is None or value is NULL:
        kind = "undefined" if value is None else "null"
        if key:
            raise throw(vm, "TypeError", f"Cannot destructure property '{key}' of '{kind}' as it is"
                        f" {kind}.")  # fmt: skip
        raise throw(vm, "TypeError", f"Cannot destructure '{kind}' as it is {kind}.")
