"""Tools that copy, move and link files (coreutils)."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree
from simulator.docker.shellmodel.commands.files import DENIED, cannot, option
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import EXISTS, NO_ENTRY, TreeError, is_below


def ln(run: Run) -> int:
    """`ln [-sf] TARGET LINK`; a hard link becomes a copy that costs nothing in a real layer."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z]+", a))
    names = run.operands(("-t",))
    if len(names) == 1:
        names.append(posixpath.basename(names[0]))
    if len(names) < 2:
        return run.fail("missing file operand")
    *targets, place = names
    for target in targets:
        where = place
        if run.tree.is_dir(place, run.cwd) and "T" not in flags and "n" not in flags:
            where = place.rstrip("/") + "/" + posixpath.basename(target.rstrip("/"))
        real = run.real(where, follow=False)
        if real in run.tree.files:
            if "f" not in flags:
                return _not_linked(run, where, EXISTS)
            run.tree.remove(real)
        if run.need(posixpath.dirname(real), folder=True) is None:
            return _not_linked(run, where, NO_ENTRY)
        if not run.shell.may_write(posixpath.dirname(real)):
            return _not_linked(run, where, DENIED)
        if "s" in flags or run.has_flag("--symbolic"):
            run.tree.make_parents(real)
            run.tree.files[real] = tree.link_entry(target, run.shell.uid, run.shell.gid)
        else:
            entry = run.need(target)
            if entry is None:
                return run.fail(f"failed to access '{target}': {NO_ENTRY}")
            run.tree.put(real, entry)
    return 0


def _not_linked(run: Run, path: str, reason: str) -> int:
    if run.shell.flavour == "ash":
        return run.fail(f"{path}: {reason}")
    kind = "symbolic" if any("s" in a for a in run.argv[1:] if a[:1] == "-") else "hard"
    return run.fail(f"failed to create {kind} link '{path}': {reason}")


FILES_A_COPY = 10
"""Files that may be searched for the price of one that is copied."""


def copy_into(run: Run, source: str, target: str, *, keep: bool) -> None:
    """Copy a real path (with all below it) to a real path."""
    entry = run.tree.files.get(source)
    paths = [source] + (run.below(source) if entry is None or entry["type"] == "dir" else [])
    if is_below(target, source) and target != source:
        paths = [path for path in paths if not is_below(path, target)]
    run.clock.look_around(FILES_A_COPY * len(paths))
    for path in paths:
        old = run.tree.files.get(path)
        if old is None:
            continue
        fresh = old if keep else {**old, "uid": run.shell.uid, "gid": run.shell.gid}
        place = target + path[len(source) :]
        if fresh["type"] == "dir":
            run.tree.make_dir(place, uid=fresh["uid"], gid=fresh["gid"], mode=fresh["mode"])
        else:
            if not run.shell.may_write(place):
                raise TreeError(DENIED, place)
            run.tree.make_parents(place)
            run.tree.files[place] = fresh
        run.clock.us += 20 + fresh.get("size", 0) // 800


def cp(run: Run) -> int:
    """`cp [-r] SOURCE... DEST`."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z]+", a))
    recursive = any(c in flags for c in "raR") or run.has_flag("--recursive", "--archive")
    keep = "a" in flags or "p" in flags or run.has_flag("--archive", "--preserve")
    names = run.operands(("-t", "--target-directory"))
    folder = option(run, "-t", "--target-directory")
    if folder:
        names.append(folder)
    if len(names) < 2:
        return run.fail(
            "missing file operand"
            if not names
            else f"missing destination file operand after '{names[0]}'"
        )
    *sources, dest = names
    into = run.tree.is_dir(dest, run.cwd)
    if len(sources) > 1 and not into:
        return run.fail(
            f"target '{dest}': No such file or directory"
            if not run.get(dest)
            else f"target '{dest}' is not a directory"
        )
    status = 0
    for source in sources:
        real = run.real(source, follow=not ("d" in flags or "P" in flags or recursive))
        entry = run.tree.files.get(real) or run.need(source)
        if entry is None and real != "/":
            status = cannot(run, "stat", source, NO_ENTRY)
            continue
        if entry is not None and entry["type"] == "dir" and not recursive:
            head = "" if run.shell.flavour == "ash" else "-r not specified; "
            status = run.fail(f"{head}omitting directory '{source}'")
            continue
        name = posixpath.basename(source.rstrip("/")) if not source.endswith("/.") else ""
        target = run.real(dest)
        if into and name not in ("", ".", ".."):
            target = target.rstrip("/") + "/" + name
        elif not into and run.need(posixpath.dirname(target), folder=True) is None:
            folder_copied = entry is not None and entry["type"] == "dir"
            kind = "directory" if folder_copied else "regular file"
            status = cannot(run, f"create {kind}", dest, NO_ENTRY)
            continue
        copy_into(run, real, target, keep=keep)
        if target != real and is_below(target, real) and run.tree.is_dir(real):
            said = f"cannot copy a directory, '{source}', into itself, '{dest}'"
            status = run.fail("recursion detected" if run.shell.flavour == "ash" else said)
    return status


def mv(run: Run) -> int:
    """`mv SOURCE... DEST`."""
    names = run.operands(("-t",))
    folder = option(run, "-t", "--target-directory")
    if folder:
        names.append(folder)
    if len(names) < 2:
        return run.fail("missing file operand")
    *sources, dest = names
    status = 0
    many = len(sources) > 1 and not run.tree.is_dir(run.real(dest))
    if many and run.need(dest, folder=True) is None:
        return run.fail(f"target '{dest}': {NO_ENTRY}")
    for source in sources:
        real = run.real(source, follow=False)
        if real not in run.tree.files and run.need(source) is None:
            what = "rename" if run.shell.flavour == "ash" else "stat"
            status = cannot(run, what, source, NO_ENTRY)
            continue
        target = run.real(dest)
        if run.tree.is_dir(target):
            target = target.rstrip("/") + "/" + posixpath.basename(real)
        elif run.need(posixpath.dirname(target), folder=True) is None:
            status = _not_moved(run, source, dest, NO_ENTRY)
            continue
        if not run.shell.may_write(target) or not run.shell.may_write(posixpath.dirname(real)):
            status = _not_moved(run, source, dest, DENIED)
            continue
        if is_below(target, real) and target != real and run.tree.is_dir(real):
            status = _into_itself(run, source, dest, target)
        elif target != real:
            moved = [
                (p, run.tree.files[p]) for p in [real, *run.below(real)] if p in run.tree.files
            ]
            run.clock.look_around(FILES_A_COPY * len(moved))
            run.tree.remove(real)
            run.tree.remove(target) if target in run.tree.files else None
            for path, entry in moved:
                run.tree.files[target + path[len(real) :]] = entry
    return status


def _into_itself(run: Run, source: str, dest: str, target: str) -> int:
    if posixpath.basename(source.rstrip("/")) in ("", ".", ".."):
        return _not_moved(run, source, dest, "Device or resource busy")
    if run.shell.flavour == "ash":
        return _not_moved(run, source, dest, "Invalid argument")
    shown = dest if posixpath.basename(target) == posixpath.basename(dest) else (
        f"{dest.rstrip('/')}/{posixpath.basename(target)}")  # fmt: skip
    return run.fail(f"cannot move '{source}' to a subdirectory of itself, '{shown}'")


def _not_moved(run: Run, source: str, dest: str, reason: str) -> int:
    if run.shell.flavour == "ash":
        return run.fail(f"can't rename '{source}': {reason}")
    return run.fail(f"cannot move '{source}' to '{dest}': {reason}")


MODELS = {"ln": ln, "cp": cp, "mv": mv}
