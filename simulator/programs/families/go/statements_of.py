"""Compiles statements: assignments, declarations, calls, returns."""

from __future__ import annotations

from typing import Any

from . import channels, running
from .body import NONE, Operand, constant_fn, local_fn
from .places import Places
from .tree import Node, shown
from .types import Type
from .values import Fn


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

    # Declarations

    def _s_declared(self, node: Node) -> None:
        for one in node.body:
            if one.kind == "var":
                self._var(one)
            elif one.kind == "const":
                self._const(one)
            else:
                self._local_type(one)

    def _var(self, node: Node) -> None:
        kind = self.type(node.type) if node.type is not None else None
        if not node.values:
            for name in node.names:
                kind = kind or self.types.unknown
                self.set_new(self.declare(name.text, kind, name), self.zero(kind))
            return
        operands = self.several(node.values, len(node.names), node, node.names)
        if operands is None:
            operands = [self.unknown(node) for _ in node.names]
        for name, operand in zip(node.names, operands, strict=True):
            if kind is None:
                if name.text == "_":
                    self.do(operand.fn)
                    continue
                self._redeclared(name)
                self.define(name.text, operand, name)
                continue
            fn = self.convert(operand, kind, "variable declaration")
            if name.text == "_":
                self.do(fn)
                continue
            self._redeclared(name)
            self.set_new(self.declare(name.text, kind, name), fn)

    def _redeclared(self, name: Any) -> None:
        before = self.block.names.get(name.text)
        if before is not None and before.node is not None:
            self.wrong(
                name,
                f"{name.text} redeclared in this block\n\t./{self.file}:"
                f"{before.node.line}:{before.node.column}: other declaration of "
                f"{name.text}",
            )

    def _const(self, node: Node) -> None:
        from .packages import Obj

        for at, name in enumerate(node.names):
            obj = Obj(
                "const",
                name.text,
                node=node,
                package=self.package,
                file=self.file,
                at=at,
                value=self.block,
            )
            from .constants import constant_value

            constant_value(self.program, obj)
            if name.text != "_":
                self.block.names[name.text] = obj

    def _local_type(self, node: Node) -> None:
        from .packages import Obj

        obj = Obj("type", node.name, package=self.package, file=self.file)
        self.block.names[node.name] = obj
        if node.alias or node.bounds:
            obj.type = self.type(node.type) if node.alias else self.types.unknown
            return
        made = self.types.named(
            self.package.path, self.package.name, f"{node.name}·{len(self.types.known)}"
        )
        made.text, made.name = f"{self.package.name}.{node.name}", node.name
        obj.type = made
        self.types.define(made, self.type(node.type))

    # Calls that go on elsewhere

    def _s_go(self, node: Node) -> None:
        function, args = self._later(node.call)
        self.line = node.line
        self.emit(running.start_goroutine, (function, args))

    def _s_defer(self, node: Node) -> None:
        function, args = self._later(node.call)
        self.line = node.line
        self.emit(running.defer, (self.defers, function, args))

    def _later(self, call: Node) -> tuple[Fn, list[Fn]]:
        """Compile the function and the arguments of a call that is made later."""
        if call.x.kind == "name" and self._is_builtin(call.x.name):
            return self._later_builtin(call)
        operand = self.expr(call.x)
        if (
            operand.obj is not None
            and operand.obj.kind == "func"
            and operand.obj.node is not None
            and (operand.obj.node.bounds)
        ):
            return self._later_builtin(call)
        if operand.is_unknown or operand.type.kind != "func":
            for one in call.args:
                self.expr(one)
            if not operand.is_unknown:
                self.wrong(
                    call, f"invalid operation: cannot call non-function {self.said(operand)}"
                )
            from .values import Func

            # Simplified: What a Go program takes from a package that is not modelled does nothing:
            # its functions give zero values. Each such package is named in the program's log.
            number = self.program.number("inert", _inert)
            return (lambda r: Func(number, [], [])), []
        return operand.fn, self.arguments(call, operand.type)

    def _is_builtin(self, name: str) -> bool:
        obj = self.block.find(name)
        return obj is not None and obj.kind == "builtin"

    def _later_builtin(self, call: Node) -> tuple[Fn, list[Fn]]:
        """Wrap a built-in's call in a function literal; its arguments are worked out first."""
        from .tree import Node as Made

        names = []
        for one in call.args:
            if self.reader().is_type(one):
                names.append(one)
                continue
            operand = self.stored(self.settled(self.single(one)))
            name = f"·{self.next_register}"
            self.shared[name] = None
            self.set_new(self.declare(name, operand.type, one, True), operand.fn)
            names.append(Made("name", one, name=name))
        inner = Made(
            "call", call, x=call.x, args=names, spread=call.spread, at=call.at, end=call.end
        )
        body = Made("block", call, body=[Made("expression", call, x=inner)], end=call.end)
        kind = Made("functype", call, params=[], results=[])
        literal = Made("funclit", call, type=kind, body=body, end=call.end)
        return self.expr(literal).fn, []

    def _s_send(self, node: Node) -> None:
        channel = self.single(node.channel)
        value = self.single(node.value)
        if channel.is_unknown:
            return
        if channel.type.kind != "chan" or channel.type.way == "recv":
            word = "receive-only" if channel.type.kind == "chan" else "non"
            text = (
                f"cannot send to {word} channel" if word != "non" else "cannot send to non-channel"
            )
            self.wrong(node, f"invalid operation: {text} {self.said(channel)}")
            return
        fn = self.convert(value, channel.type.elem, "send")
        self.line = node.line
        self.emit(channels.send, (channel.fn, fn))
        self.emit(running.drop)

    def _s_return(self, node: Node) -> None:
        count = len(self.results)
        named = bool(self.result_objects)
        if not node.values:
            if count and not named:
                self._return_count(node, [])
            self.leave([])
            return
        if len(node.values) == 1 and count != 1:
            only = self.expr(node.values[0])
            if only.type.kind == "tuple" and only.type.results:
                operands = self.parts_of(only)
            elif only.is_unknown and count:
                operands = [self.unknown(node) for _ in range(count)]
            else:
                operands = [only]
        else:
            operands = [self.expr(one) for one in node.values]
        if len(operands) != count:
            self._return_count(node, operands)
            return
        fns = [
            self.convert(one, kind, "return statement")
            for one, kind in zip(operands, self.results, strict=True)
        ]
        self.line = node.line
        self.leave(fns)

    def _return_count(self, node: Node, operands: list[Operand]) -> None:
        few = len(operands) < len(self.results)
        have = ", ".join(
            "number"
            if one.type.is_untyped and one.type.is_number
            else self.show(self.types.default(one.type))
            for one in operands
        )
        want = ", ".join(self.show(one) for one in self.results)
        place = operands[0].node if operands else node
        self.wrong(
            place,
            f"{'not enough' if few else 'too many'} return values\n\thave ({have})"
            f"\n\twant ({want})",
        )

    def leave(self, fns: list[Fn]) -> None:
        """End the call with results: through the named results and deferred calls, if any."""
        raise NotImplementedError


def _inert(code: Any) -> None:
    code.ops, code.lines = [(running.bare_return, None)], [0]
    code.info.registers, code.info.shown = 1, "inert"
