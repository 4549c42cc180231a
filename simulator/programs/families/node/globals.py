"""Names that no scope of a source has: the prompt's own, the global object's, the library's."""

from __future__ import annotations

from typing import Any

from ...vm import Frame, Machine
from .compiler import is_function
from .intrinsics import internal, intrinsic
from .objects import get, has, own, put_now
from .registry import PREFIX
from .values import MISSING


def find_global(vm: Machine, frame: Frame, name: str) -> Any:
    """Read a global name: its value (or an Enter), or MISSING."""
    typed = vm.root.get("typed")
    if typed is not None and name in typed:
        return typed[name]
    if name == "sys" and frame.source.startswith((PREFIX, "npm:", "node:")):
        return intrinsic(vm, "sys")
    world = intrinsic(vm, "globalThis")
    if not has(vm, world, name):
        if frame.source.startswith(PREFIX) and is_function(frame.source, name):
            return internal(vm, frame.source, name)
        return MISSING
    found = own(vm, world, name)
    if found is not MISSING and not hasattr(found, "accessor"):
        return found
    return get(vm, world, name)


def store_global(vm: Machine, name: str, value: Any, strict: bool) -> None:
    """Assign to a global name; in strict code it must exist."""
    typed = vm.root.get("typed")
    if typed is not None and name in typed:
        typed[name] = value
        return
    world = intrinsic(vm, "globalThis")
    if strict and not has(vm, world, name):
        from .errors import throw

        raise throw(vm, "ReferenceError", f"{name} is not defined")
    put_now(vm, world, name, value)
