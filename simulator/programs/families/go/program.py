"""A compiled Go program: its packages, types, code, and what the compiler has against it.

Sources come as {"module", "go", "main" (path of the package), "packages": {path: {"folder",
"files": {name: text}}}, "embed": {path: text}}, as JSON text, which is also the key of the cache.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...vm import Code
from .declare import Declarations
from .packages import Block, Obj, Package
from .syntax import SourceError, parse
from .types import Type, Types

LIBRARY = Path(__file__).parent / "lib"
MAX_CODES = 6_000
MAX_ERRORS = 10

Wrong = tuple[str, str, int, int, str]
"""Path of the package, file, line, column, words."""


ALIASES = {
    "math/rand/v2": "math/rand",
    "github.com/go-redis/redis/v8": "github.com/redis/go-redis/v9",
    "github.com/jackc/pgx/v4": "github.com/jackc/pgx/v5",
    "github.com/jackc/pgx/v4/pgxpool": "github.com/jackc/pgx/v5/pgxpool",
    "github.com/jackc/pgx/v4/stdlib": "github.com/jackc/pgx/v5/stdlib",
    "github.com/jackc/pgconn": "github.com/jackc/pgx/v5/pgconn",
    "github.com/jackc/pgtype": "github.com/jackc/pgx/v5/pgtype",
}
"""Modules that are so alike that they share one model."""


@lru_cache(maxsize=1024)
def library_files(path: str) -> dict[str, str] | None:
    """Give the sources of a modelled package of the library, or of somebody else's module.

    A large package is a folder of files.
    """
    name = path.replace("/", "_")
    file, folder = LIBRARY / f"{name}.go", LIBRARY / name
    if file.is_file():
        return {f"{_base(path)}.go": file.read_text("utf-8")}
    if folder.is_dir():
        return {one.name: one.read_text("utf-8") for one in sorted(folder.glob("*.go"))}
    return None


@lru_cache(maxsize=64)
def compiled(text: str) -> Program:
    """Compile a program."""
    program = Program(json.loads(text))
    try:
        program.compile()
    except RecursionError:
        program.wrong.append((program.main, "main.go", 1, 1, "nesting depth limit exceeded"))
    return program


class Info:
    """What calling a compiled function needs: registers, and where captured variables begin."""

    def __init__(self) -> None:
        self.registers = 1
        self.captured = 1
        self.file = ""
        self.folder = ""
        self.library = True
        self.shown = ""


class Program(Declarations):
    """The compiler's state."""

    def __init__(self, sources: dict[str, Any]) -> None:
        self.sources = sources
        self.main = str(sources.get("main") or "main")
        self.types = Types()
        self.packages: dict[str, Package] = {}
        self.wrong: list[Wrong] = []
        self.library_wrong: list[Wrong] = []
        self.codes: list[Code] = []
        self.numbers: dict[str, int] = {}
        self.work: list[tuple[int, Callable[[Code], None]]] = []
        self.globals: list[Obj] = []
        self.boxed: dict[str, None] = {}
        self.dispatched: dict[tuple[str, str], Any] = {}
        self.order: list[Package] = []
        self.absent: dict[str, None] = {}
        """What the program uses of modelled packages and the model does not have."""
        self.universe = self.make_universe()
        version = str(sources.get("go") or "1.23").split(".")
        self.per_iteration = len(version) < 2 or not version[1].isdigit() or int(version[1]) >= 22

    # Packages

    def load(self, path: str, trail: tuple[str, ...] = ()) -> Package:
        """Give a package, with all that it imports, parsed and declared."""
        found = self.packages.get(path)
        if found is not None:
            return found
        own = self.sources["packages"].get(path)
        if own is None and path in ALIASES:
            found = self.packages[path] = self.load(ALIASES[path], trail)
            return found
        if own is not None:
            package = Package(path, path.rpartition("/")[2], False)
            package.folder = str(own.get("folder") or "")
            self.packages[path] = package
            self._parse(package, own["files"])
        else:
            files = library_files(path)
            package = Package(path, _base(path), True)
            self.packages[path] = package
            if files is None:
                package.known = False
                return package
            self._parse(package, files)
        for used in list(package.uses):
            self.load(used, (*trail, path))
        self.order.append(package)
        self.declare(package)
        return package

    def _parse(self, package: Package, files: dict[str, str]) -> None:
        for name in sorted(files):
            try:
                file = parse(files[name])
            except SourceError as error:
                self.note(package, name, error.line, error.column, error.text)
                continue
            package.files[name] = file
            package.name = file.package
            for one in file.imports:
                package.uses[one.path] = None

    @property
    def unfollowed(self) -> list[str]:
        """What the program uses and the model does not have: packages, then names of others."""
        packages = sorted(path for path, package in self.packages.items() if not package.known)
        return [f"the package {path}" for path in packages] + sorted(self.absent)

    def lacks(self, kind: Type, name: str) -> bool:
        """Tell whether a type is a modelled package's, which may have what the model has not.

        # Simplified: What a program uses of a package of which only a part is modelled, and the
        model lacks, does nothing and gives zero values; it is named in the program's log.
        """
        base = kind.elem if kind.kind == "pointer" and not kind.name else kind
        package = self.packages.get(base.path) if base.name else None
        if package is None or not package.library or not name[:1].isupper():
            return False
        self.absent[f"{base.path}.{base.name}.{name}"] = None
        return True

    # What is wrong

    def note(self, package: Package, file: str, line: int, column: int, text: str) -> None:
        """Note what the compiler has against a source."""
        into = self.library_wrong if package.library else self.wrong
        row = (package.path, file, line, column, text)
        if row not in into and len(into) < 500:
            into.append(row)

    # Code

    def number(self, key: str, make: Callable[[Code], None]) -> int:
        """Give the number of a function's code; it is made when it is asked for the first time."""
        found = self.numbers.get(key)
        if found is None:
            if len(self.codes) >= MAX_CODES:
                raise RecursionError
            found = self.numbers[key] = len(self.codes)
            code = Code(key, info=Info())
            self.codes.append(code)
            self.work.append((found, make))
        return found

    def compile(self) -> None:
        """Compile everything that the program can reach, and check all of its own packages."""
        from .entry import compile_entry

        self.load("runtime")
        main = self.load(self.main)
        if self.wrong:
            return
        compile_entry(self, main)
        while self.work:
            number, make = self.work.pop(0)
            make(self.codes[number])
        if not self.wrong:
            self.unused_imports()

    def titles(self) -> dict[str, int]:
        """Give the numbers of functions by the names that traces show."""
        return {code.name: number for number, code in enumerate(self.codes)}

    def note_boxed(self, kind: Type) -> None:
        """Learn that values of a type get into interfaces: all their methods may be called."""
        todo = [kind]
        while todo:
            one = todo.pop()
            if one.key in self.boxed or one.is_untyped:
                continue
            self.boxed[one.key] = None
            self.compile_methods(one)
            if one.kind == "struct":
                todo += [field.type for field in one.fields]
            elif one.kind in ("pointer", "slice", "array", "map", "chan"):
                todo += [one.elem, one.of_key] if one.kind == "map" else [one.elem]

    def find_type(self, name: str) -> Type:
        """Give a type by its key; the unknown one when the program has no such type.

        Pointers and slices that only the library makes, while the program runs, are made anew.
        """
        found = self.types.known.get(name)
        if found is None and name.startswith("*"):
            inner = self.find_type(name[1:])
            found = inner if inner.is_unknown else self.types.pointer(inner)
        elif found is None and name.startswith("[]"):
            inner = self.find_type(name[2:])
            found = inner if inner.is_unknown else self.types.slice(inner)
        return found if found is not None else self.types.unknown

    def errors(self) -> list[Wrong]:
        """Give what is wrong, in the order of the source, as the compiler lists it."""
        return sorted(self.wrong, key=lambda row: (row[0], row[1], row[2], row[3]))

    def make_universe(self) -> Block:
        """Declare what is known everywhere."""
        block = Block()
        known = self.types
        for name in (
            "int",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "uintptr",
            "float32",
            "float64",
            "bool",
            "string",
            "complex64",
            "complex128",
            "error",
            "comparable",
        ):
            block.names[name] = Obj("type", name, known[name])
        block.names["byte"] = Obj("type", "byte", known["uint8"])
        block.names["rune"] = Obj("type", "rune", known["int32"])
        block.names["any"] = Obj("type", "any", known.any)
        for name, value in (("true", True), ("false", False)):
            block.names[name] = Obj("const", name, known["untyped bool"], value=value)
        block.names["nil"] = Obj("nil", "nil", known["untyped nil"])
        for name in (
            "append",
            "cap",
            "clear",
            "close",
            "complex",
            "copy",
            "delete",
            "imag",
            "len",
            "make",
            "max",
            "min",
            "new",
            "panic",
            "print",
            "println",
            "real",
            "recover",
        ):
            block.names[name] = Obj("builtin", name)
        return block


def _base(path: str) -> str:
    """Guess a package's name from its path, as goimports does: without a version."""
    parts = path.split("/")
    last = parts[-1]
    if len(parts) > 1 and len(last) > 1 and last[0] == "v" and last[1:].isdigit():
        last = parts[-2]
    last = last.split(".v")[0] if last.startswith(("yaml.", "gopkg")) else last
    return last.removeprefix("go-").removesuffix("-go").replace("-", "_").replace(".", "_")
