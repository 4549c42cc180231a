"""Compiles calls of the built-in functions: append, len, make, panic ..."""

from __future__ import annotations

from typing import Any

from ...vm import take
from . import channels, running
from .body import NONE, Operand, constant_fn
from .expressions_of import Expressions
from .tree import Node, shown
from .types import Type
from .values import (
    FILLED,
    MAX_ELEMENTS,
    Ballast,
    Fn,
    Map,
    Ref,
    Slice,
    canon,
    panic,
    width,
    zero_maker,
)


class Builtins(Expressions):
    """The part of the compiler that deals with built-in functions."""

    def builtin(self, node: Node, name: str) -> Operand:
        """Compile the call of a built-in function."""
        least = {
            "append": 1,
            "cap": 1,
            "clear": 1,
            "close": 1,
            "copy": 2,
            "delete": 2,
            "len": 1,
            "make": 1,
            "max": 1,
            "min": 1,
            "new": 1,
            "panic": 1,
        }.get(name, 0)
        most = {
            "cap": 1,
            "clear": 1,
            "close": 1,
            "copy": 2,
            "delete": 2,
            "len": 1,
            "new": 1,
            "panic": 1,
            "recover": 0,
            "make": 3,
        }.get(name)
        if len(node.args) < least:
            return self.wrong(
                node.end,
                f"not enough arguments for {shown(node)} (expected "
                f"{least}, found {len(node.args)})",
            )
        if most is not None and len(node.args) > most:
            return self.wrong(
                node.args[most],
                f"too many arguments for {shown(node)} (expected {most}, found {len(node.args)})",
            )
        return getattr(self, f"_b_{name}", self._b_other)(node)

    def _b_other(self, node: Node) -> Operand:
        for one in node.args:
            self.any_expr(one)
        return self.unknown(node)

    def _nothing(self, node: Node) -> Operand:
        return Operand(self.types.nothing, constant_fn(None), node, "nothing")

    def _b_len(self, node: Node) -> Operand:
        x = self.single(node.args[0])
        kind, integer, fn = x.type, self.types["int"], x.fn
        if x.is_unknown:
            return Operand(integer, constant_fn(0), node)
        if kind.kind == "pointer" and kind.elem.kind == "array":
            kind = kind.elem
        if kind.kind == "array":
            return Operand(integer, constant_fn(kind.length), node, const=kind.length)
        if kind.is_string:
            if x.const is not NONE:
                return Operand(integer, constant_fn(len(x.const)), node, const=len(x.const))
            return Operand(integer, lambda r: len(fn(r)), node)
        if kind.kind == "slice":
            return Operand(integer, lambda r: 0 if (v := fn(r)) is None else v.n, node)
        if kind.kind == "map":
            return Operand(integer, lambda r: 0 if (v := fn(r)) is None else len(v.d), node)
        if kind.kind == "chan":
            return Operand(integer, lambda r: 0 if (v := fn(r)) is None else len(v.items), node)
        return self.wrong(node.args[0], f"invalid argument: {self.said(x)} for built-in len")

    def _b_cap(self, node: Node) -> Operand:
        x = self.single(node.args[0])
        integer, fn = self.types["int"], x.fn
        if x.type.kind == "array":
            return Operand(integer, constant_fn(x.type.length), node, const=x.type.length)
        if x.type.kind in ("slice", "chan"):
            return Operand(integer, lambda r: 0 if (v := fn(r)) is None else v.cap, node)
        if x.is_unknown:
            return Operand(integer, constant_fn(0), node)
        return self.wrong(node.args[0], f"invalid argument: {self.said(x)} for built-in cap")

    def _b_append(self, node: Node) -> Operand:
        x = self.single(node.args[0])
        if x.is_unknown or x.mode == "nil":
            for one in node.args[1:]:
                self.expr(one)
            return self.unknown(node)
        if x.type.kind != "slice":
            return self.wrong(
                node.args[0],
                f"invalid argument: {self.said(x)} is not a slice",
            )
        first, kind = x.fn, x.type
        make, size = zero_maker(kind.elem), width(kind.elem)
        if node.spread:
            more = self.single(node.args[-1])
            if more.type.is_string:
                text = more.fn
                return Operand(
                    kind,
                    lambda r: append(first(r), list(text(r).encode("latin-1")), make, size),
                    node,
                )
            other = self.convert(more, kind if more.type.kind != "slice" else more.type, "argument")
            from .values import copier, items_of

            copy = copier(kind.elem)

            def spread(r: list[Any]) -> Any:
                value = first(r)
                given = items_of(other(r), make)
                if copy is not None:
                    given = [copy(one) for one in given]
                return append(value, given, make, size)

            return self._kept(kind, spread, node)
        values = [self.convert(self.single(one), kind.elem, "argument") for one in node.args[1:]]
        if len(values) == 1:
            only = values[0]
            return self._kept(kind, lambda r: append(first(r), [only(r)], make, size), node)
        return self._kept(
            kind, lambda r: append(first(r), [one(r) for one in values], make, size), node
        )

    def _kept(self, kind: Type, fn: Fn, node: Node) -> Operand:
        """Carry something out once, here, and give its result."""
        at = self.temp()

        def once(r: list[Any]) -> None:
            r[at] = fn(r)

        self.do(once)
        return Operand(kind, lambda r: r[at], node, fresh=True)

    def _b_make(self, node: Node) -> Operand:
        kind = self.type(node.args[0])
        sizes = []
        for one in node.args[1:]:
            size = self.single(one)
            if size.is_unknown:
                return Operand(kind, self.zero(kind), node)
            whole = size.const is not NONE and size.type.is_number and size.const == int(size.const)
            if not size.type.is_int and not whole:
                self.wrong(
                    one,
                    f"cannot convert {self.said(size)} to type int"
                    if not size.type.is_float
                    else f"{self.said(size)} truncated to int",
                )
            sizes.append(
                self.coerced(size, self.types["int"]) if size.const is not NONE else size.fn
            )
        if kind.is_unknown:
            return self.unknown(node)
        if kind.kind == "map":
            keys = canon(kind.of_key) is not None
            return self._kept(kind, lambda r: Map({}, {} if keys else None), node)
        if kind.kind == "chan":
            size_fn = sizes[0] if sizes else constant_fn(0)
            return self._kept(kind, lambda r: channels.make_channel(size_fn(r)), node)
        if kind.kind != "slice":
            return self.wrong(
                node.args[0],
                f"invalid argument: cannot make {shown(node.args[0])}; "
                "type must be slice, map, or channel",
            )
        if not sizes:
            return self.wrong(
                node, f"invalid operation: {shown(node)} expects 2 or 3 arguments; found 1"
            )
        make, bytes_each = zero_maker(kind.elem), width(kind.elem)
        length = sizes[0]
        room = sizes[1] if len(sizes) > 1 else length
        return self._kept(kind, lambda r: make_slice(length(r), room(r), make, bytes_each), node)

    def _b_new(self, node: Node) -> Operand:
        kind = self.type(node.args[0])
        make = zero_maker(kind)
        pointer = self.types.pointer(kind)
        if kind.kind in ("struct", "array"):
            return self._kept(pointer, lambda r: make(), node)
        return self._kept(pointer, lambda r: Ref(make()), node)

    def _b_delete(self, node: Node) -> Operand:
        x = self.single(node.args[0])
        if x.is_unknown:
            self.expr(node.args[1])
            return self._nothing(node)
        if x.type.kind != "map":
            return self.wrong(node.args[0], f"invalid argument: {self.said(x)} is not a map")
        key = self.convert(self.single(node.args[1]), x.type.of_key, "argument to delete")
        fn, lookup = x.fn, canon(x.type.of_key)

        def remove(r: list[Any]) -> None:
            table, value = fn(r), key(r)
            if table is not None:
                value = lookup(value) if lookup is not None else value
                table.d.pop(value, None)
                if table.keys is not None:
                    table.keys.pop(value, None)

        self.do(remove)
        return self._nothing(node)

    def _b_copy(self, node: Node) -> Operand:
        x, y = self.single(node.args[0]), self.single(node.args[1])
        a, b, text = x.fn, y.fn, y.type.is_string
        if x.type.kind != "slice" or not (y.type.kind == "slice" or text):
            return Operand(self.types["int"], constant_fn(0), node)
        make = zero_maker(x.type.elem)

        def copy(r: list[Any]) -> int:
            from .values import items_of

            target, source = a(r), b(r)
            items = list(source.encode("latin-1")) if text else items_of(source, make)
            return overwrite(target, items, make)

        return self._kept(self.types["int"], copy, node)

    def _b_close(self, node: Node) -> Operand:
        x = self.single(node.args[0])
        if not x.is_unknown and x.type.kind != "chan":
            return self.wrong(
                node.args[0], f"invalid operation: cannot close non-channel {self.said(x)}"
            )
        if not x.is_unknown:
            self.emit(running.call_native, (channels.close, [x.fn]))
            self.emit(running.drop)
        return self._nothing(node)

    def _b_clear(self, node: Node) -> Operand:
        fn = self.single(node.args[0]).fn

        def clear(r: list[Any]) -> None:
            value = fn(r)
            if isinstance(value, Map):
                value.d.clear()
                if value.keys is not None:
                    value.keys.clear()

        self.do(clear)
        return self._nothing(node)

    def _b_panic(self, node: Node) -> Operand:
        value = self.convert(self.single(node.args[0]), self.types.any, "argument to panic")
        self.line = node.line
        self.emit(running.throw, value)
        return self._nothing(node)

    def _b_recover(self, node: Node) -> Operand:
        self.emit(running.call_native, (running.recover, []))
        at = self.temp()
        self.emit(running.pop, at)
        return Operand(self.types.any, lambda r: r[at], node)

    def _b_print(self, node: Node) -> Operand:
        return self._printed(node, "")

    def _b_println(self, node: Node) -> Operand:
        return self._printed(node, " ")

    def _printed(self, node: Node, gap: str) -> Operand:
        parts = [self.convert(self.single(one), self.types.any, "argument") for one in node.args]

        def show(vm: Any, *values: Any) -> None:
            from .formats import plain

            text = gap.join(plain(value) for value in values)
            vm.p.err(text + ("\n" if gap else ""))

        self.emit(running.call_native, (show, parts))
        self.emit(running.drop)
        return self._nothing(node)

    def _b_min(self, node: Node) -> Operand:
        return self._extreme(node, min)

    def _b_max(self, node: Node) -> Operand:
        return self._extreme(node, max)

    def _extreme(self, node: Node, choose: Any) -> Operand:
        operands = [self.single(one) for one in node.args]
        if any(one.is_unknown for one in operands):
            return self.unknown(node)
        kind = next((one.type for one in operands if not one.type.is_untyped), None)
        if all(one.const is not NONE for one in operands):
            value = choose(one.const for one in operands)
            kind = kind or next((o.type for o in operands if o.type.is_float), operands[0].type)
            return Operand(kind, constant_fn(value), node, const=value)
        fns = [self.convert(one, kind or one.type, "argument") for one in operands]
        return Operand(kind or operands[0].type, lambda r: choose([one(r) for one in fns]), node)


def make_slice(length: int, room: int, make: Any, size: int) -> Slice:
    """Make a slice of zeros; what is beyond the first elements exists only as a size."""
    if length < 0 or length > 1 << 47:
        raise panic("makeslice: len out of range")
    if room < length or room > 1 << 47:
        raise panic("makeslice: cap out of range")
    filled = min(length, FILLED)
    take((room - filled) * size)
    ballast = Ballast((room - filled) * size) if room > FILLED else None
    return Slice([make() for _ in range(filled)], 0, length, room, ballast)


def append(value: Slice | None, items: list[Any], make: Any, size: int) -> Slice | None:
    """Append to a slice: into its room, or into a copy that is about twice as large."""
    if value is None:
        if not items:
            return None
        room = len(items) if len(items) > 1 or size > 8 else max(1, 8 // max(1, size))
        return Slice(list(items), 0, len(items), room)
    total = value.n + len(items)
    end = value.off + value.n
    if total <= value.cap:
        if end == len(value.a):
            if end < MAX_ELEMENTS:
                value.a.extend(items)
        else:
            part = Slice(value.a, value.off, total, value.cap, value.room)
            overwrite(Slice(value.a, end, len(items), len(items)), items, make)
            return part
        return Slice(value.a, value.off, total, value.cap, value.room)
    room = value.cap * 2 if value.cap < 256 else value.cap + (value.cap + 768) // 4
    room = max(room, total + (total & 1 if size <= 8 else 0))
    kept = value.a[value.off : end]
    kept += [make() for _ in range(min(value.n, MAX_ELEMENTS) - len(kept))]
    if len(kept) < MAX_ELEMENTS:
        kept += items
    take((room - len(kept)) * size)
    ballast = Ballast((room - len(kept)) * size) if room > FILLED else None
    return Slice(kept, 0, total, room, ballast)


def overwrite(target: Slice | None, items: list[Any], make: Any) -> int:
    """Copy elements into a slice from its beginning: how many."""
    from .accesses import reach

    if target is None:
        return 0
    count = min(target.n, len(items))
    if count and reach(target, count - 1, make):
        target.a[target.off : target.off + count] = items[:count]
    return count
