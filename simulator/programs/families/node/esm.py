"""ECMAScript modules: what they import, in which order they run, `import()`.

A record in "spaces" is [namespace, promise or None, [[specifier, path, line, names]]].
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from ...vm import Enter, Machine, Thrown
from .calls import call
from .compiler import compiled
from .errors import make_error, throw
from .intrinsics import intrinsic
from .loop import run_microtask_now
from .modules import MAX_TEXT_SOURCE, body_frame, is_module, load, resolve, syntax_thrown
from .objects import get_now, keys_of, make_array, make_object
from .promises import FULFILLED, REJECTED, new_promise, react, settle
from .registry import native
from .syntax import JsSyntaxError
from .values import Obj, Prop


def space_of(vm: Machine, path: str) -> list[Any]:
    """Give the record of a module, made when it is first asked for; raises Thrown."""
    spaces = vm.root.setdefault("spaces", {})
    if path in spaces:
        return spaces[path]  # type: ignore[no-any-return]
    text = (vm.p.view.text(path) or "")[:MAX_TEXT_SOURCE]
    source = f"esm:{path}"
    vm.sources[source] = text
    vm.spend(400)
    try:
        code = compiled(source, text)[0]
    except JsSyntaxError as error:
        raise syntax_thrown(vm, source, text, error) from None
    namespace_ = Obj(None, "Module")
    record: list[Any] = [namespace_, None, []]
    spaces[path] = record
    for specifier, _, line, names in code.info.requests:
        record[2].append([specifier, _resolved(vm, specifier, path), line, names])
    return record


def _resolved(vm: Machine, specifier: str, path: str) -> str:
    try:
        return resolve(vm, specifier, path)
    except Thrown as error:
        if get_now(vm, error.value, "code") != "MODULE_NOT_FOUND":
            raise
    relative = specifier.startswith((".", "/"))
    if relative:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), specifier))
        words = f"Cannot find module '{target}' imported from {path}"
    else:
        words = f"Cannot find package '{specifier.split('/')[0]}' imported from {path}"
    made = make_error(vm, "Error", words, code="ERR_MODULE_NOT_FOUND")
    made.props["stack"] = Prop(
        f"Error [ERR_MODULE_NOT_FOUND]: {words}\n    at finalizeResolution "
        "(node:internal/modules/esm/resolve:275:11)\n    at moduleResolve "
        "(node:internal/modules/esm/resolve:860:10)\n    at defaultResolve "
        "(node:internal/modules/esm/resolve:984:11)")  # fmt: skip
    made.data = "node:internal/modules/run_main:122\n    triggerUncaughtException(\n    ^\n\n"
    raise Thrown(made)


def start_module(vm: Machine, path: str) -> Any:
    """Load and run a module with all that it needs: a promise of its namespace."""
    record = space_of(vm, path)
    if record[1] is None:
        made = record[1] = new_promise(vm)
        try:
            said = call(vm, intrinsic(vm, "sys.runModule"), None, [path])
        except Thrown as error:
            settle(vm, made, REJECTED, error.value)
            return made
        react(vm, vm.finish_call(said), ["pass", made])
    return record[1]


@native("sys.moduleNeeds", 1)
def _needs(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, [row[1] for row in space_of(vm, args[0])[2]])


@native("sys.moduleLoad", 2)
def _load(vm: Any, this: Any, args: list[Any]) -> Any:
    """Begin to load what a module needs: a promise to wait for, or nothing."""
    path = args[1]
    if path.startswith("/") and not path.endswith(".json") and is_module(vm, path):
        spaces = vm.root.setdefault("spaces", {})
        if path in spaces and spaces[path][1] is not None and spaces[path][1].data[0] == "pending":
            return None
        return start_module(vm, path)
    return load(vm, path, args[0])


@native("sys.moduleSpace", 2)
def _space(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give the namespace of what a module needs; the wrapped exports of CommonJS."""
    importer, path = args
    spaces = vm.root.setdefault("spaces", {})
    if path in spaces:
        made = spaces[path][0]
    else:
        exports = load(vm, path, importer)
        made = Obj(None, "Module")
        if isinstance(exports, Obj):
            for key in keys_of(vm, exports, hidden=exports.kind == "Function"):
                if key not in ("prototype", "length", "name", "caller", "arguments"):
                    made.props[key] = get_now(vm, exports, key)
        if "default" not in made.props or path.startswith(("node:", "npm:")):
            made.props["default"] = exports
    _check(vm, importer, path, made)
    return made


def _check(vm: Machine, importer: str, path: str, made: Obj) -> None:
    """Refuse names that a module does not export."""
    for specifier, target, line, names in vm.root["spaces"].get(importer, [None, None, []])[2]:
        if target != path or path.startswith(("inert:", "npm:")) or importer == path:
            continue
        record = vm.root["spaces"].get(path)
        exported = list(made.props)
        if record is not None:
            exported += _exports_of(vm, path)
        for name in names:
            if name not in exported and "*" not in exported:
                raise _no_export(vm, importer, specifier, line, name)


def _exports_of(vm: Machine, path: str) -> list[str]:
    text = vm.sources.get(f"esm:{path}", "")
    return ["*"] if re.search(r"^\s*export\s*\*", text, re.M) else re.findall(
        r"export\s+(?:async\s+)?(?:const|let|var|function\*?|class)\s+(\w+)", text) + re.findall(
        r"(\w+)\s*[,}]", " ".join(re.findall(r"export\s*(\{[^}]*\})", text))) + (
        ["default"] if "export default" in text else [])  # fmt: skip


def _no_export(vm: Machine, importer: str, specifier: str, line: int, name: str) -> Thrown:
    words = f"The requested module '{specifier}' does not provide an export named '{name}'"
    made = make_error(vm, "SyntaxError", words)
    text = vm.sources.get(f"esm:{importer}", "").split("\n")
    shown = text[line - 1] if line <= len(text) else ""
    at = max(0, shown.find(name))
    made.data = f"file://{importer}:{line}\n{shown}\n{' ' * at}{'^' * len(name)}\n"
    made.props["stack"] = Prop(
        f"SyntaxError: {words}\n    at ModuleJob._instantiate "
        "(node:internal/modules/esm/module_job:180:21)\n    at async "
        "ModuleJob.run (node:internal/modules/esm/module_job:263:5)"
    )
    return Thrown(made)


@native("sys.moduleRun", 2)
def _run(vm: Any, this: Any, args: list[Any]) -> Any:
    """Run a module's body with the namespaces that it needs: a promise."""
    path, spaces = args[0], list(args[1].items)
    source = f"esm:{path}"
    frame = body_frame(vm, source, vm.sources[source])
    names = frame.scope.names
    names["%exports"] = vm.root["spaces"][path][0]
    for (_, hidden_name, _, _), one in zip(
        compiled(source, vm.sources[source])[0].info.requests, spaces, strict=True
    ):
        names[hidden_name] = one
    names["this"] = None
    frame.then, frame.more = "async", [new_promise(vm), "running", False]
    return Enter(frame)


def module_by_require(vm: Machine, path: str) -> Any:
    """Load an ECMAScript module by `require`, which Node 22 can."""
    promise = start_module(vm, path)
    for _ in range(2000):
        if promise.data[0] != "pending":
            break
        micro = vm.root.get("micro")
        if not micro:
            raise throw(
                vm,
                "Error",
                "require() cannot be used on an ESM graph with top-level "
                "await. Use import() instead.",
                code="ERR_REQUIRE_ASYNC_MODULE",
            )
        run_microtask_now(vm)
    if promise.data[0] == REJECTED:
        promise.data[3] = True
        raise Thrown(promise.data[1])
    return vm.root["spaces"][path][0]


def import_later(vm: Machine, source: str, specifier: str) -> Obj:
    """Do what `import()` does: a promise of the namespace."""
    path = source.removeprefix("esm:")
    path = path if path.startswith("/") else ""
    promise = new_promise(vm)
    try:
        target = _resolved(vm, specifier, path)
        if target.startswith("/") and not target.endswith(".json") and is_module(vm, target):
            react(vm, start_module(vm, target), ["pass", promise])
        else:
            load_now(vm, target, path)
            settle(vm, promise, FULFILLED,
                   call(vm, intrinsic(vm, "sys.moduleSpace"), None, [path, target]))  # fmt: skip
    except Thrown as error:
        settle(vm, promise, REJECTED, error.value)
    return promise


def load_now(vm: Machine, path: str, parent: str) -> Any:
    """Load a CommonJS module at this instant."""
    return vm.finish_call(load(vm, path, parent))


def meta(vm: Machine, source: str) -> Obj:
    """Give `import.meta`."""
    path = source.removeprefix("esm:")
    return make_object(vm, {"dirname": posixpath.dirname(path), "filename": path,
                            "url": f"file://{path}"})  # fmt: skip
