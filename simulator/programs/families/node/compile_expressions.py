"""Compiles expressions."""

from __future__ import annotations

from typing import Any

from ...vm import Code
from . import ops_basic as basic
from . import ops_control as control
from . import ops_objects as objects
from .compile_literals import cooked, number_value, regex_parts, string_value, template_parts
from .compile_patterns import Patterns
from .objects import PRIVATE
from .syntax import Node, refuse, text_of
from .units import first, named

ARITHMETIC = ("*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>")
ANONYMOUS = ("function_expression", "arrow_function", "generator_function", "class")


class Expressions(Patterns):
    """The part of the compiler for expressions. Each leaves one value on the stack."""

    source: str
    codes: list[Code]
    last = -1

    def function(
        self, node: Node, name: str = "", kind: str = "function", strict: bool = False
    ) -> int:
        """Compile a function (see Compiler)."""
        raise NotImplementedError

    def default_constructor(self, node: Node, name: str, derived: bool) -> int:
        """Make a constructor (see Compiler)."""
        raise NotImplementedError

    def super_made(self, unit: Any) -> None:
        """Call the parent's constructor (see Compiler)."""
        raise NotImplementedError

    def class_value(self, node: Node, name: str) -> None:
        """Compile a class (see Classes)."""
        raise NotImplementedError

    def expression(self, node: Node) -> None:
        """Compile an expression."""
        compile_ = getattr(self, f"on_{node.type}", None)
        if compile_ is None:
            if node.type.startswith("jsx"):
                raise refuse(node, "Unexpected token '<'")
            raise refuse(node, f"Unexpected token '{text_of(node)[:20]}'")
        unit = self.unit
        unit.deeper(node)
        unit.at(node)
        compile_(node)
        unit.depth -= 1

    def named_value(self, node: Node, target: Node | None, name: str = "") -> None:
        """Compile a value; a function without a name takes its target's."""
        if target is not None and target.type in (
            "identifier", "shorthand_property_identifier_pattern"
        ):  # fmt: skip
            name = text_of(target)
        if node.type in ANONYMOUS and node.child_by_field_name("name") is None:
            self.unit.at(node)
            if node.type == "class":
                self.class_value(node, name)
            else:
                self.closure(node, name)
        else:
            self.expression(node)

    # Literals and names

    def on_number(self, node: Node) -> None:
        value, big = number_value(text_of(node))
        self.unit.emit(basic.bigint if big else basic.const, value)

    def on_string(self, node: Node) -> None:
        self.unit.emit(basic.const, string_value(node))

    def on_true(self, node: Node) -> None:
        self.unit.emit(basic.const, True)

    def on_false(self, node: Node) -> None:
        self.unit.emit(basic.const, False)

    def on_null(self, node: Node) -> None:
        from .values import NULL

        self.unit.emit(basic.const, NULL)

    def on_undefined(self, node: Node) -> None:
        self.unit.emit(basic.const, None)

    def on_regex(self, node: Node) -> None:
        self.unit.emit(objects.regex, regex_parts(node))

    def on_template_string(self, node: Node) -> None:
        texts, inner = template_parts(node)
        count = 0
        for at, text in enumerate(texts):
            if text or not inner:
                self.unit.emit(basic.const, cooked(node, text))
                count += 1
            if at < len(inner):
                self.expression(inner[at])
                count += 1
        self.unit.emit(basic.text, count)

    def on_identifier(self, node: Node) -> None:
        name = text_of(node)
        unit = self.unit
        if name == "arguments" and unit.own_unit().up is not None and unit.find(name) is None:
            unit.emit(basic.load, unit.hidden("arguments", "uses_arguments"))
            return
        found = unit.find(name)
        if found is None:
            if name == "await" and unit.is_module:
                raise refuse(node, "Unexpected reserved word")
            unit.emit(basic.load_global, name)
        elif isinstance(found[1].kinds[name], tuple):
            how, hidden, key = found[1].kinds[name]
            place = unit.place(hidden)
            unit.emit(*((basic.load, place) if how == "namespace" else
                        (basic.imported, (place, key))))  # fmt: skip
        else:
            unit.emit(basic.load, unit.place(name))

    def on_this(self, node: Node) -> None:
        self.unit.emit(basic.load, self.unit.hidden("this", "uses_this"))

    def on_parenthesized_expression(self, node: Node) -> None:
        self.expression(named(node)[0])

    def on_sequence_expression(self, node: Node) -> None:
        rows = named(node)
        for row in rows[:-1]:
            self.expression(row)
            self.unit.emit(basic.pop)
        self.expression(rows[-1])

    def on_meta_property(self, node: Node) -> None:
        if text_of(node).startswith("new"):
            self.unit.emit(basic.load, self.unit.hidden("%target", "uses_target"))
        elif not self.unit.is_module or self.typed:
            raise refuse(node, "Cannot use 'import.meta' outside a module")
        else:
            self.unit.emit(objects.module_meta)

    def key_of(self, node: Node) -> str | None:
        """Give a property's key; None for a computed one."""
        if node.type == "computed_property_name":
            return None
        if node.type == "string":
            return string_value(node)
        if node.type == "number":
            from .numbers import number_text

            return number_text(number_value(text_of(node))[0])
        shown = text_of(node)
        return PRIVATE + shown[1:] if node.type == "private_property_identifier" else shown

    def on_object(self, node: Node) -> None:
        unit = self.unit
        unit.emit(objects.new_object)
        for row in named(node):
            unit.at(row)
            if row.type == "spread_element":
                self.expression(named(row)[0])
                unit.emit(objects.spread_object)
            elif row.type == "shorthand_property_identifier":
                self.on_identifier(row)
                unit.emit(objects.field, text_of(row))
            elif row.type == "method_definition":
                self.literal_method(row)
            elif row.type == "pair":
                key = self.key_of(first(row, "key"))
                if key is None:
                    self.expression(named(first(row, "key"))[0])
                    unit.emit(basic.to_key)
                    self.expression(first(row, "value"))
                    unit.emit(objects.computed_field)
                else:
                    self.named_value(first(row, "value"), None, key)
                    unit.emit(objects.field, key)
            else:
                raise refuse(row, "Invalid shorthand property initializer")

    def literal_method(self, node: Node) -> None:
        unit = self.unit
        words = [child.type for child in node.children if not child.is_named]
        kind = next((w for w in words if w in ("get", "set")), "")
        key = self.key_of(first(node, "name"))
        if key is None:
            self.expression(named(first(node, "name"))[0])
            unit.emit(basic.to_key)
        else:
            unit.emit(basic.const, key)
        self.function(node, key or "", "method")
        unit.emit(objects.closure, self.last)
        unit.emit(objects.home)
        unit.emit(*((objects.accessor, kind) if kind else (objects.computed_field,)))

    def on_array(self, node: Node) -> None:
        self.unit.emit(objects.new_array)
        self.elements(node.children[1:-1], True)

    def elements(self, children: list[Node], holes: bool) -> None:
        """Add elements to the array on the stack."""
        unit = self.unit
        waiting = True
        for child in children:
            if child.type == "comment":
                continue
            if child.type == ",":
                if waiting and holes:
                    unit.emit(objects.hole)
                waiting = True
                continue
            waiting = False
            if child.type == "spread_element":
                self.spread(named(child)[0])
            else:
                self.expression(child)
                unit.emit(objects.element)

    def spread(self, node: Node) -> None:
        """Add all elements of something: [array] stays."""
        unit = self.unit
        self.expression(node)
        quick = unit.emit(objects.spread)
        unit.emit(control.iterate, False)
        unit.emit(control.ready)
        unit.emit(basic.swap)
        top = unit.here()
        unit.emit(control.take_below)
        unit.emit(control.taken_below)
        end = unit.emit(control.jump_if_ended)
        unit.emit(objects.element)
        unit.emit(basic.jump, top)
        unit.land(end)
        unit.emit(control.drop_under)
        unit.land(quick)

    # Functions

    def closure(self, node: Node, name: str = "") -> None:
        own = node.child_by_field_name("name")
        name = text_of(own) if own is not None else name
        self.function(node, name, "arrow" if node.type == "arrow_function" else "function")
        self.unit.emit(objects.closure, self.last)

    on_function_expression = closure
    on_arrow_function = closure
    on_generator_function = closure

    def on_class(self, node: Node) -> None:
        own = node.child_by_field_name("name")
        self.class_value(node, text_of(own) if own is not None else "")

    def on_yield_expression(self, node: Node) -> None:
        unit = self.unit
        if not unit.info.generator:
            raise refuse(node, "Unexpected strict mode reserved word")
        rows = named(node)
        if any(child.type == "*" for child in node.children):
            self.delegate(rows[0])
            return
        if rows:
            self.expression(rows[0])
        else:
            unit.emit(basic.const, None)
        if unit.info.asynchronous:
            self.wait(node)
        unit.emit(control.yield_)
        unit.emit(control.resumed)

    def delegate(self, node: Node) -> None:
        """Compile `yield*`.

        # Simplified: What `yield*` is sent by `next(value)` does not reach the inner generator.
        """
        unit = self.unit
        self.expression(node)
        unit.emit(control.iterate, unit.info.asynchronous)
        unit.emit(control.ready)
        top = unit.here()
        unit.emit(basic.const, None)
        if unit.info.asynchronous:
            unit.emit(control.next_result)
            self.wait(node)
            end = check = unit.emit(control.checked, (0, True))
        else:
            end = unit.emit(control.advance_delegate)
            check = unit.emit(control.checked, (0, True))
        unit.emit(control.yield_)
        unit.emit(control.resumed)
        unit.emit(basic.pop)
        unit.emit(basic.pop)
        unit.emit(basic.jump, top)
        unit.land(check)
        if end != check:
            unit.land(end)
        unit.emit(control.drop_under)
        unit.emit(control.drop_under)

    def on_await_expression(self, node: Node) -> None:
        unit = self.unit
        if not unit.info.asynchronous:
            raise refuse(node, "await is only valid in async functions and the top level bodies of "
                         "modules")  # fmt: skip
        self.expression(named(node)[0])
        self.wait(node)

    def wait(self, node: Node) -> None:
        """Wait for the promise on the stack; its outcome takes its place."""
        unit = self.unit
        unit.at(node)
        if unit.info.generator:
            unit.emit(control.awaited)
            unit.emit(control.yield_)
        else:
            unit.emit(control.await_)
        unit.emit(control.resumed)

    # Operators

    def on_binary_expression(self, node: Node) -> None:
        chain = []
        while node.type == "binary_expression":
            chain.append(node)
            node = first(node, "left")
        if node.type == "private_property_identifier":
            self.unit.emit(basic.const, PRIVATE + text_of(node)[1:])
        else:
            self.expression(node)
        for one in reversed(chain):
            self.binary(text_of(first(one, "operator")), first(one, "right"), one)

    def binary(self, sign: str, right: Node, node: Node) -> None:
        unit = self.unit
        if sign in ("&&", "||", "??"):
            jump = {"&&": basic.and_, "||": basic.or_, "??": basic.nullish}[sign]
            end = unit.emit(jump)
            self.expression(right)
            unit.land(end)
            return
        self.expression(right)
        unit.at(node)
        self.operator(sign)

    def operator(self, sign: str) -> None:
        """Emit the operation of a sign on the two values on the stack."""
        unit = self.unit
        if sign == "+":
            unit.emit(basic.add)
        elif sign == "-":
            unit.emit(basic.subtract)
        elif sign in ARITHMETIC:
            unit.emit(basic.arithmetic, sign)
        elif sign in basic.COMPARISONS:
            unit.emit(basic.compare, sign)
        elif sign in ("===", "!=="):
            unit.emit(basic.same, sign == "===")
        elif sign in ("==", "!="):
            unit.emit(basic.alike, sign == "==")
        elif sign == "in":
            unit.emit(objects.in_)
        else:
            unit.emit(objects.instanceof)

    def on_unary_expression(self, node: Node) -> None:
        sign = text_of(first(node, "operator"))
        inner = first(node, "argument")
        unit = self.unit
        if sign == "typeof" and inner.type == "identifier" and unit.find(text_of(inner)) is None:
            if text_of(inner) == "arguments":
                self.expression(inner)
            else:
                unit.emit(basic.typeof_global, text_of(inner))
            unit.emit(basic.typeof)
            return
        if sign == "delete":
            self.delete(inner)
            return
        self.expression(inner)
        if sign == "void":
            unit.emit(basic.pop)
            unit.emit(basic.const, None)
            return
        unit.emit({"!": basic.not_, "-": basic.minus, "+": basic.plus, "~": basic.complement,
                   "typeof": basic.typeof}[sign])  # fmt: skip

    def delete(self, node: Node) -> None:
        unit = self.unit
        while node.type == "parenthesized_expression":
            node = named(node)[0]
        if node.type == "member_expression":
            self.expression(first(node, "object"))
            unit.emit(basic.const, text_of(first(node, "property")))
            unit.emit(objects.delete_)
        elif node.type == "subscript_expression":
            self.expression(first(node, "object"))
            self.expression(first(node, "index"))
            unit.emit(objects.delete_)
        else:
            if node.type == "identifier" and unit.info.strict:
                raise refuse(node, "Delete of an unqualified identifier in strict mode.")
            unit.emit(basic.const, True)

    def on_ternary_expression(self, node: Node) -> None:
        unit = self.unit
        ends = []
        while True:
            self.expression(first(node, "condition"))
            other = unit.emit(basic.jump_if_false)
            self.expression(first(node, "consequence"))
            ends.append(unit.emit(basic.jump))
            unit.land(other)
            rest = first(node, "alternative")
            if rest.type != "ternary_expression":
                self.expression(rest)
                break
            node = rest
        unit.land(*ends)
