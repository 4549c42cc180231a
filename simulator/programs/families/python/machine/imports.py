"""The import statement: the program's own modules, the library's, and what is only installed."""

from __future__ import annotations

import sys
from typing import Any

from ....vm import Enter, Frame, Machine, Scope, Thrown
from .. import sites
from ..output import flush
from . import releases
from .attributes import MISSING, get_attr, try_attr
from .calls import NATIVES, after, catches, follows, native
from .errors import error, is_error
from .library import CONSTANTS, is_modelled, library_name, module_of, namespace
from .objects import Module, Opaque

Value = Any


def import_module(
    vm: Machine, frame: Frame, name: str, level: int, names: Any, whole: bool
) -> Value:
    """Carry an import out: the module, or an Enter into its body."""
    if level:
        name = _absolute(frame, name, level)
    parts = name.split(".")
    steps = [".".join(parts[: at + 1]) for at in range(len(parts))]
    wanted = steps[-1] if whole else steps[0]
    inside = frame.source.startswith("lib:")
    extra = [f"{name}.{one}" for one in names or () if one != "*"]
    return _steps(vm, [steps, wanted, inside, extra], None)


def _absolute(frame: Frame, name: str, level: int) -> str:
    scope = frame.scope
    while scope.up is not None:
        scope = scope.up
    here = str(scope.names.get("__name__", ""))
    package = str(scope.names.get("__package__") or "")
    if not package:
        if "__path__" in scope.names:
            package = here
        elif "." in here:
            package = here.rpartition(".")[0]
        else:
            raise error("ImportError", "attempted relative import with no known parent package")
    base = package.split(".")
    if level - 1 >= len(base):
        raise error("ImportError", "attempted relative import beyond top-level package")
    base = base[: len(base) - level + 1]
    return ".".join([*base, *([name] if name else [])])


@follows("import")
def _steps(vm: Machine, data: list[Any], result: Any) -> Value:
    """Load one module after the other, the outer ones first."""
    steps, wanted, inside, extra = data
    modules: dict[str, Any] = vm.root.setdefault("modules", {})
    while steps:
        name = steps.pop(0)
        if name in modules:
            continue
        found = load(vm, name, inside)
        if type(found) is Enter:
            return after(vm, found, "import", data)
    while extra:
        name = extra.pop(0)
        if name not in modules and find_source(vm, name) is not None:
            found = load(vm, name, inside)
            if type(found) is Enter:
                return after(vm, found, "import", data)
    return modules[wanted]


def load(vm: Machine, name: str, inside: bool = False) -> Value:
    """Load a module that is not there yet; raises ModuleNotFoundError."""
    modules: dict[str, Any] = vm.root.setdefault("modules", {})
    place = None if inside else find_source(vm, name)
    top = name.partition(".")[0]
    bare = place is not None and place[0].endswith("/")
    if bare and is_modelled(name) and sites.importable(vm.p, top):
        place = None  # a package that is installed comes before a folder without __init__.py
    if place is not None:
        return _run(vm, name, *place)
    hidden = top.startswith("_") and not inside
    there = inside or sites.importable(vm.p, top)
    if is_modelled(name) and not hidden and there:
        releases.check(vm, name)
        namespace(name)
        module = module_of(vm, name)
        _attach(modules, name, module)
        return module
    if not inside and top in LOUD and there:
        raise error("ModuleNotFoundError", f"No module named {name!r} (the modelled Python does "
                    "not follow this part of the package)")  # fmt: skip
    if not inside and (top in sys.stdlib_module_names or sites.installed(vm.p, top)):
        if top in modules and is_modelled(top) and "." in name and type(modules[top]) is Module:
            found = library_name(vm, modules[top], name.partition(".")[2])
            if found is not MISSING:
                modules[name] = found
                return found
        if vm.p is not None and top not in QUIET and name not in QUIET:
            flush(vm.p)
            vm.p.err(f"drydock: the module {name} is not followed by the model\n")
        modules[name] = Opaque(name)
        return modules[name]
    parent = name.rpartition(".")[0]
    text = f"No module named {name!r}"
    if parent and type(modules.get(parent)) is Module and "__path__" not in modules[parent].names:
        text += f"; {parent!r} is not a package"
    thrown = error("ModuleNotFoundError", text)
    thrown.value.fields["name"] = name
    raise thrown


def _attach(modules: dict[str, Any], name: str, module: Any) -> None:
    parent, _, last = name.rpartition(".")
    if type(modules.get(parent)) is Module:
        modules[parent].names.setdefault(last, module)


def find_source(vm: Machine, name: str) -> tuple[str, bool] | None:
    """Find a module of the program: (its path, is it a package); "" for a bare folder."""
    if vm.p is None:
        return None
    view = vm.p.view
    for folder in vm.root.get("path", ()):
        base = f"{str(folder).rstrip('/')}/{name.replace('.', '/')}"
        if view.is_file(f"{base}/__init__.py") and not _is_site(folder, name):
            return f"{base}/__init__.py", True
        if view.is_file(f"{base}.py") and not _is_site(folder, name):
            return f"{base}.py", False
        if view.is_dir(base) and any(child.endswith(".py") for child in view.children(base)):
            return f"{base}/", True
    return None


def _is_site(folder: str, name: str) -> bool:
    """Tell whether a folder holds installed packages, whose sources the model does not have."""
    return "site-packages" in str(folder) or "dist-packages" in str(folder)


def _run(vm: Machine, name: str, path: str, package: bool) -> Value:
    text = "" if path.endswith("/") else vm.p.view.text(path) or ""
    vm.sources[path] = text
    names: dict[str, Any] = {"__name__": name, "__doc__": None, "__file__": path}
    names["__package__"] = name if package else name.rpartition(".")[0]
    if package:
        names["__path__"] = [path.rpartition("/")[0]]
    module = Module(name, names)
    modules: dict[str, Any] = vm.root.setdefault("modules", {})
    modules[name] = module
    _attach(modules, name, module)
    check_syntax(vm, path)
    vm.spend(300)
    result = Enter(Frame(path, 0, Scope(names)))
    return after(vm, result, "loaded", name)


def check_syntax(vm: Machine, source: str) -> None:
    """Compile a source; raises the program's SyntaxError."""
    try:
        vm.code(source, 0)
    except SyntaxError as problem:
        raise syntax_error(problem, source) from None
    except ValueError as problem:
        raise error("SyntaxError", str(problem)) from None


def syntax_error(problem: SyntaxError, source: str) -> Thrown:
    """Make the program's SyntaxError."""
    thrown = error(type(problem).__name__, problem.msg)
    thrown.value.fields.update(
        msg=problem.msg, filename=source, lineno=problem.lineno or 1, offset=problem.offset or 1,
        end_offset=problem.end_offset or 0, text=problem.text or "",
    )  # fmt: skip
    return thrown


@follows("loaded")
def _loaded(vm: Machine, name: str, result: Any) -> Any:
    return vm.root["modules"][name]


@catches("loaded")
def _failed(vm: Machine, name: str, thrown: Thrown) -> Any:
    vm.root["modules"].pop(name, None)
    return None


def take(vm: Machine, frame: Frame, module: Any, name: str) -> Value:
    """Give `from module import name`."""
    if type(module) is Opaque:
        return Opaque(f"{module.name}.{name}")
    return try_attr(vm, module, name, "take", [module, name])


@follows("take")
def _taken(vm: Machine, data: Any, result: Any) -> Any:
    return result


@catches("take")
def _not_taken(vm: Machine, data: list[Any], thrown: Thrown) -> Any:
    if not is_error(thrown.value, "AttributeError"):
        return None
    module, name = data
    modules = vm.root.get("modules", {})
    if f"{getattr(module, 'name', '')}.{name}" in modules:
        return modules[f"{module.name}.{name}"]
    if type(module) is Module and module.library:
        top = module.library.partition(".")[0]
        if top in sys.stdlib_module_names or module.library in STRICT:
            path = "unknown location"
        elif top in LOUD:
            path = "the modelled Python does not follow it"
        else:
            return Opaque(f"{module.name}.{name}")
    else:
        path = module.names.get("__file__") or "unknown location"
    if type(module) is Module and not module.library and _half_made(vm, module):
        raise error("ImportError", f"cannot import name {name!r} from partially initialized module "
                    f"{module.name!r} (most likely due to a circular import) ({path})")  # fmt: skip
    raise error("ImportError", f"cannot import name {name!r} from {module.name!r} ({path})")


LOUD = ("sqlalchemy", "flask_sqlalchemy", "psycopg2", "psycopg", "psycopg_pool", "pymysql",
        "sqlite3", "asyncpg", "MySQLdb", "mysql", "aiohttp", "httpx",
        "alembic", "flask_migrate")  # fmt: skip
"""Packages of which what is not modelled is refused, so that nothing is lost in silence."""
QUIET = ("__future__", "gc", "faulthandler", "logging.config", "logging.handlers", "site")
"""Modules that may do nothing and are not named for that."""
STRICT = ("flask", "redis", "fastapi")


def _half_made(vm: Machine, module: Module) -> bool:
    frames = vm.task.frames if vm.task else []
    return any(frame.scope.names is module.names for frame in frames)


def public_names(vm: Machine, module: Any) -> dict[str, Any]:
    """Give what `from module import *` binds."""
    if type(module) is not Module:
        return {}
    names = dict(namespace(module.library)) if module.library else {}
    if module.library:
        prefix = f"{module.library}."
        for full in [*NATIVES, *CONSTANTS]:
            name = full.removeprefix(prefix)
            if full.startswith(prefix) and "." not in name:
                names[name] = get_attr(vm, module, name)
    names.update(module.names)
    chosen = names.get("__all__")
    if type(chosen) in (list, tuple):
        return {name: get_attr(vm, module, name) for name in chosen or ()}
    return {name: one for name, one in names.items() if not name.startswith("_")}


@native("__import__", "importlib.import_module")
def _import(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    return import_module(vm, Frame("", 0, Scope({})), str(args[0]).lstrip("."), 0, None, True)
