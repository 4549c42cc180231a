"""Compiles composite literals and function literals."""

from __future__ import annotations

from typing import Any

from .body import NONE, Operand, constant_fn
from .calls import Calls
from .packages import Block
from .tree import Node, shown
from .types import Type
from .values import Fn, Func, Map, Ref, Struct, canon, new_list, zero_maker

MAX_LITERAL = 100_000


class Literals(Calls):
    """The part of the compiler that deals with literals."""

    def _x_composite(self, node: Node, kind: Type | None = None) -> Operand:
        if kind is None:
            if node.type is None:
                return self.wrong(node, "invalid composite literal type: missing type")
            if node.type.kind == "arraytype" and node.type.length is None:
                elem = self.type(node.type.elem)
                return self._list(node, self.types.array(self._count(node), elem))
            if node.type.kind == "index" and not self.reader().is_type(node.type):
                kind = self.types.unknown
            else:
                kind = self.type(node.type)
        pointer = kind.kind == "pointer" and node.type is None
        base = kind.elem if pointer else kind
        if base.kind == "struct":
            made = self._struct(node, base)
        elif base.kind in ("slice", "array"):
            made = self._list(node, base)
        elif base.kind == "map":
            made = self._map(node, base)
        elif base.is_unknown:
            for key, value in node.items:
                if key is not None and key.kind != "name":
                    self._element(key, base)
                self._element(value, base)
            return Operand(base, constant_fn(None), node)
        else:
            return self.wrong(node, f"invalid composite literal type {self.show(kind)}")
        if pointer:
            if base.kind not in ("struct", "array"):
                fn = made.fn
                return Operand(kind, lambda r: Ref(fn(r)), node)
            return Operand(kind, made.fn, node)
        return made

    def _element(self, node: Node, kind: Type) -> Operand:
        if node.kind == "composite" and node.type is None:
            return self._x_composite(node, kind)
        return self.single(node)

    def _struct(self, node: Node, kind: Type) -> Operand:
        fields = kind.under.fields
        make = zero_maker(kind)
        sets: list[tuple[int, Fn]] = []
        seen: dict[str, None] = {}
        keyed = bool(node.items) and node.items[0][0] is not None
        where = "struct literal"
        if not keyed and node.items and len(node.items) != len(fields):
            few = len(node.items) < len(fields)
            place = node.end if few else node.items[len(fields)][1]
            word = "few" if few else "many"
            return self.wrong(
                place, f"too {word} values in struct literal of type {self.show(kind)}"
            )
        for at, (key, value) in enumerate(node.items):
            if keyed:
                if key is None:
                    return self.wrong(
                        value, "mixture of field:value and value elements in struct literal"
                    )
                index = next(
                    (i for i, f in enumerate(fields) if key.kind == "name" and f.name == key.name),
                    -1,
                )
                if index < 0:
                    self._element(value, self.types.unknown)
                    if self._hidden(kind):
                        if key.kind == "name":
                            self.program.lacks(kind, key.name)
                        continue
                    self.wrong(
                        key,
                        f"unknown field {shown(key)} in struct literal of type {self.show(kind)}",
                    )
                    continue
                if key.name in seen:
                    self.wrong(key, f"duplicate field name {key.name} in struct literal")
                seen[key.name] = None
            else:
                index = at
            operand = self._element(value, fields[index].type)
            sets.append((index, self.convert(operand, fields[index].type, where)))

        def build(r: list[Any]) -> Struct:
            made: Struct = make()
            for index, fn in sets:
                made.f[index] = fn(r)
            return made

        return self._once(kind, build, node)

    def _hidden(self, kind: Type) -> bool:
        """Tell whether a struct of the library may have more fields than the model's."""
        package = self.program.packages.get(kind.path)
        return package is not None and package.library

    def _once(self, kind: Type, build: Fn, node: Node) -> Operand:
        """Build a value at its place in the order of things."""
        return self._kept(kind, build, node)

    def _count(self, node: Node) -> int:
        at = most = 0
        for key, _ in node.items:
            if key is not None:
                index = self.single(key)
                at = int(index.const) if isinstance(index.const, int) else at
            at += 1
            most = max(most, at)
        return min(most, MAX_LITERAL)

    def _list(self, node: Node, kind: Type) -> Operand:
        sets: list[tuple[int, Fn]] = []
        at = most = 0
        for key, value in node.items:
            if key is not None:
                index = self.single(key)
                if not isinstance(index.const, int):
                    self.wrong(key, f"index {shown(key)} must be integer constant")
                else:
                    at = index.const
            if at >= MAX_LITERAL or at < 0:
                return self.wrong(value, f"invalid argument: index {at} out of bounds")
            if kind.kind == "array" and at >= kind.length:
                return self.wrong(
                    value, f"invalid argument: index {at} out of bounds [0:{kind.length}]"
                )
            where = "slice literal" if kind.kind == "slice" else "array or slice literal"
            sets.append(
                (
                    at,
                    self.convert(
                        self._element(value, kind.elem),
                        kind.elem,
                        "slice literal" if where else where,
                    ),
                )
            )
            at += 1
            most = max(most, at)
        make = zero_maker(kind.elem)
        size = kind.length if kind.kind == "array" else most
        dense = [fn for _, fn in sets] if [i for i, _ in sets] == list(range(len(sets))) else None
        slices = kind.kind == "slice"
        whole = zero_maker(kind)

        def build(r: list[Any]) -> Any:
            if dense is not None and len(dense) == size:
                items = [fn(r) for fn in dense]
            else:
                items = [make() for _ in range(size)] if slices else whole()
                for index, fn in sets:
                    items[index] = fn(r)
            return new_list(items) if slices else items

        return self._once(kind, build, node)

    def _map(self, node: Node, kind: Type) -> Operand:
        rows: list[tuple[Fn, Fn]] = []
        seen: dict[Any, None] = {}
        for key, value in node.items:
            if key is None:
                return self.wrong(value, "missing key in map literal")
            name = self._element(key, kind.of_key)
            if name.const is not NONE:
                mark = (type(name.const) is bool, name.const)
                if mark in seen:
                    self.wrong(key, f"duplicate key {shown(key)} in map literal")
                seen[mark] = None
            rows.append(
                (
                    self.convert(name, kind.of_key, "map literal"),
                    self.convert(self._element(value, kind.elem), kind.elem, "map literal"),
                )
            )
        lookup = canon(kind.of_key)

        def build(r: list[Any]) -> Map:
            made = Map({}, {} if lookup is not None else None)
            for key_fn, value_fn in rows:
                put(made, lookup, key_fn(r), value_fn(r))
            return made

        return self._once(kind, build, node)

    # Functions

    def _x_funclit(self, node: Node) -> Operand:
        from .compiler import Compiler

        kind = self.type(node.type)
        inner = Compiler(self.program, self.package, self.file, Block(self.block), self)
        inner.shared = self.shared
        key = f"{self.package.path}/{self.file}:{node.line}:{node.column}:{len(self.program.codes)}"
        number = self.program.number(key, lambda code: None)
        self.program.work.pop()
        code = self.program.codes[number]
        outer: Any = self
        while outer.up is not None:
            outer = outer.up
        outer.literals = getattr(outer, "literals", 0) + 1
        inner.function(
            code, node, None, f"{getattr(outer, 'title', 'main.main')}.func{outer.literals}"
        )
        taken = [self._held(obj) for obj in inner.captures]
        if not taken:
            return Operand(kind, lambda r: Func(number, [], []), node)
        return self._kept(kind, lambda r: Func(number, [one(r) for one in taken], []), node)

    def _held(self, obj: Any) -> Fn:
        """Compile what a closure takes along of a variable: its box."""
        return self.holding(obj)


def put(table: Map, lookup: Any, key: Any, value: Any) -> None:
    """Write an element of a map."""
    if lookup is not None:
        plain = lookup(key)
        if table.keys is not None and plain not in table.d:
            table.keys[plain] = key
        key = plain
    table.d[key] = value
