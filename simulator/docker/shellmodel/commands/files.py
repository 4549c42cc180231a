"""Tools that make, move, remove and mark files (coreutils)."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree
from simulator.docker.shellmodel import users
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import EXISTS, IS_DIRECTORY, NO_ENTRY, NOT_EMPTY, TreeError

DENIED = "Permission denied"


def mkdir(run: Run) -> int:
    """`mkdir [-p] [-m MODE] DIR...`."""
    status, with_parents = (
        0,
        any(re.fullmatch(r"-[a-z]*p[a-z]*", a) or a == "--parents" for a in run.argv[1:]),
    )
    mode = _option(run, "-m", "--mode")
    for path in run.operands(("-m", "--mode")):
        real = run.real(path)
        parent = posixpath.dirname(real)
        if run.tree.exists(real):
            if not (with_parents and run.tree.is_dir(real)):
                status = _cannot(run, "create directory", path, EXISTS)
        elif not with_parents and run.need(parent, folder=True) is None:
            status = _cannot(run, "create directory", path, NO_ENTRY)
        elif not run.may_write(real):
            status = _cannot(run, "create directory", path, DENIED)
        else:
            run.make_dir(real, apply_mode(mode, 0o755, True) if mode else 0o755)
    return status


def _option(run: Run, short: str, long: str) -> str:
    for index, arg in enumerate(run.argv[1:], start=1):
        if arg in (short, long):
            return run.argv[index + 1] if index + 1 < len(run.argv) else ""
        if arg.startswith(long + "="):
            return arg.partition("=")[2]
    return ""


def _cannot(run: Run, what: str, path: str, reason: str) -> int:
    verb = "can't" if run.shell.flavour == "ash" else "cannot"
    run.err(f"{run.name}: {verb} {what} '{path}': {reason}\n")
    return 1


def rm(run: Run) -> int:
    """`rm [-rf] PATH...`; a path that is in a lower layer gets a whiteout there."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z]+", a))
    recursive = "r" in flags or "R" in flags or run.has_flag("--recursive")
    force = "f" in flags or run.has_flag("--force")
    status = 0
    for path in run.operands():
        real = run.real(path, follow=path.endswith("/"))
        entry = run.tree.files.get(real)
        if real == "/":
            status = run.fail("it is dangerous to operate recursively on '/'")
        elif entry is None and not run.tree.is_dir(real):
            if not force and run.need(path) is not None:
                run.tree.remove(real)
            elif not force:
                status = _cannot(run, "remove", path, NO_ENTRY)
        elif entry is not None and entry["type"] == "dir" and not recursive:
            status = _cannot(run, "remove", path, IS_DIRECTORY)
        elif not run.shell.may_write(posixpath.dirname(real)):
            status = _cannot(run, "remove", path, DENIED)
        else:
            run.tree.remove(real)
    return status


def rmdir(run: Run) -> int:
    """`rmdir DIR...`."""
    status = 0
    for path in run.operands():
        real = run.real(path)
        if not run.tree.is_dir(real):
            status = run.fail(f"failed to remove '{path}': {NO_ENTRY}")
        elif run.tree.children(real):
            status = run.fail(f"failed to remove '{path}': {NOT_EMPTY}")
        else:
            run.tree.remove(real)
    return status


def touch(run: Run) -> int:
    """`touch FILE...`; a file that exists stays as it is, as the tree keeps no times."""
    status = 0
    for path in run.operands(("-d", "-t", "-r")):
        if run.get(path) is None:
            if run.need(posixpath.dirname(run.real(path)), folder=True) is None:
                status = _cannot(run, "touch", path, NO_ENTRY)
            elif not run.may_write(path):
                status = _cannot(run, "touch", path, DENIED)
            else:
                run.write(path, "")
    return status


def truncate(run: Run) -> int:
    """`truncate -s SIZE FILE...`."""
    size = size_of(_option(run, "-s", "--size") or "0")
    for path in run.operands(("-s", "--size")):
        old = run.get(path) or tree.file_entry("")
        entry = {k: v for k, v in old.items() if k not in ("text", "size", "digest")}
        fresh = tree.file_entry(size=size, content=path)
        run.put(path, {**fresh, **entry, "size": size, "digest": fresh["digest"]})
    return 0


def size_of(text: str) -> int:
    """Read "10M", "1G", "512k" as bytes; 0 when it cannot be read."""
    match = re.fullmatch(r"(\d{1,12})([kKmMgGtT]?)[iI]?[bB]?", text.strip())
    if match is None:
        return 0
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}[match[2].lower()]


def dd(run: Run) -> int:
    """`dd of=FILE bs=1M count=10`."""
    given = dict(arg.partition("=")[::2] for arg in run.argv[1:])
    count = given.get("count") or "1"
    if not re.fullmatch(r"\d{1,12}", count):
        return run.fail(f"invalid number: '{count}'")
    size = size_of(given.get("bs", "512")) * int(count)
    if given.get("of"):
        run.put(given["of"], tree.file_entry(size=size, content=f"dd {given.get('if', '')}"))
    run.err(f"{given.get('count', '0')}+0 records in\n{given.get('count', '0')}+0 records out\n")
    run.spend(size // 500)
    return 0


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
                return run.fail(f"failed to create symbolic link '{where}': {EXISTS}")
            run.tree.remove(real)
        if not run.shell.may_write(posixpath.dirname(real)):
            return run.fail(f"failed to create symbolic link '{where}': {DENIED}")
        if "s" in flags or run.has_flag("--symbolic"):
            run.tree.make_parents(real)
            run.tree.files[real] = tree.link_entry(target, run.shell.uid, run.shell.gid)
        else:
            entry = run.need(target)
            if entry is None:
                return run.fail(f"failed to access '{target}': {NO_ENTRY}")
            run.tree.put(real, entry)
    return 0


def copy_into(run: Run, source: str, target: str, *, keep: bool) -> None:
    """Copy a real path (with all below it) to a real path."""
    entry = run.tree.files.get(source)
    paths = [source] + (run.below(source) if entry is None or entry["type"] == "dir" else [])
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
    folder = _option(run, "-t", "--target-directory")
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
            status = run.fail(f"cannot stat '{source}': {NO_ENTRY}")
            continue
        if entry is not None and entry["type"] == "dir" and not recursive:
            status = run.fail(f"-r not specified; omitting directory '{source}'")
            continue
        name = posixpath.basename(source.rstrip("/")) if not source.endswith("/.") else ""
        target = run.real(dest)
        if into and name not in ("", ".", ".."):
            target = target.rstrip("/") + "/" + name
        elif not into and run.need(posixpath.dirname(target), folder=True) is None:
            status = run.fail(f"cannot create regular file '{dest}': {NO_ENTRY}")
            continue
        copy_into(run, real, target, keep=keep)
    return status


def mv(run: Run) -> int:
    """`mv SOURCE... DEST`."""
    names = run.operands(("-t",))
    folder = _option(run, "-t", "--target-directory")
    if folder:
        names.append(folder)
    if len(names) < 2:
        return run.fail("missing file operand")
    *sources, dest = names
    status = 0
    for source in sources:
        real = run.real(source, follow=False)
        if real not in run.tree.files and run.need(source) is None:
            status = run.fail(f"cannot stat '{source}': {NO_ENTRY}")
            continue
        target = run.real(dest)
        if run.tree.is_dir(target):
            target = target.rstrip("/") + "/" + posixpath.basename(real)
        elif run.need(posixpath.dirname(target), folder=True) is None:
            status = run.fail(f"cannot move '{source}' to '{dest}': {NO_ENTRY}")
            continue
        if not run.shell.may_write(target) or not run.shell.may_write(posixpath.dirname(real)):
            status = run.fail(f"cannot move '{source}' to '{dest}': {DENIED}")
            continue
        if target != real:
            moved = [
                (p, run.tree.files[p]) for p in [real, *run.below(real)] if p in run.tree.files
            ]
            run.tree.remove(real)
            run.tree.remove(target) if target in run.tree.files else None
            for path, entry in moved:
                run.tree.files[target + path[len(real) :]] = entry
    return status


def install(run: Run) -> int:
    """`install [-d] [-m MODE] [-o OWNER] [-g GROUP] SOURCE... DEST`."""
    valued = ("-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory")
    joined = next((m[1] for a in run.argv if (m := re.fullmatch(r"-[DpTcv]*m(\d+)", a))), "")
    mode = int(joined or _option(run, "-m", "--mode") or "755", 8)
    names = run.operands(valued)
    folder = _option(run, "-t", "--target-directory")
    if folder:
        names.append(run.make_dir(folder))
    owner, group = _option(run, "-o", "--owner"), _option(run, "-g", "--group")
    try:
        uid = users.user_id(run.tree, owner) if owner else run.shell.uid
        gid = users.group_id(run.tree, group) if group else run.shell.gid
    except LookupError:
        return run.fail(f"invalid user '{owner or group}'")
    if any(re.fullmatch(r"-[a-zA-Z]*d[a-zA-Z]*", a) for a in run.argv[1:]) or run.has_flag(
        "--directory"
    ):
        for path in names:
            run.tree.change(run.make_dir(path), mode=mode, uid=uid, gid=gid)
        return 0
    if len(names) < 2:
        return run.fail("missing file operand")
    *sources, dest = names
    for source in sources:
        entry = run.need(source)
        if entry is None or entry["type"] == "dir":
            return run.fail(
                f"cannot stat '{source}': {NO_ENTRY}"
                if entry is None
                else f"omitting directory '{source}'"
            )
        target = run.real(dest)
        if run.tree.is_dir(target):
            target += "/" + posixpath.basename(source)
        run.put(target, {**entry, "mode": mode, "uid": uid, "gid": gid})
    return 0


def apply_mode(text: str, old: int, is_dir: bool) -> int:
    """Apply an octal or symbolic mode to `old`."""
    if re.fullmatch(r"[0-7]{1,5}", text):
        return int(text, 8)
    mode = old
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]*)([-+=])([rwxXst]*|[ugo])", clause)
        if match is None:
            raise ValueError(text)
        who = match[1] or "a"
        bits = 0
        values = {"r": 4, "w": 2, "x": 1, "X": 1 if is_dir or mode & 0o111 else 0}
        values |= {"u": mode >> 6 & 7, "g": mode >> 3 & 7, "o": mode & 7}
        for letter in match[3]:
            value = values.get(letter, 0)
            for place, shift in (("u", 6), ("g", 3), ("o", 0)):
                if place in who or "a" in who:
                    bits |= value << shift
            bits |= {"t": 0o1000, "s": 0o4000}.get(letter, 0)
        if match[2] == "+":
            mode |= bits
        elif match[2] == "-":
            mode &= ~bits
        else:
            shifts = {"u": 6, "g": 3, "o": 0}
            kept = [s for place, s in shifts.items() if place not in who and "a" not in who]
            mode = bits | sum(mode & 7 << shift for shift in kept)
    return mode


def chmod(run: Run) -> int:
    """`chmod [-R] MODE FILE...`."""
    recursive = run.has_flag("-R", "--recursive", "-Rf")
    args = [a for a in run.argv[1:] if not re.fullmatch(r"-[Rvfc]+|--recursive|--quiet", a)]
    if len(args) < 2:
        return run.fail("missing operand")
    status = 0
    for path in args[1:]:
        real = run.real(path)
        if real not in run.tree.files and run.need(path) is None:
            status = run.fail(
                f"cannot access '{path}': {NO_ENTRY}"
                if run.shell.flavour != "ash"
                else f"{path}: {NO_ENTRY}"
            )
            continue
        for one in [real, *(run.below(real) if recursive else [])]:
            entry = run.tree.files.get(one)
            if entry is None or entry["type"] == "link":  # "/" itself is no entry
                continue
            if run.shell.uid not in (0, entry["uid"]):
                status = run.fail(f"changing permissions of '{path}': Operation not permitted")
                break
            try:
                mode = apply_mode(args[0], entry["mode"], entry["type"] == "dir")
            except ValueError:
                return run.fail(f"invalid mode: '{args[0]}'")
            if mode != entry["mode"]:
                run.tree.change(one, mode=mode)
    return status


def chown(run: Run) -> int:
    """`chown [-R] OWNER[:GROUP] FILE...` and `chgrp`."""
    recursive = any(re.fullmatch(r"-[a-zA-Z]*R[a-zA-Z]*|--recursive", a) for a in run.argv[1:])
    args = run.operands()
    if len(args) < 2:
        return run.fail("missing operand")
    owner, _, group = args[0].replace(".", ":", 1).partition(":")
    if run.name == "chgrp":
        owner, group = "", args[0]
    fields: dict[str, int] = {}
    try:
        if owner:
            fields["uid"] = users.user_id(run.tree, owner)
        if group:
            fields["gid"] = users.group_id(run.tree, group)
        elif ":" in args[0] and owner:
            fields["gid"] = users.identity(run.tree, owner)[1]
    except LookupError:
        what = "user" if owner and "uid" not in fields else "group"
        shown = args[0] if what == "user" else group or args[0]
        return run.fail(
            f"invalid {what}: '{shown}'"
            if run.shell.flavour != "ash"
            else f"unknown user/group {args[0]}"
        )
    status = 0
    for path in args[1:]:
        real = run.real(path)
        if real not in run.tree.files and run.need(path) is None:
            status = run.fail(f"cannot access '{path}': {NO_ENTRY}")
            continue
        if run.shell.uid:
            status = run.fail(f"changing ownership of '{path}': Operation not permitted")
            continue
        for one in [real, *(run.below(real) if recursive else [])]:
            entry = run.tree.files.get(one)
            if entry is not None and any(entry[k] != v for k, v in fields.items()):
                run.tree.change(one, **fields)
                run.clock.us += 20 + entry.get("size", 0) // 800  # copied up from its layer
    return status


def mktemp(run: Run) -> int:
    """`mktemp [-d] [TEMPLATE]`: names are counted, so that a build gives the same layer twice."""
    template = next(iter(run.operands(("-p", "--tmpdir"))), "tmp.XXXXXXXXXX")
    number = 0
    while True:
        name = re.sub(
            r"X{3,}",
            lambda m, n=number: f"{n:0{len(m[0])}d}"[:60],  # type: ignore[misc]
            template,
        )
        path = name if "/" in name else f"/tmp/{name}"
        if not run.tree.exists(path, run.cwd) or number > 500:
            break
        number += 1
    if any(re.fullmatch(r"-[a-z]*d[a-z]*|--directory", a) for a in run.argv[1:]):
        run.make_dir(path, 0o700)
    else:
        run.write(path, "")
    run.out(path + "\n")
    return 0


MODELS = {
    "mkdir": mkdir,
    "rm": rm,
    "rmdir": rmdir,
    "touch": touch,
    "truncate": truncate,
    "dd": dd,
    "ln": ln,
    "cp": cp,
    "mv": mv,
    "install": install,
    "chmod": chmod,
    "chown": chown,
    "chgrp": chown,
    "mktemp": mktemp,
    "unlink": rm,
    "fallocate": truncate,
}
