"""Buffer and typed arrays.

The data of a Buffer is [bytes, Big of what is not kept]; of a typed array [list of numbers, name].
# Simplified: Of a modelled Node.js Buffer of more than 65,536 bytes only the first are kept; its
length and memory count as a whole.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from ...vm import Machine
from .calls import proto_for
from .convert import int32, to_integer, to_number, to_text
from .errors import throw
from .intrinsics import intrinsic
from .iterate import iterator_object, listed
from .natives_core import arg
from .numbers import number_text
from .objects import index_of, make_array, make_object
from .registry import TABLES, constructor, getter, native
from .values import ITERATOR, MISSING, NULL, Big, Iter, Obj, plain, units

KEPT = 1 << 16
LARGEST_BUFFER = 1 << 32
SIZES = {"Int8Array": 8, "Uint8Array": 8, "Uint8ClampedArray": 8, "Int16Array": 16,
         "Uint16Array": 16, "Int32Array": 32, "Uint32Array": 32, "Float32Array": 0,
         "Float64Array": 0}  # fmt: skip


def make_buffer(vm: Machine, data: bytes, length: int | None = None) -> Obj:
    """Make a Buffer; length: what it counts as."""
    size = len(data) if length is None else length
    held = Big("", max(0, size - KEPT))
    return Obj(intrinsic(vm, "Buffer.prototype"), "Buffer", [data[:KEPT], held])


def length_of(obj: Obj) -> int:
    """Give a buffer's or typed array's length."""
    extra = obj.data[1].ballast if obj.kind == "Buffer" else 0
    return len(obj.data[0]) + int(extra)


def element(obj: Obj, key: Any) -> Any:
    """Give an element by its key."""
    at = index_of(key)
    return obj.data[0][at] if 0 <= at < len(obj.data[0]) else MISSING


def set_element(obj: Obj, at: int, value: Any) -> None:
    """Write an element."""
    if at >= len(obj.data[0]) or type(value) not in (int, float):
        return
    if obj.kind == "Buffer":
        data = obj.data[0]
        obj.data[0] = data[:at] + bytes([int32(value) & 0xFF]) + data[at + 1 :]
    else:
        obj.data[0][at] = _fit(obj.data[1], value)


def _fit(name: str, value: Any) -> Any:
    bits = SIZES[name]
    if not bits:
        return value
    if name == "Uint8ClampedArray":
        return max(0, min(255, round(value))) if value == value else 0
    cut = int32(value) & ((1 << bits) - 1)
    return cut - (1 << bits) if not name.startswith("U") and cut >> (bits - 1) else cut


def shown(obj: Obj) -> str:
    """Show as `util.inspect` does."""
    data = obj.data[0]
    if obj.kind == "Buffer":
        more = length_of(obj) - 50
        tail = f" ... {more} more byte{'s' if more > 1 else ''}" if more > 0 else ""
        return f"<Buffer{''.join(f' {one:02x}' for one in data[:50])}{tail}>"
    rows = [number_text(one) for one in data[:100]]
    if not rows:
        return f"{obj.data[1]}(0) []"
    if len(rows) > 6:
        lines = [", ".join(rows[at : at + 12]) for at in range(0, len(rows), 12)]
        return f"{obj.data[1]}({len(data)}) [\n  " + ",\n  ".join(lines) + "\n]"
    return f"{obj.data[1]}({len(data)}) [ {', '.join(rows)} ]"


def encode(text: str, encoding: str) -> bytes:
    """Turn a text into bytes."""
    name = encoding.lower().replace("-", "")
    if name == "hex":
        clean = text[: len(text) // 2 * 2]
        try:
            return bytes.fromhex(clean)
        except ValueError:
            return b""
    if name in ("base64", "base64url"):
        clean = "".join(c for c in text.replace("-", "+").replace("_", "/") if c.isalnum()
                        or c in "+/")  # fmt: skip
        clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
        try:
            return base64.b64decode(clean + "=" * (-len(clean) % 4))
        except (binascii.Error, ValueError):
            return b""
    if name in ("latin1", "binary", "ascii"):
        return text.encode("latin-1", "replace")
    if name in ("utf16le", "ucs2"):
        return text.encode("utf-16-le", "surrogatepass")
    return plain(text).encode("utf-8", "replace")


def decode(data: bytes, encoding: str) -> str:
    """Turn bytes into a text."""
    name = encoding.lower().replace("-", "")
    if name == "hex":
        return data.hex()
    if name == "base64":
        return base64.b64encode(data).decode()
    if name == "base64url":
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    if name in ("latin1", "binary"):
        return data.decode("latin-1")
    if name == "ascii":
        return bytes(one & 0x7F for one in data).decode("ascii")
    if name in ("utf16le", "ucs2"):
        return data.decode("utf-16-le", "replace")
    return units(data.decode("utf-8", "replace"))


def bytes_of(vm: Machine, value: Any, encoding: Any = None) -> bytes:
    """Give the bytes of a text, buffer, or array of numbers."""
    if isinstance(value, Obj):
        if value.kind == "Buffer":
            return bytes(value.data[0])
        items = value.data[0] if value.kind == "Typed" else getattr(value, "items", [])
        return bytes(int32(to_number(vm, one)) & 0xFF for one in items[:KEPT])
    if type(value) is Big:
        return encode(value.text, "utf8")[:KEPT]
    return encode(to_text(vm, value), "utf8" if encoding is None else to_text(vm, encoding))


@constructor("Buffer", 2)
def _new_buffer(vm: Any, args: list[Any], target: Any) -> Any:
    return _from(vm, None, args)


@native("Buffer.from", 2)
def _from(vm: Any, this: Any, args: list[Any]) -> Any:
    value = arg(args, 0)
    if value is None or value is NULL or type(value) in (int, float, bool):
        from .natives_promises import received

        raise throw(vm, "TypeError", "The first argument must be of type string or an instance of "
                    "Buffer, ArrayBuffer, or Array or an Array-like Object. Received "
                    + received(vm, value), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    length = value.ballast if type(value) is Big else None
    return make_buffer(vm, bytes_of(vm, value, arg(args, 1)), length)


@native("Buffer.allocUnsafe", 1)
@native("Buffer.alloc", 1)
def _alloc(vm: Any, this: Any, args: list[Any]) -> Any:
    size = to_integer(vm, arg(args, 0))
    if not 0 <= size <= LARGEST_BUFFER:
        raise throw(vm, "RangeError", 'The value of "size" is out of range. It must be >= 0 && <= '
                    f"9007199254740991. Received {size}", code="ERR_OUT_OF_RANGE")  # fmt: skip
    fill = bytes_of(vm, args[1]) if len(args) > 1 and type(args[1]) is str else (
        bytes([int32(to_number(vm, arg(args, 1) or 0)) & 0xFF]))  # fmt: skip
    kept = min(size, KEPT)
    return make_buffer(vm, ((fill or b"\0") * (kept // max(1, len(fill)) + 1))[:kept], size)


@native("Buffer.isBuffer", 1)
def _is_buffer(vm: Any, this: Any, args: list[Any]) -> bool:
    return isinstance(arg(args, 0), Obj) and args[0].kind == "Buffer"


@native("Buffer.byteLength", 1)
def _byte_length(vm: Any, this: Any, args: list[Any]) -> int:
    value = arg(args, 0)
    if isinstance(value, Obj):
        return length_of(value)
    return value.ballast if type(value) is Big else len(bytes_of(vm, value, arg(args, 1)))


@native("Buffer.concat", 1)
def _concat(vm: Any, this: Any, args: list[Any]) -> Any:
    rows = listed(vm, arg(args, 0))
    return make_buffer(vm, b"".join(bytes_of(vm, one) for one in rows),
                       sum(length_of(one) for one in rows))  # fmt: skip


@native("Buffer.prototype.toString", 3)
def _to_string(vm: Any, this: Any, args: list[Any]) -> Any:
    encoding = "utf8" if arg(args, 0) is None else to_text(vm, args[0])
    return decode(this.data[0][to_integer(vm, arg(args, 1)) : to_integer(
        vm, arg(args, 2), length_of(this))], encoding)  # fmt: skip


@native("Buffer.prototype.toJSON")
def _to_json(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_object(vm, {"type": "Buffer", "data": make_array(vm, list(this.data[0]))})


@getter("Buffer.prototype.byteLength")
@getter("Buffer.prototype.length")
def _length(vm: Any, this: Any, args: list[Any]) -> int:
    return length_of(this)


@native("Buffer.prototype.subarray", 2)
@native("Buffer.prototype.slice", 2)
def _slice(vm: Any, this: Any, args: list[Any]) -> Any:
    size = length_of(this)
    a, b = to_integer(vm, arg(args, 0)), to_integer(vm, arg(args, 1), size)
    a, b = (max(0, size + a) if a < 0 else a), (size + b if b < 0 else min(b, size))
    if this.kind == "Typed":
        return _typed(vm, this.data[1], list(this.data[0][a:b]), this.proto)
    return make_buffer(vm, this.data[0][a:b], max(0, b - a))


@native("Buffer.prototype.equals", 1)
def _equals(vm: Any, this: Any, args: list[Any]) -> bool:
    return bytes_of(vm, this) == bytes_of(vm, arg(args, 0))


@native("Buffer.prototype.fill", 1)
def _fill(vm: Any, this: Any, args: list[Any]) -> Any:
    size = len(this.data[0])
    if this.kind == "Buffer":
        fill = bytes_of(vm, args[0]) if type(args[0]) is str else bytes(
            [int32(to_number(vm, arg(args, 0))) & 0xFF])  # fmt: skip
        this.data[0] = ((fill or b"\0") * (size // max(1, len(fill)) + 1))[:size]
    else:
        this.data[0][:] = [_fit(this.data[1], arg(args, 0))] * size
    return this


@native("Buffer.prototype.values")
def _values(vm: Any, this: Any, args: list[Any]) -> Any:
    return iterator_object(vm, Iter("array", make_array(vm, list(this.data[0]))), "Array")


TABLES["Buffer.prototype"][ITERATOR] = ("object", "Buffer.prototype.values")


def _typed(vm: Machine, name: str, items: list[Any], proto: Any) -> Obj:
    return Obj(proto, "Typed", [items[:KEPT], name])


def _arrays() -> None:
    for name in SIZES:

        def make(vm: Any, args: list[Any], target: Any, name: str = name) -> Any:
            first = arg(args, 0)
            proto = proto_for(vm, target, name)
            if isinstance(first, Obj):
                return _typed(vm, name, [_fit(name, to_number(vm, one)) for one in
                                         listed(vm, first)], proto)  # fmt: skip
            size = to_integer(vm, first)
            if not 0 <= size <= LARGEST_BUFFER:
                raise throw(vm, "RangeError", f"Invalid typed array length: {size}")
            return _typed(vm, name, [0] * min(size, KEPT), proto)

        constructor(name, 3)(make)
        for key in ("length", "subarray", "slice", "fill", "values", ITERATOR):
            found = TABLES["Buffer.prototype"][key]
            TABLES[f"{name}.prototype"][key] = found


_arrays()
