"""ls, cat, cp, mv, rm, mkdir, touch, ln, chmod, chown, stat, find, du: on the modelled tree."""

from __future__ import annotations

import fnmatch
import posixpath

from simulator.docker.tree import Entry, TreeError, dir_entry, file_entry, link_entry

from ..users import user_name
from . import Context, Utility, Wait, number


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
        if path == "-":
            c.out(c.stdin or "")
            continue
        entry = c.view.get(path, c.p.cwd)
        why = ""
        if entry is None:
            why = "No such file or directory"
        elif entry["type"] == "dir":
            why = "Is a directory"
        elif not readable(c, entry):
            why = "Permission denied"
        else:
            c.out(entry.get("text", ""))
        if why:
            opened = _is_gnu(c) or why == "Is a directory"
            code = c.fail(f"{path}: {why}" if opened else f"can't open '{path}': {why}")
    return code


def readable(c: Context, entry: Entry) -> bool:
    """Tell whether the process may read a file."""
    if c.p.uid == 0:
        return True
    mode = int(entry["mode"])
    if entry["uid"] == c.p.uid:
        return bool(mode & 0o400)
    return bool(mode & (0o040 if entry["gid"] in c.p.groups else 0o004))


def ls(c: Context) -> int:
    """List folders."""
    flags, paths = split(c.argv)
    code = 0
    folders: list[str] = []
    for path in paths or ["."]:
        real = c.view.resolve(path, c.p.cwd)
        entry = c.view.get(path, c.p.cwd)
        if entry is None:
            what = "cannot access " + f"'{path}'" if _is_gnu(c) else path
            code = c.fail(f"{what}: No such file or directory", 2 if _is_gnu(c) else 1)
        elif entry["type"] != "dir" or "d" in flags:
            _list(c, [(path, entry)], flags)
        else:
            folders.append(real if path.startswith("/") else path)
    for index, path in enumerate(folders):
        if len(folders) > 1 or len(paths) > 1:
            c.out(("\n" if index else "") + f"{path}:\n")
        _folder(c, c.view.resolve(path, c.p.cwd), flags)
    return code


def _is_gnu(c: Context) -> bool:
    return not c.view.exists("/bin/busybox")


def _folder(c: Context, real: str, flags: dict[str, str]) -> None:
    prefix = "/" if real == "/" else real + "/"
    names = [name for name in c.view.children(real) if not name.startswith("*")]
    if "a" not in flags and "A" not in flags:
        names = [name for name in names if not name.startswith(".")]
    rows = [(name, c.view.files[prefix + name]) for name in names]
    if "a" in flags:
        rows = [(".", dir_entry()), ("..", dir_entry()), *rows]
    if "l" in flags:
        total = sum(-(-int(entry.get("size", 0)) // 4096) * 4 for _, entry in rows)
        c.out(f"total {total}\n")
    _list(c, rows, flags)


def _list(c: Context, rows: list[tuple[str, Entry]], flags: dict[str, str]) -> None:
    if "l" not in flags:
        c.out("".join(f"{name}\n" for name, _ in rows))
        return
    stamp = c.p.engine.timestamp(0)
    date = f"{_MONTHS[int(stamp[5:7]) - 1]} {int(stamp[8:10]):2d} {stamp[11:16]}"
    table = []
    for name, entry in rows:
        target = f" -> {entry['target']}" if entry["type"] == "link" else ""
        size = str(entry.get("size", 4096 if entry["type"] == "dir" else 0))
        table.append((
            mode_text(entry), "1", user_name(c.view, entry["uid"]) or str(entry["uid"]),
            _group_name(c, entry["gid"]), size, date, name + target,
        ))  # fmt: skip
    widths = [max((len(row[i]) for row in table), default=0) for i in range(5)]
    for row in table:
        c.out(f"{row[0]} {row[1]:>{widths[1]}} {row[2]:<{widths[2]}} {row[3]:<{widths[3]}} "
              f"{row[4]:>{widths[4]}} {row[5]} {row[6]}\n")  # fmt: skip


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def mode_text(entry: Entry) -> str:
    """Write a mode as `ls -l` does."""
    kind = {"dir": "d", "link": "l"}.get(entry["type"], "-")
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


def may_write(c: Context, path: str) -> bool:
    """Tell whether the process may create or remove something at a path."""
    return c.p.may_create(path)


def mkdir(c: Context) -> int:
    """Make folders."""
    flags, paths = split(c.argv, "m")
    for path in paths:
        if c.view.exists(path, c.p.cwd):
            if "p" in flags and c.view.is_dir(path, c.p.cwd):
                continue
            return c.fail(f"cannot create directory ‘{path}’: File exists")
        parent = posixpath.dirname(c.view.resolve(path, c.p.cwd)) or "/"
        if "p" not in flags and not c.view.is_dir(parent):
            return c.fail(f"cannot create directory ‘{path}’: No such file or directory")
        if not may_write(c, path) and c.view.is_dir(parent):
            return c.fail(f"cannot create directory ‘{path}’: Permission denied")
        c.view.make_dir(path, c.p.cwd, uid=c.p.uid, gid=int(c.p.row["gid"]))
    return 0


def _touched(c: Context, path: str) -> str:
    """Name a file that cannot be made, as busybox and as coreutils do."""
    return path if c.view.exists("/bin/busybox") else f"cannot touch '{path}'"


def touch(c: Context) -> int:
    """Make empty files."""
    for path in split(c.argv)[1]:
        if c.view.exists(path, c.p.cwd):
            continue
        if not c.view.is_dir(posixpath.dirname(c.view.resolve(path, c.p.cwd)) or "/"):
            return c.fail(f"{_touched(c, path)}: No such file or directory")
        if not may_write(c, path):
            return c.fail(f"{_touched(c, path)}: Permission denied")
        c.view.put(path, file_entry("", uid=c.p.uid, gid=int(c.p.row["gid"])), c.p.cwd)
    return 0


def rm(c: Context) -> int:
    """Remove files."""
    flags, paths = split(c.argv)
    code = 0
    for path in paths:
        real = c.view.resolve(path, c.p.cwd, follow=False)
        entry = c.view.files.get(real)
        if entry is None:
            if "f" not in flags:
                code = c.fail(f"cannot remove '{path}': No such file or directory")
        elif entry["type"] == "dir" and not {"r", "R"} & set(flags) and c.name != "rmdir":
            code = c.fail(f"cannot remove '{path}': Is a directory")
        elif not may_write(c, path):
            code = c.fail(f"cannot remove '{path}': Permission denied")
        else:
            c.view.remove(real)
    return code


def cp(c: Context) -> int:
    """Copy files and, with -r, folders; `mv` moves them."""
    flags, paths = split(c.argv)
    if len(paths) < 2:
        return c.fail("missing file operand")
    *sources, target = paths
    moving = c.name == "mv"
    for source in sources:
        real = c.view.resolve(source, c.p.cwd)
        entry = c.view.files.get(real)
        if entry is None:
            return c.fail(f"cannot stat '{source}': No such file or directory")
        if entry["type"] == "dir" and not moving and not {"r", "R", "a"} & set(flags):
            return c.fail(f"-r not specified; omitting directory '{source}'")
        place = c.view.resolve(target, c.p.cwd)
        if c.view.is_dir(target, c.p.cwd):
            place = place.rstrip("/") + "/" + posixpath.basename(real)
        if not may_write(c, place):
            return c.fail(f"cannot create regular file '{target}': Permission denied")
        for path in [real, *(c.view.below(real) if entry["type"] == "dir" else [])]:
            c.view.put(place + path[len(real) :], c.view.files[path])
        if moving:
            c.view.remove(real)
    return 0


def ln(c: Context) -> int:
    """Make links."""
    flags, paths = split(c.argv)
    if len(paths) < 2:
        return c.fail("missing file operand")
    if c.view.exists(paths[1], c.p.cwd) and "f" in flags:
        c.view.remove(c.view.resolve(paths[1], c.p.cwd, follow=False))
    if c.view.exists(paths[1], c.p.cwd):
        return c.fail(f"failed to create symbolic link '{paths[1]}': File exists")
    c.view.put(paths[1], link_entry(paths[0], c.p.uid), c.p.cwd)
    return 0


def chmod(c: Context) -> int:
    """Change modes: octal, or +x and its like."""
    words = [word for word in c.argv[1:] if word not in ("-R", "-v", "-f")]
    for path in words[1:]:
        real = c.view.resolve(path, c.p.cwd)
        entry = c.view.files.get(real)
        if entry is None:
            return c.fail(f"cannot access '{path}': No such file or directory")
        if c.p.uid not in (0, entry["uid"]):
            return c.fail(f"changing permissions of '{path}': Operation not permitted")
        spec = words[0]
        if spec.isdigit():
            mode = number(spec, 8) & 0o7777
        else:
            bits = sum({"r": 0o444, "w": 0o222, "x": 0o111}.get(letter, 0) for letter in spec)
            mode = entry["mode"] & ~bits if "-" in spec else entry["mode"] | bits
        c.view.change(real, mode=mode)
    return 0


def chown(c: Context) -> int:
    """Change owners (root only)."""
    if c.p.uid != 0:
        return c.fail(f"changing ownership of '{c.argv[-1]}': Operation not permitted")
    words = [word for word in c.argv[1:] if not word.startswith("-")]
    if len(words) < 2:
        return c.fail("missing operand")
    from ..users import find_user

    uid, gid, _, _ = find_user(c.view, words[0])
    for path in words[1:]:
        real = c.view.resolve(path, c.p.cwd)
        if real in c.view.files:
            for each in [real, *(c.view.below(real) if "-R" in c.argv else [])]:
                c.view.change(each, uid=uid, gid=gid)
    return 0


def find(c: Context) -> int:
    """Find files by name and type."""
    words = c.argv[1:]
    start = words[0] if words and not words[0].startswith("-") else "."
    if not c.view.exists(start, c.p.cwd):
        return c.fail(f"‘{start}’: No such file or directory")
    name = words[words.index("-name") + 1] if "-name" in words[:-1] else "*"
    kind = words[words.index("-type") + 1] if "-type" in words[:-1] else ""
    real = c.view.resolve(start, c.p.cwd)
    for path in [real, *c.view.below(real)]:
        entry = c.view.files.get(path, dir_entry())
        fits = {"f": "file", "d": "dir", "l": "link"}.get(kind, entry["type"]) == entry["type"]
        if fits and "/*" not in path and fnmatch.fnmatchcase(posixpath.basename(path), name):
            c.out(start + path[len(real) :] + "\n" if path != real else start + "\n")
    return 0


def du(c: Context) -> int:
    """Add up sizes."""
    flags, paths = split(c.argv, "d")
    for path in paths or ["."]:
        real = c.view.resolve(path, c.p.cwd)
        size = sum(int(c.view.files[each].get("size", 0)) for each in c.view.below(real))
        shown = f"{size / 1e6:.1f}M" if "h" in flags else str(size // 1024)
        c.out(f"{shown}\t{path}\n")
    return 0


def stat(c: Context) -> int:
    """Show what is known of files."""
    for path in split(c.argv, "c")[1]:
        entry = c.view.get(path, c.p.cwd)
        if entry is None:
            return c.fail(f"cannot statx '{path}': No such file or directory")
        c.out(f"  File: {path}\n  Size: {entry.get('size', 4096)}\nAccess: "
              f"({entry['mode']:04o}/{mode_text(entry)})  Uid: ({entry['uid']:5d})   "
              f"Gid: ({entry['gid']:5d})\n")  # fmt: skip
    return 0


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


def tee(c: Context) -> int:
    """Copy standard input to files."""
    flags, paths = split(c.argv)
    for path in paths:
        before = (c.view.text(path, c.p.cwd) or "") if "a" in flags else ""
        if not may_write(c, path):
            return c.fail(f"{path}: Permission denied")
        c.view.write(path, before + (c.stdin or ""), c.p.cwd, uid=c.p.uid)
    c.out(c.stdin or "")
    return 0


def dd(c: Context) -> int:
    """Write a file of zeros of a given size."""
    words = dict(word.split("=", 1) for word in c.argv[1:] if "=" in word)
    block = words.get("bs", "512").upper()
    unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(block.rstrip("B")[-1:], 1)
    size = number(block.rstrip("KMGB") or "1") * unit * number(words.get("count", "1"))
    if size >= 1 << 50:
        return c.fail("memory exhausted by input buffer")
    if "of" in words and not words["of"].startswith("/dev/"):
        if not may_write(c, words["of"]):
            raise TreeError("Permission denied", words["of"])
        c.view.put(words["of"], file_entry(size=size, uid=c.p.uid, content="zero"), c.p.cwd)
    count = words.get("count", "1")
    c.err(f"{count}+0 records in\n{count}+0 records out\n{size} bytes copied\n")
    return 0


ALL: dict[str, Utility] = {
    "cat": cat, "ls": ls, "mkdir": mkdir, "touch": touch, "rm": rm, "rmdir": rm, "cp": cp, "mv": cp,
    "ln": ln, "chmod": chmod, "chown": chown, "find": find, "du": du, "stat": stat, "which": which,
    "readlink": readlink, "realpath": readlink, "pwd": pwd, "tee": tee, "dd": dd,
}  # fmt: skip
