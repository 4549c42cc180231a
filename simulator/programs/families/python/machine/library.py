"""The library: modules written in Python (`lib/`) and native functions, found by their names.

A module of `lib/` is run once in the model's life; what it defines is the same for all programs,
and frozen by name. What a program changes in a module is kept in the program's own `Module.names`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ....vm import FINDERS, Frame, Function, Machine, Native, Scope, Task, single
from .attributes import MISSING
from .calls import NATIVES
from .errors import error
from .language import LANGUAGE
from .objects import Class, Instance, Module, More, Opaque, Property
from .types import CLASSES, ELLIPSIS, NOT_IMPLEMENTED

FOLDER = Path(__file__).parent / "lib"
CONSTANTS: dict[str, Any] = {}
"""Values of native modules by dotted name; a function is called with the machine."""
_SPACES: dict[str, dict[str, Any]] = {}
_KEPT: list[Any] = []


@lru_cache(maxsize=256)
def text_of(source: str) -> str:
    """Give the text of a library's module, "" for another source."""
    if not source.startswith("lib:"):
        return ""
    path = FOLDER / f"{source[4:]}.pym"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@lru_cache(maxsize=1)
def written() -> frozenset[str]:
    """Name the modules of `lib/`."""
    return frozenset(path.stem for path in FOLDER.glob("*.pym"))


@lru_cache(maxsize=1)
def native_modules() -> frozenset[str]:
    """Name the modules that have native functions or constants, and the packages around them."""
    names = set()
    for name in [*NATIVES, *CONSTANTS]:
        module = name.rpartition(".")[0]
        while module:
            names.add(module)
            module = module.rpartition(".")[0]
    return frozenset(names - set(CLASSES))


def is_modelled(name: str) -> bool:
    """Tell whether the model knows a module."""
    return name in written() or name in native_modules()


def namespace(name: str) -> dict[str, Any]:
    """Give what a module of `lib/` defines, run if need be; {} when there is none."""
    found = _SPACES.get(name)
    if found is None:
        above = name.rpartition(".")[0] or ("sqlalchemy" if name.startswith("_alchemy") else "")
        if above:
            namespace(above)  # as CPython does: a package runs before its parts
            found = _SPACES.get(name)
    if found is None:
        found = _SPACES[name] = {"__name__": name, "__lib__": True}
        if name in written():
            vm = Machine(LANGUAGE, None, {}, {})  # type: ignore[arg-type]
            scope = Scope(found)
            vm.finish(Task([Frame(f"lib:{name}", 0, scope)]))
            _keep(name, scope)
    return found


def _keep(name: str, scope: Scope) -> None:
    """Let all that a module has made be frozen by name."""
    todo: list[Any] = [scope]
    number = 0
    at = 0
    while at < len(todo):
        item = todo[at]
        at += 1
        kind = type(item)
        if kind in (dict, list, tuple):
            todo.extend(item.values() if kind is dict else item)
            continue
        if kind not in (Scope, Function, More, Class, Instance, Property) or _is_kept(item):
            continue
        number += 1
        single(f"py:{name}:{number}", item)
        _KEPT.append(item)
        if kind is Class:
            item.names.setdefault(".library", True)
        todo.extend(getattr(item, slot) for slot in item.__slots__)


def _is_kept(item: Any) -> bool:
    from ....vm.freeze import is_single

    return is_single(item)


def _find(name: str) -> None:
    """Make a single that is not there yet: run the module that defines it."""
    namespace(name.split(":")[1])


FINDERS["py"] = _find

BUILTIN_CONSTANTS = {"NotImplemented": NOT_IMPLEMENTED, "Ellipsis": ELLIPSIS, "__debug__": True}
WHOLE = ("math", "json", "os", "os.path", "time", "random", "flask", "redis", "fastapi", "requests",
         "datetime", "collections", "functools", "itertools", "re", "queue", "string", "uuid",
         "operator", "heapq", "copy", "dataclasses", "enum", "contextlib", "sys")  # fmt: skip
"""Modules of whose names the model knows all that programs use."""
HIDDEN = ("GenericAlias", "UnionType", "NoneType", "NotImplementedType", "ellipsis", "function",
          "builtin_function_or_method", "method", "generator", "coroutine", "async_generator",
          "module", "dict_keys", "dict_values", "dict_items", "list_iterator", "dict_keyiterator",
          "list_reverseiterator", "count")  # fmt: skip


def builtin_name(name: str, names: dict[str, Any]) -> Any:
    """Give a built-in by name; `iteration.STOP` when there is none."""
    from .iteration import STOP

    if names.get("__lib__"):
        full = f"{names['__name__']}.{name}"
        if full in NATIVES:
            return Native(full)
    if name in CLASSES and name not in HIDDEN and name not in ("zip", "enumerate"):
        return CLASSES[name]
    if name in BUILTIN_CONSTANTS:
        return BUILTIN_CONSTANTS[name]
    if name in NATIVES and "." not in name:
        return Native(name)
    if not name.startswith("_") or name == "__build_class__":
        return namespace("builtins").get(name, STOP)
    return Native("__import__") if name == "__import__" else STOP


def library_name(vm: Machine, module: Module, name: str) -> Any:
    """Give a name of a library's module; MISSING when it has none."""
    from .releases import said

    found = said(vm, module.library, name)
    if found is not MISSING:
        return found
    space = namespace(module.library)
    if name in space and name not in ("__lib__",):
        return space[name]
    full = f"{module.library}.{name}"
    if full in CONSTANTS:
        value = CONSTANTS[full]
        return value(vm) if callable(value) else value
    if full in NATIVES:
        return Native(full)
    if is_modelled(full):
        return module_of(vm, full)
    if module.library == "builtins":
        from .iteration import STOP

        found = builtin_name(name, {})
        return MISSING if found is STOP else found
    from .imports import LOUD

    if name.startswith("_") or module.library in WHOLE or module.library.partition(".")[0] in LOUD:
        return MISSING
    return Opaque(full)


def module_of(vm: Machine, name: str) -> Module:
    """Give the module object of a library's module."""
    modules: dict[str, Module] = vm.root.setdefault("modules", {})
    if name not in modules:
        modules[name] = Module(name, {}, name)
    return modules[name]


def state_of(vm: Machine, name: str) -> dict[str, Any]:
    """Give the place in which a library keeps what a program has made it remember."""
    return vm.root.setdefault("libraries", {}).setdefault(name, {})  # type: ignore[no-any-return]


def need(args: list[Any], fewest: int, most: int, name: str) -> None:
    """Check how many arguments a native function gets; raises TypeError."""
    if not fewest <= len(args) <= most:
        word = "exactly " if fewest == most else "at least " if len(args) < fewest else "at most "
        wanted = fewest if len(args) < fewest else most
        plural = "" if wanted == 1 else "s"
        raise error("TypeError", f"{name} expected {word}{wanted} argument{plural}, got "
                                 f"{len(args)}")  # fmt: skip
