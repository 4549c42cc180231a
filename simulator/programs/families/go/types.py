"""Types of Go: what they are made of, when they are the same, what they can be used for.

A type's `key` tells it apart from every other of a program (packages by their import path); two
types with one key are one object. `text` is what `%T` prints.
"""

from __future__ import annotations

from typing import Any

INTS = {
    "int": (64, True),
    "int8": (8, True),
    "int16": (16, True),
    "int32": (32, True),
    "int64": (64, True),
    "uint": (64, False),
    "uint8": (8, False),
    "uint16": (16, False),
    "uint32": (32, False),
    "uint64": (64, False),
    "uintptr": (64, False),
}
"""Bits, and whether there is a sign."""
FLOATS = {"float32": 32, "float64": 64}
WIDTHS = {
    "bool": 1,
    "float32": 4,
    "float64": 8,
    "string": 16,
    "complex128": 16,
    "complex64": 8,
    "slice": 24,
    "interface": 16,
    **{name: bits // 8 for name, (bits, _) in INTS.items()},
}


class Type:
    """A type: see `kind`.

    kinds: the basic ones by name, "untyped int|float|rune|string|bool|nil", pointer, slice, array,
    map, chan, struct, func, interface, tuple, unknown. A named type has `name` and, in `under`,
    the type it was made from; `kind` is that one's.
    """

    def __init__(self, kind: str, key: str, text: str = "") -> None:
        self.kind = kind
        self.key = key
        self.text = text or key
        self.name = ""
        self.path = ""
        self.under: Type = self
        self.elem: Type = self
        self.of_key: Type = self
        self.length = 0
        self.way = "both"
        self.fields: list[Field] = []
        self.params: list[Type] = []
        self.results: list[Type] = []
        self.variadic = False
        self.methods: dict[str, Type] = {}
        """Of an interface: signatures by name."""
        self.own: dict[str, Any] = {}
        """Of a named type: its method declarations by name."""
        self.embeds_unknown = False
        self.terms: list[Type] | None = None
        """Of a constraint: the types it admits."""
        self.args: list[Type] = []
        self.local = ""
        """The package in which a text leaves the package's name out is not told: see `shown`."""

    def __repr__(self) -> str:
        return f"<{self.key}>"

    @property
    def is_int(self) -> bool:
        return self.kind in INTS or self.kind in ("untyped int", "untyped rune")

    @property
    def is_float(self) -> bool:
        return self.kind in FLOATS or self.kind == "untyped float"

    @property
    def is_number(self) -> bool:
        return self.is_int or self.is_float or self.kind.startswith("complex")

    @property
    def is_string(self) -> bool:
        return self.kind in ("string", "untyped string")

    @property
    def is_bool(self) -> bool:
        return self.kind in ("bool", "untyped bool")

    @property
    def is_untyped(self) -> bool:
        return self.kind.startswith("untyped")

    @property
    def is_interface(self) -> bool:
        return self.kind == "interface"

    @property
    def is_unknown(self) -> bool:
        return self.kind == "unknown"

    @property
    def is_struct_pointer(self) -> bool:
        return self.kind == "pointer" and self.under.elem.kind == "struct"

    @property
    def nilable(self) -> bool:
        return self.kind in ("pointer", "slice", "map", "chan", "func", "interface", "unknown")


class Field:
    """A field of a struct."""

    def __init__(self, name: str, kind: Type, tag: str = "", embedded: bool = False) -> None:
        self.name, self.type, self.tag, self.embedded = name, kind, tag, embedded


class Types:
    """All types of a program, by key."""

    def __init__(self) -> None:
        self.known: dict[str, Type] = {}
        for name in (*INTS, *FLOATS, "bool", "string", "complex64", "complex128"):
            self.known[name] = Type(name, name)
        for name in ("int", "float", "rune", "string", "bool", "nil"):
            self.known[f"untyped {name}"] = Type(f"untyped {name}", f"untyped {name}")
        self.unknown = self.known["?"] = Type("unknown", "?")
        self.any = Type("interface", "interface {}")
        self.known["interface {}"] = self.any
        self.nothing = self.tuple([])
        self.error = self._named_interface("error", "Error", [], [self["string"]])
        self.comparable = Type("interface", "comparable")
        self.known["comparable"] = self.comparable

    def __getitem__(self, key: str) -> Type:
        return self.known[key]

    def _named_interface(
        self, name: str, method: str, params: list[Type], results: list[Type]
    ) -> Type:
        made = Type("interface", name)
        made.name = name
        made.under = Type("interface", f"interface {{ {method}() }}")
        made.methods = made.under.methods = {method: self.func(params, results, False)}
        self.known[name] = made
        return made

    def _made(self, kind: str, key: str, text: str) -> tuple[Type, bool]:
        found = self.known.get(key)
        if found is not None:
            return found, False
        made = self.known[key] = Type(kind, key, text)
        return made, True

    def pointer(self, elem: Type) -> Type:
        made, new = self._made("pointer", "*" + elem.key, "*" + elem.text)
        if new:
            made.elem = elem
        return made

    def slice(self, elem: Type) -> Type:
        made, new = self._made("slice", "[]" + elem.key, "[]" + elem.text)
        if new:
            made.elem = elem
        return made

    def array(self, length: int, elem: Type) -> Type:
        made, new = self._made("array", f"[{length}]{elem.key}", f"[{length}]{elem.text}")
        if new:
            made.elem, made.length = elem, length
        return made

    def map(self, key: Type, elem: Type) -> Type:
        made, new = self._made("map", f"map[{key.key}]{elem.key}", f"map[{key.text}]{elem.text}")
        if new:
            made.of_key, made.elem = key, elem
        return made

    def chan(self, elem: Type, way: str = "both") -> Type:
        mark = {"both": "chan ", "send": "chan<- ", "recv": "<-chan "}[way]
        made, new = self._made("chan", mark + elem.key, mark + elem.text)
        if new:
            made.elem, made.way = elem, way
        return made

    def tuple(self, items: list[Type]) -> Type:
        key = "(" + ", ".join(one.key for one in items) + ")"
        made, new = self._made("tuple", key, key)
        if new:
            made.results = items
        return made

    def func(self, params: list[Type], results: list[Type], variadic: bool) -> Type:
        def written(how: str) -> str:
            words = [str(getattr(one, how)) for one in params]
            if variadic:
                words[-1] = "..." + words[-1].removeprefix("[]")
            text = f"func({', '.join(words)})"
            out = [str(getattr(one, how)) for one in results]
            if len(out) == 1:
                return f"{text} {out[0]}"
            return f"{text} ({', '.join(out)})" if out else text

        made, new = self._made("func", written("key"), written("text"))
        if new:
            made.params, made.results, made.variadic = params, results, variadic
        return made

    def struct(self, fields: list[Field]) -> Type:
        def written(how: str) -> str:
            rows = []
            for field in fields:
                kind = str(getattr(field.type, how))
                tag = f' "{field.tag}"' if field.tag else ""
                rows.append((kind if field.embedded else f"{field.name} {kind}") + tag)
            return f"struct {{ {'; '.join(rows)} }}" if rows else "struct {}"

        made, new = self._made("struct", written("key"), written("text"))
        if new:
            made.fields = fields
        return made

    def interface(
        self, methods: dict[str, Type], terms: list[Type] | None = None, unknown: bool = False
    ) -> Type:
        if not methods and terms is None and not unknown:
            return self.any

        def written(how: str) -> str:
            rows = [f"{name}{str(getattr(methods[name], how))[4:]}" for name in sorted(methods)]
            if terms is not None:
                rows.append("|".join(str(getattr(one, how)) for one in terms))
            return f"interface {{ {'; '.join(rows)}{'?' if unknown else ''} }}"

        made, new = self._made("interface", written("key"), written("text"))
        if new:
            made.methods = {name: methods[name] for name in sorted(methods)}
            made.terms, made.embeds_unknown = terms, unknown
        return made

    def named(self, path: str, package: str, name: str, args: list[Type] | None = None) -> Type:
        """Make a named type whose underlying type is set later by `define`."""
        inner = ""
        shown = ""
        if args:
            inner = "[" + ",".join(one.key for one in args) + "]"
            shown = "[" + ",".join(one.text for one in args) + "]"
        key = f"{path}.{name}{inner}"
        made = Type("unknown", key, f"{package}.{name}{shown}")
        made.name, made.path, made.args = name, path, list(args or [])
        self.known[key] = made
        return made

    def define(self, named: Type, base: Type) -> None:
        """Say what a named type is made from."""
        under = base.under
        named.under, named.kind = under, under.kind
        named.elem, named.of_key, named.length, named.way = (
            under.elem,
            under.of_key,
            under.length,
            under.way,
        )
        named.fields, named.params, named.results = under.fields, under.params, under.results
        named.variadic, named.methods, named.terms = under.variadic, under.methods, under.terms
        named.embeds_unknown = under.embeds_unknown

    def default(self, kind: Type) -> Type:
        """Give the type that an untyped constant has by itself."""
        names = {
            "untyped int": "int",
            "untyped float": "float64",
            "untyped rune": "int32",
            "untyped string": "string",
            "untyped bool": "bool",
        }
        return self.known[names[kind.kind]] if kind.kind in names else kind


def find_field(kind: Type, name: str) -> tuple[list[tuple[int, bool]], Type] | None:
    """Find a field, also of embedded structs: ([(index, through a pointer)], its type)."""
    found = _search(kind, name, fields=True)
    return (found[0], found[1]) if found is not None else None


def find_method(kind: Type, name: str) -> tuple[list[tuple[int, bool]], Type, Any] | None:
    """Find a method: (the way to the embedded value, the type that has it, its declaration).

    The declaration of an interface's method is its signature.
    """
    return _search(kind, name, fields=False)  # type: ignore[no-any-return]


def _search(kind: Type, name: str, fields: bool) -> Any:
    """Look level by level, as Go does: the shallowest wins."""
    level: list[tuple[Type, list[tuple[int, bool]]]] = [(kind, [])]
    seen: dict[str, None] = {}
    while level:
        following = []
        for one, way in level:
            pointer = one.kind == "pointer" and not one.name
            base = one.elem if pointer else one
            if base.key in seen:
                continue
            seen[base.key] = None
            if not fields:
                if name in base.own:
                    return way, base, base.own[name]
                if base.is_interface and not pointer and name in base.methods:
                    return way, base, base.methods[name]
            if base.kind != "struct":
                continue
            for index, field in enumerate(base.fields):
                if fields and field.name == name:
                    return [*way, (index, pointer)], field.type
                if field.embedded:
                    following.append((field.type, [*way, (index, pointer)]))
        level = following
    return None


def has_unknown(kind: Type) -> bool:
    """Tell whether an embedded part is of a package that the model does not know."""
    level = [kind]
    seen: dict[str, None] = {}
    while level:
        one = level.pop()
        base = one.elem if one.kind == "pointer" else one
        if base.is_unknown or base.embeds_unknown:
            return True
        if base.key in seen:
            continue
        seen[base.key] = None
        level += [field.type for field in base.fields if field.embedded]
    return False


def method_names(kind: Type) -> list[str]:
    """Give the names of all methods that a value of a type has, its own before the embedded."""
    names: dict[str, None] = {}
    level = [kind]
    seen: dict[str, None] = {}
    while level:
        one = level.pop(0)
        base = one.elem if one.kind == "pointer" and not one.name else one
        if base.key in seen:
            continue
        seen[base.key] = None
        for name in base.own:
            names[name] = None
        if base.is_interface:
            for name in base.methods:
                names[name] = None
        if base.kind == "struct":
            level += [field.type for field in base.fields if field.embedded]
    return list(names)


def comparable(kind: Type) -> bool:
    """Tell whether values of a type can be compared with ==."""
    if kind.kind in ("slice", "map", "func"):
        return False
    if kind.kind == "struct":
        return all(comparable(field.type) for field in kind.fields)
    return comparable(kind.elem) if kind.kind == "array" else True
