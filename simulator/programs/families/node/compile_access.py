"""Compiles property access, calls and assignments."""

from __future__ import annotations

from . import ops_basic as basic
from . import ops_objects as objects
from .compile_literals import cooked, template_parts
from .compile_statements import Statements
from .objects import PRIVATE
from .syntax import Node, refuse, text_of
from .units import first, named

LOGICAL = {"&&=": basic.and_, "||=": basic.or_, "??=": basic.nullish}


class Access(Statements):
    """The part of the compiler for dots, brackets, calls and assignments."""

    chain: list[tuple[int, int]] | None = None

    def outermost(self, node: Node, compile_: str) -> None:
        """Compile an access or call; an optional chain ends where the whole of it does."""
        inner = getattr(self, compile_)
        if self.chain is not None:
            inner(node)
            return
        self.chain = []
        inner(node)
        jumps, self.chain = self.chain, None
        for at, count in jumps:
            operation, _ = self.unit.code.ops[at]
            self.unit.code.ops[at] = (operation, (self.unit.here(), count))

    def apart(self, node: Node) -> None:
        """Compile an expression that is no part of the chain around."""
        chain, self.chain = self.chain, None
        self.expression(node)
        self.chain = chain

    def part(self, node: Node) -> None:
        """Compile what an access begins with: a part of the chain when it is an access."""
        if node.type in ("member_expression", "subscript_expression", "call_expression"):
            self.expression(node)
        else:
            self.apart(node)

    def maybe(self, node: Node, count: int) -> None:
        """Leave the chain at `?.` when the top is nothing; count: values to drop then."""
        if node.child_by_field_name("optional_chain") is not None and self.chain is not None:
            self.chain.append((self.unit.emit(basic.optional, (0, count)), count))

    def on_member_expression(self, node: Node) -> None:
        self.outermost(node, "member")

    def on_subscript_expression(self, node: Node) -> None:
        self.outermost(node, "subscript")

    def on_call_expression(self, node: Node) -> None:
        self.outermost(node, "call")

    def member(self, node: Node) -> None:
        unit = self.unit
        inner, name = first(node, "object"), first(node, "property")
        if inner.type == "super":
            unit.emit(basic.const, text_of(name))
            self.super_value(node)
            return
        self.part(inner)
        self.maybe(node, 1)
        unit.at(name)
        if name.type == "private_property_identifier":
            unit.emit(objects.get_private, PRIVATE + text_of(name)[1:])
        else:
            unit.emit(objects.get_field, text_of(name))

    def subscript(self, node: Node) -> None:
        if first(node, "object").type == "super":
            self.apart(first(node, "index"))
            self.super_value(node)
            return
        self.part(first(node, "object"))
        self.maybe(node, 1)
        self.apart(first(node, "index"))
        self.unit.at(first(node, "index"))
        self.unit.emit(objects.get_item)

    def super_value(self, node: Node) -> None:
        unit = self.unit
        if unit.own_unit().info.kind not in ("method", "class", "derived"):
            raise refuse(node, "'super' keyword unexpected here")
        place = (unit.hidden("%home", "uses_home"), unit.hidden("this", "uses_this"))
        unit.emit(objects.super_get, place)

    # Calls

    def callee(self, node: Node) -> None:
        """Put [this, function] on the stack."""
        unit = self.unit
        inner = node
        if node.type == "member_expression":
            owner, name = first(node, "object"), first(node, "property")
            if owner.type == "super":
                unit.emit(basic.load, unit.hidden("this", "uses_this"))
                self.member(node)
                return
            self.part(owner)
            self.maybe(node, 1)
            unit.at(name)
            key = text_of(name)
            unit.emit(objects.method, PRIVATE + key[1:] if key[0] == "#" else key)
        elif node.type == "subscript_expression" and first(node, "object").type != "super":
            self.part(first(node, "object"))
            self.maybe(node, 1)
            self.apart(first(node, "index"))
            unit.emit(objects.item_method)
        else:
            unit.emit(basic.const, None)
            self.part(inner) if node.type == "call_expression" else self.apart(inner)

    def call(self, node: Node) -> None:
        unit = self.unit
        fn, args = first(node, "function"), first(node, "arguments")
        if fn.type == "super":
            self.super_call(node, args)
            return
        if fn.type == "import":
            self.apart(named(args)[0])
            unit.emit(objects.load_module)
            return
        self.callee(fn)
        self.maybe(node, 2)
        shown = shown_callee(fn)
        if args.type == "template_string":
            self.tagged(args, shown)
            return
        count = self.arguments(args)
        unit.at(first(fn, "property") if fn.type == "member_expression" else fn)
        if count is None:
            unit.emit(objects.call_spread, shown)
        else:
            unit.emit(objects.call_, (count, shown))

    def arguments(self, node: Node) -> int | None:
        """Put the arguments on the stack: how many, or None when it is one array."""
        rows = named(node)
        if any(row.type == "spread_element" for row in rows):
            chain, self.chain = self.chain, None
            self.unit.emit(objects.new_array)
            self.elements(rows, False)
            self.chain = chain
            return None
        for row in rows:
            self.apart(row)
        return len(rows)

    def tagged(self, node: Node, shown: str) -> None:
        texts, inner = template_parts(node)
        argument = ([cooked(node, text) for text in texts], texts)
        self.unit.emit(objects.template, argument)
        for one in inner:
            self.apart(one)
        self.unit.emit(objects.call_, (1 + len(inner), shown))

    def super_call(self, node: Node, args: Node) -> None:
        unit = self.unit
        if unit.own_unit().info.kind != "derived":
            raise refuse(node, "'super' keyword unexpected here")
        self.unit.emit(objects.new_array)
        chain, self.chain = self.chain, None
        self.elements(named(args), False)
        self.chain = chain
        unit.at(node)
        self.super_made(unit)

    def on_new_expression(self, node: Node) -> None:
        chain, self.chain = self.chain, None
        fn = first(node, "constructor")
        self.expression(fn)
        args = node.child_by_field_name("arguments")
        count = self.arguments(args) if args is not None else 0
        self.unit.at(node)
        self.unit.emit(objects.new, (count, shown_callee(fn)))
        self.chain = chain

    # Assignments

    def on_assignment_expression(self, node: Node) -> None:
        chain, self.chain = self.chain, None
        self.assignment(node)
        self.chain = chain

    def assignment(self, node: Node) -> None:
        unit = self.unit
        left, right = first(node, "left"), first(node, "right")
        while left.type == "parenthesized_expression":
            left = named(left)[0]
        if left.type == "member_expression":
            self.apart(first(left, "object"))
            self.named_value(right, None)
            unit.at(left)
            self.set_member(left)
        elif left.type == "subscript_expression":
            self.apart(first(left, "object"))
            self.apart(first(left, "index"))
            self.expression(right)
            unit.at(left)
            unit.emit(objects.set_item_, unit.info.strict)
            unit.emit(basic.pop)
        elif left.type in ("identifier", "undefined"):
            self.named_value(right, left)
            unit.at(left)
            self.assign_name(left, text_of(left))
        elif left.type in ("array_pattern", "object_pattern"):
            self.expression(right)
            unit.emit(basic.dup)
            self.bind(left, "assign")
        else:
            raise refuse(left, "Invalid left-hand side in assignment")

    def on_augmented_assignment_expression(self, node: Node) -> None:
        chain, self.chain = self.chain, None
        sign = text_of(first(node, "operator"))
        left = first(node, "left")
        right = first(node, "right")
        if sign in LOGICAL:
            self.logical(left, right, sign)
        else:
            self.target_value(left)
            self.expression(right)
            self.unit.at(node)
            self.operator(sign[:-1])
            self.write_back(left)
        self.chain = chain

    def target_value(self, node: Node) -> None:
        """Put a target's place and its value on the stack."""
        unit = self.unit
        if node.type == "member_expression":
            self.apart(first(node, "object"))
            unit.emit(basic.dup)
            key = text_of(first(node, "property"))
            if key.startswith("#"):
                unit.emit(objects.get_private, PRIVATE + key[1:])
            else:
                unit.emit(objects.get_field, key)
        elif node.type == "subscript_expression":
            self.apart(first(node, "object"))
            self.apart(first(node, "index"))
            unit.emit(basic.to_key)
            unit.emit(basic.dup2)
            unit.emit(objects.get_item)
        elif node.type == "parenthesized_expression":
            self.target_value(named(node)[0])
        elif node.type == "identifier":
            self.expression(node)
        else:
            raise refuse(node, "Invalid left-hand side in assignment")

    def write_back(self, node: Node) -> None:
        """[place, value] -> [value], having written it."""
        unit = self.unit
        while node.type == "parenthesized_expression":
            node = named(node)[0]
        if node.type == "member_expression":
            self.set_member(node)
        elif node.type == "subscript_expression":
            unit.emit(objects.set_item_, unit.info.strict)
            unit.emit(basic.pop)
        else:
            self.assign_name(node, text_of(node))

    def logical(self, left: Node, right: Node, sign: str) -> None:
        unit = self.unit
        self.target_value(left)
        end = unit.emit(LOGICAL[sign])
        self.named_value(right, left)
        self.write_back(left)
        done = unit.emit(basic.jump)
        unit.land(end)
        places = {"member_expression": 1, "subscript_expression": 2}.get(left.type, 0)
        for _ in range(places):
            unit.emit(drop_under)
        unit.land(done)

    def on_update_expression(self, node: Node) -> None:
        chain, self.chain = self.chain, None
        unit = self.unit
        inner = first(node, "argument")
        sign = text_of(first(node, "operator"))
        prefix = node.children[0].type in ("++", "--")
        if inner.type not in ("identifier", "member_expression", "subscript_expression",
                              "parenthesized_expression"):  # fmt: skip
            raise refuse(inner, "Invalid left-hand side expression in "
                         f"{'prefix' if prefix else 'postfix'} operation")  # fmt: skip
        while inner.type == "parenthesized_expression":
            inner = named(inner)[0]
        self.target_value(inner)
        unit.emit(basic.numeric)
        if not prefix:
            places = {"member_expression": 1, "subscript_expression": 2}.get(inner.type, 0)
            unit.emit(basic.dup)
            unit.emit(basic.under, places + 1)
        unit.emit(basic.increment, 1 if sign == "++" else -1)
        self.write_back(inner)
        if not prefix:
            unit.emit(basic.pop)
        self.chain = chain


def drop_under(vm: object, frame: object, _: object) -> None:
    """Drop what lies below the top."""
    del frame.stack[-2]  # type: ignore[attr-defined]


def shown_callee(node: Node) -> str:
    """Write what is called as V8 does in "x is not a function"."""
    kind = node.type
    if kind == "member_expression":
        return f"{shown_callee(first(node, 'object'))}.{text_of(first(node, 'property'))}"
    if kind == "subscript_expression":
        index = first(node, "index")
        owner = shown_callee(first(node, "object"))
        shown = text_of(index)
        if index.type == "string":
            return f"{owner}.{shown[1:-1]}"
        return f"{owner}[{shown}]"
    if kind in ("identifier", "this", "number", "null", "true", "false", "undefined"):
        return text_of(node)
    if kind == "string":
        return f'"{text_of(node)[1:-1]}"'
    if kind == "super":
        return "(intermediate value)"
    if kind == "call_expression":
        return f"{shown_callee(first(node, 'function'))}(...)"
    if kind == "parenthesized_expression":
        return shown_callee(named(node)[0])
    return "(intermediate value)"
