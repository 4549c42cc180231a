"""Compiles what decides where a program goes on: if, for, switch, select, labels."""

from __future__ import annotations

from typing import Any

from . import channels, running
from .accesses import received
from .body import NONE, Label, Operand, constant_fn, local_fn
from .ranges import Ranges
from .tree import Node, shown
from .values import Ref


class Control(Ranges):
    """The part of the compiler that deals with control statements."""

    def condition(self, node: Node, word: str) -> Any:
        """Compile a condition."""
        operand = self.single(node)
        if not operand.is_unknown and not operand.type.is_bool:
            self.wrong(node, f"non-boolean condition in {word} statement")
        fn = operand.fn
        return operand, fn

    def jump_unless(self, fn: Any, label: Label) -> None:
        """Go elsewhere when a condition does not hold."""
        self.emit(running.jump_unless, (fn, label))

    def _s_if(self, node: Node) -> None:
        register = self.open()
        if node.init is not None:
            self.statement(node.init)
        _, fn = self.condition(node.test, "if")
        other, end = Label(), Label()
        self.line = node.line
        self.jump_unless(fn, other)
        self.scoped(node.then.body)
        if node.other is not None:
            self.emit(running.jump, end)
        self.mark(other)
        if node.other is not None:
            self.statement(node.other)
        self.mark(end)
        self.close(register)

    # Loops

    def _s_labeled(self, node: Node) -> None:
        label = self.labels.setdefault(node.name, Label())
        self.mark(label)
        body = node.body
        if body.kind in ("for", "forrange", "switch", "typeswitch", "select"):
            body.__dict__["label"] = node.name
        self.statement(body)

    def loop(self, node: Node, cycle: bool) -> tuple[Label, Label]:
        """Begin what break (and continue) leave: (where continue goes, where break goes)."""
        again, end = Label(), Label()
        name = node.__dict__.get("label", "")
        self.loops.append((name, end, again if cycle else None))
        return again, end

    def _s_break(self, node: Node) -> None:
        self._leave_loop(node, 1, "break")

    def _s_continue(self, node: Node) -> None:
        self._leave_loop(node, 2, "continue")

    def _leave_loop(self, node: Node, which: int, word: str) -> None:
        for row in reversed(self.loops):
            if row[which] is not None and node.label in ("", row[0]):
                self.emit(running.jump, row[which])
                return
        if node.label:
            self.wrong(node, f"invalid {word} label {node.label}")
        else:
            place = "loop, switch, or select" if word == "break" else "loop"
            self.wrong(node, f"{word} is not in a {place}")

    def _s_goto(self, node: Node) -> None:
        self.emit(running.jump, self.labels.setdefault(node.label, Label()))

    def _s_fallthrough(self, node: Node) -> None:
        if self.next_case is None:
            self.wrong(node, "cannot fallthrough final case in switch")
            return
        self.emit(running.jump, self.next_case)

    next_case: Label | None = None

    def _s_for(self, node: Node) -> None:
        register = self.open()
        if node.init is not None:
            self.statement(node.init)
        again, end = self.loop(node, True)
        top = Label()
        self.mark(top)
        if node.test is not None:
            _, fn = self.condition(node.test, "for")
            self.jump_unless(fn, end)
        self.scoped(node.body.body)
        self.mark(again)
        if self.program.per_iteration:
            for obj in self.block.names.values():
                if obj.kind == "var" and obj.boxed and obj.owner is self:
                    self._renew(obj.index)
        if node.post is not None:
            self.statement(node.post)
        self.emit(running.jump, top)
        self.mark(end)
        self.loops.pop()
        self.close(register)

    def _renew(self, at: int) -> None:
        """Give each turn of a loop a variable of its own, as Go does since 1.22."""

        def renew(r: list[Any]) -> None:
            r[at] = Ref(r[at].v)

        self.do(renew)

    # Switch

    def _s_switch(self, node: Node) -> None:
        register = self.open()
        if node.init is not None:
            self.statement(node.init)
        tag = None
        if node.tag is not None:
            tag = self.stored_for_cases(self.settled(self.single(node.tag)))
        _, end = self.loop(node, False)
        bodies = [Label() for _ in node.cases]
        default = end
        seen: dict[Any, int] = {}
        for case, label in zip(node.cases, bodies, strict=True):
            if case.values is None:
                default = label
                continue
            for value in case.values:
                self._case(value, tag, label, seen)
        self.emit(running.jump, default)
        outer = self.next_case
        for at, case in enumerate(node.cases):
            self.mark(bodies[at])
            self.next_case = bodies[at + 1] if at + 1 < len(bodies) else None
            self.scoped(case.body)
            self.emit(running.jump, end)
        self.next_case = outer
        self.mark(end)
        self.loops.pop()
        self.close(register)

    def stored_for_cases(self, operand: Operand) -> Operand:
        """Keep the value that cases are compared with."""
        made = self.stored(operand) if operand.const is NONE else operand
        return made

    def _case(self, value: Node, tag: Operand | None, label: Label, seen: dict[Any, int]) -> None:
        skip = Label()
        if tag is None:
            operand = self.single(value)
            if not operand.is_unknown and not operand.type.is_bool:
                self.wrong(
                    value,
                    f"invalid case {shown(value)} in switch (mismatched types "
                    f"{self.show(operand.type)} and bool)",
                )
            fn = operand.fn
        else:
            operand = self.single(value)
            if operand.const is not NONE and not tag.is_unknown and not operand.is_unknown:
                mark = (type(operand.const) is bool, operand.const)
                if mark in seen:
                    self.wrong(
                        value,
                        f"duplicate case {shown(value)} in expression switch",
                    )
                seen[mark] = value.line
            node = Node("binary", value, op="==", x=tag.node, y=value)
            if operand.is_unknown or tag.is_unknown:
                fn = constant_fn(False)
            else:
                fits = self.fits(operand, tag.type) is None or self.fits(tag, operand.type) is None
                if not fits:
                    self.wrong(
                        value,
                        f"invalid case {shown(value)} in switch on {shown(tag.node)} "
                        f"(mismatched types {self.show(operand.type)} and "
                        f"{self.show(tag.type)})",
                    )
                    return
                fn = self._compare(node, tag, operand).fn
        self.jump_unless(fn, skip)
        self.emit(running.jump, label)
        self.mark(skip)

    def _s_typeswitch(self, node: Node) -> None:
        register = self.open()
        if node.init is not None:
            self.statement(node.init)
        subject = self.stored(self.single(node.x))
        if not subject.is_unknown and not subject.type.is_interface:
            self.wrong(node.x, f"{self.said(subject)} is not an interface")
            subject = self.unknown(node.x)
        _, end = self.loop(node, False)
        used, objects = False, []
        bodies = [Label() for _ in node.cases]
        default = end
        for case, label in zip(node.cases, bodies, strict=True):
            if case.values is None:
                default = label
            for value in case.values or []:
                self._type_case(value, subject, label)
        self.emit(running.jump, default)
        for at, case in enumerate(node.cases):
            self.mark(bodies[at])
            inner = self.open()
            if node.name is not None and node.name.name != "_":
                objects.append(self._case_variable(node, case, subject))
            self.statements(case.body)
            if node.name is not None:
                for obj in objects[-1:]:
                    used = used or obj.used
                    obj.used = True
            self.close(inner)
            self.emit(running.jump, end)
        if node.name is not None and not used and node.name.name != "_":
            self.wrong(node.name, f"declared and not used: {node.name.name}")
        self.mark(end)
        self.loops.pop()
        self.close(register)

    def _type_case(self, value: Node, subject: Operand, label: Label) -> None:
        skip = Label()
        fn = subject.fn
        if value.kind == "name" and value.name == "nil":
            self.jump_unless(lambda r: fn(r) is None, skip)
        else:
            want = self.type(value)
            if want.is_unknown or subject.is_unknown:
                return
            if not want.is_interface:
                lacks = self.missing_method(want, subject.type)
                if lacks is not None:
                    self.wrong(
                        value,
                        f"impossible type switch case: {self.said(subject)} cannot "
                        f"have dynamic type {self.show(want)} (missing method {lacks[0]})",
                    )
                    return
            matches = self.matcher(want)
            self.jump_unless(lambda r: matches(fn(r)), skip)
        self.emit(running.jump, label)
        self.mark(skip)

    def _case_variable(self, node: Node, case: Node, subject: Operand) -> Any:
        kind, fn = subject.type, subject.fn
        if (
            case.values is not None
            and len(case.values) == 1
            and not (case.values[0].kind == "name" and case.values[0].name == "nil")
        ):
            kind = self.type(case.values[0])
            if not kind.is_interface and not kind.is_unknown:
                inner = fn
                made = Operand(kind, lambda r: inner(r)[1], node)
                fn = self.value(made)
        obj = self.declare(node.name.name, kind, node.name)
        self.set_new(obj, fn)
        return obj

    # Select

    def _s_select(self, node: Node) -> None:
        cases: list[Any] = []
        bodies: list[tuple[Node, int | None, Any]] = []
        default = None
        for case in node.cases:
            if case.what is None:
                default = case
                continue
            bodies.append((case, len(cases), self._comm(case, cases)))
        at = self.temp(3)
        self.line = node.line
        self.emit(channels.select, (cases, default is not None))
        self.emit(running.unpack, (at, 3))
        _, end = self.loop(node, False)
        if default is not None:
            bodies.append((default, len(cases), None))
        for case, index, kind in bodies:
            skip = Label()
            self.jump_unless(_is_case(at, index), skip)
            register = self.open()
            if kind is not None and case.what.kind in ("define", "assign"):
                self._take(case.what, at, kind)
            self.statements(case.body)
            self.close(register)
            self.emit(running.jump, end)
            self.mark(skip)
        self.mark(end)
        self.loops.pop()

    def _comm(self, case: Node, cases: list[Any]) -> Any:
        """Compile a case: adds (channel, value or None); answers the type received."""
        what = case.what
        if what.kind == "send":
            channel, value = self.single(what.channel), self.single(what.value)
            if channel.is_unknown or channel.type.kind != "chan":
                cases.append((constant_fn(None), constant_fn(None)))
                return None
            cases.append(
                (
                    self.stored(channel).fn,
                    self.stored(
                        Operand(
                            channel.type.elem,
                            self.convert(value, channel.type.elem, "send"),
                            what.value,
                            fresh=True,
                        )
                    ).fn,
                )
            )
            return None
        source = what.x if what.kind == "expression" else what.right[0]
        while source.kind == "paren":
            source = source.x
        if source.kind != "unary" or source.op != "<-":
            self.wrong(what, "select case must be receive, send or assign recv")
            cases.append((constant_fn(None), None))
            return None
        channel = self.single(source.x)
        cases.append(
            (self.stored(channel).fn if not channel.is_unknown else constant_fn(None), None)
        )
        return channel.type.elem if channel.type.kind == "chan" else self.types.unknown

    def _take(self, what: Node, at: int, kind: Any) -> None:
        """Give the variables of a case what was received."""
        fns = [received(at, kind), local_fn(at + 2)]
        kinds = [kind, self.types["bool"]]
        for place, fn, one in zip(what.left, fns, kinds, strict=False):
            operand = Operand(one, fn, place, fresh=True)
            if what.kind == "define":
                if place.kind == "name" and place.name != "_":
                    self.define(place.name, operand, place)
            else:
                self._assign_one(place, operand)


def _is_case(at: int, index: int | None) -> Any:
    return lambda r: r[at] == index
