"""base64, base32, od, xxd and hexdump: bytes written as text."""

from __future__ import annotations

import base64 as codec
import binascii
import re

from ..kernel import devices
from . import Context, Utility, endless, number
from .files import split

WRAP = 76
OD_BYTES = 16


def _data(c: Context, path: str, count: int | None = None) -> bytes | None:
    """Read a file or standard input, at most `count` bytes; None after a complaint."""
    if path in devices.STDIN:
        text = c.stdin or ""
    elif path in devices.ENDLESS:
        text = devices.read(c.p, path, min(count or devices.ENDLESS_BYTES, endless.MOST_BYTES))
    elif why := c.p.unreadable(path):
        c.fail(f"can't open '{path}': {why}" if c.is_busybox else f"{path}: {why}")
        return None
    else:
        text = c.view.text(path, c.p.cwd) or ""
    return text.encode("utf-8", "surrogatepass")[:count]


def base(c: Context) -> int:
    """Encode or, with -d, decode base64 or base32.

    # Simplified: What base64 decodes must be text; other bytes become question marks.
    """
    flags, paths = split(c.argv, "w")
    data = _data(c, paths[0] if paths else "-")
    if data is None:
        return 1
    encode, decode = (codec.b64encode, codec.b64decode) if c.name == "base64" else (
        codec.b32encode, codec.b32decode)  # fmt: skip
    if {"d", "D", "decode"} & set(flags):
        try:
            known = re.sub(rb"\s+", b"", data)
            c.out(decode(known).decode("utf-8", "replace").replace("�", "?"))
        except (binascii.Error, ValueError):
            return c.fail("truncated input" if c.is_busybox else "invalid input")
        return 0
    text = encode(data).decode("ascii")
    width = number(flags.get("w") or flags.get("wrap") or str(WRAP))
    lines = [text[at : at + width] for at in range(0, len(text), width)] if width > 0 else [text]
    c.out("\n".join(lines) + ("\n" if width > 0 and text else ""))
    return 0


def xxd(c: Context) -> int:
    """Write bytes in hexadecimal: plain with -p, else with addresses and text."""
    flags, paths = split(c.argv, "lcs")
    count = number(flags["l"]) if "l" in flags else None
    data = _data(c, paths[0] if paths else "-", count)
    if data is None:
        return 1
    if "p" in flags or "ps" in flags:
        digits = data.hex()
        c.out("".join(digits[at : at + 60] + "\n" for at in range(0, len(digits), 60)))
        return 0
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        pairs = " ".join(row[n : n + 2].hex() for n in range(0, len(row), 2))
        c.out(f"{at:08x}: {pairs:<39}  {_shown(row)}\n")
    return 0


def hexdump(c: Context) -> int:
    """Write bytes in hexadecimal, with -C also as text."""
    flags, paths = split(c.argv, "ns")
    data = _data(c, paths[0] if paths else "-", number(flags["n"]) if "n" in flags else None)
    if data is None:
        return 1
    canonical = "C" in flags or c.name == "hd"
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        if canonical:
            left, right = row[:8].hex(" "), row[8:].hex(" ")
            c.out(f"{at:08x}  {left:<23}  {right:<23}  |{_shown(row)}|\n")
        else:
            words = [int.from_bytes(row[n : n + 2], "little") for n in range(0, len(row), 2)]
            c.out(f"{at:07x} " + " ".join(f"{word:04x}" for word in words) + "\n")
    if data:
        c.out(f"{len(data):08x}\n" if canonical else f"{len(data):07x}\n")
    return 0


def _shown(row: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)


def od(c: Context) -> int:
    """Write bytes as numbers: -t o2 (usual), x1, u1, u2, u4, d4, c; -A n leaves addresses out.

    # Simplified: od knows the forms c, and d, o, u and x of 1, 2, 4 or 8 bytes.
    """
    flags, paths = split(c.argv, "AtNjw")
    count = number(flags["N"]) if "N" in flags else None
    data = _data(c, paths[0] if paths else "-", count)
    if data is None:
        return 1
    form = flags.get("t") or ("c" if "c" in flags else "x2" if "x" in flags else "o2")
    match = re.fullmatch(r"([cdoux])([1248]?)", form)
    if match is None:
        return c.fail(f"invalid type string '{form}'")
    kind, size = match[1], int(match[2] or (1 if match[1] == "c" else 4))
    bare = flags.get("A") == "n"
    for at in range(0, len(data), OD_BYTES):
        row = data[at : at + OD_BYTES]
        parts = [row[n : n + size] for n in range(0, len(row), size)]
        c.out(("" if bare else f"{at:07o}") + "".join(_cell(part, kind, size) for part in parts)
              + "\n")  # fmt: skip
    if not bare:
        c.out(f"{len(data):07o}\n")
    return 0


WIDTHS = {"d": (5, 7, 12, 21), "o": (4, 7, 12, 23), "u": (4, 6, 11, 21), "x": (3, 5, 9, 17)}
"""Columns of a number of 1, 2, 4 and 8 bytes."""


def _cell(part: bytes, kind: str, size: int) -> str:
    if kind == "c":
        escaped = {0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r"}.get(part[0])
        return f"{escaped or (chr(part[0]) if 32 <= part[0] < 127 else f'{part[0]:03o}'):>4}"
    value = int.from_bytes(part, "little", signed=kind == "d")
    digits = {"x": f"{value:0{size * 2}x}", "o": f"{value:0{-(-size * 8 // 3)}o}"}
    return f"{digits.get(kind, str(value)):>{WIDTHS[kind][(1, 2, 4, 8).index(size)]}}"


ALL: dict[str, Utility] = {
    "base64": base, "base32": base, "xxd": xxd, "hexdump": hexdump, "hd": hexdump, "od": od,
}  # fmt: skip
