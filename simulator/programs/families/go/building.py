"""What `go build` makes of a folder: the sources that go into the program, and what is wrong.

Sources: the messages of cmd/go (modload, load) and of the gc compiler.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any

from .embedding import embedded
from .program import MAX_ERRORS, compiled
from .syntax import SourceError, parse

MAX_KEPT = 400_000
"""Characters of sources that are kept with a program."""
MAX_FILES = 200
ROOTS = frozenset(
    [
        "archive",
        "bufio",
        "bytes",
        "cmp",
        "compress",
        "container",
        "context",
        "crypto",
        "database",
        "debug",
        "embed",
        "encoding",
        "errors",
        "expvar",
        "flag",
        "fmt",
        "go",
        "hash",
        "html",
        "image",
        "index",
        "io",
        "iter",
        "log",
        "maps",
        "math",
        "mime",
        "net",
        "os",
        "path",
        "plugin",
        "reflect",
        "regexp",
        "runtime",
        "slices",
        "sort",
        "strconv",
        "strings",
        "structs",
        "sync",
        "syscall",
        "testing",
        "text",
        "time",
        "unicode",
        "unique",
        "unsafe",
        "weak",
        "C",
    ]
)
"""First parts of the paths of Go's own packages."""
OTHERS = re.compile(
    r"_(windows|darwin|freebsd|netbsd|openbsd|plan9|solaris|js|wasm|aix|android|ios)(_\w+)?\.go$"
)
SKIPPED = re.compile(r"^//go:build\s+(.*)$", re.M)

Sources = dict[str, Any]


def module_of(tree: Any, cwd: str) -> tuple[str, str, str] | None:
    """Find go.mod at or above a folder: (its folder, the module's path, its text)."""
    folder = cwd
    while True:
        text = tree.text(posixpath.join(folder, "go.mod"))
        if text is not None:
            match = re.search(r"^\s*module\s+\"?([^\s\"]+)", text, re.M)
            return folder, match[1] if match else "main", text
        if folder in ("/", ""):
            return None
        folder = posixpath.dirname(folder)


def gather(tree: Any, cwd: str, target: str, toolchain: str) -> Sources | None:
    """Collect the sources of the program in a folder; None when they are not all known.

    target: a folder, or files. The result is what `Program` takes.
    """
    found = module_of(tree, cwd)
    single = target.endswith(".go")
    root, module, text = found or (cwd, "command-line-arguments", "")
    if not single and found is None:
        return None
    folder = posixpath.normpath(
        posixpath.join(cwd, posixpath.dirname(target) if single else target)
    )
    base = _path_of(root, module, folder)
    main = "command-line-arguments" if single else base
    version = re.search(r"^\s*go\s+(\d+\.\d+)", text, re.M)
    made: Sources = {
        "module": module, "main": main, "go": version[1] if version else "1.21",
        "toolchain": toolchain, "root": root, "cwd": cwd, "packages": {}, "wrong": [],
        "requires": sorted(set(re.findall(r"^\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+v\d", text,
                                          re.M))),
    }  # fmt: skip
    state = {"size": 0, "files": 0}
    names = [posixpath.basename(target)] if single else None
    todo = [(main, folder, names)]
    while todo:
        path, place, only = todo.pop(0)
        if path in made["packages"]:
            continue
        files = _files(tree, place, only, state)
        if files is None:
            return None
        if not files:
            continue
        made["packages"][path] = {"folder": place, "files": files}
        kept, wrong = embedded(tree, place, files)
        if kept:
            made.setdefault("embed", {})[path] = kept
        made["wrong"] += wrong
        for one in _imports(files):
            if one == module or one.startswith(module + "/"):
                todo.append((one, posixpath.join(root, one[len(module) + 1 :]), None))
    return made if made["packages"].get(main) else None


def _path_of(root: str, module: str, folder: str) -> str:
    inner = posixpath.relpath(folder, root) if folder != root else ""
    return f"{module}/{inner}" if inner and not inner.startswith("..") else module


def _files(
    tree: Any, folder: str, only: list[str] | None, state: dict[str, int]
) -> dict[str, str] | None:
    """Read the Go files of a folder that are meant for Linux; None when one is not known."""
    files: dict[str, str] = {}
    if not tree.is_dir(folder):
        return files
    for name in sorted(tree.children(folder)):
        if not name.endswith(".go") or name.endswith("_test.go") or name[0] in "._":
            continue
        if only is not None and name not in only:
            continue
        path = posixpath.join(folder, name)
        entry = tree.get(path)
        if entry is None or entry.get("type") != "file" or OTHERS.search(name):
            continue
        text = tree.text(path)
        if text is None or entry.get("unknown"):
            return None
        match = SKIPPED.search(text[:2000])
        if match and re.search(r"ignore|windows|darwin|!linux|tools|integration|wasm", match[1]):
            continue
        state["size"] += len(text)
        state["files"] += 1
        if state["size"] > MAX_KEPT or state["files"] > MAX_FILES:
            return None
        files[name] = text
    return files


def _imports(files: dict[str, str]) -> list[str]:
    found: dict[str, None] = {}
    for text in files.values():
        try:
            for one in parse(text).imports:
                found[one.path] = None
        except SourceError:
            continue
    return list(found)


def too_old(tree: Any, cwd: str, toolchain: str, local: bool) -> str:
    """Refuse a module that wants a newer Go than there is; "" when it does not."""
    found = module_of(tree, cwd)
    match = re.search(r"^\s*go\s+(\d+)\.(\d+)(?:\.(\d+))?\s*$", found[2], re.M) if found else None
    have = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", toolchain)
    if match is None or have is None or not local:
        return ""
    wanted = [int(one or 0) for one in match.groups()]
    if wanted <= [int(have[1]), int(have[2]), int(have[3] or (99 if have[3] is None else 0))]:
        return ""
    text = ".".join(one for one in match.groups() if one)
    return f"go: go.mod requires go >= {text} (running go {toolchain}; GOTOOLCHAIN=local)\n"


def refusals(sources: Sources, vendored: bool = False, unsummed: list[str] | None = None) -> str:
    """Give what `go build` prints against a program; "" when it builds.

    unsummed: required modules of which go.sum knows nothing.
    """
    missing = _missing(sources, vendored, unsummed or [])
    for folder, file, words in sources.pop("wrong", []):
        place = posixpath.relpath(posixpath.join(folder, file), sources["cwd"])
        missing.append(f"{place}:{words}")
    if missing:
        return "".join(line + "\n" for line in missing)
    program = compiled(json.dumps(sources, sort_keys=True))
    rows = program.errors()
    if not rows:
        return ""
    lines = []
    first = rows[0][0]
    own = [row for row in rows if row[0] == first]
    lines.append(f"# {first}")
    folder = str(sources["packages"].get(first, {}).get("folder") or sources["cwd"])
    for _, file, line, column, text in own[:MAX_ERRORS]:
        if line == 0:
            lines.append(f"runtime.main_main·f: {text}")
            continue
        place = _shown(posixpath.join(folder, file), sources["cwd"])
        lines.append(f"{place}:{line}:{column}: {text}")
    if len(own) > MAX_ERRORS:
        lines.append(f"{place}:{own[MAX_ERRORS][2]}:{own[MAX_ERRORS][3]}: too many errors")
    return "\n".join(lines) + "\n"


def _shown(path: str, cwd: str) -> str:
    shown = posixpath.relpath(path, cwd)
    return shown if "/" in shown else f"./{shown}"


def _missing(sources: Sources, vendored: bool, unsummed: list[str]) -> list[str]:
    """Find imports that nothing provides, or of which go.sum has no hash."""
    requires, lines = sources["requires"], []
    for path, package in sources["packages"].items():
        for name, text in package["files"].items():
            try:
                rows = parse(text).imports
            except SourceError:
                continue
            for one in rows:
                place = posixpath.relpath(posixpath.join(package["folder"], name), sources["cwd"])
                head = one.path.partition("/")[0]
                where = f"{place}:{one.line}:{one.column}"
                if "." not in head:
                    inside = one.path in sources["packages"]
                    known = head in ROOTS or inside
                    if not known and (sources["module"].partition("/")[0] != head or not inside):
                        lines.append(f"{where}: package {one.path} is not in std "
                                     f"(/usr/local/go/src/{one.path})")  # fmt: skip
                    continue
                if one.path in sources["packages"] or vendored or _inside(one.path, sources):
                    continue
                module = _provider(one.path, requires)
                if not module:
                    lines.append(f"{where}: no required module provides package {one.path}; to "
                                 f"add it:\n\tgo get {one.path}")  # fmt: skip
                elif module in unsummed:
                    lines.append(f"{where}: missing go.sum entry for module providing package "
                                 f"{one.path} (imported by {path}); to add:\n\tgo get "
                                 f"{path}")  # fmt: skip
    return list(dict.fromkeys(lines))


def _provider(path: str, requires: list[str]) -> str:
    """Name the required module that has a package; "" when none has."""
    found = [one for one in requires if path == one or path.startswith(one + "/")]
    return max(found, key=len, default="")


def _inside(path: str, sources: Sources) -> bool:
    module = str(sources["module"])
    return path == module or path.startswith(module + "/")
