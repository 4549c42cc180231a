"""Compiles binary operators: arithmetic, comparisons, logic."""

from __future__ import annotations

from typing import Any

from . import operators, running
from .body import NONE, BadConstant, Label, Operand, constant_fn, local_fn
from .operands import Operands
from .tree import Node, shown
from .types import Type, comparable
from .values import Fn

MAX_INDEX = 1 << 60


class Operations(Operands):
    """The part of the compiler that deals with binary operators."""

    def _x_binary(self, node: Node) -> Operand:
        if node.op in ("&&", "||"):
            return self._logical(node)
        x = self.single(node.x)
        y = self.single(node.y)
        if x.is_unknown or y.is_unknown:
            if node.op in operators.COMPARE:
                return Operand(self.types["untyped bool"], constant_fn(False), node)
            return x if not x.is_unknown else (y if not y.type.is_untyped else self.unknown(node))
        if node.op in ("<<", ">>"):
            return self._shift(node, x, y)
        if node.op in operators.COMPARE:
            return self._compare(node, x, y)
        return self._arithmetic(node, x, y)

    def _match(self, node: Node, x: Operand, y: Operand) -> Type | None:
        """Find the type of both operands; None after an error."""
        a, b = x.type, y.type
        if x.mode == "nil" or y.mode == "nil":
            other = b if x.mode == "nil" else a
            if other.nilable or (x.mode == "nil" and y.mode == "nil"):
                return other
            nil = x if x.mode == "nil" else y
            self.wrong(
                nil.node,
                f"invalid operation: {shown(node)} (mismatched types "
                f"{self.show(a)} and {self.show(b)})",
            )
            return None
        if a.is_untyped and b.is_untyped:
            order = ["untyped int", "untyped rune", "untyped float"]
            if a.kind in order and b.kind in order:
                return a if order.index(a.kind) >= order.index(b.kind) else b
            if a.kind == b.kind:
                return a
        elif a.is_untyped or b.is_untyped:
            typed, plain = (b, x) if a.is_untyped else (a, y)
            why = self.fits(plain, typed)
            if why is None:
                return typed
            if why == "overflows":
                self.wrong(
                    plain.node,
                    f"{self.said(plain)} overflows {self.show(typed)}",
                )
                return None
            if why == "truncated":
                self.wrong(plain.node, f"{self.said(plain)} truncated to {self.show(typed)}")
                return None
        elif a.key == b.key:
            return a
        elif node.op in ("==", "!=") and (a.is_interface or b.is_interface):
            one, which = (a, y) if a.is_interface else (b, x)
            if self.fits(which, one) is None or (a.is_interface and b.is_interface):
                return one
        elif a.kind == "chan" == b.kind and a.elem.key == b.elem.key:
            return a
        self.wrong(
            node,
            f"invalid operation: {shown(node)} (mismatched types {self.show(a)} and "
            f"{self.show(b)})",
        )
        return None

    def _arithmetic(self, node: Node, x: Operand, y: Operand) -> Operand:
        kind = self._match(node, x, y)
        if kind is None:
            return self.unknown(node)
        op = node.op
        good = (
            (op == "+" and (kind.is_number or kind.is_string))
            or (op in "-*/" and kind.is_number)
            or (op in ("%", "&", "|", "^", "&^") and (kind.is_int or kind.kind == "untyped float"))
        )
        if not good:
            return self.wrong(
                node, f"invalid operation: operator {op} not defined on {self.said(x)}"
            )
        if op in "/%" and y.const is not NONE and y.const == 0 and kind.is_int:
            return self.wrong(y.node, "invalid operation: division by zero")
        if x.const is not NONE and y.const is not NONE:
            return self._folded(node, kind, x.const, y.const)
        if kind.kind.startswith("complex"):
            return self.unknown(node)
        return Operand(
            kind, operators.arithmetic(op, kind, self.coerced(x, kind), self.coerced(y, kind)), node
        )

    def _folded(self, node: Node, kind: Type, a: Any, b: Any) -> Operand:
        try:
            value = operators.constant(node.op, a, b, kind.is_int)
        except (BadConstant, TypeError, ValueError) as error:
            return self.wrong(node, str(error))
        if not kind.is_untyped and kind.is_int:
            made = Operand(self.types["untyped int"], constant_fn(0), node, const=value)
            if self._constant_fits(made, kind) is not None:
                return self.wrong(
                    node,
                    f"{shown(node)} (constant {value} of type {self.show(kind)}) "
                    f"overflows {self.show(kind)}",
                )
        fn = constant_fn(self._represent(value, kind) if kind.is_number else value)
        return Operand(kind, fn, node, const=value)

    def _shift(self, node: Node, x: Operand, y: Operand) -> Operand:
        if not (x.type.is_int or x.type.kind == "untyped float") or not y.type.is_number:
            return self.wrong(
                node, f"invalid operation: shifted operand {self.said(x)} must be integer"
            )
        if x.const is not NONE and y.const is not NONE:
            kind = x.type if x.type.kind != "untyped float" else self.types["untyped int"]
            return self._folded(node, kind, int(x.const), int(y.const))
        if x.const is not NONE and x.type.is_untyped:
            # takes its type from where it stands, as a constant does
            kind, number = self.types["untyped int"], int(x.const)
            bits = operators.arithmetic(node.op, self.types["int"], constant_fn(number), y.fn)
            return Operand(kind, bits, node)
        count = self.coerced(y, self.types["int"]) if y.const is not NONE else y.fn
        return Operand(x.type, operators.arithmetic(node.op, x.type, x.fn, count), node)

    def _compare(self, node: Node, x: Operand, y: Operand) -> Operand:
        kind = self._match(node, x, y)
        if kind is None:
            return Operand(self.types["untyped bool"], constant_fn(False), node)
        untyped = self.types["untyped bool"]
        if x.const is not NONE and y.const is not NONE:
            made = self._folded(node, kind, x.const, y.const)
            return Operand(untyped, constant_fn(bool(made.const)), node, const=bool(made.const))
        op = node.op
        if op not in ("==", "!="):
            if not (kind.is_number or kind.is_string):
                return self.wrong(
                    node,
                    f"invalid operation: {shown(node)} (operator {op} not defined on {kind.kind})",
                )
            compare = operators.COMPARE[op]
            a, b = self.coerced(x, kind), self.coerced(y, kind)
            return Operand(untyped, lambda r: compare(a(r), b(r)), node)
        if x.mode == "nil" or y.mode == "nil":
            a = (y if x.mode == "nil" else x).fn
            if op == "==":
                return Operand(untyped, lambda r: a(r) is None, node)
            return Operand(untyped, lambda r: a(r) is not None, node)
        if not comparable(kind) and "?" not in kind.key:
            word = kind.kind
            tail = (
                f"{word} can only be compared to nil"
                if word in ("slice", "map", "func")
                else ("struct containing uncomparable field cannot be compared")
            )
            return self.wrong(node, f"invalid operation: {shown(node)} ({tail})")
        return Operand(
            untyped, self.equal(kind, self.coerced(x, kind), self.coerced(y, kind), op), node
        )

    def equal(self, kind: Type, a: Fn, b: Fn, op: str = "==") -> Fn:
        """Compile a comparison of two values of a type."""
        same = operators.equality(kind, self.types.known)
        if op == "==":
            return lambda r: same(a(r), b(r))
        return lambda r: not same(a(r), b(r))

    def _logical(self, node: Node) -> Operand:
        x = self.single(node.x)
        if not x.is_unknown and not x.type.is_bool:
            return self.wrong(
                node, f"invalid operation: operator {node.op} not defined on {self.said(x)}"
            )
        before, register = len(self.ops), self.next_register
        y = self.single(node.y)
        if not y.is_unknown and not y.type.is_bool:
            return self.wrong(
                node, f"invalid operation: operator {node.op} not defined on {self.said(y)}"
            )
        kind = x.type if not x.type.is_untyped and not x.is_unknown else y.type
        kind = self.types["bool"] if kind.is_unknown else kind
        a, b = x.fn, y.fn
        if x.const is not NONE and y.const is not NONE:
            value = operators.constant(node.op, x.const, y.const, False)
            return Operand(kind, constant_fn(value), node, const=value)
        if len(self.ops) > before:
            return self._logical_jump(node, x, kind, before, register)
        if node.op == "&&":
            return Operand(kind, lambda r: bool(a(r) and b(r)), node)
        return Operand(kind, lambda r: bool(a(r) or b(r)), node)

    def _logical_jump(
        self, node: Node, x: Operand, kind: Type, before: int, register: int
    ) -> Operand:
        """Compile it anew with a jump around the right side, which calls something."""
        self.budget = getattr(self, "budget", 0) + len(self.ops) - before
        if self.budget > 20_000:
            raise RecursionError
        del self.ops[before:], self.lines[before:]
        self.next_register = register
        at, end = self.temp(), Label()
        a = x.fn

        def first(r: list[Any]) -> None:
            r[at] = bool(a(r))

        self.do(first)
        wanted = node.op == "&&"
        self.emit(running.jump_unless, ((lambda r: r[at] == wanted), end))
        y = self.single(node.y)
        b = y.fn

        def second(r: list[Any]) -> None:
            r[at] = bool(b(r))

        self.do(second)
        self.mark(end)
        return Operand(kind, local_fn(at), node)
