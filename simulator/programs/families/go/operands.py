"""Compiles operands: names, literals, pointers, what is received from a channel."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import channels, operators, running
from .accesses import exact, received
from .body import NONE, Operand, constant_fn, local_fn
from .converting import Converting
from .packages import Obj
from .tokens import SourceError, float_of, int_of, rune_of, unquoted
from .tree import Node, shown
from .types import Type
from .values import Fn, Ref, elem, nil_error

MAX_INDEX = 1 << 60


class Operands(Converting):
    """The part of the compiler that deals with single operands."""

    def expr(self, node: Node) -> Operand:
        """Compile an expression that is a value."""
        operand = self.any_expr(node)
        if operand.mode == "type":
            return self.wrong(node, f"{shown(node)} (type) is not an expression")
        if operand.mode == "package":
            return self.wrong(node, f"use of package {shown(node)} without selector")
        if operand.mode == "builtin":
            return self.wrong(node, f"{shown(node)} (built-in) must be called")
        return operand

    def single(self, node: Node) -> Operand:
        """Compile an expression that has exactly one value."""
        operand = self.expr(node)
        if operand.type.kind == "tuple":
            if not operand.type.results:
                return self.wrong(node, f"{self.said(operand)} used as value")
            count = len(operand.type.results)
            return self.wrong(
                node,
                f"multiple-value {shown(node)} (value of type "
                f"({', '.join(self.show(one) for one in operand.type.results)})) in "
                "single-value context"
                if count
                else "",
            )
        return operand

    def any_expr(self, node: Node) -> Operand:
        """Compile whatever an expression is."""
        self.line = node.line
        found: Operand = getattr(self, f"_x_{node.kind}", self._x_type)(node)
        return found

    def _x_type(self, node: Node) -> Operand:
        return Operand(self.type(node), constant_fn(None), node, "type")

    _x_slicetype = _x_arraytype = _x_maptype = _x_chantype = _x_type
    _x_structtype = _x_functype = _x_interfacetype = _x_type

    def _x_paren(self, node: Node) -> Operand:
        return self.any_expr(node.x)

    def _x_literal(self, node: Node) -> Operand:
        known, token = self.types, node.token
        try:
            if node.type == "int":
                return Operand(known["untyped int"], constant_fn(0), node, const=int_of(token))
            if node.type == "float":
                value = exact(token.text) or Fraction(float_of(token))
                return Operand(known["untyped float"], constant_fn(0.0), node, const=value)
            if node.type == "rune":
                return Operand(known["untyped rune"], constant_fn(0), node, const=rune_of(token))
            if node.type == "string":
                text = unquoted(token)
                return Operand(known["untyped string"], constant_fn(text), node, const=text)
        except (SourceError, OverflowError, ValueError) as error:
            return self.wrong(token, getattr(error, "text", "invalid literal"))
        return self.unknown(node)

    # Names

    def _x_name(self, node: Node) -> Operand:
        name = node.name
        if name == "_":
            return self.wrong(node, "cannot use _ as value")
        if name == "iota" and self.iota is not None and self.block.find("iota") is None:
            return Operand(self.types["untyped int"], constant_fn(0), node, const=self.iota)
        obj = self.block.find(name)
        if obj is None:
            return self.wrong(node, f"undefined: {name}")
        return self.of_obj(obj, node)

    def of_obj(self, obj: Obj, node: Node) -> Operand:
        """Compile the use of what a name stands for."""
        if obj.kind == "type":
            if obj.node is not None and obj.node.bounds and obj.type is None:
                found = Operand(self.types.unknown, constant_fn(None), node, "type")
                found.obj = obj
                return found
            return Operand(self.program.type_of(obj), constant_fn(None), node, "type")
        if obj.kind in ("package", "builtin"):
            obj.used = True
            found = Operand(self.types.unknown, constant_fn(None), node, obj.kind)
        elif obj.kind == "nil":
            found = Operand(self.types["untyped nil"], constant_fn(None), node, "nil")
        elif obj.kind == "const":
            found = self._constant(obj, node)
        elif obj.kind == "func":
            found = self._function(obj, node)
        else:
            obj.used = True
            found = Operand(self.variable_type(obj), self.reading(obj), node)
            found.what = "variable"
        found.obj = obj
        return found

    def _constant(self, obj: Obj, node: Node) -> Operand:
        from .constants import constant_value

        kind, value = constant_value(self.program, obj) if obj.node else (obj.type, obj.value)
        if kind is None or kind.is_unknown or value is None:
            return self.unknown(node)
        shown_value = value if not kind.is_number else self._represent(value, kind)
        return Operand(kind, constant_fn(shown_value), node, const=value)

    def _function(self, obj: Obj, node: Node) -> Operand:
        from .functions import function_number

        if obj.node is None or obj.package is None or obj.node.bounds:
            return self.unknown(node)
        kind = (
            self.program.reader(obj.package, obj.file, obj.package.imports[obj.file]).read(
                obj.node.type
            )
            if obj.type is None
            else obj.type
        )
        obj.type = kind
        number = function_number(self.program, obj)
        from .values import Func

        return Operand(kind, lambda r: Func(number, [], []), node)

    def variable_type(self, obj: Obj) -> Type:
        """Give the type of a variable, of a package's too."""
        if obj.type is None and obj.package is not None:
            from .constants import variable_type

            return variable_type(self.program, obj)
        return obj.type or self.types.unknown

    def reading(self, obj: Obj) -> Fn:
        """Compile the reading of a variable."""
        box = self.holding(obj)
        if not obj.boxed:
            return box
        return lambda r: box(r).v

    def holding(self, obj: Obj) -> Fn:
        """Compile what holds a variable: the box of a shared one, else its value."""
        at = obj.index
        if obj.owner is None:
            return lambda r: r[0][at]
        if obj.owner is self and obj.at != -1:
            return local_fn(at)
        if obj.owner is not self:
            obj = self._capture(obj)
        place, register = obj.index, self.capture_register
        return lambda r: r[register][place]

    def _capture(self, obj: Obj) -> Obj:
        """Bring a variable in from the functions around."""
        if obj.owner is not self.up and self.up is not None:
            obj = self.up._capture(obj) if obj not in self.captures else obj
        return self.captured(obj)

    # Operators

    def _x_unary(self, node: Node) -> Operand:
        if node.op == "&":
            return self._address(node)
        if node.op == "<-":
            return self._receive(node)
        x = self.single(node.x)
        if x.is_unknown:
            return x
        kind = x.type
        good = (
            kind.is_bool if node.op == "!" else (kind.is_int if node.op == "^" else kind.is_number)
        )
        if not good:
            return self.wrong(
                node, f"invalid operation: operator {node.op} not defined on {self.said(x)}"
            )
        if x.const is not NONE:
            const = x.const
            value: Any = not const if node.op == "!" else const
            if node.op in ("-", "^"):
                value = -const if node.op == "-" else ~const
            if node.op == "^" and kind.kind.startswith("uint"):
                from .values import wrapper

                wrap = wrapper(kind.kind)
                value = wrap(value) if wrap else value
            shown_value = value if kind.is_untyped or not kind.is_float else float(value)
            return Operand(kind, constant_fn(shown_value), node, const=value)
        inner = x.fn
        if node.op == "!":
            return Operand(kind, lambda r: not inner(r), node)
        if node.op == "+":
            return x
        if node.op == "^":
            return Operand(kind, operators.arithmetic("^", kind, inner, constant_fn(-1)), node)
        if kind.is_float:
            return Operand(kind, lambda r: -inner(r), node)
        return Operand(kind, operators.arithmetic("-", kind, constant_fn(0), inner), node)

    def _receive(self, node: Node) -> Operand:
        x = self.single(node.x)
        if x.is_unknown:
            return self.unknown(node)
        if x.type.kind != "chan":
            return self.wrong(
                node, f"invalid operation: cannot receive from non-channel {self.said(x)}"
            )
        if x.type.way == "send":
            return self.wrong(
                node, f"invalid operation: cannot receive from send-only channel {self.said(x)}"
            )
        self.line = node.line
        self.emit(channels.receive, x.fn)
        at = self.temp(3)
        self.emit(running.unpack, (at, 3))
        found = Operand(x.type.elem, received(at, x.type.elem), node, fresh=True)
        one = found.fn
        found.two = lambda r: (one(r), r[at + 2])
        return found

    def _address(self, node: Node) -> Operand:
        inner = node.x
        while inner.kind == "paren":
            inner = inner.x
        if inner.kind == "composite":
            x = self.expr(inner)
            if x.is_unknown:
                return x
            kind = self.types.pointer(x.type)
            if x.type.kind in ("struct", "array"):
                return Operand(kind, x.fn, node)
            fn = x.fn
            return Operand(kind, lambda r: Ref(fn(r)), node)
        x = self.single(inner)
        if x.is_unknown:
            return x
        fn2 = self.pointer_to(x, inner)
        if fn2 is None:
            return self.wrong(node, f"invalid operation: cannot take address of {self.said(x)}")
        return Operand(self.types.pointer(x.type), fn2, node)

    def pointer_to(self, x: Operand, node: Node) -> Fn | None:
        """Compile the pointer to a variable, a field or an element; None: it has no address."""
        while node.kind == "paren":
            node = node.x
        if node.kind == "star":
            return self.single(node.x).fn
        if node.kind not in ("name", "selector", "index") or x.what == "map index expression":
            return None
        if node.kind == "name" or (x.obj is not None and x.obj.kind == "var"):
            if x.obj is None or x.obj.kind != "var":
                return None
            if x.type.kind in ("struct", "array"):
                return x.fn
            if x.obj.owner is None:
                at = x.obj.index
                return lambda r: elem(r[0], at)
            return self.holding(x.obj) if x.obj.boxed else None
        if x.type.kind in ("struct", "array"):
            return x.fn if x.what == "variable" else None
        if node.kind == "selector":
            return getattr(x, "pointer", None)
        return getattr(x, "pointer", None)

    def _x_star(self, node: Node) -> Operand:
        x = self.any_expr(node.x)
        if x.mode == "type":
            return Operand(self.types.pointer(x.type), constant_fn(None), node, "type")
        if x.is_unknown:
            return self.unknown(node)
        if x.mode == "nil":
            return self.wrong(node, "invalid operation: cannot indirect nil")
        if x.type.kind != "pointer":
            return self.wrong(node, f"invalid operation: cannot indirect {self.said(x)}")
        inner = x.fn
        target = x.type.elem
        if target.kind in ("struct", "array"):

            def whole(r: list[Any]) -> Any:
                value = inner(r)
                if value is None:
                    raise nil_error()
                return value

            found = Operand(target, whole, node)
        else:

            def followed(r: list[Any]) -> Any:
                value = inner(r)
                if value is None:
                    raise nil_error()
                return value.v

            found = Operand(target, followed, node)
        found.what = "variable"
        return found
