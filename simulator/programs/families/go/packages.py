"""Packages of a Go program, and the names that are declared in them."""

from __future__ import annotations

from typing import Any

from .tree import Node
from .types import Type


class Obj:
    """What a name stands for.

    kind: var, const, type, func, package, builtin, nil. owner: the function whose variable it is
    (None: of a package). index: its register, or its place among the globals.
    """

    def __init__(self, kind: str, name: str, type: Type | None = None, **more: Any) -> None:
        self.kind, self.name, self.type = kind, name, type
        self.node: Node | None = more.get("node")
        self.package: Package | None = more.get("package")
        self.file: str = more.get("file", "")
        self.value: Any = more.get("value")
        self.index: int = more.get("index", -1)
        self.owner: Any = more.get("owner")
        self.at: int = more.get("at", 0)
        self.boxed = False
        self.used = False
        self.busy = False
        self.instances: dict[str, Type] = {}


class Block:
    """Names of a block, and the block around."""

    def __init__(self, up: Block | None = None) -> None:
        self.names: dict[str, Obj] = {}
        self.up = up

    def find(self, name: str) -> Obj | None:
        """Look a name up, outwards."""
        block: Block | None = self
        while block is not None:
            found = block.names.get(name)
            if found is not None:
                return found
            block = block.up
        return None


class Package:
    """A package: its files' trees, its names. known: False when the model knows nothing of it."""

    def __init__(self, path: str, name: str, library: bool) -> None:
        self.path, self.name, self.library = path, name, library
        self.known = True
        self.files: dict[str, Any] = {}
        """By name: the tree of each."""
        self.imports: dict[str, Block] = {}
        """By file: what it imports."""
        self.block = Block()
        self.folder = ""
        self.variables: list[Obj] = []
        """In the order of their declaration."""
        self.inits: list[tuple[Node, str]] = []
        self.uses: dict[str, None] = {}
        """Paths of the packages that it imports."""
        self.functions: list[tuple[Node, str]] = []
