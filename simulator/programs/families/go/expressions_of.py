"""Compiles selectors, indexes, slices and type assertions."""

from __future__ import annotations

from typing import Any

from .accesses import (
    array_index,
    slice_index,
    slice_of,
    slice_pointer,
    step,
    string_index,
    substring,
    whole,
)
from .body import NONE, Operand, constant_fn
from .operations import Operations
from .packages import Obj
from .tree import Node, shown
from .types import Type, find_field, find_method, has_unknown
from .values import Fn, canon, elem, nil_error, zero_maker

MAX_INDEX = 1 << 60


class Expressions(Operations):
    """The part of the compiler that deals with what follows an operand."""

    # Selectors

    def _x_selector(self, node: Node) -> Operand:
        if node.x.kind == "name":
            obj = self.block.find(node.x.name)
            if obj is not None and obj.kind == "package" and obj.package is not None:
                return self._of_package(node, obj)
        x = self.any_expr(node.x)
        if x.mode == "type":
            return self._method_expression(node, x.type)
        if x.is_unknown or x.mode != "value":
            return self.unknown(node)
        found = find_field(x.type, node.name)
        method = find_method(x.type, node.name)
        if found is not None and (method is None or len(found[0]) <= len(method[0]) + 1):
            return self.field(x, found, node)
        if method is not None:
            return self.method_value(x, method, node)
        if has_unknown(x.type) or x.type.kind == "tuple":
            return self.unknown(node)
        return self._no_field(node, x)

    def _no_field(self, node: Node, x: Operand) -> Operand:
        if not self.package.library and self.program.lacks(x.type, node.name):
            return self.unknown(node)
        kind = self.show(x.type)
        text = f"{shown(node)} undefined (type {kind} has no field or method {node.name}"
        for other in (node.name[:1].swapcase() + node.name[1:],):
            if find_field(x.type, other) is not None:
                text += f", but does have field {other}"
            elif find_method(x.type, other) is not None:
                text += f", but does have method {other}"
        if x.type.kind == "pointer" and x.type.elem.is_interface:
            text = f"{shown(node)} undefined (type {kind} is pointer to interface, not interface"
        return self.wrong(node.at, text + ")")

    def _of_package(self, node: Node, obj: Obj) -> Operand:
        obj.used = True
        package = obj.package
        inner = package.block.names.get(node.name) if package is not None else None
        if package is None or inner is None:
            if package is not None and package.known and not package.library:
                return self.wrong(node.at, f"undefined: {shown(node)}")
            if package is not None and package.known and not node.name[:1].isupper():
                return self.wrong(
                    node.at,
                    f"name {node.name} not exported by package {package.name}"
                    if self.newer(20)
                    else f"undefined: {shown(node)}",
                )
            if package is not None and package.known and not self.package.library:
                self.program.absent[f"{package.path}.{node.name}"] = None
            return self.unknown(node)
        if not node.name[:1].isupper() and not (self.package.library and package.library):
            return self.wrong(node.at, f"name {node.name} not exported by package {package.name}")
        return self.of_obj(inner, node)

    def field(self, x: Operand, found: tuple[list[tuple[int, bool]], Type], node: Node) -> Operand:
        """Compile the reading of a field."""
        way, kind = found
        base = x.fn
        for index, _ in way[:-1]:
            base = step(base, index)
        last = way[-1][0]
        made = Operand(kind, step(base, last), node)
        through = x.what == "variable" or any(pointer for _, pointer in way)
        made.what = "variable" if through else "value"
        made.place = (base, last)  # type: ignore[attr-defined]
        made.pointer = lambda r: elem(base(r).f, last)  # type: ignore[attr-defined]
        return made

    def _method_expression(self, node: Node, kind: Type) -> Operand:
        found = find_method(kind, node.name)
        if found is None:
            if has_unknown(kind):
                return self.unknown(node)
            return self.wrong(
                node.at,
                f"{shown(node)} undefined (type {self.show(kind)} has no method {node.name})",
            )
        return self.unknown(node)

    def method_value(self, x: Operand, method: Any, node: Node) -> Operand:
        """Compile `x.Method` as a value: a function with its receiver."""
        from .functions import method_number
        from .values import Func

        way, owner, row = method
        if isinstance(row, Type):
            name, inner = node.name, self.walked(x, way)
            dispatch = self.dispatch

            def bound(r: list[Any]) -> Any:
                value = inner(r)
                if value is None:
                    raise nil_error()
                receiver, code = dispatch(value, name)
                return Func(code, [], [receiver]) if code is not None else None

            return Operand(row, bound, node)
        number = method_number(self.program, row, owner)
        receiver = self.receiver(x, way, owner, row, node)
        kind = self.program.signature_of(row, owner)
        return Operand(kind, lambda r: Func(number, [], [receiver(r)]), node)

    def dispatch(self, value: Any, name: str) -> Any:
        """Find a method of a value in an interface: (the receiver, its code)."""
        from .functions import find_code

        return find_code(self.program, value, name)

    def walked(self, x: Operand, way: list[tuple[int, bool]]) -> Fn:
        """Compile the way to an embedded value."""
        fn = x.fn
        for index, _ in way:
            fn = step(fn, index)
        return fn

    def receiver(self, x: Operand, way: Any, owner: Type, row: Any, node: Node) -> Fn:
        """Compile the receiver of a method that is called."""
        from .values import copier

        fn = self.walked(x, way)
        kind = x.type
        for index, _ in way:
            base = kind.elem if kind.kind == "pointer" else kind
            kind = base.fields[index].type
        pointer = kind.kind == "pointer" and not kind.name
        if row["pointer"]:
            if pointer or owner.kind in ("struct", "array"):
                if not pointer and not way and x.what != "variable":
                    self.wrong(
                        node, f"cannot call pointer method {node.name} on {self.show(owner)}"
                    )
                return fn
            if way:
                base_fn, last = self.walked(x, way[:-1]), way[-1][0]
                return lambda r: elem(base_fn(r).f, last)
            made = self.pointer_to(x, x.node)
            if made is None:
                self.wrong(node, f"cannot call pointer method {node.name} on {self.show(owner)}")
                return constant_fn(None)
            return made
        copy = copier(owner)
        if copy is not None:
            return lambda r: copy(fn(r))
        if pointer:

            def followed(r: list[Any]) -> Any:
                value = fn(r)
                if value is None:
                    raise nil_error()
                return value.v

            return followed
        return fn

    # Indexes

    def _x_index(self, node: Node) -> Operand:
        x = self.any_expr(node.x)
        if x.mode == "type" or (x.obj is not None and x.obj.kind == "func"):
            return self.instance(node, x)
        if x.is_unknown or x.mode != "value":
            for one in node.args:
                self.any_expr(one)
            return self.unknown(node)
        kind = x.type
        if kind.kind == "map":
            return self._map_index(node, x)
        if kind.kind == "pointer" and kind.elem.kind == "array":
            kind = kind.elem
        if kind.kind not in ("slice", "array", "string", "untyped string"):
            return self.wrong(node, f"invalid operation: cannot index {self.said(x)}")
        at = self.index_fn(node.args[0], kind)
        a = x.fn
        if kind.is_string:
            return Operand(self.types["uint8"], string_index(a, at), node)
        if kind.kind == "array":
            made = Operand(kind.elem, array_index(a, at), node)
            made.pointer = lambda r: elem(a(r), at(r))  # type: ignore[attr-defined]
            made.what = x.what if x.type.kind == "array" else "variable"
        else:
            made = Operand(kind.elem, slice_index(a, at, zero_maker(kind.elem)), node)
            made.pointer = slice_pointer(a, at, zero_maker(kind.elem))  # type: ignore[attr-defined]
            made.what = "variable"
        made.place = (a, at, kind)  # type: ignore[attr-defined]
        return made

    def instance(self, node: Node, x: Operand) -> Operand:
        """Compile `F[int]` or `T[int]` (see Calls)."""
        raise NotImplementedError

    def index_fn(self, node: Node, kind: Type) -> Fn:
        """Compile an index."""
        index = self.single(node)
        if index.is_unknown:
            return constant_fn(0)
        whole = index.const is not NONE and index.type.is_number and index.const == int(index.const)
        if not index.type.is_int and not whole:
            self.wrong(node, f"invalid argument: index {self.said(index)} must be integer")
            return constant_fn(0)
        if index.const is not NONE:
            value = int(index.const)
            if value < 0:
                self.wrong(
                    node,
                    f"invalid argument: index {shown(node)} (constant of type int) "
                    "must not be negative",
                )
            elif kind.kind == "array" and value >= kind.length:
                self.wrong(node, f"invalid argument: index {value} out of bounds [0:{kind.length}]")
            return constant_fn(value)
        return index.fn

    def _map_index(self, node: Node, x: Operand) -> Operand:
        key = self.convert(self.single(node.args[0]), x.type.of_key, "map index")
        make, a = zero_maker(x.type.elem), x.fn
        lookup = canon(x.type.of_key)

        def get(r: list[Any]) -> Any:
            table, value = a(r), key(r)
            if table is not None:
                value = value if lookup is None else lookup(value)
                if value in table.d:
                    return table.d[value]
            return make()

        def two(r: list[Any]) -> Any:
            table, value = a(r), key(r)
            if table is not None:
                value = value if lookup is None else lookup(value)
                if value in table.d:
                    return table.d[value], True
            return make(), False

        made = Operand(x.type.elem, get, node)
        made.two, made.what = two, "map index expression"
        made.place = (a, key, x.type)  # type: ignore[attr-defined]
        return made

    def _x_slice(self, node: Node) -> Operand:
        x = self.single(node.x)
        if x.is_unknown:
            return x
        kind = x.type
        if kind.kind == "pointer" and kind.elem.kind == "array":
            kind = kind.elem
        parts = [
            self.index_fn(one, self.types.unknown) if one is not None else None
            for one in node.parts
        ]
        low, high = parts[0], parts[1]
        top = parts[2] if len(parts) > 2 else None
        a = x.fn
        if kind.is_string:
            return Operand(
                x.type if not x.type.is_untyped else self.types["string"],
                substring(a, low, high),
                node,
            )
        if kind.kind == "array":
            result = self.types.slice(kind.elem)
            return Operand(result, slice_of(lambda r: whole(a(r)), low, high, top), node)
        if kind.kind == "slice":
            return Operand(x.type, slice_of(a, low, high, top), node)
        return self.wrong(node, f"cannot slice {self.said(x)}")

    def _x_assert(self, node: Node) -> Operand:
        x = self.single(node.x)
        if node.type is None:
            return self.wrong(node, "invalid syntax tree: use of .(type) outside type switch")
        want = self.type(node.type)
        if x.is_unknown or want.is_unknown:
            made = Operand(
                want, self.zero(want) if not want.is_unknown else constant_fn(None), node
            )
            zero = made.fn
            made.two = lambda r: (zero(r), False)
            return made
        if not x.type.is_interface:
            return self.wrong(
                node.x,
                f"invalid operation: {shown(node.x)} ("
                f"{self.said(x).partition('(')[2]} is not an interface",
            )
        if not want.is_interface and self.missing_method(want, x.type) is not None:
            name = (self.missing_method(want, x.type) or ("", False))[0]
            return self.wrong(
                node.type,
                f"impossible type assertion: {shown(node)}\n\t"
                f"{self.show(want)} does not implement {self.show(x.type)} (missing "
                f"method {name})",
            )
        matches = self.matcher(want)
        a, make = x.fn, zero_maker(want)
        inside = not want.is_interface
        program, source = self.program, x.type

        def one(r: list[Any]) -> Any:
            value = a(r)
            if not matches(value):
                raise _no_assertion(program, value, want, source)
            return value[1] if inside else value

        def two(r: list[Any]) -> Any:
            value = a(r)
            if not matches(value):
                return make(), False
            return (value[1] if inside else value), True

        made = Operand(want, one, node)
        made.two = two
        return made

    def matcher(self, want: Type) -> Any:
        """Give the test whether a value in an interface is of a type."""
        if not want.is_interface:
            key = want.key
            return lambda value: value is not None and value[0] == key
        program = self.program
        known: dict[str, bool] = {}

        def implements(value: Any) -> bool:
            if value is None:
                return False
            found = known.get(value[0])
            if found is None:
                kind = program.find_type(value[0])
                found = known[value[0]] = self.missing_method(kind, want) is None
            return found

        return implements


def _no_assertion(program: Any, value: Any, want: Type, source: Type) -> Any:
    from ...vm import Thrown

    shown_source = source.text
    if value is None:
        word = "interface" if source.name or want.is_interface else shown_source
        text = f"interface conversion: {word} is nil, not {want.text}"
        return Thrown(("runtime.plainError", text))
    have = program.find_type(value[0])
    if want.is_interface:
        missing = next((name for name in want.methods if find_method(have, name) is None), "")
        text = f"interface conversion: {have.text} is not {want.text}: missing method {missing}"
    else:
        text = f"interface conversion: {shown_source} is {have.text}, not {want.text}"
    return Thrown(("runtime.plainError", text))
