"""Compiles plain statements: expressions, assignments."""

from __future__ import annotations

from typing import Any

from .body import NONE, Operand, constant_fn, local_fn
from .places import Places
from .tree import Node, shown
from .types import Type


class Statements(Places):
    """The part of the compiler that deals with plain statements."""

    def statements(self, body: list[Node]) -> None:
        """Compile a list of statements."""
        for node in body:
            self.statement(node)

    def statement(self, node: Node) -> None:
        """Compile a statement; the registers of what it works out are free again after it."""
        self.line = node.line
        register = self.next_register
        getattr(self, f"_s_{node.kind}")(node)
        if node.kind not in ("define", "declared", "labeled", "typeswitch"):
            self.next_register = register

    def scoped(self, body: list[Node]) -> None:
        """Compile a block of its own."""
        register = self.open()
        self.statements(body)
        self.close(register)

    def _s_empty(self, node: Node) -> None:
        pass

    def _s_block(self, node: Node) -> None:
        self.scoped(node.body)

    def _s_expression(self, node: Node) -> None:
        x = node.x
        while x.kind == "paren":
            x = x.x
        operand = self.expr(node.x)
        if x.kind == "call" or (x.kind == "unary" and x.op == "<-") or operand.is_unknown:
            if (
                x.kind == "call"
                and x.x.kind == "name"
                and operand.mode != "nothing"
                and (
                    x.x.name in ("append", "cap", "len", "make", "new")
                    and self.block.find(x.x.name) is self.program.universe.names.get(x.x.name)
                )
            ):
                self.wrong(node, f"{self.said(operand)} is not used")
            return
        self.wrong(node, f"{self.said(operand)} is not used")

    # Assignments

    def kinds_of(self, operand: Operand, count: int) -> list[Type]:
        """Give the types that the parts of a value of several have."""
        if operand.type.kind == "tuple" and len(operand.type.results) == count:
            return operand.type.results
        if operand.two is not None and count == 2:
            return [operand.type, self.types["bool"]]
        return [self.types.unknown] * count

    def several(
        self, values: list[Node], count: int, place: Node, left: list[Any]
    ) -> list[Operand] | None:
        """Compile the right side for so many places; None when the numbers do not agree."""
        if len(values) == count:
            if count == 1:
                only = self.expr(values[0])
                if only.type.kind == "tuple" and len(only.type.results) > 1:
                    self._mismatch(place, count, values, only, left)
                    return None
                return [only]
            return [self.single(one) for one in values]
        if len(values) == 1:
            operand = self.expr(values[0])
            if operand.type.kind == "tuple" and len(operand.type.results) == count:
                return self.parts_of(operand)
            if count == 2 and operand.two is not None:
                at, two = self.temp(2), operand.two

                def both(r: list[Any]) -> None:
                    r[at], r[at + 1] = two(r)

                self.do(both)
                return [
                    Operand(operand.type, local_fn(at), values[0], fresh=False),
                    Operand(self.types["untyped bool"], local_fn(at + 1), values[0]),
                ]
            if operand.is_unknown:
                return [self.unknown(values[0]) for _ in range(count)]
            self._mismatch(place, count, values, operand, left)
            return None
        for one in values:
            self.expr(one)
        self._mismatch(place, count, values, None, left)
        return None

    def _mismatch(
        self, place: Any, count: int, values: list[Node], operand: Operand | None, left: list[Any]
    ) -> None:
        place = left[0] if left else place
        variables = f"{count} variable{'s' if count != 1 else ''}"
        if operand is not None and values[0].kind == "call":
            number = len(operand.type.results) if operand.type.kind == "tuple" else 1
            said = shown(values[0])
            self.wrong(
                place,
                f"assignment mismatch: {variables} but {said} returns {number} "
                f"value{'s' if number != 1 else ''}",
            )
            return
        number = len(values)
        self.wrong(
            place,
            f"assignment mismatch: {variables} but {number} value{'s' if number != 1 else ''}",
        )

    def _s_define(self, node: Node) -> None:
        for one in node.left:
            if one.kind != "name":
                self.wrong(one, f"non-name {shown(one)} on left side of :=")
                return
        operands = self.several(node.right, len(node.left), node, node.left)
        new = [one for one in node.left if one.name != "_" and one.name not in self.block.names]
        if not new:
            self.wrong(node, "no new variables on left side of :=")
        if operands is None:
            operands = [self.unknown(node) for _ in node.left]
        values = self._ready(operands, node.left, new)
        for one, operand, value in zip(node.left, operands, values, strict=True):
            if one.name == "_":
                continue
            if one.name in self.block.names:
                self._assign_one(one, value)
                continue
            self.define(one.name, value, one)
            del operand

    def _ready(self, operands: list[Operand], left: list[Node], new: list[Node]) -> list[Operand]:
        """Work values out before the first assignment, where one may change the others."""
        if len(operands) == 1 or len(new) == len(left):
            return operands
        return [self.stored(one) for one in operands]

    def stored(self, operand: Operand) -> Operand:
        """Keep a value in a register."""
        if operand.const is not NONE or operand.mode == "nil":
            return operand
        at, fn = self.temp(), self.value(operand)

        def keep(r: list[Any]) -> None:
            r[at] = fn(r)

        self.do(keep)
        made = Operand(operand.type, local_fn(at), operand.node, fresh=True)
        made.what = operand.what
        return made

    def define(self, name: str, operand: Operand, place: Any) -> None:
        """Declare a variable with the value's own type."""
        if operand.mode == "nil":
            self.wrong(operand.node, "use of untyped nil in assignment")
            operand = self.unknown(operand.node)
        if operand.type.kind == "tuple":
            self.wrong(operand.node, f"{self.said(operand)} used as value")
            operand = self.unknown(operand.node)
        kind = self.types.default(operand.type)
        why = self.fits(operand, kind) if operand.const is not NONE else None
        if why:
            self.convert(operand, kind, "variable declaration")
        fn = self.coerced(operand, kind)
        self.set_new(self.declare(name, kind, place), fn)

    def _assign_one(self, left: Node, operand: Operand) -> None:
        if left.kind == "name" and left.name == "_":
            if operand.mode == "nil":
                self.wrong(operand.node, "use of untyped nil in assignment")
            elif operand.type.kind == "tuple" and not operand.type.results:
                self.wrong(operand.node, f"{self.said(operand)} used as value")
            elif not operand.is_unknown:
                self.do(operand.fn)
            return
        found = self.place(left)
        if found is None:
            return
        target, store = found
        value = self.convert(operand, target.type, "assignment")
        self.line = left.line
        self.do(lambda r: store(r, value(r)))

    def _s_assign(self, node: Node) -> None:
        if len(node.left) == 1 and len(node.right) == 1:
            left = node.left[0]
            if left.kind == "name" and left.name == "_":
                self._assign_one(left, self.single(node.right[0]))
                return
            found = self.place(left)
            operand = self.single(node.right[0])
            if found is not None:
                target, store = found
                value = self.convert(operand, target.type, "assignment")
                self.line = node.line
                self.do(lambda r: store(r, value(r)))
            return
        operands = self.several(node.right, len(node.left), node, node.left)
        if operands is None:
            return
        operands = [
            self.stored(self._pinned(one, left))
            for one, left in zip(operands, node.left, strict=True)
        ]
        for left, operand in zip(node.left, operands, strict=True):
            self._assign_one(left, operand)

    def _pinned(self, operand: Operand, left: Node) -> Operand:
        return operand

    def _s_opassign(self, node: Node) -> None:
        found = self.place(node.left)
        y = self.single(node.right)
        if found is None:
            return
        x, store = found
        self._update(node, x, store, y)

    def _update(self, node: Node, x: Operand, store: Any, y: Operand) -> None:
        from .tree import Node as Made

        whole = Made("binary", node.left, op=node.op, x=node.left, y=y.node)
        if x.is_unknown or y.is_unknown:
            return
        result = (
            self._shift(whole, x, y) if node.op in ("<<", ">>") else self._arithmetic(whole, x, y)
        )
        if result.is_unknown:
            return
        value = self.coerced(result, x.type)
        self.line = node.line
        self.do(lambda r: store(r, value(r)))

    def _s_incdec(self, node: Node) -> None:
        found = self.place(node.left)
        if found is None:
            return
        x, store = found
        if not x.is_unknown and not x.type.is_number:
            self.wrong(
                node,
                f"invalid operation: {shown(node.left)}{node.op}{node.op} (non-numeric "
                f"type {self.show(x.type)})",
            )
            return
        one = Operand(self.types["untyped int"], constant_fn(1), node.left, const=1)
        self._update(node, x, store, one)
