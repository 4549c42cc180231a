"""Plain data: JSON-like values, the only thing a lab's state is made of.

Objects in the store are replaced, never edited, so code that wants to change one takes a
`copy`, changes that, and writes it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

Plain: TypeAlias = Any
"""dict[str, Plain] | list[Plain] | str | int | float | bool | None"""

Object: TypeAlias = dict[str, Any]
"""A stored object: `apiVersion`, `kind`, `metadata` and a body of its own."""


def copy(value: Plain) -> Plain:
    """Copy a plain value all the way down; much faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copy(item) if type(item) in _NESTED else item for key, item in value.items()}
    if isinstance(value, list):
        return [copy(item) if type(item) in _NESTED else item for item in value]
    return value


_NESTED = (dict, list)


def canonical(value: Plain) -> bytes:
    """Give the one JSON text of a value: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def sha256(value: Plain) -> str:
    """Digest a plain value (or bytes) by content; 64 hex characters."""
    data = value if isinstance(value, bytes) else canonical(value)
    return hashlib.sha256(data).hexdigest()


def get(value: Plain, *path: str | int, default: Plain = None) -> Plain:
    """Walk into nested plain data; `default` where any step is missing or null."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return default
        if value is None:
            return default
    return value
