"""Tools that add users and groups, and those that run something as another user."""

from __future__ import annotations

from simulator.docker import tree, unknown
from simulator.docker.shellmodel import users
from simulator.docker.shellmodel.process import Run

SYSTEM_IDS = range(999, 100, -1)
NORMAL_IDS = range(1000, 60000)


def _value(run: Run, *names: str) -> str:
    for index, arg in enumerate(run.argv[1:], start=1):
        if arg in names and index + 1 < len(run.argv):
            return run.argv[index + 1]
        for name in names:
            if name.startswith("--") and arg.startswith(name + "="):
                return arg.partition("=")[2]
    return ""


def _flag(run: Run, letter: str, *longs: str) -> bool:
    return any(
        arg in longs or (arg[:1] == "-" and arg[1:2] != "-" and letter in arg[1:])
        for arg in run.argv[1:]
    )


def _free(taken: list[str], ids: range) -> int:
    return next((i for i in ids if str(i) not in taken), ids[0])


def _append(run: Run, path: str, line: str) -> None:
    text = run.tree.text(path) or ""
    if text and not text.endswith("\n"):
        text += "\n"
    run.tree.write(path, text + line + "\n")


def _add_group(run: Run, name: str, gid: str, system: bool) -> int:
    rows = users.rows(run.tree, "/etc/group")
    taken = [row[2] for row in rows]
    number = gid if gid.isdigit() else str(_free(taken, SYSTEM_IDS if system else NORMAL_IDS))
    _append(run, "/etc/group", f"{name}:x:{number}:")
    return int(number)


VALUED = (
    "-g",
    "--gid",
    "-u",
    "--uid",
    "-G",
    "--groups",
    "-s",
    "--shell",
    "-d",
    "--home",
    "--home-dir",
    "-c",
    "--comment",
    "--gecos",
    "-h",
    "-k",
    "-p",
    "--ingroup",
    "-K",
    "-b",
    "--password",
    "-e",
    "-f",
)


def groupadd(run: Run) -> int:
    """`groupadd [-r] [-g GID] NAME` and `addgroup [-S] [-g GID] NAME [GROUP]`."""
    names = run.operands(VALUED)
    if not names:
        return run.fail("missing group name", 2)
    if run.shell.uid:
        return run.fail("Permission denied.", 1)
    if run.name == "addgroup" and len(names) == 2:
        return _join(run, names[0], names[1])
    name, gid = names[-1], _value(run, "-g", "--gid")
    rows = users.rows(run.tree, "/etc/group")
    if any(row[0] == name for row in rows):
        if _flag(run, "f", "--force") and run.name == "groupadd":
            return 0
        if run.name == "addgroup":
            return run.fail(f"group '{name}' in use")
        return run.fail(f"group '{name}' already exists", 9)
    if gid and any(row[2] == gid for row in rows) and not _flag(run, "o", "--non-unique"):
        return run.fail(
            f"GID '{gid}' already exists" if run.name == "groupadd" else f"gid '{gid}' in use",
            4 if run.name == "groupadd" else 1,
        )
    _add_group(run, name, gid, _flag(run, "r", "--system") or _flag(run, "S", "--system"))
    return 0


def _join(run: Run, user: str, group: str) -> int:
    text = run.tree.text("/etc/group") or ""
    lines = []
    for line in text.splitlines():
        cells = line.split(":")
        if cells[0] == group and len(cells) >= 4:
            members = [m for m in cells[3].split(",") if m]
            cells[3] = ",".join(dict.fromkeys([*members, user]))
        lines.append(":".join(cells))
    run.tree.write("/etc/group", "\n".join(lines) + "\n")
    return 0


def useradd(run: Run) -> int:
    """`useradd`, and `adduser` of Debian and of busybox."""
    names = run.operands(VALUED)
    if not names:
        return run.fail("missing user name", 2)
    if run.shell.uid:
        return run.fail("Permission denied.", 1)
    busybox = run.shell.flavour == "ash"
    if run.name == "adduser" and len(names) == 2:
        return _join(run, names[0], names[1])
    name = names[-1]
    rows = users.rows(run.tree, "/etc/passwd")
    if any(row[0] == name for row in rows):
        return run.fail(
            f"user '{name}' in use" if busybox else f"user '{name}' already exists",
            1 if busybox else 9,
        )
    system = _flag(run, "r", "--system") or _flag(run, "S", "--system")
    taken = [row[2] for row in rows]
    uid = _value(run, "-u", "--uid")
    if uid and uid in taken and not _flag(run, "o", "--non-unique"):
        return run.fail(
            f"UID {uid} is not unique" if not busybox else f"uid '{uid}' in use",
            4 if not busybox else 1,
        )
    if not uid.isdigit():
        uid = str(_free(taken, SYSTEM_IDS if system else NORMAL_IDS))
    group = _value(run, "-G", "--ingroup") if busybox else _value(run, "-g", "--gid", "--ingroup")
    try:
        gid = users.group_id(run.tree, group) if group else -1
    except LookupError:
        return run.fail(
            f"group '{group}' does not exist" if not busybox else f"unknown group {group}",
            6 if not busybox else 1,
        )
    if gid < 0:
        existing = next((row for row in users.rows(run.tree, "/etc/group") if row[0] == name), None)
        gid = int(existing[2]) if existing else _add_group(run, name, uid, system)
    home = _value(run, "-d", "--home", "--home-dir") or (_value(run, "-h") if busybox else "")
    _finish_user(run, name, uid, gid, home or f"/home/{name}", system)
    return 0


def _finish_user(run: Run, name: str, uid: str, gid: int, home: str, system: bool) -> None:
    default = (
        "/bin/sh"
        if run.name == "useradd"
        else "/bin/ash"
        if run.shell.flavour == "ash"
        else "/bin/bash"
    )
    shell = _value(run, "-s", "--shell") or default
    comment = _value(run, "-c", "--comment", "--gecos")
    _append(run, "/etc/passwd", f"{name}:x:{uid}:{gid}:{comment}:{home}:{shell}")
    no_home = _flag(run, "H") if run.name == "adduser" else _flag(run, "M")
    wants = run.name == "adduser" or _flag(run, "m", "--create-home")
    if run.has_flag("--no-create-home"):
        no_home = True
    if wants and not no_home and not run.tree.is_dir(home):
        run.tree.make_dir(home, uid=int(uid), gid=gid, mode=0o755)
        if run.shell.flavour != "ash":
            for file in (".bashrc", ".profile", ".bash_logout"):
                run.tree.put(
                    f"{home}/{file}",
                    tree.file_entry(size=1500, uid=int(uid), gid=gid, content=file),
                )


def _edit(run: Run, path: str, name: str, fields: dict[int, str]) -> bool:
    """Change fields of a line of /etc/passwd or /etc/group; tells whether there is one."""
    lines = (run.tree.text(path) or "").splitlines()
    found = False
    for at, line in enumerate(lines):
        row = line.split(":")
        if row[0] == name:
            found = True
            for field, value in fields.items():
                if field < len(row):
                    row[field] = value
            lines[at] = ":".join(row)
    if found and fields:
        run.tree.write(path, "".join(line + "\n" for line in lines))
    return found


def usermod(run: Run) -> int:
    """`usermod [-aG GROUPS] [-u UID] [-g GROUP] [-d HOME] [-s SHELL] [-l NAME] USER`."""
    names = run.operands((*VALUED, "-l", "--login", "-aG", "-Ga", "--groups"))
    groups = _value(run, "-G", "-aG", "--groups", "-Ga")
    status = 0
    for group in groups.split(",") if names and groups else []:
        status = _join(run, names[-1], group) or status
    if not names:
        return 2
    fields: dict[int, str] = {}
    for flags, field in (
        (("-l", "--login"), 0),
        (("-u", "--uid"), 2),
        (("-d", "--home"), 5),
        (("-s", "--shell"), 6),
    ):
        value = _value(run, *flags)
        if value:
            fields[field] = value
    group = _value(run, "-g", "--gid")
    if group:
        try:
            fields[3] = str(users.group_id(run.tree, group))
        except LookupError:
            return run.fail(f"group '{group}' does not exist", 6)
    if not _edit(run, "/etc/passwd", names[-1], fields) and not unknown.knows(
        run.tree, "/etc/passwd", commands=True
    ):
        return run.fail(f"user '{names[-1]}' does not exist", 6)
    return status


def groupmod(run: Run) -> int:
    """`groupmod [-g GID] [-n NAME] GROUP`."""
    names = run.operands((*VALUED, "-n", "--new-name"))
    if not names:
        return 2
    fields = {}
    for flags, field in ((("-n", "--new-name"), 0), (("-g", "--gid"), 2)):
        value = _value(run, *flags)
        if value:
            fields[field] = value
    rows = users.rows(run.tree, "/etc/group")
    old = next((row[2] for row in rows if row[0] == names[0]), None)
    taken = any(row[2] == fields.get(2) and row[0] != names[0] for row in rows)
    if taken and not run.has_flag("-o", "--non-unique"):
        return run.fail(f"GID '{fields[2]}' already exists", 4)
    if not _edit(run, "/etc/group", names[0], fields):
        if unknown.knows(run.tree, "/etc/group", commands=True):
            return 0
        return run.fail(f"group '{names[0]}' does not exist", 6)
    for row in users.rows(run.tree, "/etc/passwd") if 2 in fields else []:
        if len(row) > 3 and row[3] == old:
            _edit(run, "/etc/passwd", row[0], {3: fields[2]})
    return 0


def as_user(run: Run) -> int:
    """`su USER -c CMD`, `gosu USER CMD`, `su-exec USER CMD`, `sudo [-u USER] CMD`."""
    args = run.argv[1:]
    user = "root"
    if run.name in ("gosu", "su-exec"):
        if len(args) < 2:
            return 0
        user, command = args[0], args[1:]
    elif run.name == "sudo":
        user = _value(run, "-u", "--user") or "root"
        command = args
        while command and (command[0].startswith("-") or "=" in command[0]):
            command = command[2:] if command[0] in ("-u", "--user", "-g") else command[1:]
    else:
        names = run.operands(("-c", "-s", "--command", "--shell"))
        user = names[0] if names else "root"
        script = _value(run, "-c", "--command")
        command = ["sh", "-c", script] if script else []
    if not command:
        return 0
    shell = run.shell.copy()
    try:
        shell.uid, shell.gid, shell.user, home = users.identity(run.tree, user)
    except LookupError:
        return run.fail(
            f"user {user} does not exist or the user entry does not contain all the required fields"
        )
    shell.variables["HOME"] = home
    return shell.program(command)


def whoami(run: Run) -> int:
    """`whoami`."""
    run.out(run.shell.user + "\n")
    return 0


def identity(run: Run) -> int:
    """`id [-u|-g|-un] [USER]`."""
    names = run.operands()
    uid, gid, name = run.shell.uid, run.shell.gid, run.shell.user
    if names:
        try:
            uid, gid, name, _ = users.identity(run.tree, names[0])
        except LookupError:
            return run.fail(f"‘{names[0]}’: no such user")
    flags = "".join(a[1:] for a in run.argv[1:] if a.startswith("-"))
    if "u" in flags:
        run.out(f"{name if 'n' in flags else uid}\n")
        return 0
    rows = [row for row in users.rows(run.tree, "/etc/group") if len(row) > 2]
    main = next((row[0] for row in rows if row[2] == str(gid)), name)
    groups = {str(gid): main}
    for row in rows:
        if len(row) > 3 and name in row[3].split(","):
            groups.setdefault(row[2], row[0])
    if "g" in flags:
        run.out(f"{main if 'n' in flags else gid}\n")
    elif "G" in flags:
        run.out(" ".join(groups.values() if "n" in flags else groups) + "\n")
    else:
        shown = ",".join(f"{number}({group})" for number, group in groups.items())
        run.out(f"uid={uid}({name}) gid={gid}({main}) groups={shown}\n")
    return 0


def getent(run: Run) -> int:
    """`getent passwd|group [NAME]`."""
    names = run.operands()
    if not names:
        return 1
    table = {"passwd": "/etc/passwd", "group": "/etc/group", "hosts": "/etc/hosts"}.get(names[0])
    text = run.tree.text(table) or "" if table else ""
    lines = [
        line
        for line in text.splitlines()
        if len(names) < 2 or line.split(":")[0] == names[1] or line.split(":")[2:3] == [names[1]]
    ]
    run.out("".join(line + "\n" for line in lines))
    return 0 if lines else 2


def delete(run: Run) -> int:
    """`userdel [-r]`, `deluser`, `groupdel`, `delgroup`; with a user goes its own group."""
    names = run.operands()
    if not names:
        return 2
    path = "/etc/group" if "group" in run.name else "/etc/passwd"
    gone = next((row for row in users.rows(run.tree, path) if row[0] == names[0]), None)
    if gone is None:
        return run.fail(f"'{names[0]}' does not exist", 6)
    _drop(run, path, names[0])
    if path == "/etc/passwd" and len(gone) > 5:
        if run.has_flag("-r", "--remove", "--remove-home", "-rf", "-fr"):
            run.tree.remove(run.real(gone[5]))
        own = any(row[0] == gone[0] and row[2] == gone[3]
                  for row in users.rows(run.tree, "/etc/group"))  # fmt: skip
        others = any(len(r) > 3 and r[3] == gone[3] for r in users.rows(run.tree, path))
        if own and not others:
            _drop(run, "/etc/group", gone[0])
    return 0


def _drop(run: Run, path: str, name: str) -> None:
    lines = (run.tree.text(path) or "").splitlines()
    run.tree.write(path, "".join(f"{line}\n" for line in lines if line.split(":")[0] != name))


def quiet(run: Run) -> int:
    """Tools whose effect is not modelled: passwords, limits."""
    return 0


MODELS = {
    "groupadd": groupadd,
    "addgroup": groupadd,
    "useradd": useradd,
    "adduser": useradd,
    "usermod": usermod,
    "groupmod": groupmod,
    "userdel": delete,
    "deluser": delete,
    "groupdel": delete,
    "delgroup": delete,
    "chpasswd": quiet,
    "passwd": quiet,
    "chsh": quiet,
    "su": as_user,
    "gosu": as_user,
    "su-exec": as_user,
    "sudo": as_user,
    "whoami": whoami,
    "id": identity,
    "getent": getent,
    "groups": identity,
}
