"""encoding/json: values written and read by their types, with the words of its errors."""

from __future__ import annotations

import json
import math
from typing import Any

from ..language import program_of
from ..tokens import to_bytes, to_text
from ..types import Type, find_method
from ..values import (
    Map,
    Ref,
    Slice,
    Struct,
    byte_slice,
    bytes_of,
    canon,
    items_of,
    new_list,
    zero_maker,
)
from ..writing import quoted, shortest
from . import caller

DEEPEST = 60
MAX_JSON = 1 << 20


class JsonError(Exception):
    """What encoding/json has against a value or a text."""


def _tag(field: Any, name: str = "json") -> tuple[str, list[str]]:
    """Read a field's tag: (name, options)."""
    mark = f'{name}:"'
    at = field.tag.find(mark)
    if at < 0:
        return "", []
    text = field.tag[at + len(mark) :].partition('"')[0]
    parts = text.split(",")
    return parts[0], parts[1:]


def _fields(kind: Type) -> list[tuple[list[int], str, list[str], Type]]:
    """Give the fields that JSON knows: (way, name, options, type), those of embedded ones too."""
    found: list[tuple[list[int], str, list[str], Type]] = []
    for at, field in enumerate(kind.fields):
        name, options = _tag(field)
        if name == "-" and not options:
            continue
        base = field.type.elem if field.type.kind == "pointer" else field.type
        if field.embedded and not name and base.kind == "struct":
            found += [([at, *way], *rest) for way, *rest in _fields(base)]  # type: ignore[misc]
            continue
        if not field.name[:1].isupper():
            continue
        found.append(([at], name or field.name, options, field.type))
    return found


class Writer:
    """Writes values as JSON."""

    def __init__(self, vm: Any) -> None:
        self.program, self.call = program_of(vm), caller(vm)
        self.size = 0

    def boxed(self, value: Any, depth: int = 0) -> str:
        """Write a value of an interface."""
        if value is None:
            return "null"
        return self.typed(self.program.find_type(value[0]), value[1], depth)

    def typed(self, kind: Type, v: Any, depth: int) -> str:
        """Write a value of a type."""
        if depth > DEEPEST:
            raise JsonError("json: unsupported value: encountered a cycle via " + kind.text)
        own = self._own(kind, v)
        if own is not None:
            return own
        what = kind.kind
        if what == "interface":
            return self.boxed(v, depth)
        if what == "bool":
            return "true" if v else "false"
        if kind.is_int:
            return str(v)
        if kind.is_float:
            return self._float(kind, v)
        if kind.is_string:
            return _string(v)
        if what == "pointer":
            if v is None:
                return "null"
            inner = v if kind.elem.kind in ("struct", "array") else v.v
            return self.typed(kind.elem, inner, depth + 1)
        if what == "struct":
            return self._struct(kind, v, depth)
        if what in ("slice", "array"):
            return self._list(kind, v, depth)
        if what == "map":
            return self._map(kind, v, depth)
        raise JsonError(f"json: unsupported type: {kind.text}")

    def _own(self, kind: Type, v: Any) -> str | None:
        if kind.kind == "pointer" and v is None:
            return None
        for name in ("MarshalJSON", "MarshalText"):
            found = find_method(kind, name)
            if found is None or isinstance(found[2], Type):
                continue
            if found[2]["pointer"] and kind.kind != "pointer":
                continue
            result = self.call((kind.key, v), name)
            if isinstance(result, tuple):
                text = bytes_of(result[0])
                return text if name == "MarshalJSON" else _string(text)
        return None

    def _float(self, kind: Type, v: float) -> str:
        if v != v or math.isinf(v):
            shown = "NaN" if v != v else "+Inf" if v > 0 else "-Inf"
            raise JsonError(f"json: unsupported value: {shown}")
        text = shortest(v, 32 if kind.kind == "float32" else 64)
        return text

    def _struct(self, kind: Type, v: Any, depth: int) -> str:
        rows = []
        for way, name, options, inner in _fields(kind):
            value = _walk(v, way)
            if value is _NOWHERE:
                continue
            if ("omitempty" in options or "omitzero" in options) and _empty(inner, value):
                continue
            text = self.typed(inner, value, depth + 1)
            if "string" in options and (inner.is_number or inner.is_bool):
                text = f'"{text}"'
            rows.append(f"{_string(name)}:{text}")
        return "{" + ",".join(rows) + "}"

    def _list(self, kind: Type, v: Any, depth: int) -> str:
        if v is None:
            return "null"
        if kind.kind == "slice" and kind.elem.kind == "uint8":
            import base64

            return '"' + base64.b64encode(bytes(items_of(v))).decode() + '"'
        items = v if isinstance(v, list) else items_of(v, zero_maker(kind.elem))
        rows = []
        for one in items:
            rows.append(self.typed(kind.elem, one, depth + 1))
            self.size += len(rows[-1])
            if self.size > MAX_JSON * DEEPEST:
                raise MemoryError
        return "[" + ",".join(rows) + "]"

    def _map(self, kind: Type, v: Map | None, depth: int) -> str:
        if v is None:
            return "null"
        if not (kind.of_key.is_string or kind.of_key.is_int):
            raise JsonError(f"json: unsupported type: {kind.text}")
        rows = sorted((str(key), value) for key, value in v.d.items()) if all(
            isinstance(one, str | int) for one in v.d) else []  # fmt: skip
        return "{" + ",".join(
            f"{_string(key)}:{self.typed(kind.elem, value, depth + 1)}" for key, value in rows
        ) + "}"  # fmt: skip


_NOWHERE = object()


def _walk(v: Any, way: list[int]) -> Any:
    for index in way:
        if v is None:
            return _NOWHERE
        v = v.f[index]
    return v


def _empty(kind: Type, v: Any) -> bool:
    if kind.kind in ("slice", "map", "string"):
        if isinstance(v, Slice):
            return v.n == 0
        return v is None or v == "" or (isinstance(v, Map) and not v.d)
    return kind.kind not in ("struct", "array") and not v


def _string(value: str) -> str:
    text = json.dumps(to_text(value), ensure_ascii=False)
    for sign, shown in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\x7f", "\x7f"),
                        ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):  # fmt: skip
        text = text.replace(sign, shown)
    return to_bytes(text)


def _marshal(vm: Any, value: Any) -> tuple[str, str]:
    try:
        return Writer(vm).boxed(value), ""
    except JsonError as error:
        return "", str(error)


def _indent(vm: Any, text: str, prefix: str, indent: str) -> str:
    """Write JSON over several lines, as json.Indent does."""
    out: list[str] = []
    depth, quoted_now, at = 0, False, 0
    while at < len(text):
        sign = text[at]
        if quoted_now:
            out.append(sign)
            if sign == "\\":
                at += 1
                out.append(text[at])
            quoted_now = sign != '"'
        elif sign == '"':
            quoted_now = True
            out.append(sign)
        elif sign in "{[":
            if text[at + 1 : at + 2] in ("}", "]"):
                out.append(sign + text[at + 1])
                at += 1
            else:
                depth += 1
                out.append(sign + "\n" + prefix + indent * depth)
        elif sign in "}]":
            depth -= 1
            out.append("\n" + prefix + indent * depth + sign)
        elif sign == ",":
            out.append(",\n" + prefix + indent * depth)
        else:
            out.append(": " if sign == ":" else sign)
        at += 1
    return "".join(out)


# Reading


class Reader:
    """Puts JSON into variables."""

    def __init__(self, vm: Any) -> None:
        self.program = program_of(vm)
        self.types = self.program.types
        self.wrong = ""

    def any(self, data: Any, depth: int = 0) -> Any:
        """Make a value of an interface."""
        if depth > DEEPEST:
            raise JsonError("json: exceeded max depth")
        if data is None:
            return None
        if isinstance(data, bool):
            return ("bool", data)
        if isinstance(data, int | float):
            return ("float64", float(data))
        if isinstance(data, str):
            return ("string", to_bytes(data))
        if isinstance(data, list):
            kind = self.types.slice(self.types.any)
            return (kind.key, new_list([self.any(one, depth + 1) for one in data]))
        kind = self.types.map(self.types["string"], self.types.any)
        return (kind.key, Map({to_bytes(k): self.any(v, depth + 1) for k, v in data.items()}, None))

    def read(self, kind: Type, data: Any, old: Any, place: str, depth: int = 0) -> Any:
        """Make a value of a type; what does not fit is noted and leaves the old one."""
        if depth > DEEPEST:
            raise JsonError("json: exceeded max depth")
        what = kind.kind
        if data is None:
            return None if kind.nilable else old
        if what == "interface":
            return self.any(data, depth)
        if what == "pointer":
            if kind.elem.kind == "struct":
                return self.read(kind.elem, data, old or zero_maker(kind.elem)(), place, depth + 1)
            return Ref(self.read(kind.elem, data, zero_maker(kind.elem)(), place, depth + 1))
        if kind.is_bool and isinstance(data, bool):
            return data
        if kind.is_number and isinstance(data, int | float) and not isinstance(data, bool):
            return self._number(kind, data, old, place)
        if kind.is_string and isinstance(data, str):
            return to_bytes(data)
        if what == "struct" and isinstance(data, dict):
            return self._struct(kind, data, old, place, depth)
        if what == "slice" and isinstance(data, list):
            make = zero_maker(kind.elem)
            return new_list([self.read(kind.elem, one, make(), place, depth + 1) for one in data])
        if what == "slice" and kind.elem.kind == "uint8" and isinstance(data, str):
            import base64
            import binascii

            try:
                return byte_slice(base64.b64decode(data).decode("latin-1"))
            except (binascii.Error, ValueError):
                return old
        if what == "map" and isinstance(data, dict):
            return self._map(kind, data, old, place, depth)
        if what == "struct" and isinstance(data, str) and kind.key == "time.Time":
            return self._time(data, old)
        self._mismatch(kind, data, place)
        return old

    def _number(self, kind: Type, data: Any, old: Any, place: str) -> Any:
        if kind.is_float:
            return float(data)
        if isinstance(data, float) or not self._holds(kind, int(data)):
            shown = json.dumps(data)
            self._note(f"json: cannot unmarshal number {shown} into Go {self._where(place, kind)}")
            return old
        return int(data)

    def _holds(self, kind: Type, value: int) -> bool:
        from ..types import INTS

        bits, signed = INTS.get(kind.kind, (64, True))
        return -(1 << bits - 1) <= value < 1 << bits - 1 if signed else 0 <= value < 1 << bits

    def _time(self, text: str, old: Any) -> Any:
        from datetime import datetime

        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            self._note(f"parsing time {quoted(to_bytes(text))} as "
                       '"2006-01-02T15:04:05Z07:00": cannot parse')  # fmt: skip
            return old
        return Struct([int(moment.timestamp() * 1_000_000) * 1000, True, False])

    def _struct(self, kind: Type, data: dict[str, Any], old: Any, place: str, depth: int) -> Any:
        made = old if isinstance(old, Struct) else zero_maker(kind)()
        rows = _fields(kind)
        for key, value in data.items():
            found = next((row for row in rows if row[1] == to_bytes(key)), None) or next(
                (row for row in rows if row[1].lower() == to_bytes(key).lower()), None
            )
            if found is None:
                continue
            way, name, options, inner = found
            holder = made
            base = kind
            for index in way[:-1]:
                base = base.fields[index].type
                if base.kind == "pointer":
                    base = base.elem
                    if holder.f[index] is None:
                        holder.f[index] = zero_maker(base)()
                holder = holder.f[index]
            if "string" in options and isinstance(value, str) and inner.is_number:
                value = json.loads(value) if value.replace(".", "").lstrip("-").isdigit() else value
            where = f"{kind.name or 'struct'}.{name}" if not place else f"{place}.{name}"
            holder.f[way[-1]] = self.read(inner, value, holder.f[way[-1]], where, depth + 1)
        return made

    def _map(self, kind: Type, data: dict[str, Any], old: Any, place: str, depth: int) -> Any:
        made = old if isinstance(old, Map) else Map({}, {} if canon(kind.of_key) else None)
        make = zero_maker(kind.elem)
        for key, value in data.items():
            name: Any = to_bytes(key)
            if kind.of_key.is_int:
                if not key.lstrip("-").isdigit():
                    self._mismatch(kind.of_key, key, place)
                    continue
                name = int(key)
            made.d[name] = self.read(kind.elem, value, make(), place, depth + 1)
        return made

    def _where(self, place: str, kind: Type) -> str:
        if place:
            return f"struct field {place} of type {kind.text}"
        return f"value of type {kind.text}"

    def _mismatch(self, kind: Type, data: Any, place: str) -> None:
        word = ("bool" if isinstance(data, bool) else "number" if isinstance(data, int | float) else
                "string" if isinstance(data, str) else
                "array" if isinstance(data, list) else "object")  # fmt: skip
        self._note(f"json: cannot unmarshal {word} into Go {self._where(place, kind)}")

    def _note(self, text: str) -> None:
        self.wrong = self.wrong or text


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    at = error.pos
    if not text.strip() or at >= len(text):
        return "unexpected end of JSON input"
    sign = text[at]
    shown = "'\\''" if sign == "'" else f"'{sign}'"
    message = error.msg
    if message.startswith("Extra data"):
        return f"invalid character {shown} after top-level value"
    if "property name" in message:
        return f"invalid character {shown} looking for beginning of object key string"
    if "':' delimiter" in message:
        return f"invalid character {shown} after object key"
    if "',' delimiter" in message:
        where = (
            "object key:value pair"
            if text.rfind("{", 0, at) > text.rfind("[", 0, at)
            else ("array element")
        )
        return f"invalid character {shown} after {where}"
    if message.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    return f"invalid character {shown} looking for beginning of value"


def _unmarshal(vm: Any, text: str, target: Any) -> str:
    if target is None or not target[0].startswith("*") or target[1] is None:
        name = program_of(vm).find_type(target[0]).text if target else "nil"
        inner = f"non-pointer {name}" if target and not target[0].startswith("*") else name
        return f"json: Unmarshal({inner})"
    raw = to_text(text)
    if len(raw) > MAX_JSON:
        return "json: too large"
    try:
        data = json.loads(raw)
    except json.JSONDecodeError as error:
        return to_bytes(_syntax(raw, error))
    except (RecursionError, ValueError):
        return "json: exceeded max depth"
    reader = Reader(vm)
    kind = reader.program.find_type(target[0]).elem
    try:
        if kind.kind == "struct":
            reader.read(kind, data, target[1], "")
        elif kind.kind != "array":
            target[1].v = reader.read(kind, data, target[1].v, "")
    except JsonError as error:
        return str(error)
    return to_bytes(reader.wrong)


def _first_value(vm: Any, text: str) -> int:
    """Give the length of the first JSON value of a text; 0 when there is none."""
    start = len(text) - len(text.lstrip())
    if start >= len(text):
        return 0
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)


NATIVES: dict[str, Any] = {
    "encoding/json.marshal": _marshal,
    "encoding/json.indent": _indent,
    "encoding/json.unmarshal": _unmarshal,
    "encoding/json.firstValue": _first_value,
}
