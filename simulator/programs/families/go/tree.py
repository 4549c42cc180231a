"""The nodes of a parsed Go source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .tokens import Token


class Node:
    """A piece of a source: its kind, where it begins, and parts by name."""

    kind: str
    line: int
    column: int

    def __init__(self, kind: str, place: Token | Node, **parts: Any) -> None:
        self.kind = kind
        self.line = place.line
        self.column = place.column
        self.__dict__.update(parts)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.__dict__.get('kind')} has no {name}")


@dataclass
class File:
    """A source file: package, imports ("import" nodes), declarations."""

    package: str
    imports: list[Node] = field(default_factory=list)
    decls: list[Node] = field(default_factory=list)


def shown(node: Node) -> str:
    """Write an expression as the compiler's errors do."""
    kind = node.kind
    if kind == "name":
        return str(node.name)
    if kind == "literal":
        return str(node.text)
    if kind == "selector":
        return f"{shown(node.x)}.{node.name}"
    if kind == "call":
        dots = "..." if node.spread else ""
        return f"{shown(node.x)}({', '.join(shown(one) for one in node.args)}{dots})"
    if kind == "binary":
        return f"{shown(node.x)} {node.op} {shown(node.y)}"
    if kind == "unary":
        return f"{node.op}{shown(node.x)}"
    if kind == "star":
        return f"*{shown(node.x)}"
    if kind == "paren":
        return f"({shown(node.x)})"
    if kind == "index":
        return f"{shown(node.x)}[{', '.join(shown(one) for one in node.args)}]"
    if kind == "slice":
        return f"{shown(node.x)}[{':'.join(shown(one) if one else '' for one in node.parts)}]"
    if kind == "assert":
        return f"{shown(node.x)}.({shown(node.type) if node.type else 'type'})"
    if kind == "composite":
        return f"{shown(node.type) if node.type else ''}{{{'…' if node.items else ''}}}"
    if kind == "funclit":
        return "func literal"
    return _type_shown(node)


def _type_shown(node: Node) -> str:
    kind = node.kind
    if kind == "slicetype":
        return f"[]{shown(node.elem)}"
    if kind == "arraytype":
        return f"[{shown(node.length) if node.length else '...'}]{shown(node.elem)}"
    if kind == "maptype":
        return f"map[{shown(node.key)}]{shown(node.elem)}"
    if kind == "chantype":
        return f"chan {shown(node.elem)}"
    if kind == "interfacetype":
        return "interface{…}" if node.methods or node.unions else "interface{}"
    if kind == "structtype":
        return "struct{…}" if node.fields else "struct{}"
    return "func(…)" if kind == "functype" else kind
