"""ls, cat, stat, find, du, which, readlink, pwd: what only looks at the modelled tree."""

from __future__ import annotations

import math
import posixpath
import re
from functools import partial

from simulator import globs
from simulator.docker.tree import NO_ENTRY, Entry, dir_entry

from ..kernel.devices import STDIN
from ..permissions import READ
from ..users import user_name
from . import Context, Utility, Wait


def split(argv: list[str], takes: str = "") -> tuple[dict[str, str], list[str]]:
    """Take short options apart: {letter: value or ""}, operands."""
    flags: dict[str, str] = {}
    operands: list[str] = []
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            return flags, operands + words
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            flags[name] = value
        elif word.startswith("-") and len(word) > 1:
            for index, letter in enumerate(word[1:], 1):
                if letter in takes:
                    flags[letter] = word[index + 1 :] or (words.pop(0) if words else "")
                    break
                flags[letter] = ""
        else:
            operands.append(word)
    return flags, operands


def cat(c: Context) -> int | Wait:
    """Print files."""
    code = 0
    _, paths = split(c.argv)
    for path in paths or ["-"]:
        why = "" if path in STDIN else c.p.unreadable(path)
        if path in STDIN:
            c.out(c.stdin or "")
        elif why == "Is a directory" and c.is_busybox:
            code = c.fail(f"read error: {why}")
        elif why:
            code = c.fail(f"can't open '{path}': {why}" if c.is_busybox else f"{path}: {why}")
        else:
            c.out(c.view.text(path, c.p.cwd) or "")
    return code


def ls(c: Context) -> int:
    """List folders."""
    flags, paths = split(c.argv)
    code = 0
    folders: list[str] = []
    for path in paths or ["."]:
        real = c.view.resolve(path, c.p.cwd)
        entry = c.view.get(path, c.p.cwd)
        why = c.p.hidden(real) or ("" if entry is not None else NO_ENTRY)
        if why or entry is None:
            what = path if c.is_busybox else f"cannot access '{path}'"
            code = c.fail(f"{what}: {why}", 1 if c.is_busybox else 2)
        elif entry["type"] == "dir" and "d" not in flags and not c.p.allowed(entry, READ):
            what = "can't open" if c.is_busybox else "cannot open directory"
            code = c.fail(f"{what} '{path}': Permission denied", 1 if c.is_busybox else 2)
        elif entry["type"] != "dir" or "d" in flags:
            _list(c, [(path, entry)], flags)
        else:
            folders.append(real if path.startswith("/") else path)
    for index, path in enumerate(folders):
        if len(folders) > 1 or len(paths) > 1 or "R" in flags:
            c.out(("\n" if index else "") + f"{path}:\n")
        _folder(c, c.view.resolve(path, c.p.cwd), flags, path)
    return code


def _folder(c: Context, real: str, flags: dict[str, str], shown: str) -> None:
    prefix = "/" if real == "/" else real + "/"
    above = posixpath.dirname(real)
    names = [name for name in c.view.children(real) if not name.startswith("*")]
    if "a" not in flags and "A" not in flags:
        names = [name for name in names if not name.startswith(".")]
    rows = [(name, c.view.files[prefix + name]) for name in names]
    if "a" in flags:
        here = [(".", c.view.get(real)), ("..", c.view.get(above))]
        rows = [*((name, entry or dir_entry()) for name, entry in here), *rows]
    if "l" in flags:
        total = sum(-(-int(entry.get("size", 0)) // 4096) * 4 for _, entry in rows)
        c.out(f"total {total}\n")
    _list(c, rows, flags)
    if "R" in flags:
        for name, entry in rows:
            if entry["type"] == "dir" and name not in (".", ".."):
                inner = f"{shown.rstrip('/')}/{name}"
                c.out(f"\n{inner}:\n")
                _folder(c, prefix + name, flags, inner)


def _sorted(rows: list[tuple[str, Entry]], flags: dict[str, str]) -> list[tuple[str, Entry]]:
    """Put rows in the order of -S and -r.

    # Simplified: Files have no times of their own, so `ls -t` keeps the order of names.
    """
    if "S" in flags:
        rows = sorted(rows, key=lambda row: -int(row[1].get("size", 4096)))
    return rows[::-1] if "r" in flags else rows


def _size(size: int, human: bool) -> str:
    """Word a size, as -h does."""
    if not human or size < 1024:
        return str(size)
    amount, unit = float(size), 0
    while amount >= 1024:
        amount, unit = amount / 1024, unit + 1
    shown, letter = math.ceil(amount * 10) / 10, "KMGTP"[unit - 1]
    return f"{shown:.1f}{letter}" if shown < 10 else f"{math.ceil(amount)}{letter}"


def _columns(names: list[str], width: int = 80) -> str:
    """Lay names out in columns, top to bottom, as many as fit."""
    for rows in range(1, len(names) + 1):
        columns = [names[at : at + rows] for at in range(0, len(names), rows)]
        widths = [max(map(len, column)) + 2 for column in columns]
        if sum(widths) - 2 <= width or rows == len(names):
            lines = []
            for row in range(rows):
                cells = [(column[row], wide) for column, wide in zip(columns, widths, strict=True)
                         if row < len(column)]  # fmt: skip
                lines.append("".join(f"{name:<{wide}}" for name, wide in cells).rstrip())
            return "".join(f"{line}\n" for line in lines)
    return ""


def _mark(entry: Entry, flags: dict[str, str]) -> str:
    """Give the sign that -F and -p put behind a name."""
    if entry["type"] == "dir" and ("F" in flags or "p" in flags):
        return "/"
    if "F" not in flags:
        return ""
    return "@" if entry["type"] == "link" else "*" if entry["mode"] & 0o111 else ""


def _list(c: Context, rows: list[tuple[str, Entry]], flags: dict[str, str]) -> None:
    rows = _sorted(rows, flags)
    if "l" not in flags:
        names = [name + _mark(entry, flags) for name, entry in rows]
        columns = ("C" in flags or c.terminal) and "1" not in flags
        c.out(_columns(names) if columns else "".join(f"{name}\n" for name in names))
        return
    stamp = c.p.engine.timestamp(0)
    date = f"{_MONTHS[int(stamp[5:7]) - 1]} {int(stamp[8:10]):2d} {stamp[11:16]}"
    table = []
    users = {one: user_name(c.view, one) or str(one) for one in {e["uid"]: 0 for _, e in rows}}
    groups = {one: _group_name(c, one) for one in {e["gid"]: 0 for _, e in rows}}
    for name, entry in rows:
        target = f" -> {entry['target']}" if entry["type"] == "link" else ""
        size = int(entry.get("size", 4096 * (entry["type"] == "dir")))
        size_text = str(entry.get("device") or _size(size, "h" in flags))
        table.append((
            mode_text(entry), "1", users[entry["uid"]], groups[entry["gid"]], size_text, date,
            name + (target or _mark(entry, flags)),
        ))  # fmt: skip
    widths = [max((len(row[i]) for row in table), default=0) for i in range(5)]
    c.out("".join(
        f"{row[0]} {row[1]:>{widths[1]}} {row[2]:<{widths[2]}} {row[3]:<{widths[3]}} "
        f"{row[4]:>{widths[4]}} {row[5]} {row[6]}\n" for row in table
    ))  # fmt: skip


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def mode_text(entry: Entry) -> str:
    """Write a mode as `ls -l` does."""
    kind = "c" if "device" in entry else {"dir": "d", "link": "l"}.get(entry["type"], "-")
    mode = int(entry["mode"])
    bits = "".join(letter if mode & (1 << (8 - i)) else "-" for i, letter in enumerate("rwxrwxrwx"))
    if mode & 0o2000:
        bits = bits[:5] + ("s" if mode & 0o010 else "S") + bits[6:]
    if mode & 0o1000:
        bits = bits[:8] + ("t" if mode & 0o001 else "T")
    return kind + bits


def _group_name(c: Context, gid: int) -> str:
    for line in (c.view.text("/etc/group") or "").splitlines():
        parts = line.split(":")
        if len(parts) >= 3 and parts[2] == str(gid):
            return parts[0]
    return "root" if gid == 0 else str(gid)


def find(c: Context) -> int | Wait:
    """Find files by name and type; the rest is what the model of a build's `find` knows."""
    from .modelled import quick

    words = c.argv[1:]
    asked = [word for word in words if word[:1] in ("-", "!", "(", "\\")]
    if not set(asked) <= {"-name", "-type", "-follow", "-L"}:
        return quick(c)
    start = words[0] if words and not words[0].startswith("-") else "."
    if not c.view.exists(start, c.p.cwd):
        shown = start if c.is_busybox else c.quote(start)
        return c.fail(f"{shown}: No such file or directory")
    name = words[words.index("-name") + 1] if "-name" in words[:-1] else "*"
    kind = words[words.index("-type") + 1] if "-type" in words[:-1] else ""
    real = c.view.resolve(start, c.p.cwd)
    found = []
    for path in [real, *c.view.below(real)]:
        entry = c.view.files.get(path, dir_entry())
        fits = {"f": "file", "d": "dir", "l": "link"}.get(kind, entry["type"]) == entry["type"]
        if fits and "/*" not in path and globs.fits(posixpath.basename(path), name):
            found.append(start + path[len(real) :] + "\n" if path != real else start + "\n")
    c.out("".join(found))
    return 0


def du(c: Context) -> int:
    """Add up sizes."""
    flags, paths = split(c.argv, "d")
    for path in paths or ["."]:
        real = c.view.resolve(path, c.p.cwd)
        if not c.view.exists(real):
            what = path if c.is_busybox else f"cannot access '{path}'"
            return c.fail(f"{what}: {NO_ENTRY}")
        size = sum(int(c.view.files[each].get("size", 0)) for each in c.view.below(real))
        shown = f"{size / 1e6:.1f}M" if "h" in flags else str(size // 1024)
        c.out(f"{shown}\t{path}\n")
    return 0


def stat(c: Context) -> int:
    """Show what is known of files, or with -c what is asked for."""
    flags, paths = split(c.argv, "c")
    form = flags.get("c") or flags.get("format") or flags.get("printf")
    for path in paths:
        real = c.view.resolve(path, c.p.cwd, follow="L" in flags)
        entry = c.view.get(path, c.p.cwd) if "L" in flags else c.view.files.get(real)
        entry = dir_entry() if real == "/" else entry
        if entry is None:
            verb = "can't stat" if c.is_busybox else "cannot statx"
            return c.fail(f"{verb} '{path}': {NO_ENTRY}")
        if form is None:
            c.out(f"  File: {path}\n  Size: {entry.get('size', 4096)}\nAccess: "
                  f"({entry['mode']:04o}/{mode_text(entry)})  Uid: ({entry['uid']:5d})   "
                  f"Gid: ({entry['gid']:5d})\n")  # fmt: skip
        else:
            c.out(re.sub("%(.)", partial(_field, c, path, entry), form)
                  + ("" if "printf" in flags else "\n"))  # fmt: skip
    return 0


KINDS = {"dir": "directory", "link": "symbolic link"}


def _field(c: Context, path: str, entry: Entry, match: re.Match[str]) -> str:
    """Give what stands for %s, %a and their like in a format of stat."""
    uid, gid = int(entry["uid"]), int(entry["gid"])
    kind = "character special file" if "device" in entry else KINDS.get(entry["type"], "")
    size = int(entry.get("size", 4096))
    found = {
        "n": path, "N": f"'{path}'", "s": str(size), "a": f"{int(entry['mode']):o}",
        "A": mode_text(entry), "u": str(uid), "g": str(gid), "h": "1", "%": "%",
        "U": user_name(c.view, uid) or "UNKNOWN", "G": _group_name(c, gid),
        "F": kind or ("regular file" if size else "regular empty file"),
        "b": str(-(-size // 512)), "B": "512",
    }  # fmt: skip
    if match[1] in "XYZ":
        return str(int(c.p.engine.start.timestamp()))
    return found.get(match[1], "?")


def which(c: Context) -> int:
    """Find programs on the PATH."""
    from ..lookup import find_program

    code = 0
    for name in split(c.argv)[1]:
        path = find_program(c.view, name, c.env, c.p.cwd)
        if path is None:
            code = 1
        else:
            c.out(path + "\n")
    return code


def readlink(c: Context) -> int:
    """Show where a link points."""
    flags, paths = split(c.argv)
    for path in paths:
        if c.name == "realpath" or flags:
            c.out(c.view.resolve(path, c.p.cwd) + "\n")
            continue
        entry = c.view.files.get(c.view.resolve(path, c.p.cwd, follow=False))
        if entry is None or entry["type"] != "link":
            return 1
        c.out(str(entry["target"]) + "\n")
    return 0


def pwd(c: Context) -> int:
    """Print the working folder."""
    c.out(c.p.cwd + "\n")
    return 0


ALL: dict[str, Utility] = {
    "cat": cat, "ls": ls, "find": find, "du": du, "stat": stat, "which": which,
    "readlink": readlink, "realpath": readlink, "pwd": pwd,
}  # fmt: skip
