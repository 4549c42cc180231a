"""Compiles declarations in functions: variables, constants, types."""

from __future__ import annotations

from typing import Any

from .statements_of import Statements
from .tree import Node


class LocalNames(Statements):
    """The part of the compiler that deals with names declared in functions."""

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
