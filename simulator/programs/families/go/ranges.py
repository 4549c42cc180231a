"""Compiles `for ... range` over whatever can be walked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import channels, running
from .body import Operand, local_fn
from .leaving import Leaving
from .tree import Node
from .types import Type
from .values import copier, zero_maker

MAX_YIELDS = 10_000


class Ranges(Leaving):
    """The part of the compiler that deals with range clauses."""

    def loop(self, node: Node, cycle: bool) -> Any:
        """Begin what break and continue leave (see Control)."""
        raise NotImplementedError

    def _s_forrange(self, node: Node) -> None:
        register = self.open()
        clause = node.clause
        x = self.settled(self.single(clause.x))
        kind = x.type
        if kind.kind == "pointer" and kind.elem.kind == "array":
            kind = kind.elem
        again, end = self.loop(node, True)
        if kind.kind == "chan":
            self._over_channel(node, x, again, end)
        elif kind.kind == "func":
            self._over_function(node, x, kind, again, end)
        else:
            self._over_items(node, x, kind, again, end)
        self.mark(end)
        self.loops.pop()
        self.close(register)

    def _turn(self, node: Node, parts: list[tuple[Type, Any]]) -> None:
        """Give the variables of a turn their values, and compile the body."""
        clause = node.clause
        if len(clause.left) > len(parts) and not any(one.is_unknown for one, _ in parts):
            self.wrong(
                clause.left[len(parts)],
                f"range over {self.said(self.single(clause.x))} "
                f"permits {'only one' if len(parts) == 1 else 'no'} iteration variable"
                f"{'' if len(parts) == 1 else 's'}",
            )
        for place, (kind, fn) in zip(clause.left, parts, strict=False):
            if place.kind == "name" and place.name == "_":
                continue
            operand = Operand(kind, fn, place)
            if clause.define:
                if place.kind == "name":
                    self.set_new(self.declare(place.name, kind, place), self.value(operand))
            else:
                self._assign_one(place, operand)
        self.scoped(node.body.body)

    def _over_items(self, node: Node, x: Operand, kind: Type, again: Any, end: Any) -> None:
        at = self.temp(4)
        integer = self.types["int"]
        if x.is_unknown:
            parts = [(self.types.unknown, local_fn(at + 1))] * 2
            walk: Callable[[list[Any]], bool] = lambda r: False  # noqa: E731
        elif kind.is_int:
            parts, walk = [(kind, local_fn(at + 1))], _count(at)
        elif kind.is_string:
            parts = [(integer, local_fn(at + 1)), (self.types["int32"], local_fn(at + 2))]
            walk = _runes(at)
        elif kind.kind == "slice":
            parts = [(integer, local_fn(at + 1)), (kind.elem, local_fn(at + 2))]
            walk = _slice(at, zero_maker(kind.elem))
        elif kind.kind == "array":
            parts = [(integer, local_fn(at + 1)), (kind.elem, local_fn(at + 2))]
            walk = _array(at)
        elif kind.kind == "map":
            self._over_map(node, x, kind, again, end, at)
            return
        else:
            self.wrong(node.clause.x, f"cannot range over {self.said(x)}")
            parts, walk = [(self.types.unknown, local_fn(at + 1))] * 2, lambda r: False
        wanted = len(node.clause.left) > 1
        fn = x.fn
        copy = copier(kind) if kind.kind == "array" and wanted and x.type.kind == "array" else None

        def begin(r: list[Any]) -> None:
            r[at] = fn(r) if copy is None else copy(fn(r))
            r[at + 1] = -1
            r[at + 3] = 0

        self.do(begin)
        self.mark(again)
        self.emit(running.jump_unless, (walk, end))
        self._turn(node, parts)
        self.emit(running.jump, again)

    def _over_map(self, node: Node, x: Operand, kind: Type, again: Any, end: Any, at: int) -> None:
        self.emit(running.call_native, (_map_order, [x.fn]))
        self.emit(running.pop, at + 3)
        fn = x.fn

        def begin(r: list[Any]) -> None:
            r[at] = fn(r)

        def walk(r: list[Any]) -> bool:
            table, keys = r[at], r[at + 3]
            while keys:
                key = keys.pop()
                if key in table.d:
                    r[at + 1] = key if table.keys is None else table.keys.get(key, key)
                    r[at + 2] = table.d[key]
                    return True
            return False

        self.do(begin)
        self.mark(again)
        self.emit(running.jump_unless, (walk, end))
        self._turn(node, [(kind.of_key, local_fn(at + 1)), (kind.elem, local_fn(at + 2))])
        self.emit(running.jump, again)

    def _over_channel(self, node: Node, x: Operand, again: Any, end: Any) -> None:
        at = self.temp(4)
        fn = x.fn

        def begin(r: list[Any]) -> None:
            r[at + 3] = fn(r)

        self.do(begin)
        self.mark(again)
        self.line = node.line
        self.emit(channels.receive, local_fn(at + 3))
        self.emit(running.unpack, (at, 3))
        self.emit(running.jump_unless, (local_fn(at + 2), end))
        self._turn(node, [(x.type.elem, local_fn(at + 1))])
        self.emit(running.jump, again)

    def _over_function(self, node: Node, x: Operand, kind: Type, again: Any, end: Any) -> None:
        """Walk what an iterator yields.

        # Simplified: A range over a Go function first collects what it yields (at most 10,000
        values) and then walks that.
        """
        inner = kind.params[0].params if kind.params and kind.params[0].kind == "func" else []
        number = self.program.number(f"yield {len(inner)}", _yielder(len(inner)))
        at = self.temp(4)
        from .values import Func

        def begin(r: list[Any]) -> None:
            r[at + 3] = []

        self.do(begin)
        self.emit(running.call_value, (x.fn, [lambda r: Func(number, [], [r[at + 3]])]))
        self.emit(running.drop)
        self.mark(again)

        def walk(r: list[Any]) -> bool:
            if not r[at + 3]:
                return False
            values = r[at + 3].pop(0)
            r[at : at + len(inner)] = values
            return True

        self.emit(running.jump_unless, (walk, end))
        self._turn(node, [(one, local_fn(at + index)) for index, one in enumerate(inner)])
        self.emit(running.jump, again)


def _yielder(count: int) -> Any:
    """Make the code of the function that an iterator yields to: a list takes the values."""

    def make(code: Any) -> None:
        def take(vm: Any, frame: Any, _: Any) -> Any:
            from ...vm import Return

            r = frame.more
            r[1].append(list(r[2 : 2 + count]))
            return Return(len(r[1]) < MAX_YIELDS)

        code.ops, code.lines = [(take, None)], [0]
        code.info.registers, code.info.shown = 2 + count, "yield"

    return make


def _map_order(vm: Any, table: Any) -> list[Any]:
    """Give a map's keys in an order of luck, the first last."""
    keys = list(table.d) if table is not None else []
    if len(keys) > 1:
        luck = vm.p.luck()
        for at in range(len(keys) - 1, 0, -1):
            other = luck.below(at + 1)
            keys[at], keys[other] = keys[other], keys[at]
    return keys


def _count(at: int) -> Callable[[list[Any]], bool]:
    def walk(r: list[Any]) -> bool:
        r[at + 3] += 1
        r[at + 1] = r[at + 3] - 1
        return bool(r[at + 1] < r[at])

    return walk


def _slice(at: int, make: Any) -> Callable[[list[Any]], bool]:
    def walk(r: list[Any]) -> bool:
        value, index = r[at], r[at + 3]
        if value is None or index >= value.n:
            return False
        r[at + 3], r[at + 1] = index + 1, index
        place = value.off + index
        r[at + 2] = value.a[place] if place < len(value.a) else make()
        return True

    return walk


def _array(at: int) -> Callable[[list[Any]], bool]:
    def walk(r: list[Any]) -> bool:
        items, index = r[at], r[at + 3]
        if items is None or index >= len(items):
            return False
        r[at + 3], r[at + 1], r[at + 2] = index + 1, index, items[index]
        return True

    return walk


def _runes(at: int) -> Callable[[list[Any]], bool]:
    def walk(r: list[Any]) -> bool:
        text, index = r[at], r[at + 3]
        if index >= len(text):
            return False
        r[at + 1] = index
        first = ord(text[index])
        if first < 128:
            r[at + 2], r[at + 3] = first, index + 1
            return True
        size = 2 if first >> 5 == 6 else 3 if first >> 4 == 14 else 4 if first >> 3 == 30 else 1
        part = text[index : index + size]
        try:
            r[at + 2] = ord(part.encode("latin-1").decode())
        except (UnicodeDecodeError, TypeError):
            r[at + 2], size = 0xFFFD, 1
        r[at + 3] = index + size
        return True

    return walk
