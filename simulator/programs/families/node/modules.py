"""Finding and loading modules: `require`, `import`, Node's own and the packages that are modelled.

In the machine's root: "modules" ({path: module object} of CommonJS), "spaces" ({path: record} of
ECMAScript modules; a record is [namespace, promise or None, needs]).
"""

from __future__ import annotations

import json
import posixpath
from hashlib import sha256
from typing import Any

from ...vm import Enter, Frame, Machine, Scope, Thrown
from .compiler import compiled
from .convert import to_text
from .errors import LOADER, make_error, shown_source, throw
from .intrinsics import intrinsic, native_of
from .natives_core import arg
from .objects import get_now, make_array, make_object
from .registry import TABLES, hidden, is_built_in, is_modelled, namespace, native
from .syntax import JsSyntaxError
from .values import Arr, Obj, Prop, Symbol, plain, units

MAX_TEXT_SOURCE = 400_000
OTHERS = (
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto",
    "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https",
    "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
    "querystring", "readline", "repl", "stream", "string_decoder", "sys", "test", "timers", "tls",
    "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib",
)  # fmt: skip


def loader_error(vm: Machine, name: str, parent: str) -> Thrown:
    """Make the error for a module that cannot be found."""
    stack = [parent] if parent else []
    for path, row in vm.root.get("parents", {}).items():
        if path == parent:
            while row and row not in stack and len(stack) < 10:
                stack.append(row)
                row = vm.root.get("parents", {}).get(row)
    listed_ = "".join(f"\n- {one}" for one in stack)
    message = f"Cannot find module '{name}'" + (f"\nRequire stack:{listed_}" if stack else "")
    error = make_error(vm, "Error", message)
    error.props["code"] = "MODULE_NOT_FOUND"
    error.props["requireStack"] = make_array(vm, list(stack))
    error.props["stack"] = Prop(f"Error: {message}\n    at Function._resolveFilename "
                                "(node:internal/modules/cjs/loader:1225:15)\n    at Function._load "
                                "(node:internal/modules/cjs/loader:1055:27)")  # fmt: skip
    error.data = THROWN
    return Thrown(error)


THROWN = "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\n"


def find_file(vm: Machine, path: str) -> str | None:
    """Find the file that a path stands for: itself, with an ending, or a folder's index."""
    view = vm.p.view
    for end in ("", ".js", ".json", ".mjs", ".cjs", ".node"):
        if view.is_file(path + end):
            return str(view.resolve(path + end))
    if view.is_dir(path):
        main = package_of(vm, path).get("main")
        if isinstance(main, str) and main:
            inner = posixpath.normpath(f"{path}/{main}")
            for candidate in (inner, f"{inner}.js", f"{inner}/index.js"):
                if view.is_file(candidate):
                    return candidate
        for end in ("/index.js", "/index.json", "/index.mjs"):
            if view.is_file(path + end):
                return path + end
    return None


def package_of(vm: Machine, folder: str) -> dict[str, Any]:
    """Read a folder's package.json; {} where there is none."""
    text = vm.p.view.text(f"{folder}/package.json")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_module(vm: Machine, path: str) -> bool:
    """Tell whether a file is an ECMAScript module."""
    if path.endswith((".mjs", ".cjs", ".json")):
        return path.endswith(".mjs")
    folder = posixpath.dirname(path)
    while True:
        if vm.p.view.is_file(f"{folder.rstrip('/')}/package.json"):
            kind = package_of(vm, folder.rstrip("/") or "").get("type")
            if kind in ("module", "commonjs"):
                return bool(kind == "module")
            break
        if folder in ("/", ""):
            break
        folder = posixpath.dirname(folder)
    return _looks_like_module(vm.p.view.text(path) or "")


def _looks_like_module(text: str) -> bool:
    """Tell by the syntax, as Node 22 does where nothing else says it."""
    import re

    return bool(re.search(r"^\s*(?:import\s+(?:[\w*{\"'])|export\s+(?:default|const|let|function|"
                          r"class|async|\{|\*))", text, re.M)) and not re.search(
        r"\brequire\(|\bmodule\.exports\b", text)  # fmt: skip


def resolve(vm: Machine, name: str, parent: str) -> str:
    """Find a module: a path, "node:x" or "npm:x"; raises Thrown."""
    bare = name.removeprefix("node:")
    if name.startswith("node:") or bare.partition("/")[0] in OTHERS:
        if is_built_in(bare) or bare.partition("/")[0] in OTHERS:
            return f"node:{bare}"
        raise throw(
            vm, "Error", f"No such built-in module: {name}", code="ERR_UNKNOWN_BUILTIN_MODULE"
        )
    folder = posixpath.dirname(parent) if parent else vm.p.cwd
    if name.startswith("file://"):
        name = name.removeprefix("file://")
    if name.startswith((".", "/")):
        found = find_file(vm, posixpath.normpath(posixpath.join(folder, name)))
        if found is None:
            raise loader_error(vm, name, parent)
        return found
    return _package(vm, name, parent, folder)


def _package(vm: Machine, name: str, parent: str, folder: str) -> str:
    parts = name.split("/")
    top = "/".join(parts[: 2 if name.startswith("@") else 1])
    view = vm.p.view
    while True:
        base = f"{folder.rstrip('/')}/node_modules/{top}"
        if view.exists(base):
            if is_modelled(name):
                return f"npm:{name}"
            inner = posixpath.normpath(f"{folder.rstrip('/')}/node_modules/{name}")
            found = find_file(vm, inner)
            if found is not None and (found.endswith(".json") or (view.text(found) or "").strip()):
                return found
            return f"inert:{name}"
        if folder in ("/", ""):
            break
        folder = posixpath.dirname(folder)
    raise loader_error(vm, name, parent)


@native("sys.versionOf", 1)
def _version_of(vm: Any, this: Any, args: list[Any]) -> str:
    """Give the version of a package that is installed beside the program; "" when none says it."""
    name, folder = to_text(vm, arg(args, 0)), posixpath.dirname(str(vm.root.get("main") or ""))
    folder = folder if folder.startswith("/") else str(vm.p.cwd)
    while True:
        found = package_of(vm, f"{folder.rstrip('/')}/node_modules/{name}").get("version")
        if found or folder in ("/", ""):
            return str(found or "")
        folder = posixpath.dirname(folder)


def load(vm: Machine, path: str, parent: str) -> Any:
    """Give a CommonJS module's exports: a value, or an Enter that runs it first."""
    known = vm.root.setdefault("modules", {})
    if path in known:
        return get_now(vm, known[path], "exports")
    module = make_object(vm)
    module.kind = "Module object"
    exports: Any = make_object(vm)
    module.props.update(
        id=path,
        path=posixpath.dirname(path),
        exports=exports,
        filename=path,
        loaded=False,
        children=make_array(vm, []),
        paths=make_array(vm, []),
    )
    known[path] = module
    vm.root.setdefault("parents", {})[path] = parent
    if path.startswith("inert:") or (path.startswith("node:") and not is_built_in(path[5:])):
        name = path.partition(":")[2]
        vm.p.err(f"drydock: the module {name} is not followed by the model\n")
        module.props["exports"] = exports = inert(vm, name)
        return exports
    if path.endswith(".json"):
        return _json(vm, path, module)
    if path.startswith("/") and is_module(vm, path):
        del known[path]
        from .esm import module_by_require

        return module_by_require(vm, path)
    return enter_source(vm, path, module)


@native("sys.evaluate", 1)
def _evaluate(vm: Any, this: Any, args: list[Any]) -> Any:
    """Run a text that a library has written, as a module: its exports."""
    text = plain(to_text(vm, arg(args, 0)))
    path = f"/<written>/{sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}.js"
    known = vm.root.setdefault("modules", {})
    if path in known:
        return get_now(vm, known[path], "exports")
    module = make_object(vm)
    module.props["exports"] = make_object(vm)
    known[path] = module
    try:
        return enter_source(vm, path, module, text)
    except Thrown:
        del known[path]
        raise


def _json(vm: Machine, path: str, module: Obj) -> Any:
    from .natives_json import parse_json

    try:
        module.props["exports"] = parse_json(vm, units(vm.p.view.text(path) or ""))
    except Thrown as error:
        message = get_now(vm, error.value, "message")
        raise throw(vm, "SyntaxError", f"{path}: {message}") from None
    return module.props["exports"]


def enter_source(vm: Machine, path: str, module: Obj, written: str | None = None) -> Any:
    """Run a CommonJS source. written: its text, when it is in no file."""
    text = ""
    if written is not None:
        text = vm.sources[path] = written
    elif path.startswith("/"):
        text = (vm.p.view.text(path) or "")[:MAX_TEXT_SOURCE]
        vm.sources[path] = text
        vm.spend(300)
    frame = body_frame(vm, path, text)
    exports = module.props["exports"]
    names = frame.scope.names
    names.update(
        {
            "exports": exports,
            "module": module,
            "__filename": path,
            "this": exports,
            "__dirname": posixpath.dirname(path),
            "require": make_require(vm, path),
        }
    )
    frame.then, frame.more = "require", [module, path]
    return Enter(frame)


def body_frame(vm: Machine, source: str, text: str) -> Frame:
    """Make the frame of a source's body; raises Thrown with a SyntaxError."""
    try:
        code = compiled(source, text)[0]
    except JsSyntaxError as error:
        raise syntax_thrown(vm, source, text, error) from None
    return Frame(source, 0, Scope(dict.fromkeys(code.info.vars)))


def syntax_thrown(vm: Machine, source: str, text: str, error: JsSyntaxError) -> Thrown:
    """Make the SyntaxError of a source, with the line and the caret above it."""
    made = make_error(vm, "SyntaxError", error.message)
    lines = text.split("\n")
    shown = lines[error.line - 1] if error.line <= len(lines) else ""
    caret = " " * (error.column - 1) + "^" * min(error.width, max(1, len(shown) - error.column + 1))
    made.data = f"{shown_source(source)}:{error.line}\n{shown}\n{caret}\n\n"
    rows = ["wrapSafe (node:internal/modules/cjs/loader:1469:18)", *LOADER]
    if source.startswith("esm:"):
        rows = [
            "compileSourceTextModule (node:internal/modules/esm/utils:344:16)",
            "ModuleLoader.moduleStrategy (node:internal/modules/esm/translators:105:18)",
        ]
    head = f"SyntaxError: {error.message}"
    made.props["stack"] = Prop("\n".join([head, *[f"    at {row}" for row in rows[:9]]]))
    return Thrown(made)


def make_require(vm: Machine, path: str) -> Obj:
    """Make the `require` of a module."""
    made = native_of(vm, "require", path)
    made.props["resolve"] = native_of(vm, "require resolve", path)
    made.props["main"] = vm.root.get("modules", {}).get(vm.root.get("main", ""), None)
    made.props["cache"] = make_object(vm)
    return made


@hidden("require", 1)
def _require(vm: Any, fn: Any, given: list[Any]) -> Any:
    name = arg(given[1], 0)
    if type(name) is not str:
        from .natives_promises import received

        raise throw(vm, "TypeError", 'The "id" argument must be of type string. Received '
                    + received(vm, name), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    parent = fn.data if str(fn.data).startswith("/") else ""
    if not parent and is_built_in(name.removeprefix("node:")):
        return load(vm, f"node:{name.removeprefix('node:')}", "")
    if not parent and is_modelled(name):
        return load(vm, f"npm:{name}", "")
    return load(vm, resolve(vm, name, parent), parent)


@hidden("require resolve", 1)
def _require_resolve(vm: Any, fn: Any, given: list[Any]) -> Any:
    return resolve(vm, to_text(vm, arg(given[1], 0)), fn.data)


# What is installed and not modelled


def inert(vm: Machine, name: str) -> Obj:
    """Make a value that takes everything and does nothing.

    # Simplified: An npm package that is installed and neither modelled nor there as source gives
    the program a value that can be called, constructed and read, and does nothing; the program's
    log names it.
    """
    return Obj(intrinsic(vm, "Object.prototype"), "Proxy",
               [native_of(vm, "inert", name), intrinsic(vm, "inert handler")])  # fmt: skip


@hidden("inert", 0)
def _inert(vm: Any, fn: Any, given: list[Any]) -> Any:
    return inert(vm, str(fn.data))


namespace("inert handler")
TABLES["globalThis"].pop("inert handler", None)


@native("inert handler.get", 3)
def _inert_get(vm: Any, this: Any, args: list[Any]) -> Any:
    key = args[1]
    if type(key) is Symbol:
        return None
    if key in ("then", "toJSON", "constructor", "__esModule", "length", "name"):
        return None
    if key in ("toString", "valueOf"):
        return native_of(vm, "inert text", args[0].data)
    if key == "prototype":
        return make_object(vm)
    return inert(vm, f"{args[0].data}.{key}")


@hidden("inert text", 0)
def _inert_text(vm: Any, fn: Any, given: list[Any]) -> Any:
    return f"[{fn.data}]"


@native("inert handler.set", 4)
def _inert_set(vm: Any, this: Any, args: list[Any]) -> bool:
    return True


@native("inert handler.construct", 3)
def _inert_construct(vm: Any, this: Any, args: list[Any]) -> Any:
    return inert(vm, str(args[0].data))


@native("inert handler.apply", 3)
def _inert_apply(vm: Any, this: Any, args: list[Any]) -> Any:
    for one in args[2].items if isinstance(args[2], Arr) else []:
        del one
    return inert(vm, str(args[0].data))
