"""Tools that make, move, remove and mark files (coreutils)."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree
from simulator.docker.shellmodel import users
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import EXISTS, IS_DIRECTORY, NO_ENTRY, NOT_EMPTY

DENIED = "Permission denied"


def mkdir(run: Run) -> int:
    """`mkdir [-p] [-m MODE] DIR...`."""
    status, with_parents = (
        0,
        any(re.fullmatch(r"-[a-z]*p[a-z]*", a) or a == "--parents" for a in run.argv[1:]),
    )
    mode = option(run, "-m", "--mode")
    for path in run.operands(("-m", "--mode")):
        real = run.real(path)
        parent = posixpath.dirname(real)
        if run.tree.exists(real):
            if not (with_parents and run.tree.is_dir(real)):
                status = cannot(run, "create directory", path, EXISTS)
        elif not with_parents and run.need(parent, folder=True) is None:
            status = cannot(run, "create directory", path, NO_ENTRY)
        elif not run.may_write(real):
            status = cannot(run, "create directory", path, DENIED)
        else:
            run.make_dir(real, apply_mode(mode, 0o755, True) if mode else 0o755)
    return status


def option(run: Run, short: str, long: str) -> str:
    """Give the value of an option; "" when it is not there."""
    for index, arg in enumerate(run.argv[1:], start=1):
        if arg in (short, long):
            return run.argv[index + 1] if index + 1 < len(run.argv) else ""
        if arg.startswith(long + "="):
            return arg.partition("=")[2]
    return ""


def cannot(run: Run, what: str, path: str, reason: str) -> int:
    """Complain of a file as coreutils or BusyBox does; answers the status."""
    if run.shell.flavour != "ash":
        return run.fail(f"cannot {what} '{path}': {reason}")
    if what == "touch":
        return run.fail(f"{path}: {reason}")
    if what == "remove" and reason == IS_DIRECTORY:
        return run.fail(f"'{path}' is a directory")
    return run.fail(f"can't {what.replace(' regular file', '')} '{path}': {reason}")


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
                status = cannot(run, "remove", path, NO_ENTRY)
        elif entry is not None and entry["type"] == "dir" and not recursive:
            status = cannot(run, "remove", path, IS_DIRECTORY)
        elif not run.shell.may_write(posixpath.dirname(real)):
            status = cannot(run, "remove", path, DENIED)
        else:
            run.tree.remove(real)
    return status


def rmdir(run: Run) -> int:
    """`rmdir DIR...`."""
    status = 0
    for path in run.operands():
        real = run.real(path)
        if not run.tree.is_dir(real):
            status = _not_removed(run, path, NO_ENTRY)
        elif run.tree.children(real):
            status = _not_removed(run, path, NOT_EMPTY)
        elif not run.shell.may_write(posixpath.dirname(real)):
            status = _not_removed(run, path, DENIED)
        else:
            run.tree.remove(real)
    return status


def _not_removed(run: Run, path: str, reason: str) -> int:
    head = "" if run.shell.flavour == "ash" else "failed to remove "
    return run.fail(f"{head}'{path}': {reason}")


def touch(run: Run) -> int:
    """`touch FILE...`; a file that exists stays as it is, as the tree keeps no times."""
    status = 0
    for path in run.operands(("-d", "-t", "-r")):
        if run.get(path) is None:
            if run.need(posixpath.dirname(run.real(path)), folder=True) is None:
                status = cannot(run, "touch", path, NO_ENTRY)
            elif not run.may_write(path):
                status = cannot(run, "touch", path, DENIED)
            else:
                run.write(path, "")
    return status


def truncate(run: Run) -> int:
    """`truncate -s SIZE FILE...`."""
    size = size_of(option(run, "-s", "--size") or "0")
    for path in run.operands(("-s", "--size")):
        why = run.refusal(path)
        if why:
            return run.fail(f"cannot open '{path}' for writing: {why}")
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
    why = run.refusal(given["of"]) if given.get("of") else ""
    if why and not given["of"].startswith("/dev/"):
        verb = "can't open" if run.shell.flavour == "ash" else "failed to open"
        return run.fail(f"{verb} '{given['of']}': {why}")
    if given.get("of"):
        run.put(given["of"], tree.file_entry(size=size, content=f"dd {given.get('if', '')}"))
    run.err(f"{given.get('count', '0')}+0 records in\n{given.get('count', '0')}+0 records out\n")
    run.spend(size // 500)
    return 0


def install(run: Run) -> int:
    """`install [-d] [-m MODE] [-o OWNER] [-g GROUP] SOURCE... DEST`."""
    valued = ("-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory")
    joined = next((m[1] for a in run.argv if (m := re.fullmatch(r"-[DpTcv]*m(\d+)", a))), "")
    asked = joined or option(run, "-m", "--mode") or "755"
    try:
        mode = apply_mode(asked, 0, False)
    except ValueError:
        return run.fail(f"invalid mode: '{asked}'")
    names = run.operands(valued)
    folder = option(run, "-t", "--target-directory")
    if folder:
        names.append(run.make_dir(folder))
    owner, group = option(run, "-o", "--owner"), option(run, "-g", "--group")
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
    "install": install,
    "chmod": chmod,
    "chown": chown,
    "chgrp": chown,
    "mktemp": mktemp,
    "unlink": rm,
    "fallocate": truncate,
}
