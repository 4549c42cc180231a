"""Tools that look around in the tree: ls, find, stat, du, readlink and their like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from simulator import globs
from simulator.docker.shellmodel.printing import unescape
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import NO_ENTRY, Entry, dir_entry

FORMAT = ("-c", "--format")
CHANGED = 1_767_600_000
"""Seconds since 1970 at which every file was changed last: an hour before any command runs."""


def ls(run: Run) -> int:
    """`ls [-la] [PATH...]`."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z1]+", a))
    status = 0
    paths = run.operands() or ["."]
    folders: list[str] = []
    alone: list[tuple[str, Entry]] = []
    for path in sorted(paths):
        real = run.real(path)
        entry = run.tree.files.get(real)
        if "l" in flags and not path.endswith("/"):
            entry = run.tree.files.get(run.real(path, follow=False), entry)
        if entry is None and not run.tree.is_dir(real):
            entry = run.need(path, folder=path.endswith("/"))
        if entry is None and not run.tree.is_dir(real):
            status = run.fail(
                f"cannot access '{path}': {NO_ENTRY}"
                if run.shell.flavour != "ash"
                else f"{path}: {NO_ENTRY}",
                2,
            )
        elif entry is not None and (entry["type"] != "dir" or "d" in flags):
            alone.append((path, entry))
        else:
            folders.append(path)
    _list(run, alone, flags)
    named = len(paths) > 1 or "R" in flags
    for path in folders:
        run.out("\n" if alone and path == folders[0] else "")
        _folder(run, path, flags, named, path != folders[0])
    return status


def _folder(run: Run, path: str, flags: str, named: bool, further: bool) -> None:
    """List a folder, and with -R those in it."""
    run.out(("\n" if further else "") + (f"{path}:\n" if named else ""))
    real = run.real(path)
    names = [
        name
        for name in run.tree.children(real)
        if not name.startswith("*") and ("a" in flags or "A" in flags or not name.startswith("."))
    ]
    rows = [(name, run.tree.files[f"{real.rstrip('/')}/{name}"]) for name in names]
    own = (
        [(name, run.tree.get(real) or dir_entry()) for name in (".", "..")] if "a" in flags else []
    )
    if "l" in flags:
        run.out(f"total {4 * len(rows)}\n")
    _list(run, own + rows, flags)
    for name, entry in rows if "R" in flags else []:
        if entry["type"] == "dir":
            run.clock.look_around(len(run.tree.files))
            _folder(run, f"{path.rstrip('/')}/{name}", flags, named, True)


def _list(run: Run, rows: list[tuple[str, Entry]], flags: str) -> None:
    if "r" in flags:
        rows = rows[::-1]
    for name, entry in rows:
        sign = ""
        if entry["type"] == "dir" and ("F" in flags or "p" in flags):
            sign = "" if name.endswith("/") else "/"
        elif "F" in flags and "l" not in flags:
            runs = entry["type"] == "file" and entry["mode"] & 0o111
            sign = "@" if entry["type"] == "link" else "*" if runs else ""
        run.out(_long(name + sign, entry) if "l" in flags else f"{name}{sign}\n")


def _long(name: str, entry: Entry) -> str:
    kind = {"dir": "d", "link": "l"}.get(entry["type"], "-")
    bits = "".join(c if entry["mode"] >> (8 - i) & 1 else "-" for i, c in enumerate("rwxrwxrwx"))
    arrow = f" -> {entry['target']}" if entry["type"] == "link" else ""
    size = entry.get("size", 4096)
    return f"{kind}{bits} 1 {entry['uid']} {entry['gid']} {size} Jan  1 00:00 {name}{arrow}\n"


Predicate = Callable[[str, Entry], bool]


def find(run: Run) -> int:
    """`find PATH... [-name|-type|-path|-maxdepth ...] [-delete|-exec CMD {} +|-print]`."""
    args = run.argv[1:]
    starts = []
    while args and not args[0].startswith(("-", "(", "!", "\\")):
        starts.append(args.pop(0))
    tests, action, depth, exec_argv = _expression(args)
    if action == "exec" and (len(exec_argv) < 2 or exec_argv[-1] not in (";", "+")):
        return run.fail("missing argument to `-exec'")
    hits: list[str] = []
    status = 0
    for start in starts or ["."]:
        real = run.real(start)
        if not run.tree.exists(real):
            shown = start if run.shell.flavour == "ash" else f"'{start}'"
            status = run.fail(f"{shown}: {NO_ENTRY}")
            continue
        for path in [real, *run.below(real)]:
            entry = run.tree.files.get(path)
            level = path[len(real) :].count("/")
            if entry is None or level < depth[0] or level > depth[1]:
                continue
            if all(test(path, entry) for test in tests):
                hits.append(start.rstrip("/") + path[len(real) :] if path != real else start)
    if action == "delete":
        for path in hits:
            run.tree.remove(run.real(path, follow=False))
    elif action == "exec" and exec_argv:
        return _exec(run, exec_argv, hits)
    else:
        run.out("".join(_printed(action, path) for path in hits if "/*" not in path))
    return status


def _printed(action: str, path: str) -> str:
    """Show a file that was found: action is "print", "print0" or "printf FORMAT"."""
    if action in ("print", "print0"):
        return path + ("\0" if action == "print0" else "\n")
    parts = {"p": path, "f": posixpath.basename(path) or path, "h": posixpath.dirname(path) or ".",
             "P": path.partition("/")[2], "%": "%"}  # fmt: skip
    form = unescape(action.partition(" ")[2])
    return re.sub(r"%(.)", lambda match: parts.get(match[1], match[0]), form)


def _expression(args: list[str]) -> tuple[list[Predicate], str, tuple[int, int], list[str]]:
    """Read find's expression; `-o` alternatives are joined for -name and -type only."""
    tests: list[Predicate] = []
    names: list[str] = []
    kinds, action, low, high = "", "print", 0, 10_000
    exec_argv: list[str] = []
    at, negated = 0, False
    while at < len(args):
        arg = args[at]
        value = args[at + 1] if at + 1 < len(args) else ""
        if arg in ("-name", "-iname") and negated:
            tests.append(_named(value, False))
            at += 1
        elif arg in ("-name", "-iname"):
            names.append(value)
            at += 1
        elif arg in ("-path", "-wholename"):
            tests.append(_at_path(value, not negated))
            at += 1
        elif arg == "-type":
            kinds += value.replace(",", "")
            at += 1
        elif arg == "-mindepth":
            low, at = int(value) if value.isdigit() else 0, at + 1
        elif arg == "-maxdepth":
            high, at = int(value) if value.isdigit() else 0, at + 1
        elif arg in ("-newer", "-mtime", "-mmin", "-atime", "-ctime"):
            # All files are as old as each other, so none is newer.
            tests.append(lambda p, e, fits=negated or value[:1] == "+": fits)  # type: ignore[misc]
            at += 1
        elif arg == "-executable":
            tests.append(lambda p, e: bool(e["mode"] & 0o111))
        elif arg in ("-exec", "-execdir"):
            end = next((i for i in range(at, len(args)) if args[i] in (";", "+")), len(args))
            exec_argv, action, at = args[at + 1 : end + 1], "exec", end
        elif arg == "-delete":
            action = "delete"
        elif arg == "-print0":
            action = "print0"
        elif arg == "-printf":
            action, at = f"printf {value}", at + 1
        negated = arg in ("!", "-not")
        at += 1
    if names:
        tests.append(lambda p, e: any(globs.fits(posixpath.basename(p), n) for n in names))
    if kinds:
        table = {"f": ("file", "bundle"), "d": ("dir",), "l": ("link",)}
        wanted = [t for k in kinds for t in table.get(k, ())]
        tests.append(lambda p, e: e["type"] in wanted)
    return tests, action, (low, high), exec_argv


def _named(pattern: str, wanted: bool) -> Predicate:
    return lambda p, e: globs.fits(posixpath.basename(p), pattern) == wanted


def _at_path(pattern: str, wanted: bool) -> Predicate:
    return lambda p, e: globs.fits(p, pattern) == wanted


def _exec(run: Run, argv: list[str], hits: list[str]) -> int:
    together = argv[-1] == "+"
    argv = argv[:-1]
    groups = [hits] if together and hits else [[hit] for hit in hits[:1000]]
    for group in groups:
        words: list[str] = []
        for arg in argv:
            words += group if arg == "{}" else [arg.replace("{}", group[0])]
        status = run.shell.program(words)
        if status == 127:
            return 1
    return 0


def readlink(run: Run) -> int:
    """`readlink [-f]` and `realpath`."""
    follow = run.name == "realpath" or any(
        re.fullmatch(r"-[a-z]*[fem][a-z]*", a) for a in run.argv[1:]
    )
    for path in run.operands():
        if follow:
            run.out(run.real(path) + "\n")
            continue
        entry = run.tree.files.get(run.real(path, follow=False))
        if entry is None or entry["type"] != "link":
            return 1
        run.out(entry["target"] + "\n")
    return 0


def stat(run: Run) -> int:
    """`stat [-c FORMAT] FILE...`: size, mode, owner."""
    form = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a in FORMAT), "")
    form = form or next((a[9:] for a in run.argv if a.startswith("--format=")), "")
    for path in run.operands(FORMAT):
        entry = run.need(path)
        if entry is None:
            return run.fail(f"cannot statx '{path}': {NO_ENTRY}")
        if form:
            run.out(_filled(form, path, entry) + "\n")
            continue
        run.out(
            f"  File: {path}\n  Size: {entry.get('size', 4096)}\n"
            f"Access: ({entry['mode']:04o})  Uid: {entry['uid']}  Gid: {entry['gid']}\n"
        )
    return 0


def _filled(form: str, path: str, entry: Entry) -> str:
    kinds = {"dir": "directory", "link": "symbolic link"}
    values = {
        "n": path,
        "s": entry.get("size", 4096),
        "a": f"{entry['mode']:o}",
        "u": entry["uid"],
        "g": entry["gid"],
        "U": "root" if entry["uid"] == 0 else entry["uid"],
        "G": "root" if entry["gid"] == 0 else entry["gid"],
        "F": kinds.get(
            entry["type"], "regular file" if entry.get("size") else "regular empty file"
        ),
        "A": _long("", entry).partition(" ")[0],
        "N": f"'{path}'" + (f" -> '{entry['target']}'" if entry["type"] == "link" else ""),
        "Y": CHANGED,
        "Z": CHANGED,
        "X": CHANGED,
        "%": "%",
    }
    return re.sub(r"%(.)", lambda m: str(values.get(m[1], "?")), form)


def du(run: Run) -> int:
    """`du -s [-h] PATH...`."""
    human = any(re.fullmatch(r"-[a-z]*h[a-z]*", a) for a in run.argv[1:])
    for path in run.operands() or ["."]:
        real = run.real(path)
        if not run.tree.exists(real):
            return run.fail(f"cannot access '{path}': {NO_ENTRY}")
        size = sum(
            run.tree.files[p].get("size", 0)
            for p in [real, *run.below(real)]
            if p in run.tree.files
        )
        shown = f"{size / 1_048_576:.0f}M" if human and size > 1 << 20 else str(size // 1024)
        run.out(f"{shown}\t{path}\n")
    return 0


def which(run: Run) -> int:
    """`which NAME...`."""
    status = 0
    for name in run.operands():
        path = run.shell.find(name)
        if path is None:
            status = 1
        else:
            run.out(path + "\n")
    return status


def file(run: Run) -> int:
    """`file PATH...`."""
    for path in run.operands():
        entry = run.get(path)
        what = (
            "cannot open"
            if entry is None
            else "directory"
            if entry["type"] == "dir"
            else "ELF 64-bit LSB executable"
            if "arch" in entry
            else "ASCII text"
        )
        run.out(f"{path}: {what}\n")
    return 0


MODELS = {
    "ls": ls,
    "dir": ls,
    "find": find,
    "readlink": readlink,
    "realpath": readlink,
    "stat": stat,
    "du": du,
    "which": which,
    "file": file,
}
