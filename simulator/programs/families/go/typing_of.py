"""Reads types: from their place in a source to a `Type`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .packages import Block, Obj, Package
from .tokens import SourceError, unquoted
from .tree import Node, shown
from .types import Field, Type

if TYPE_CHECKING:
    from .program import Program

DEEPEST = 40


class TypeReader:
    """Reads types in a block of a file."""

    def __init__(self, program: Program, package: Package, file: str, block: Block) -> None:
        self.program, self.package, self.file, self.block = program, package, file, block
        self.types = program.types
        self.depth = 0

    def wrong(self, place: Any, text: str) -> Type:
        """Note an error; the type is then unknown."""
        self.program.note(self.package, self.file, place.line, place.column, text)
        return self.types.unknown

    def read(self, node: Node) -> Type:
        """Read a type; unknown when it is wrong or not known."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise RecursionError
        found: Type = getattr(self, f"_{node.kind}", self._no_type)(node)
        self.depth -= 1
        return found

    def is_type(self, node: Node) -> bool:
        """Tell whether an expression is a type."""
        kind = node.kind
        if kind in (
            "slicetype",
            "arraytype",
            "maptype",
            "chantype",
            "structtype",
            "functype",
            "interfacetype",
        ):
            return True
        if kind in ("paren", "star"):
            return self.is_type(node.x)
        if kind == "name":
            obj = self.block.find(node.name)
            return obj is not None and obj.kind == "type"
        if kind == "selector" and node.x.kind == "name":
            obj = self.block.find(node.x.name)
            if obj is not None and obj.kind == "package" and obj.package is not None:
                inner = obj.package.block.names.get(node.name)
                return inner is not None and inner.kind == "type"
            return False
        return kind == "index" and self.is_type(node.x)

    def _no_type(self, node: Node) -> Type:
        return self.wrong(node, f"{shown(node)} is not a type")

    def _paren(self, node: Node) -> Type:
        return self.read(node.x)

    def _name(self, node: Node, args: list[Type] | None = None) -> Type:
        obj = self.block.find(node.name)
        if obj is None:
            return self.wrong(node, f"undefined: {node.name}")
        if obj.kind != "type":
            return self.wrong(node, f"{node.name} is not a type")
        return self._instance(node, obj, args)

    def _instance(self, node: Node, obj: Obj, args: list[Type] | None) -> Type:
        if obj.node is not None and obj.node.bounds and not args and obj.type is None:
            return self.wrong(
                node,
                f"cannot use generic type {shown(node)}["
                + ", ".join(f"{one.name} {shown(one.type)}" for one in obj.node.bounds)
                + "] without instantiation",
            )
        return self.program.type_of(obj, args)

    def _selector(self, node: Node, args: list[Type] | None = None) -> Type:
        obj = self.block.find(node.x.name) if node.x.kind == "name" else None
        if obj is None:
            return self.wrong(node.x, f"undefined: {shown(node.x)}")
        if obj.kind != "package" or obj.package is None:
            return self.wrong(node, f"{shown(node)} is not a type")
        obj.used = True
        inner = obj.package.block.names.get(node.name)
        if inner is None:
            if obj.package.known and not obj.package.library:
                return self.wrong(node.at, f"undefined: {shown(node)}")
            if obj.package.known and not self.package.library:
                self.program.absent[f"{obj.package.path}.{node.name}"] = None
            return self.types.unknown
        if inner.kind != "type":
            return self.wrong(node, f"{shown(node)} is not a type")
        if inner.node is not None and inner.node.bounds and not args:
            return self.types.unknown
        return self.program.type_of(inner, args)

    def _index(self, node: Node) -> Type:
        args = [self.read(one) for one in node.args]
        if node.x.kind == "name":
            return self._name(node.x, args)
        return self._selector(node.x, args)

    def _star(self, node: Node) -> Type:
        inner = self.read(node.x)
        return inner if inner.is_unknown and not inner.name else self.types.pointer(inner)

    def _slicetype(self, node: Node) -> Type:
        return self.types.slice(self.read(node.elem))

    def _arraytype(self, node: Node) -> Type:
        elem = self.read(node.elem)
        length = self.length(node.length) if node.length is not None else 0
        return self.types.array(length, elem) if length >= 0 else self.types.unknown

    def length(self, node: Node) -> int:
        """Give the length of an array; -1 when it is not known."""
        from .constants import constant_of

        value = constant_of(self.program, self.package, self.file, self.block, node)
        if value is None:
            return -1
        return int(value) if isinstance(value, int) and 0 <= value < 1 << 40 else -1

    def _maptype(self, node: Node) -> Type:
        return self.types.map(self.read(node.key), self.read(node.elem))

    def _chantype(self, node: Node) -> Type:
        return self.types.chan(self.read(node.elem), node.way)

    def _functype(self, node: Node) -> Type:
        params = []
        for one in node.params:
            kind = self.read(one.type)
            params.append(self.types.slice(kind) if one.variadic else kind)
        variadic = bool(node.params) and bool(node.params[-1].variadic)
        return self.types.func(params, [self.read(one.type) for one in node.results], variadic)

    def _structtype(self, node: Node) -> Type:
        fields = []
        seen: dict[str, Node] = {}
        for one in node.fields:
            tag = ""
            if one.tag is not None:
                try:
                    tag = unquoted(one.tag)
                except SourceError as error:
                    self.wrong(one.tag, error.text)
            before = seen.get(one.name)
            if before is not None and one.name != "_":
                self.wrong(
                    one,
                    f"{one.name} redeclared\n\t./{self.file}:{before.line}:"
                    f"{before.column}: other declaration of {one.name}",
                )
                continue
            seen[one.name] = one
            fields.append(Field(one.name, self.read(one.type), tag, one.embedded))
        return self.types.struct(fields)

    def _union(self, node: Node) -> Type:
        return self.types.interface({}, [self.read(kind) for _, kind in node.terms])

    def _interfacetype(self, node: Node) -> Type:
        methods = {one.name: self.read(one.type) for one in node.methods}
        terms: list[Type] | None = None
        unknown = False
        for one in node.unions:
            inner = self.read(one)
            if inner.is_interface:
                methods.update(inner.methods)
                unknown = unknown or inner.embeds_unknown
                terms = inner.terms if inner.terms is not None else terms
            elif inner.is_unknown:
                unknown = True
            else:
                terms = [inner]
        return self.types.interface(methods, terms, unknown)
