"""Reading an object strictly: known fields, right types, canonical quantities.

What is refused is said in the words of Go's JSON decoder and of sigs.k8s.io/json. Source:
kubernetes apimachinery v0.32 pkg/runtime/serializer/json.
"""

from __future__ import annotations

import json
import re
from typing import Any

from simulator.plain import Object

from . import status
from .kinds import Kind
from .quantity import QuantityError, canonical
from .schema import Field, Shape, Struct, go_type, struct_of, structs

MAX_UNKNOWN = 20
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_BOUNDS = {"int32": 31, "int64": 63}

EMPTY_MATTERS = frozenset(
    {"storageClassName", "ingressClassName", "volumeAttributesClassName", "appProtocol",
     "runtimeClassName"}
)  # fmt: skip
"""Optional texts that mean something when they are empty; all others are then left out."""

ZERO_IS_NOTHING = frozenset(
    {"hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly", "paused",
     "publishNotReadyAddresses", "unschedulable", "minReadySeconds", "hostPort", "nodePort",
     "initialDelaySeconds", "globalDefault"}
)  # fmt: skip
"""Fields that are left out when they are false or 0, because in Go they are not pointers."""


class Abort(Exception):
    """What ends the decoding at once; the message is Go's."""


def decode(row: Kind, obj: Object, strict: bool = True) -> Object:
    """Answer an object as the server reads it: without nulls, quantities canonical.

    Raises StatusError (BadRequest) for a wrong type and, if strict, for unknown fields.
    """
    struct = struct_of(row.kind, str(obj.get("apiVersion"))) if not row.custom else None
    reader = Reader(struct, str(obj.get("apiVersion", "")).rpartition("/")[2])
    version = str(obj.get("apiVersion", "")).rpartition("/")[2]
    refusal = f'{row.kind} in version "{version}" cannot be handled as a {row.kind}: '
    try:
        fresh = reader.struct(struct, obj, []) if struct else reader.custom(obj)
    except (Abort, QuantityError) as error:
        raise status.bad_request(refusal + str(error)) from error
    if reader.mismatch:
        raise status.bad_request(refusal + reader.mismatch)
    if reader.unknown and strict:
        raise status.bad_request(f"{refusal}strict decoding error: {unknown_text(reader.unknown)}")
    fresh["apiVersion"], fresh["kind"] = obj["apiVersion"], obj["kind"]
    fresh.setdefault("metadata", {})
    return fresh


def known_only(row: Kind, obj: Object) -> tuple[Object, list[str]]:
    """Drop the fields that an object's type does not have; names them, too.

    What has a wrong type is left for `decode` to refuse.
    """
    struct = struct_of(row.kind, str(obj.get("apiVersion"))) if not row.custom else None
    if struct is None:
        return obj, []
    reader = Reader(struct, row.version)
    try:
        reader.struct(struct, obj, [])
    except (Abort, QuantityError):
        return obj, []
    return _pruned(obj, reader.unknown), reader.unknown


def flaws(row: Kind, obj: Object) -> list[tuple[str, str]]:
    """Say all that strict decoding refuses of an object: (path, Go's words) of each.

    A path is dotted (`spec.containers[0].image`), and "" where Go tells none.
    """
    struct = struct_of(row.kind, str(obj.get("apiVersion"))) if not row.custom else None
    if struct is None:
        return []
    reader = Reader(struct, str(obj.get("apiVersion", "")).rpartition("/")[2])
    ended = ""
    try:
        reader.struct(struct, obj, [])
    except (Abort, QuantityError) as error:
        ended = str(error)
    found = [(path, f'unknown field "{path}"') for path in reader.unknown]
    wrong = ended or reader.mismatch
    return [*found, ("" if ended else reader.place, wrong)] if wrong else found


def _pruned(obj: Any, unknown: list[str], path: str = "") -> Any:
    if isinstance(obj, list):
        return [_pruned(item, unknown, f"{path}[{n}]") for n, item in enumerate(obj)]
    if not isinstance(obj, dict):
        return obj
    rows = ((name, f"{path}.{name}".lstrip("."), item) for name, item in obj.items())
    return {name: _pruned(item, unknown, at) for name, at, item in rows if at not in unknown}


def metadata_problem(meta: Object) -> str:
    """Say what of an object's metadata has the wrong type, as kubectl finds out; "" for nothing."""
    reader = Reader(None, "v1")
    try:
        reader.custom({"metadata": meta})
    except Abort as error:
        return str(error)
    return reader.mismatch


def unknown_text(unknown: list[str]) -> str:
    """List unknown fields as strict decoding does."""
    return ", ".join(f'unknown field "{path}"' for path in unknown[:MAX_UNKNOWN])


class Reader:
    """Walks one object along its type, to its end.

    unknown: the paths of fields that no type has.   mismatch: what Go says of the first value of
    a wrong type, "" for none; it goes on behind it, and what then ends it at once weighs more.
    place: the dotted path of that value.
    """

    def __init__(self, top: Struct | None, version: str) -> None:
        self.version = version
        self.unknown: list[str] = []
        self.mismatch = ""
        self.place = ""
        self.outer = top

    def custom(self, obj: Object) -> Object:
        """Read a custom object: only its metadata has a known type here."""
        fresh = {key: value for key, value in obj.items() if value is not None}
        meta = structs()["ObjectMeta"]
        fresh["metadata"] = self.struct(meta, obj.get("metadata") or {}, ["metadata"])
        return fresh

    def struct(self, struct: Struct, value: dict[str, Any], path: list[str]) -> dict[str, Any]:
        """Read the fields of one struct, in the order in which they arrive: sorted."""
        fresh: dict[str, Any] = {}
        for name in sorted(value):
            item = value[name]
            field = struct.fields.get(name)
            if field is None:
                self.unknown.append(_dotted([*path, name]))
                continue
            if item is None:
                if name == "creationTimestamp":
                    fresh[name] = None
                continue
            found = self.value(field.shape, item, [*path, name], struct)
            if _matters(field, found):
                fresh[name] = found
        return fresh

    def value(self, shape: Shape, value: Any, path: list[str], inside: Struct) -> Any:
        """Read one value of a shape; a wrong type is noted in Go's words, and read as nothing."""
        form = shape.form
        if form == "struct":
            return self._struct_value(shape, value, path, inside)
        if form == "list":
            if not isinstance(value, list):
                self._mismatch(value, shape, path, inside)
                return []
            assert shape.of is not None
            return [self._item(shape.of, v, path, n, inside) for n, v in enumerate(value)]
        if form == "map":
            if not isinstance(value, dict):
                self._mismatch(value, shape, path, inside)
                return {}
            assert shape.of is not None
            absent: Any = 0 if shape.of.form == "quantity" else ""
            return {
                str(key): self.value(
                    shape.of, absent if v is None else v, [*path, f".{key}"], inside
                )
                for key, v in value.items()
            }
        return self._scalar(shape, value, path, inside)

    def _struct_value(self, shape: Shape, value: Any, path: list[str], inside: Struct) -> Any:
        if shape.struct == "JSONSchemaProps" and isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._mismatch(value, shape, path, inside)
            return {}
        return self.struct(structs()[shape.struct], value, path)

    def _item(self, shape: Shape, value: Any, path: list[str], n: int, inside: Struct) -> Any:
        if value is None:
            value = {} if shape.form == "struct" else ""
        return self.value(shape, value, [*path, f"[{n}]"], inside)

    def _scalar(self, shape: Shape, value: Any, path: list[str], inside: Struct) -> Any:
        form = shape.form
        if form == "any":
            return value
        if form == "string" and isinstance(value, str):
            return value
        if form == "bool" and isinstance(value, bool):
            return value
        if form in _BOUNDS and isinstance(value, int) and not isinstance(value, bool):
            if -(1 << _BOUNDS[form]) <= value < 1 << _BOUNDS[form]:
                return value
        elif form in ("float", "double") and json_kind(value) == "number":
            return value
        elif form == "quantity":
            return _quantity(value)
        elif form == "intstr":
            return self._int_or_string(value, path, inside)
        elif form in ("time", "microtime"):
            return self._time(value, path, inside)
        elif form == "bytes" and isinstance(value, str):
            return self._bytes(value)
        return self._mismatch(value, shape, path, inside)

    def _mismatch(self, value: Any, shape: Shape, path: list[str], inside: Struct) -> None:
        """Note a value of the wrong type, unless one came before."""
        form = shape.form
        if form == "bytes" and isinstance(value, list):
            wrong = next((v for v in value if json_kind(v) != "number"), None)
            if wrong is None:
                return
            self._note(wrong, "uint8", path, inside)
            return
        name = go_type(shape, self.version, f"{inside.name}.{path_field(path)}")
        self._note(value, name, path, inside, exact=form in _BOUNDS)

    def _note(
        self, value: Any, name: str, path: list[str], inside: Struct, exact: bool = False
    ) -> None:
        if not self.mismatch:
            self.place = _dotted(path)
            self.mismatch = _words(value, name, path, inside, exact)

    def _int_or_string(self, value: Any, path: list[str], inside: Struct) -> Any:
        if isinstance(value, str):
            return value
        number = isinstance(value, int) and not isinstance(value, bool)
        if number and -(1 << 31) <= value < 1 << 31:
            return value
        raise Abort(_words(value, "int32", path, inside, exact=True))

    def _time(self, value: Any, path: list[str], inside: Struct) -> str:
        if not isinstance(value, str):
            raise Abort(_words(value, "string", path, inside))
        if not _TIME.fullmatch(value):
            raise Abort(
                f'parsing time "{value}" as "2006-01-02T15:04:05Z07:00": cannot parse "{value}" '
                'as "2006"'
            )
        return value

    def _bytes(self, value: str) -> str:
        """Read bytes written in base64, as Go does, which skips ends of lines."""
        clean = value.replace("\n", "").replace("\r", "")
        wrong = not_base64(clean)
        if wrong is not None and not self.mismatch:
            self.mismatch = f"illegal base64 data at input byte {wrong}"
        return value


def path_field(path: list[str]) -> str:
    """Give the last field's name of a path."""
    return next((step for step in reversed(path) if step[0] not in "[."), "")


def _words(value: Any, name: str, path: list[str], inside: Struct, exact: bool = False) -> str:
    """Say in Go's words that a value has the wrong type.   exact: a number is quoted."""
    kind = json_kind(value)
    if exact and kind == "number":
        kind = f"number {json.dumps(value)}"
    where = ".".join(step for step in path if step[0] not in "[.")
    target = f"{inside.go_name}.{where} of type {name}"
    return f"json: cannot unmarshal {kind} into Go struct field {target}"


def _dotted(path: list[str]) -> str:
    """Write a path as strict decoding does: `spec.containers[0].image`."""
    text = ""
    for step in path:
        text += step if not text or step[0] in "[." else f".{step}"
    return text


def _matters(field: Field, value: Any) -> bool:
    """Tell whether a value is kept: Go leaves out what is empty and optional."""
    if field.required:
        return True
    if field.shape.form in ("list", "map"):
        return bool(value)
    if field.shape.form == "string" and value == "":
        return field.name in EMPTY_MATTERS
    return bool(value) or field.name not in ZERO_IS_NOTHING


def json_kind(value: Any) -> str:
    """Name the kind of a value as Go's JSON decoder does."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _quantity(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return canonical("true" if isinstance(value, bool) else json.dumps(value))
    return canonical(value.strip() if isinstance(value, str) else json.dumps(value))


_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def not_base64(text: str) -> int | None:
    """Give the place at which a text is no base64, as Go counts it; None where it is.

    Source: encoding/base64, decodeQuantum: the place of a wrong character, and of a group of four
    that is cut short, its beginning less what is missing.
    """
    at = 0
    while at < len(text):
        group = text[at : at + 4]
        for n, char in enumerate(group):
            if char in _BASE64:
                continue
            if char != "=" or n < 2:
                return at + n
            if n == 2 and text[at + 3 : at + 4] != "=":
                return at + 2 if at + 3 < len(text) else len(text)
            rest = at + n + (2 if n == 2 else 1)
            return rest if rest < len(text) else None
        if len(group) < 4:
            return at
        at += 4
    return None
