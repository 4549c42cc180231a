"""The library's table: which native function stands behind which property of which object.

A dotted name says both: `Array.prototype.push` is the property `push` of `Array.prototype`; a name
with `@@` is a well-known symbol. `TABLES[object][key]` is ("fn", name), ("get", name), ("value",
value) or ("object", name). Functions in lib/*.js are named with `$` for the dot.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .values import WELL_KNOWN

NativeCall = Callable[[Any, Any, list[Any]], Any]
"""(machine, this, arguments) -> a value, an Enter or a Suspend; raises Thrown."""
Construct = Callable[[Any, list[Any], Any], Any]
"""(machine, arguments, new.target) -> an object."""

NATIVES: dict[str, tuple[NativeCall, int]] = {}
CONSTRUCTS: dict[str, Construct] = {}
TABLES: dict[str, dict[Any, tuple[str, Any]]] = {}
SCRIPTED: dict[str, tuple[str, str]] = {}
"""Functions that are written in JavaScript: name -> (source, its name there)."""
LIB = Path(__file__).parent / "lib"
PREFIX = "node:internal/"
_TEXTS: dict[str, str] = {}


def _place(name: str) -> tuple[str, Any]:
    owner, _, key = name.rpartition(".")
    return owner or "globalThis", WELL_KNOWN[key[2:]] if key.startswith("@@") else key


def native(name: str, length: int = 0) -> Callable[[NativeCall], NativeCall]:
    """Register a function of the library."""

    def register(call: NativeCall) -> NativeCall:
        NATIVES[name] = (call, length)
        owner, key = _place(name)
        TABLES.setdefault(owner, {})[key] = ("fn", name)
        return call

    return register


def hidden(name: str, length: int = 0) -> Callable[[NativeCall], NativeCall]:
    """Register a function that is no property of anything."""

    def register(call: NativeCall) -> NativeCall:
        NATIVES[name] = (call, length)
        return call

    return register


def getter(name: str) -> Callable[[NativeCall], NativeCall]:
    """Register an accessor of the library."""

    def register(call: NativeCall) -> NativeCall:
        NATIVES[f"get {name}"] = (call, 0)
        owner, key = _place(name)
        TABLES.setdefault(owner, {})[key] = ("get", f"get {name}")
        return call

    return register


def constructor(name: str, length: int = 0) -> Callable[[Construct], Construct]:
    """Register what `new` does with a class of the library."""

    def register(call: Construct) -> Construct:
        CONSTRUCTS[name] = call
        if name not in NATIVES:
            NATIVES[name] = (_only_new(name), length)
        owner, key = _place(name)
        TABLES.setdefault(owner, {})[key] = ("fn", name)
        TABLES.setdefault(f"{name}.prototype", {})["constructor"] = ("object", name)
        return call

    return register


def _only_new(name: str) -> NativeCall:
    def call(vm: Any, this: Any, args: list[Any]) -> Any:
        from .errors import throw

        raise throw(
            vm,
            "TypeError",
            f"Class constructor {name} cannot be invoked without 'new'"
            if name in ("URL", "Buffer")
            else f"Constructor {name} requires 'new'",
        )

    return call


def constant(name: str, value: Any) -> None:
    """Register a value of the library."""
    owner, key = _place(name)
    TABLES.setdefault(owner, {})[key] = ("value", value)


def namespace(name: str) -> None:
    """Register an object of the library."""
    owner, key = _place(name)
    TABLES.setdefault(owner, {})[key] = ("object", name)
    TABLES.setdefault(name, {})


def text_of_internal(source: str) -> str:
    """Give the text of one of the library's own sources."""
    text = _TEXTS.get(source)
    if text is None:
        folder = "" if source.startswith(PREFIX) else (
            "modules/" if source.startswith("node:") else "npm/")  # fmt: skip
        name = source.removeprefix(PREFIX).removeprefix("node:").removeprefix("npm:")
        path = LIB / f"{folder}{name.replace('/', '_').replace('@', '')}.js"
        text = _TEXTS[source] = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text


def scripted(*names: str) -> None:
    """Register the functions of files in lib/ as properties of the library's objects."""
    for name in names:
        source = PREFIX + name
        for match in re.finditer(
            r"^(?:async )?function\*? ([\w$]+)", text_of_internal(source), re.M
        ):
            function = match[1]
            if "$" not in function:
                continue
            full = function.replace("$$", ".@@").replace("$", ".")
            SCRIPTED[full] = (source, function)
            owner, key = _place(full)
            TABLES.setdefault(owner, {})[key] = ("js", full)


def is_built_in(name: str) -> bool:
    """Tell whether a module is one of Node's own that are modelled."""
    return bool(text_of_internal(f"node:{name}"))


def is_modelled(name: str) -> bool:
    """Tell whether a package is modelled."""
    return bool(text_of_internal(f"npm:{name}"))
