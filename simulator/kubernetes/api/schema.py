"""The shapes of all kinds: which fields there are, of which types, and how lists merge.

Read from `fields/*.txt`, one file an API group. A type stands on a line of its own (`=` behind
it: always replaced as a whole), its fields indented below, `name!:type` with `!` for required
and no type for a string. Types: `[T]` a list, `{T}` a map, else a scalar or another type. Behind
a list, `/key` is the key by which a strategic merge patch merges its items (`/` alone: a set of
scalars), `|a+b` the keys by which server-side apply tells them apart where those differ, and `~`
says that only the fields given are retained. Source of the facts: the OpenAPI definitions of
Kubernetes 1.32.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIELDS = Path(__file__).parent / "fields"
GO_TYPES = Path(__file__).parent / "gotypes.txt"

SCALARS = frozenset(
    {"string", "bool", "int32", "int64", "float", "double", "quantity", "intstr", "time",
     "microtime", "bytes", "any"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One type.   form: "list", "map", "struct" or a scalar's name.   struct: a struct's name."""

    form: str
    struct: str = ""
    of: Shape | None = None

    def __str__(self) -> str:
        if self.form == "list":
            return f"[]{self.of}"
        if self.form == "map":
            return f"map[string]{self.of}"
        return self.struct or self.form


@dataclass(frozen=True, slots=True)
class Field:
    """One field.   merge: the key of a strategic merge ("" for a set), None to replace."""

    name: str
    shape: Shape
    required: bool = False
    merge: str | None = None
    keys: tuple[str, ...] = ()
    is_set: bool = False
    retain: bool = False
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Struct:
    """One type with fields."""

    name: str
    group: str
    fields: dict[str, Field]
    atomic: bool = False

    @property
    def go_name(self) -> str:
        """Its name in Go, where versions of one type are told apart by package."""
        name = self.name.removesuffix("V1").removesuffix("Apiextensions")
        return name.removeprefix("Flowcontrol")


@cache
def structs() -> dict[str, Struct]:
    """Read all types, by name."""
    found: dict[str, Struct] = {}
    for path in sorted(FIELDS.glob("*.txt")):
        name = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith(" "):
                name, _, mark = line.partition(" ")
                found[name] = Struct(name, path.stem, {}, mark == "=")
                continue
            for text in line.split():
                field = _field(text)
                found[name].fields[field.name] = field
    return found


def _field(text: str) -> Field:
    name, _, rest = text.partition(":")
    required = name.endswith("!")
    atomic = rest.endswith("=")
    rest = rest.rstrip("=")
    retain = rest.endswith("~")
    rest = rest.rstrip("~")
    rest, bar, keys = rest.partition("|")
    rest, slash, merge = rest.partition("/")
    apply_keys = tuple(keys.split("+")) if keys else ((merge,) if merge else ())
    return Field(
        name.rstrip("!"),
        _shape(rest or "string"),
        required,
        merge if slash else None,
        () if atomic else apply_keys,
        bool(slash and not merge) or bool(bar and not keys),
        retain,
        atomic,
    )


def _shape(text: str) -> Shape:
    if text.startswith("["):
        return Shape("list", of=_shape(text[1:-1]))
    if text.startswith("{"):
        return Shape("map", of=_shape(text[1:-1]))
    if text in SCALARS:
        return Shape(text)
    return Shape("struct", text)


def struct_of(kind: str, api_version: str = "") -> Struct | None:
    """Give the type of a built-in kind; None for a custom one."""
    if kind == "HorizontalPodAutoscaler" and api_version == "autoscaling/v1":
        kind = "HorizontalPodAutoscalerV1"
    return structs().get(kind)


def struct_below(shape: Shape) -> Struct | None:
    """Give the struct within lists and maps of a shape, or None."""
    inner: Shape | None = shape
    while inner is not None and inner.form in ("list", "map"):
        inner = inner.of
    return structs().get(inner.struct) if inner and inner.form == "struct" else None


@cache
def go_names() -> dict[str, str]:
    """Give the Go types of the texts that have one of their own, by `Struct.field`."""
    found: dict[str, str] = {}
    name = ""
    for line in GO_TYPES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        words = line.split()
        if not line.startswith(" "):
            name = words.pop(0).rstrip(":")
        found.update(dict.fromkeys(words, name))
    return found


def go_type(shape: Shape, version: str = "v1", field: str = "") -> str:
    """Name a type as Go's error messages do (`[]v1.Container`, `v1.PullPolicy`).

    field: `Struct.field`, by which the types of texts are known.
    """
    if shape.form == "list":
        return f"[]{go_type(shape.of, version, field)}" if shape.of else "[]"
    if shape.form == "map":
        if shape.of and shape.of.form == "quantity":
            return "v1.ResourceList"
        return f"map[string]{go_type(shape.of, version, field)}" if shape.of else "map"
    if shape.form == "string":
        return go_names().get(field, "string")
    if shape.form == "struct":
        found = structs().get(shape.struct)
        return f"{version}.{found.go_name if found else shape.struct}"
    return _GO.get(shape.form, shape.form)


_GO: dict[str, str] = {
    "quantity": "resource.Quantity",
    "intstr": "intstr.IntOrString",
    "time": "v1.Time",
    "microtime": "v1.MicroTime",
    "bytes": "[]uint8",
    "float": "float64",
    "double": "float64",
}
