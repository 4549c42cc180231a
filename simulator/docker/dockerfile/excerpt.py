"""The block of lines that BuildKit prints under an error.

Source: moby/buildkit `solver/errdefs` (source), recalled.
"""

from __future__ import annotations

_RULE = "-" * 20


def excerpt(text: str, first: int, last: int, name: str = "Dockerfile") -> str:
    """Write the lines around an error, ``>>>`` before those it is about.

    first, last: 1-based.   Returns "" when there is no such line.
    """
    lines = text.split("\n")
    if not 1 <= first <= len(lines):
        return ""
    start, end = first, min(max(first, last), len(lines))
    about = range(start, end + 1)
    wanted, shown = 4 if start == end else 2, 0
    while shown < wanted:
        if start > 1:
            start, shown = start - 1, shown + 1
        if end != len(lines):
            end, shown = end + 1, shown + 1
        shown += 1
    out = [f"{name}:{first}", _RULE]
    for number in range(start, end + 1):
        mark = ">>>" if number in about else "   "
        out.append(f" {number:3d} | {mark} {lines[number - 1]}")
    return "\n".join([*out, _RULE]) + "\n"
