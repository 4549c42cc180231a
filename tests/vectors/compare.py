"""Compare what a table expects with what we answer.

Only keys that `expected` has are compared. `error: true` means any error, `errorContains` is a
substring of the error, `error_lines: null` is not compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def differs(
    expected: Mapping[str, Any], actual: Mapping[str, Any], multisets: tuple[str, ...] = ()
) -> list[str]:
    """Say what differs, one line a key; an empty list means a pass."""
    out = []
    for key, want in expected.items():
        got = actual.get(key)
        if key == "error_lines" and want is None:
            continue
        if key == "error" and want is True and got:
            continue
        if key == "errorContains":
            got = actual.get("error")
            if isinstance(got, str) and want in got:
                continue
        if key in multisets and isinstance(want, list) and isinstance(got, list):
            want, got = sorted(want, key=text), sorted(got, key=text)
        if not same(want, got):
            out.append(f"{key}: expected {text(want)}, got {text(got)}")
    if actual.get("error") and not any(k.startswith(("error", "instruction_")) for k in expected):
        out.append(f"unexpected error {text(actual['error'])}")
    return out


def same(want: Any, got: Any) -> bool:
    """Tell whether two plain values are equal; a bool is no number, 1 and 1.0 are one number."""
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        return want.keys() == got.keys() and all(same(v, got[k]) for k, v in want.items())
    if isinstance(want, list) and isinstance(got, list | tuple):
        return len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, float) or isinstance(got, float):
        return (
            isinstance(want, int | float)
            and isinstance(got, int | float)
            and abs(want - got) <= 1e-9 * max(1.0, abs(want))
        )
    return type(want) is type(got) and bool(want == got)


def text(value: Any) -> str:
    """Write a value on one line, the same way every time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
