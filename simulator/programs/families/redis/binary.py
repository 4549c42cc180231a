"""Redis' strings are bytes, and a lab's are text: how one becomes the other and back.

Bytes that are no UTF-8 stand in the text as characters of the last private plane.
"""

from __future__ import annotations

import codecs

_BASE = 0x10FF00
_MARKS = {_BASE + byte: byte for byte in range(0x80, 0x100)}


def _marked(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return "".join(chr(_BASE + byte) for byte in wrong), error.end


codecs.register_error("drydock-bytes", _marked)


def to_text(data: bytes) -> str:
    """Write bytes as text."""
    return data.decode("utf-8", "drydock-bytes")


def to_bytes(text: str) -> bytes:
    """Give the bytes of a text."""
    if text.isascii():
        return text.encode("ascii")
    if max(text) < chr(_BASE):
        return text.encode("utf-8", "replace")
    parts = (bytes([_MARKS[ord(char)]]) if ord(char) in _MARKS else char.encode("utf-8", "replace")
             for char in text)  # fmt: skip
    return b"".join(parts)


def length(text: str) -> int:
    """Count the bytes of a text."""
    return len(text) if text.isascii() else len(to_bytes(text))


def clean(text: str) -> str:
    """Make a text that plain data can hold: lone surrogates become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
