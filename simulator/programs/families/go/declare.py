"""What a package declares: names found before anything is compiled, types made when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .packages import Block, Obj, Package
from .tree import Node
from .types import Type, Types
from .typing_of import TypeReader

if TYPE_CHECKING:
    from .program import Program


class Declarations:
    """The part of the compiler that deals with declarations of packages."""

    types: Types
    universe: Block
    packages: dict[str, Package]
    globals: list[Obj]
    order: list[Package]
    main: str

    if TYPE_CHECKING:

        def note(self, package: Package, file: str, line: int, column: int, text: str) -> None: ...

        def number(self, key: str, make: Any) -> int: ...

    def declare(self, package: Package) -> None:
        """Find all names of a package."""
        package.block.up = self.universe
        methods: list[tuple[Node, str]] = []
        for name, file in package.files.items():
            package.imports[name] = self._imports(package, name, file)
            for node in file.decls:
                if node.kind == "func" and node.receiver is not None:
                    methods.append((node, name))
                elif node.kind == "func":
                    self._function(package, name, node)
                else:
                    self._values(package, name, node)
        for node, name in methods:
            self._method(package, name, node)

    def _imports(self, package: Package, name: str, file: Any) -> Block:
        block = Block(package.block)
        for node in file.imports:
            other = self.packages.get(node.path)
            shown = node.name or (other.name if other is not None else "")
            if other is None or shown == "_":
                continue
            obj = Obj("package", shown, package=other, node=node, file=name, value=node.path)
            if shown == ".":
                for key, one in other.block.names.items():
                    if key[:1].isupper():
                        block.names[key] = one
                obj.used = True
                shown = f".{node.path}"
            before = block.names.get(shown)
            if before is not None and before.node is not None:
                self.note(
                    package,
                    name,
                    node.line,
                    node.column,
                    f"{shown} redeclared in this block\n\t./{name}:{before.node.line}:"
                    f"{before.node.column}: other declaration of {shown}",
                )
            block.names[shown] = obj
        return block

    def _add(self, package: Package, obj: Obj, place: Any) -> None:
        if obj.name == "_":
            return
        before = package.block.names.get(obj.name)
        if before is not None and before.node is not None:
            spot = before.node
            names = getattr(spot, "names", None) if spot.kind in ("var", "const") else None
            if names:
                spot = next((one for one in names if one.text == obj.name), spot)
            self.note(
                package,
                obj.file,
                place.line,
                place.column,
                f"{obj.name} redeclared in this block\n\t./{before.file}:{spot.line}:"
                f"{spot.column}: other declaration of {obj.name}",
            )
            return
        package.block.names[obj.name] = obj

    def _function(self, package: Package, file: str, node: Node) -> None:
        if node.name == "init":
            package.inits.append((node, file))
            package.functions.append((node, file))
            return
        obj = Obj("func", node.name, node=node, package=package, file=file)
        package.functions.append((node, file))
        if node.body is None and not package.library:
            self.note(package, file, node.line, node.column, "missing function body")
        if (
            package.path == self.main
            and node.name == "main"
            and (node.type.params or node.type.results)
        ):
            self.note(
                package,
                file,
                node.line,
                node.column,
                "func main must have no arguments and no return values",
            )
        self._add(package, obj, node)

    def _values(self, package: Package, file: str, node: Node) -> None:
        if node.kind == "type":
            self._add(package, Obj("type", node.name, node=node, package=package, file=file), node)
            return
        for at, token in enumerate(node.names):
            obj = Obj(node.kind, token.text, node=node, package=package, file=file, at=at)
            if node.kind == "var":
                obj.index = len(self.globals)
                self.globals.append(obj)
                package.variables.append(obj)
            self._add(package, obj, token)

    def _method(self, package: Package, file: str, node: Node) -> None:
        kind = node.receiver.type
        pointer = kind.kind == "star"
        base = kind.x if pointer else kind
        names = [one.name for one in base.args] if base.kind == "index" else []
        base = base.x if base.kind == "index" else base
        owner = package.block.names.get(base.name) if base.kind == "name" else None
        if owner is None or owner.kind != "type" or owner.node is None:
            if base.kind == "name" and package.block.find(base.name) is None:
                self.note(package, file, base.line, base.column, f"undefined: {base.name}")
            return
        methods = owner.value if owner.value is not None else {}
        owner.value = methods
        before = methods.get(node.name)
        if before is not None:
            spot = before["node"]
            self.note(
                package,
                file,
                node.line,
                node.column,
                f"method {base.name}.{node.name} already declared at ./{before['file']}:"
                f"{spot.line}:{spot.column}",
            )
            return
        methods[node.name] = {
            "node": node,
            "file": file,
            "package": package,
            "pointer": pointer,
            "names": names,
        }
        package.functions.append((node, file))

    # Types and values of names

    def type_of(self, obj: Obj, args: list[Type] | None = None) -> Type:
        """Give the type that a name stands for, made if it was not yet."""
        if obj.type is not None and not args:
            return obj.type
        node, package = obj.node, obj.package
        if node is None or package is None:
            return obj.type or self.types.unknown
        bounds = node.bounds
        if bounds and not args:
            return self.types.unknown
        key = ",".join(one.key for one in args or [])
        if args and key in obj.instances:
            return obj.instances[key]
        block = Block(package.imports[obj.file])
        for bound, arg in zip(bounds, args or [], strict=False):
            block.names[bound.name] = Obj("type", bound.name, arg)
        reader = self.reader(package, obj.file, block)
        if node.alias:
            obj.type = made = reader.read(node.type)
            return made
        made = self.types.named(package.path, package.name, obj.name, args)
        if args:
            if len(obj.instances) > 100:
                return self.types.unknown
            obj.instances[key] = made
        else:
            obj.type = made
        made.own = {name: {**row, "args": args or []} for name, row in (obj.value or {}).items()}
        obj.busy = True
        base = reader.read(node.type)
        obj.busy = False
        self.types.define(made, base)
        return made

    def reader(self, package: Package, file: str, block: Block) -> TypeReader:
        """Give what reads types in a place."""
        return TypeReader(self, package, file, block)  # type: ignore[arg-type]

    def signature_of(self, method: dict[str, Any], owner: Type) -> Type:
        """Give the signature of a declared method of a type."""
        found: Type | None = method.get("signature")
        if found is None:
            block = self.method_block(method, owner)
            reader = self.reader(method["package"], method["file"], block)
            found = method["signature"] = reader.read(method["node"].type)
        return found

    def method_block(self, method: dict[str, Any], owner: Type) -> Block:
        """Give the block of a method's types: those of its package, and its type parameters."""
        block = Block(method["package"].imports[method["file"]])
        for name, arg in zip(method["names"], owner.args, strict=False):
            block.names[name] = Obj("type", name, arg)
        return block

    def unused_imports(self) -> None:
        """Note imports of the program's own files that nothing uses."""
        for package in self.order:
            if package.library:
                continue
            for file, block in package.imports.items():
                for name, obj in block.names.items():
                    if obj.kind != "package" or obj.used or obj.node is None:
                        continue
                    path = obj.node.path
                    base = path.rpartition("/")[2]
                    shown = f'"{path}" imported and not used'
                    if obj.node.name or (
                        obj.package and obj.package.name != base and obj.package.known
                    ):
                        shown = f'"{path}" imported as {name} and not used'
                    self.note(package, file, obj.node.line, obj.node.column, shown)

    def program(self) -> Program:
        """Give itself, as what it is."""
        return self  # type: ignore[return-value]

    def compile_methods(self, kind: Type) -> None:
        """Compile all methods that values of a type have."""
        from .functions import compile_methods

        compile_methods(self.program(), kind)
