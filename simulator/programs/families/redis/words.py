"""Words as Redis writes and reads them in a line: sdscatrepr and sdssplitargs."""

from __future__ import annotations

import re

from .binary import to_bytes, to_text

_ESCAPES = {0x5C: "\\\\", 0x22: '\\"', 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x07: "\\a",
            0x08: "\\b"}  # fmt: skip
_READ = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}
_SPACE = " \n\r\t\v\f\0"


def quoted(text: str) -> str:
    """Write a text in quotes, byte by byte; what cannot be printed becomes \\x.."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(
        _ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
        for byte in to_bytes(text)
    ) + '"'  # fmt: skip


def split(line: str) -> list[str] | None:
    """Cut a typed line into words; None for a quote that is not closed."""
    words: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at] in _SPACE:
            at += 1
        if at >= len(line):
            return words
        word, at = _word(line, at)
        if word is None:
            return None
        words.append(word)


def _word(line: str, at: int) -> tuple[str | None, int]:
    parts: list[str] = []
    while at < len(line) and line[at] not in _SPACE:
        char = line[at]
        if char in "\"'":
            text, at = _quoted(line, at + 1, char)
            if text is None or (at < len(line) and line[at] not in _SPACE):
                return None, at
            parts.append(text)
            break
        parts.append(char)
        at += 1
    return "".join(parts), at


def _quoted(line: str, at: int, mark: str) -> tuple[str | None, int]:
    data = bytearray()
    while at < len(line):
        char = line[at]
        if char == "\\" and mark == '"' and re.match(r"x[0-9a-fA-F]{2}", line[at + 1 : at + 4]):
            data.append(int(line[at + 2 : at + 4], 16))
            at += 4
        elif char == "\\" and at + 1 < len(line) and (mark == '"' or line[at + 1] == "'"):
            following = line[at + 1]
            data += to_bytes(_READ.get(following, following) if mark == '"' else following)
            at += 2
        elif char == mark:
            return to_text(bytes(data)), at + 1
        else:
            data += to_bytes(char)
            at += 1
    return None, at
