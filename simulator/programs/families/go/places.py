"""Compiles what can be assigned to: variables, fields, elements, what pointers point to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .accesses import out_of_range, reach
from .body import Operand
from .literals import Literals, put
from .tree import Node, shown
from .values import Fn, assigner, canon, nil_error, zero_maker

Store = Callable[[list[Any], Any], None]


class Places(Literals):
    """The part of the compiler that deals with places."""

    def place(self, node: Node) -> tuple[Operand, Store] | None:
        """Compile a place: (reading it, writing it); None for `_` and after an error."""
        while node.kind == "paren":
            node = node.x
        if node.kind == "name":
            if node.name == "_":
                return None
            obj = self.block.find(node.name)
            used = obj.used if obj is not None else False
            x = self.single(node)
            if obj is not None and obj.kind == "var" and obj.owner is not None:
                obj.used = used
        else:
            x = self.single(node)
        if x.is_unknown and not hasattr(x, "place") and node.kind != "name":
            return None
        store = self._store(node, x)
        if store is None:
            if not x.is_unknown:
                self._unassignable(node, x)
            return None
        return x, store

    def _unassignable(self, node: Node, x: Operand) -> None:
        if node.kind == "selector" and getattr(node.x, "kind", "") == "index":
            self.wrong(node, f"cannot assign to struct field {shown(node)} in map")
            return
        self.wrong(
            node,
            f"cannot assign to {self.said(x)} (neither addressable nor a map index expression)",
        )

    def _store(self, node: Node, x: Operand) -> Store | None:
        kind = x.type
        if node.kind == "index" and x.what == "map index expression":
            return _map_store(*x.place)  # type: ignore[attr-defined]
        if kind.kind in ("struct", "array"):
            if x.what != "variable":
                return None
            assign, read = assigner(kind), x.fn
            return lambda r, value: assign(read(r), value)
        if node.kind == "name" or (x.obj is not None and x.obj.kind == "var"):
            obj = x.obj
            if obj is None or obj.kind != "var":
                return None
            return self._variable_store(obj)
        if node.kind == "star":
            pointer = self.single(node.x).fn

            def followed(r: list[Any], value: Any) -> None:
                target = pointer(r)
                if target is None:
                    raise nil_error()
                target.v = value

            return followed
        if not hasattr(x, "place") or x.what != "variable":
            return None
        if node.kind == "selector":
            return _field_store(*x.place)
        a, at, whole = x.place
        if whole.kind == "array":
            return _array_store(a, at)
        return _slice_store(a, at, zero_maker(whole.elem))

    def _variable_store(self, obj: Any) -> Store:
        at = obj.index
        if obj.owner is None:

            def of_package(r: list[Any], value: Any) -> None:
                r[0][at] = value

            return of_package
        if obj.boxed:
            box = self.holding(obj)

            def boxed(r: list[Any], value: Any) -> None:
                box(r).v = value

            return boxed

        def plain(r: list[Any], value: Any) -> None:
            r[at] = value

        return plain


def _field_store(base: Fn, index: int) -> Store:
    def store(r: list[Any], value: Any) -> None:
        target = base(r)
        if target is None:
            raise nil_error()
        target.f[index] = value

    return store


def _array_store(a: Fn, at: Fn) -> Store:
    def store(r: list[Any], value: Any) -> None:
        items, index = a(r), at(r)
        if items is None:
            raise nil_error()
        if not 0 <= index < len(items):
            raise out_of_range(index, len(items))
        items[index] = value

    return store


def _slice_store(a: Fn, at: Fn, make: Any) -> Store:
    def store(r: list[Any], value: Any) -> None:
        target, index = a(r), at(r)
        if target is None or not 0 <= index < target.n:
            raise out_of_range(index, target.n if target is not None else 0)
        try:
            target.a[target.off + index] = value
        except IndexError:
            if reach(target, index, make):
                target.a[target.off + index] = value

    return store


def _map_store(a: Fn, key: Fn, kind: Any) -> Store:
    lookup = canon(kind.of_key)

    def store(r: list[Any], value: Any) -> None:
        table = a(r)
        if table is None:
            raise panic_plain("assignment to entry in nil map")
        put(table, lookup, key(r), value)

    return store


def panic_plain(text: str) -> Any:
    """Make a panic of the runtime whose text has no `runtime error:` before it."""
    from ...vm import Thrown

    return Thrown(("runtime.plainError", text))
