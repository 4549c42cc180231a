"""The verbs of package fmt, and how values are written.

Sources: the documentation of package fmt; the runtime's printing of panics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .tokens import to_bytes
from .types import INTS, Type, find_method
from .values import Map, Struct, items_of, zero_maker
from .writing import float_text, int_text, quoted

if TYPE_CHECKING:
    from .program import Program

DEEPEST = 12
MOST = 1 << 20
VERB = re.compile(r"%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?([^\d.*\[])|%(.?)", re.S)


class Formatter:
    """Writes values; call(code, receiver) runs a String or Error method of the program."""

    def __init__(self, program: Program, call: Any = None) -> None:
        self.program, self.call = program, call

    # Values

    def show(self, value: Any, verb: str = "v", flags: str = "", depth: int = 0) -> str:
        """Write a value of an interface for %v, %+v, %#v, %s, %d ..."""
        if value is None:
            return "<nil>" if verb == "v" else f"%!{verb}(<nil>)"
        key, inner = value
        return self.typed(self.program.find_type(key), inner, verb, flags, depth)

    def method(self, kind: Type, inner: Any, verb: str, flags: str) -> str | None:
        """Write a value with its own Error or String method, if it has one."""
        if self.call is None or verb not in "vsqxX" or "#" in flags:
            return None
        for name in ("Error", "String"):
            found = find_method(kind, name)
            if found is None:
                continue
            row = found[2]
            if not isinstance(row, Type) and row["pointer"] and kind.kind != "pointer":
                continue
            if kind.kind == "pointer" and inner is None:
                return "<nil>"
            text = self.call((kind.key, inner), name)
            return text if isinstance(text, str) else None
        return None

    def typed(self, kind: Type, v: Any, verb: str, flags: str, depth: int) -> str:
        """Write a value of a known type."""
        if depth > DEEPEST:
            return "..."
        if kind.is_interface:
            if v is None:
                return f"{kind.text}(nil)" if "#" in flags else "<nil>"
            return self.show(v, verb, flags, depth)
        own = self.method(kind, v, verb, flags)
        if own is not None:
            return (
                quoted(own) if verb == "q" else own.encode("latin-1").hex() if verb in "xX" else own
            )
        what = kind.kind
        if what in INTS or what in ("float32", "float64", "string", "bool") or kind.is_untyped:
            return self.basic(kind, v, verb, flags)
        if what == "pointer":
            return self.pointer(kind, v, verb, flags, depth)
        if what == "struct":
            return self.struct(kind, v, verb, flags, depth)
        if what in ("slice", "array"):
            return self.items(kind, v, verb, flags, depth)
        if what == "map":
            return self.map(kind, v, verb, flags, depth)
        if v is None:
            return f"({kind.text})(nil)" if "#" in flags else "<nil>"
        return "0xc000012345"

    def basic(self, kind: Type, v: Any, verb: str, flags: str) -> str:
        """Write a number, a string or a boolean."""
        if kind.is_bool:
            return ("true" if v else "false") if verb in "vt" else self.bad(kind, v, verb)
        if kind.is_string:
            if verb == "q" and "#" in flags and v.isprintable() and "`" not in v:
                return f"`{v}`"
            if verb == "q" or (verb == "v" and "#" in flags):
                return quoted(v)
            if verb in "xX":
                text = v.encode("latin-1").hex()
                return str(text if verb == "x" else text.upper())
            return str(v) if verb in "vs" else self.bad(kind, v, verb)
        if verb == "v":
            flags = flags.replace("+", "")
        if kind.is_float:
            return (
                float_text(v, verb, flags, None, 32 if kind.kind == "float32" else 64)
                if verb in "veEfFgG"
                else self.bad(kind, v, verb)
            )
        return int_text(v, verb, flags, kind) or self.bad(kind, v, verb)

    def bad(self, kind: Type, v: Any, verb: str) -> str:
        """Write what fmt writes for a verb that a value does not have."""
        return f"%!{verb}({kind.text}={self.typed(kind, v, 'v', '', DEEPEST - 1)})"

    def pointer(self, kind: Type, v: Any, verb: str, flags: str, depth: int) -> str:
        """Write a pointer: what it points to at the top, an address deeper."""
        if v is None:
            return f"({kind.text})(nil)" if "#" in flags else "<nil>"
        if depth == 0 and kind.elem.kind in ("struct", "slice", "array", "map") and verb != "p":
            inner = v if kind.elem.kind in ("struct", "array") else v.v
            return "&" + self.typed(kind.elem, inner, verb, flags, depth + 1)
        return "0xc000012345"

    def struct(self, kind: Type, v: Any, verb: str, flags: str, depth: int) -> str:
        """Write a struct."""
        parts = []
        for field, value in zip(kind.fields, v.f, strict=False):
            text = self.typed(field.type, value, verb, flags, depth + 1)
            if "#" in flags or "+" in flags:
                text = f"{field.name}:{text}"
            parts.append(text)
        if "#" in flags:
            return f"{kind.text}{{{', '.join(parts)}}}"
        return f"{{{' '.join(parts)}}}"

    def items(self, kind: Type, v: Any, verb: str, flags: str, depth: int) -> str:
        """Write a slice or an array."""
        items = v if isinstance(v, list) else items_of(v, zero_maker(kind.elem))
        if kind.elem.kind == "uint8" and verb in "sqxX":
            text = bytes(items).decode("latin-1")
            return self.basic(self.program.types["string"], text, verb, flags)
        if "#" in flags:
            if v is None:
                return f"{kind.text}(nil)"
            inner = ", ".join(self.typed(kind.elem, one, verb, flags, depth + 1) for one in items)
            return f"{kind.text}{{{inner}}}"
        parts, size = [], 0
        for one in items:
            parts.append(self.typed(kind.elem, one, verb, flags, depth + 1))
            size += len(parts[-1]) + 1
            if size > MOST:
                break
        return f"[{' '.join(parts)}]"

    def map(self, kind: Type, v: Any, verb: str, flags: str, depth: int) -> str:
        """Write a map, sorted by key."""
        rows = []
        for key, value in sorted_items(v):
            rows.append(
                self.typed(kind.of_key, key, verb, flags, depth + 1)
                + ":"
                + self.typed(kind.elem, value, verb, flags, depth + 1)
            )
        if "#" in flags:
            return f"{kind.text}(nil)" if v is None else f"{kind.text}{{{', '.join(rows)}}}"
        return f"map[{' '.join(rows)}]"

    # Printing

    def println(self, values: list[Any]) -> str:
        """Write values with spaces between them and a line's end."""
        return " ".join(self.show(one) for one in values) + "\n"

    def print(self, values: list[Any]) -> str:
        """Write values; a space stands between two that are no strings."""
        pieces: list[str] = []
        before = True
        for at, one in enumerate(values):
            text = one is not None and self.program.find_type(one[0]).kind == "string"
            if at and not text and not before:
                pieces.append(" ")
            pieces.append(self.show(one))
            before = text
        return "".join(pieces)

    def format(self, template: str, values: list[Any]) -> str:
        """Write values by a template, as Printf does."""
        pieces: list[str] = []
        state = {"next": 0}
        at = 0
        explicit = False
        for match in VERB.finditer(template):
            pieces.append(template[at : match.start()])
            at = match.end()
            if match[5] is None:
                pieces.append("%!(NOVERB)" if not match[6] else f"%!{match[6]}(NOVERB)")
                continue
            if match[5] == "%":
                pieces.append("%")
                continue
            explicit = explicit or match[4] is not None
            pieces.append(self._verb(match, values, state))
            if sum(map(len, pieces[-2:])) > MOST:
                break
        pieces.append(template[at:])
        if state["next"] < len(values) and not explicit:
            rest = ", ".join(
                f"{self.program.find_type(one[0]).text}={self.show(one)}" if one else "<nil>"
                for one in values[state["next"] :]
            )
            pieces.append(f"%!(EXTRA {rest})")
        return "".join(pieces)

    def _verb(self, match: re.Match[str], values: list[Any], state: dict[str, int]) -> str:
        flags, verb = match[1], match[5]
        width = self._number(match[2], values, state)
        dot = "." in match[0]
        precision = self._number(match[3], values, state) if dot else None
        precision = 0 if dot and precision is None else precision
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        if match[4]:
            state["next"] = int(match[4]) - 1
        if state["next"] >= len(values):
            return f"%!{verb}(BADINDEX)" if match[4] else f"%!{verb}(MISSING)"
        value = values[state["next"]]
        state["next"] += 1
        text = self._one(value, verb, flags, precision)
        return padded(text, flags, width, value)

    def _number(self, text: str | None, values: list[Any], state: dict[str, int]) -> int | None:
        if text == "*":
            at = state["next"]
            state["next"] += 1
            found = values[at][1] if at < len(values) and values[at] is not None else 0
            return max(-1000, min(found, 1000)) if isinstance(found, int) else None
        return min(int(text), 1000) if text else None

    def _one(self, value: Any, verb: str, flags: str, precision: int | None) -> str:
        if verb == "T":
            return "<nil>" if value is None else self.program.find_type(value[0]).text
        if verb == "p":
            return "%!p(<nil>)" if value is None else "0xc000012345"
        if verb == "w":
            verb = "v"
        if verb not in "vTtbcdoOqxXUeEfFgGsp":
            if value is None:
                return f"%!{verb}(<nil>)"
            return f"%!{verb}({self.program.find_type(value[0]).text}={self.show(value)})"
        if value is not None and precision is not None:
            kind, inner = self.program.find_type(value[0]), value[1]
            if kind.is_float and verb in "veEfFgG":
                return float_text(inner, verb, flags, precision, 64)
            text = self.show(value, verb, flags)
            if verb in "sqv" and not kind.is_number:
                return (
                    text[:precision]
                    if text.isascii()
                    else to_bytes(text.encode("latin-1").decode("utf-8", "replace")[:precision])
                )
            if kind.is_int and verb in "dxX":
                sign = text[:1] if text[:1] in "+-" else ""
                return sign + text[len(sign) :].rjust(precision, "0")
            return text
        return self.show(value, verb, flags)


def padded(text: str, flags: str, width: int | None, value: Any) -> str:
    """Fill a text up to a width."""
    if width is None:
        return text
    length = len(text) if text.isascii() else len(text.encode("latin-1").decode("utf-8", "replace"))
    missing = width - length
    if missing <= 0:
        return text
    if "-" in flags:
        return text + " " * missing
    number = (
        value is not None and isinstance(value[1], int | float) and not isinstance(value[1], bool)
    )
    if "0" in flags and number:
        sign = text[:1] if text[:1] in "+-" else ""
        return sign + "0" * missing + text[len(sign) :]
    return " " * missing + text


def sorted_items(table: Map | None) -> list[tuple[Any, Any]]:
    """Give a map's keys and values, sorted by key."""
    if table is None:
        return []
    rows = [
        (table.keys.get(key, key) if table.keys is not None else key, value)
        for key, value in table.d.items()
    ]
    try:
        return sorted(rows, key=lambda row: _order(row[0]))
    except TypeError:
        return rows


def _order(key: Any) -> Any:
    if isinstance(key, Struct):
        return tuple(_order(one) for one in key.f)
    if isinstance(key, tuple) and len(key) == 2:
        return (isinstance(key[1], str), key[1])
    return key


def plain(value: Any) -> str:
    """Write a value as the built-in println does."""
    if value is None:
        return "nil"
    inner = value[1]
    if isinstance(inner, bool):
        return "true" if inner else "false"
    if isinstance(inner, float):
        return f"{inner:+e}"
    if isinstance(inner, int | str):
        return str(inner)
    return "0xc000012345"


def panic_text(program: Program, vm: Any, value: Any, trace: Any, number: int) -> str:
    """Write what Go's runtime prints when a panic ends a program."""
    from .language import trace_text

    calls = f"\ngoroutine {number} [running]:\n{trace_text(program, trace)}"
    key, inner = value
    if key == "runtime.fatal":
        if inner == "stack overflow":
            return (
                "runtime: goroutine stack exceeds 1000000000-byte limit\n"
                f"fatal error: stack overflow\n{calls}"
            )
        return f"fatal error: runtime: {inner}\n{calls}"
    if key == "runtime.rtError":
        text = f"panic: runtime error: {inner}\n"
        if inner.startswith("invalid memory address"):
            text += "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47d1f6]\n"
        return text + calls
    if key == "runtime.plainError":
        return f"panic: {inner}\n{calls}"
    return f"panic: {_panic_value(program, vm, value)}\n{calls}"


def _panic_value(program: Program, vm: Any, value: Any) -> str:
    from .library import caller

    kind = program.find_type(value[0])
    writer = Formatter(program, caller(vm))
    for name in ("Error", "String"):
        if find_method(kind, name) is not None:
            text = writer.method(kind, value[1], "v", "")
            if text is not None:
                return text
    if kind.kind in INTS or kind.is_float or kind.is_bool or kind.is_string:
        text = writer.basic(kind, value[1], "v", "")
        if kind.is_float:
            text = f"{value[1]:+e}"
        if kind.name or kind.kind != "string":
            return f'{kind.text}("{text}")' if kind.is_string else f"{kind.text}({text})"
        return text
    return f"({kind.text}) {writer.show(value)}"
