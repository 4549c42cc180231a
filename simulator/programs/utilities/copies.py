"""cp, mv, ln, dd: what copies, moves and links files, or may not.

Sources: the messages of GNU coreutils 9.1 and of BusyBox 1.37 (libbb/copy_file.c, coreutils/*.c).
"""

from __future__ import annotations

import posixpath

from simulator.docker.shellmodel.commands.files import size_of
from simulator.docker.tree import EXISTS, MAX_TEXT, NO_ENTRY, NOT_EMPTY, Entry
from simulator.docker.tree import file_entry as new_file

from ..kernel import devices
from ..kernel.devices import RANDOM
from ..kernel.entries import KernelEntry
from . import Context, Utility, number
from .changes import UMASK, cannot
from .files import split


def _targets(c: Context, flags: dict[str, str], paths: list[str]) -> list[tuple[str, str]] | int:
    """Pair what is copied, moved or linked with where it goes; a status when that cannot be."""
    folder = flags.get("t") or flags.get("target-directory") or ""
    names = [*paths, folder] if folder else paths
    if len(names) < 2:
        tail = f" after '{names[0]}'" if names else ""
        return c.fail(f"missing {'destination ' if names else ''}file operand{tail}")
    *sources, target = names
    into = c.view.is_dir(target, c.p.cwd) and "T" not in flags
    if not into and (len(sources) > 1 or folder) and not c.is_busybox:
        why = "Not a directory" if c.view.exists(target, c.p.cwd) else NO_ENTRY
        return c.fail(f"target '{target}': {why}")
    found = []
    for source in sources:
        name = posixpath.basename(source.rstrip("/"))
        inside = "" if name in (".", "..", "") else "/" + name
        found.append((source, target.rstrip("/") + inside if into or len(sources) > 1 else target))
    return found


def cp(c: Context) -> int:
    """Copy files and, with -r, folders."""
    flags, paths = split(c.argv, "t")
    pairs = _targets(c, flags, paths)
    if isinstance(pairs, int):
        return pairs
    recursive = bool({"r", "R", "a", "recursive", "archive"} & set(flags))
    code = 0
    for source, target in pairs:
        real = c.view.resolve(source, c.p.cwd, follow=not recursive or source.endswith("/"))
        entry = c.view.get(real)
        why = c.p.hidden(real) or ("" if entry else NO_ENTRY)
        if why or entry is None:
            code = c.fail(f"{cannot(c)} stat '{source}': {why}")
        elif entry["type"] == "dir" and not recursive:
            omitted = f"omitting directory '{source}'"
            code = c.fail(omitted if c.is_busybox else f"-r not specified; {omitted}")
        elif not ("n" in flags and c.view.exists(target, c.p.cwd)):
            code = _copied(c, real, source, target, flags) or code
    return code


def _copied(c: Context, real: str, source: str, target: str, flags: dict[str, str]) -> int:
    """Copy a real path and all below it."""
    keep = bool({"a", "p", "preserve", "archive"} & set(flags))
    entry = c.view.get(real) or {}
    place = c.view.resolve(target, c.p.cwd)
    if place == real:
        return c.fail(f"'{source}' and '{target}' are the same file")
    if entry.get("type") == "dir" and place.startswith(real.rstrip("/") + "/"):
        return c.fail(f"cannot copy a directory, '{source}', into itself, '{target}'")
    code, barred = 0, ""
    for path in [real, *(c.view.below(real) if entry.get("type") == "dir" else [])]:
        if barred and path.startswith(barred + "/"):
            continue
        tail = path[len(real) :]
        wrong = _copy_one(c, path, source + tail, place + tail, target + tail, keep)
        if wrong:
            code, barred = wrong, path
    return code


def _copy_one(c: Context, path: str, source: str, place: str, target: str, keep: bool) -> int:
    entry = dict(c.view.get(path) or {}) if path == "/" else c.view.files[path]
    entry = entry.plain() if isinstance(entry, KernelEntry) else entry
    verb = cannot(c)
    if entry["type"] == "file" and (why := c.p.unreadable(path)):
        tail = "" if c.is_busybox else " for reading"
        return c.fail(f"{verb} open '{source}'{tail}: {why}")
    old = c.view.get(place)
    folder = entry["type"] == "dir"
    if folder and old is not None and old["type"] == "dir":
        return 0
    why = c.p.refusal(place, folder=folder)
    if why:
        kind = "directory" if folder else "regular file"
        made = f"create {kind} " if folder or not c.is_busybox else "create "
        return c.fail(f"{verb} {made}'{target}': {why}")
    c.view.put(place, _owned(c, entry, old, keep))
    return 0


def _owned(c: Context, entry: Entry, old: Entry | None, keep: bool) -> Entry:
    """Give a copy its owner and mode: its maker's, or those of the file that it replaces."""
    if keep and c.p.uid == 0:
        return entry
    if old is not None and old["type"] == "file" and not keep:
        return {**entry, "uid": old["uid"], "gid": old["gid"], "mode": old["mode"]}
    mode = int(entry["mode"]) if keep else int(entry["mode"]) & ~UMASK
    return {**entry, "uid": c.p.uid, "gid": int(c.p.row["gid"]), "mode": mode}


def mv(c: Context) -> int:
    """Move or rename files and folders."""
    flags, paths = split(c.argv, "t")
    pairs = _targets(c, flags, paths)
    if isinstance(pairs, int):
        return pairs
    code = 0
    for source, target in pairs:
        real = c.view.resolve(source, c.p.cwd, follow=False)
        place = c.view.resolve(target, c.p.cwd, follow=False)
        entry = c.view.files.get(real)
        why = c.p.hidden(real) or ("" if entry else NO_ENTRY)
        if why and not c.is_busybox:
            code = c.fail(f"cannot stat '{source}': {why}")
            continue
        if place.startswith(real.rstrip("/") + "/") and not why:
            code = c.fail(f"cannot move '{source}' to a subdirectory of itself, '{target}'")
            continue
        if place == real or ("n" in flags and place in c.view.files):
            continue
        if not why and not c.view.is_dir(posixpath.dirname(place)):
            why = c.p.refusal(place, folder=True)
        why = why or c.p.stays(real) or _no_place(c, place)
        if why or entry is None:
            code = c.fail(f"can't rename '{source}': {why}" if c.is_busybox
                          else f"cannot move '{source}' to '{target}': {why}")  # fmt: skip
            continue
        _moved(c, real, place)
    return code


def _no_place(c: Context, place: str) -> str:
    """Say why nothing can be renamed to a real path."""
    old = c.view.files.get(place)
    if old is not None and old["type"] == "dir" and c.view.children(place):
        return NOT_EMPTY
    if not c.view.is_dir(posixpath.dirname(place)):
        return c.p.refusal(place, folder=True) or NO_ENTRY
    return c.p.stays(place)


def _moved(c: Context, real: str, place: str) -> None:
    entries = {path: c.view.files[path] for path in [real, *c.view.below(real)]}
    if place in c.view.files:
        c.view.remove(place)
    for path, entry in entries.items():
        c.view.put(place + path[len(real) :], entry)
    c.view.remove(real)


def ln(c: Context) -> int:
    """Make links; a hard link is a copy, as files have no numbers here."""
    flags, paths = split(c.argv, "t")
    if len(paths) == 1 and "t" not in flags:
        paths = [*paths, "."]
    pairs = _targets(c, {**flags, **({"T": ""} if "n" in flags else {})}, paths)
    if isinstance(pairs, int):
        return pairs
    symbolic = "s" in flags or "symbolic" in flags
    kind = "symbolic link" if symbolic else "hard link"
    code = 0
    for source, target in pairs:
        entry = c.view.get(source, c.p.cwd)
        if not symbolic and entry is None:
            code = c.fail(f"{target}: {NO_ENTRY}" if c.is_busybox
                          else f"failed to access '{source}': {NO_ENTRY}")  # fmt: skip
            continue
        real = c.view.resolve(target, c.p.cwd, follow=False)
        there = real in c.view.files
        why = EXISTS if there and "f" not in flags else _no_place(c, real)
        if why:
            code = c.fail(f"{target}: {why}" if c.is_busybox
                          else f"failed to create {kind} '{target}': {why}")  # fmt: skip
            continue
        if there:
            c.view.remove(real)
        made: Entry = {"type": "link", "mode": 0o777, "uid": c.p.uid,
                       "gid": int(c.p.row["gid"]), "target": source}  # fmt: skip
        c.view.put(real, made if symbolic or entry is None else entry)
    return code


def dd(c: Context) -> int:
    """Copy blocks: zeros from /dev/zero, or a file.

    # Simplified: dd reports a gigabyte a second on any disk, and takes no time for it.
    """
    words = dict(word.split("=", 1) for word in c.argv[1:] if "=" in word)
    source = words.get("if", "/dev/zero")
    block = size_of(words.get("bs", "512"))
    if not block:
        return c.fail(f"invalid number '{words['bs']}'")
    count = number(words.get("count", "1"))
    size = block * count
    if size >= 1 << 50:
        return c.fail("memory exhausted by input buffer")
    text = devices.read(c.p, source, size) if source in RANDOM and size <= MAX_TEXT else None
    if not source.startswith("/dev/"):
        why = c.p.unreadable(source)
        if why:
            return c.fail(f"can't open '{source}': {why}" if c.is_busybox
                          else f"failed to open '{source}': {why}")  # fmt: skip
        entry = c.view.get(source, c.p.cwd) or {}
        held = int(entry.get("size") or 0)
        size = min(held, size) if "count" in words else held
        text, count = entry.get("text"), size // block if block else 0
        text = text[:size] if text is not None else None
    if "of" in words and not words["of"].startswith("/dev/"):
        why = c.p.refusal(words["of"])
        if why:
            return c.fail(f"can't open '{words['of']}': {why}" if c.is_busybox
                          else f"failed to open '{words['of']}': {why}")  # fmt: skip
        made = new_file(text, size=size, uid=c.p.uid, gid=int(c.p.row["gid"]), content=source)
        c.view.put(words["of"], made, c.p.cwd)
    elif "of" not in words and text:
        c.out(text)
    rest = 1 if block and size % block else 0
    records = f"{count}+{rest} records in\n{count}+{rest} records out\n"
    c.err(records + _copied_bytes(c, size))
    return 0


def _copied_bytes(c: Context, size: int) -> str:
    """Write dd's last line."""
    seconds = size / 1e9
    if c.is_busybox:
        scaled = _scaled(size, 1024, "")
        return f"{size} bytes ({scaled}B) copied, {seconds:.6f} seconds, 953.7MB/s\n"
    plain = f"{size} byte{'' if size == 1 else 's'}"
    if size >= 1024:
        plain += f" ({_scaled(size, 1000, ' ')}B, {_scaled(size, 1024, ' ')}iB)"
    elif size >= 1000:
        plain += f" ({_scaled(size, 1000, ' ')}B)"
    return f"{plain} copied, {seconds:.6g} s, 1.0 GB/s\n"


def _scaled(size: int, step: int, gap: str) -> str:
    value, unit = float(size), 0
    while value >= step and unit < 4:
        value, unit = value / step, unit + 1
    letters = ("", "k" if step == 1000 else "K", "M", "G", "T")
    shown = f"{value:.1f}" if value < 10 and unit else f"{value:.0f}"
    return f"{shown}{gap}{letters[unit]}"


ALL: dict[str, Utility] = {"cp": cp, "mv": mv, "ln": ln, "dd": dd}
