"""What a Python program writes: CPython's buffer before standard output."""

from __future__ import annotations

from ...process import Process

BUFFER = 8192
"""Bytes of CPython's output buffer when standard output is no terminal."""


def write(p: Process, text: str, now: bool = False) -> None:
    """Write to standard output through CPython's buffer.

    On a terminal a line is written at once, otherwise only when 8 KiB have come together, the
    program ends, or it asks for it (`flush=True`, `python -u`, PYTHONUNBUFFERED).
    """
    row = p.row
    direct = (
        (p.on_terminal and row["sink"] == row["input"])
        or p.env.get("PYTHONUNBUFFERED")
        or row.get("unbuffered")
    )
    row["buffer"] = row.get("buffer", "") + text
    if direct or now or len(row["buffer"]) > BUFFER:
        flush(p)


def flush(p: Process) -> None:
    """Write out what is in the buffer."""
    text = p.row.pop("buffer", "")
    p.out(text)
