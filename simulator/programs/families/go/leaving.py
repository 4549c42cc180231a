"""Compiles what leaves a statement's own flow: go, defer, send, return."""

from __future__ import annotations

from typing import Any

from . import channels, running
from .body import Operand
from .local_names import LocalNames
from .tree import Node
from .values import Fn


class Leaving(LocalNames):
    """The part of the compiler that deals with goroutines, deferred calls, sends and returns."""

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
