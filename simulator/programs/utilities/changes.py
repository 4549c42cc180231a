"""mkdir, touch, rm, rmdir, chmod, chown, tee: what changes files, or may not.

Sources: the messages of GNU coreutils 9.1 and of BusyBox 1.37 (libbb/remove_file.c,
make_directory.c, coreutils/*.c).
"""

from __future__ import annotations

import posixpath

from simulator.docker.shellmodel.commands.files import apply_mode
from simulator.docker.tree import EXISTS, IS_DIRECTORY, NO_ENTRY, NOT_DIRECTORY, NOT_EMPTY
from simulator.docker.tree import file_entry as new_file

from ..permissions import NOT_PERMITTED, WRITE
from ..users import find_group, find_user
from . import Context, Utility
from .files import split

UMASK = 0o022


def mkdir(c: Context) -> int:
    """Make folders; with -p those above, too."""
    flags, paths = split(c.argv, "m")
    code = 0
    for path in paths:
        places = [path]
        if "p" in flags or "parents" in flags:
            if c.view.is_dir(path, c.p.cwd):
                continue
            parts = path.rstrip("/").split("/")
            places = ["/".join(parts[: n + 1]) or "/" for n in range(len(parts))]
            places = [one for one in places if not c.view.is_dir(one, c.p.cwd)]
        for place in places:
            there = c.view.exists(place, c.p.cwd)
            why = EXISTS if there else c.p.refusal(place, folder=True)
            if there and place != path and not c.is_busybox:
                why = NOT_DIRECTORY
            if why:
                shown = f"'{place}'" if c.is_busybox else c.quote(place)
                code = c.fail(f"{cannot(c)} create directory {shown}: {why}")
                break
            mode = apply_mode(flags["m"], 0o777, True) if flags.get("m") else 0o777 & ~UMASK
            c.view.make_dir(place, c.p.cwd, uid=c.p.uid, gid=int(c.p.row["gid"]), mode=mode)
    return code


def cannot(c: Context) -> str:
    """Give the verb of a complaint: BusyBox abbreviates it."""
    return "can't" if c.is_busybox else "cannot"


def touch(c: Context) -> int:
    """Make empty files."""
    flags, paths = split(c.argv, "drt")
    code = 0
    for path in paths:
        entry = c.view.get(path, c.p.cwd)
        if entry is None and ("c" in flags or "no-create" in flags):
            continue
        why = c.p.refusal(path, folder=True) if entry is None else c.p.hidden(path)
        if entry is not None and not why and entry["uid"] != c.p.uid:
            why = "" if c.p.allowed(entry, WRITE) else "Permission denied"
        if why:
            code = c.fail(f"{path}: {why}" if c.is_busybox else f"cannot touch '{path}': {why}")
        elif entry is None:
            c.view.put(path, new_file("", uid=c.p.uid, gid=int(c.p.row["gid"])), c.p.cwd)
    return code


def rm(c: Context) -> int:
    """Remove files, and with -r folders."""
    flags, paths = split(c.argv)
    recursive = bool({"r", "R", "recursive"} & set(flags))
    force = "f" in flags or "force" in flags
    if not paths and not force:
        return c.fail("missing operand")
    code = 0
    for path in paths:
        real = c.view.resolve(path, c.p.cwd, follow=path.endswith("/"))
        if real == "/" and recursive and not c.is_busybox and "no-preserve-root" not in flags:
            return c.fail("it is dangerous to operate recursively on '/'\n"
                          "rm: use --no-preserve-root to override this failsafe")  # fmt: skip
        if recursive and not c.is_busybox and posixpath.basename(path.rstrip("/")) in (".", ".."):
            c.err(f"rm: refusing to remove '.' or '..' directory: skipping '{path}'\n")
            code = 1
            continue
        entry = c.view.get(real) if real == "/" else c.view.files.get(real)
        why = c.p.hidden(real)
        if not why and entry is None:
            why = "" if force else NO_ENTRY
        elif not why and entry is not None and entry["type"] == "dir" and not recursive:
            why = IS_DIRECTORY
        elif not why:
            why = _removed(c, real)
        if why:
            code = _not_removed(c, path, why)
    return code


def _not_removed(c: Context, path: str, why: str) -> int:
    if c.is_busybox and why == IS_DIRECTORY:
        return c.fail(f"'{path}' is a directory")
    return c.fail(f"{cannot(c)} remove '{path}': {why}")


def _removed(c: Context, real: str) -> str:
    """Remove a real path and all below it; answers why something stays."""
    why = c.p.stays(real)
    below = c.view.below(real) if real in c.view.files or real == "/" else []
    places = [p for p in c.view.mounts() if p != "/" and p.startswith(real.rstrip("/") + "/")]
    if not why and not places and (c.p.overrides or not below):
        c.view.remove(real)
        return ""
    for path in reversed(below):  # what lies in a folder goes before it
        kept = c.p.stays(path)
        if not kept and path in c.view.files and not c.view.children(path):
            c.view.remove(path)
        why = why or kept
    if not why and real != "/" and not c.view.below(real):
        c.view.remove(real)
    return why or (NOT_EMPTY if c.view.below(real) else "")


def rmdir(c: Context) -> int:
    """Remove empty folders."""
    code = 0
    for path in split(c.argv)[1]:
        real = c.view.resolve(path, c.p.cwd, follow=False)
        entry = c.view.files.get(real)
        why = c.p.hidden(real) or ("" if entry else NO_ENTRY)
        if not why and entry is not None:
            why = "Not a directory" if entry["type"] != "dir" else ""
            why = why or (NOT_EMPTY if c.view.children(real) else c.p.stays(real))
        if why:
            shown = f"'{path}': {why}"
            code = c.fail(shown if c.is_busybox else f"failed to remove {shown}")
        else:
            c.view.remove(real)
    return code


def chmod(c: Context) -> int:
    """Change modes: octal, or `u+x` and its like."""
    words = [w for w in c.argv[1:] if w not in ("-R", "-v", "-f", "-c", "--recursive")]
    recursive = len([w for w in c.argv if w in ("-R", "--recursive")]) > 0
    if len(words) < 2:
        return c.fail(f"missing operand{' after ' + c.quote(words[0]) if words else ''}")
    code = 0
    for path in words[1:]:
        real = c.view.resolve(path, c.p.cwd)
        why = c.p.hidden(real) or ("" if c.view.exists(real) else NO_ENTRY)
        if why:
            code = c.fail(f"{path}: {why}" if c.is_busybox else f"cannot access '{path}': {why}")
            continue
        for one in [real, *(c.view.below(real) if recursive else [])]:
            entry = c.view.files.get(one)
            if entry is None or (entry["type"] == "link" and one != real):
                continue
            shown = path + one[len(real) :]
            refused = "" if c.p.uid in (0, entry["uid"]) else NOT_PERMITTED
            refused = refused or c.view.read_only_reason(one)
            if refused:
                code = c.fail(f"{shown}: {refused}" if c.is_busybox
                              else f"changing permissions of '{shown}': {refused}")  # fmt: skip
                continue
            try:
                mode = apply_mode(words[0], int(entry["mode"]), entry["type"] == "dir")
            except ValueError:
                return c.fail(f"invalid mode{'' if c.is_busybox else ':'} {c.quote(words[0])}")
            c.view.change(one, mode=mode)
    return code


def chown(c: Context) -> int:
    """Change owners and groups, as root; `chgrp` only the groups."""
    _, words = split(c.argv)
    recursive = any("R" in w or w == "--recursive" for w in c.argv[1:] if w.startswith("-"))
    if len(words) < 2:
        return c.fail("missing operand")
    fields = _owner(c, words[0])
    if isinstance(fields, int):
        return fields
    code = 0
    for path in words[1:]:
        real = c.view.resolve(path, c.p.cwd)
        why = c.p.hidden(real) or ("" if c.view.exists(real) else NO_ENTRY)
        if why:
            code = c.fail(f"{path}: {why}" if c.is_busybox else f"cannot access '{path}': {why}")
            continue
        for one in [real, *(c.view.below(real) if recursive else [])]:
            shown = path + one[len(real) :]
            refused = c.view.read_only_reason(one) or (NOT_PERMITTED if c.p.uid != 0 else "")
            if refused:
                what = "group" if c.name == "chgrp" else "ownership"
                code = c.fail(f"{shown}: {refused}" if c.is_busybox
                              else f"changing {what} of '{shown}': {refused}")  # fmt: skip
            elif one in c.view.files:
                c.view.change(one, **fields)
    return code


def _owner(c: Context, spec: str) -> dict[str, int] | int:
    """Read OWNER[:GROUP] as the fields to set; a status when a name is not known."""
    from simulator.docker.containers.errors import DockerError

    owner, colon, group = spec.partition(":")
    if c.name == "chgrp":
        owner, group = "", spec
    fields: dict[str, int] = {}
    try:
        if owner:
            fields["uid"], login_group, _, _ = find_user(c.view, owner)
            if colon and not group:
                fields["gid"] = login_group
    except DockerError:
        return c.fail(f"unknown user {owner}" if c.is_busybox
                      else f"invalid user: {c.quote(spec)}")  # fmt: skip
    try:
        if group:
            fields["gid"] = find_group(c.view, group)
    except DockerError:
        return c.fail(f"unknown group {group}" if c.is_busybox
                      else f"invalid group: {c.quote(spec)}")  # fmt: skip
    return fields


def tee(c: Context) -> int:
    """Copy standard input to files, and to standard output whatever becomes of them."""
    flags, paths = split(c.argv)
    text = c.stdin or ""
    code = 0
    for path in paths:
        if path in ("/dev/null", "/dev/tty"):
            continue
        if path in ("/proc/1/fd/1", "/proc/1/fd/2"):
            c.p.programs.write_first(c.p.container, path[-1], text)
            continue
        if path in ("/dev/stdout", "/dev/stderr"):
            (c.p.out if path[-1] == "t" else c.p.err)(text)
            continue
        why = c.p.refusal(path)
        if why:
            code = c.fail(f"{path}: {why}")
            continue
        before = (c.view.text(path, c.p.cwd) or "") if "a" in flags else ""
        c.view.write(path, before + text, c.p.cwd, uid=c.p.uid, gid=int(c.p.row["gid"]))
    c.out(text)
    return code


ALL: dict[str, Utility] = {
    "mkdir": mkdir, "touch": touch, "rm": rm, "rmdir": rmdir, "chmod": chmod, "chown": chown,
    "chgrp": chown, "tee": tee,
}  # fmt: skip
