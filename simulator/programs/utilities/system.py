"""kill, pgrep, id, hostname, date, checksums: small tools of every system."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from simulator.docker.shellmodel import dates

from ..users import find_user, user_name
from . import Context, Utility
from .files import split


def kill(c: Context) -> int:
    """Send a signal."""
    return c.p.programs.kill_command(c.p, c.argv, c.err)


def _named(c: Context, names: list[str], whole: bool) -> list[str]:
    """List the processes of a name, or with `whole` those whose command line holds it."""
    found = []
    for row in c.p.programs.processes(c.p.container["Id"]):
        shown = " ".join(row["argv"]) if whole else row["argv"][0].rpartition("/")[2]
        is_self = row["pid"] == c.p.pid and c.p.row["family"] == "utility"
        if not is_self and any(name in shown for name in names):
            found.append(str(row["pid"]))
    return found


def killall(c: Context) -> int:
    """Send a signal to all processes of a name."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    flags = [word for word in c.argv[1:] if word.startswith("-")]
    signal = next((word for word in flags if word not in ("-f", "-q", "-x")), "-TERM")
    found = _named(c, names, "-f" in flags)
    if not found:
        return 1 if c.name == "pkill" else c.fail(f"{' '.join(names)}: no process found")
    return c.p.programs.kill_command(c.p, ["kill", signal, *found], c.err)


def pgrep(c: Context) -> int:
    """Print the process numbers of a name: pgrep one a line, pidof in one line."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    found = _named(c, names, any("f" in word for word in c.argv[1:] if word.startswith("-")))
    rows = c.p.programs.processes(c.p.container["Id"])
    told = {"a", "l", "full-list", "list-full"} & set(split(c.argv, "tuUgGP")[0])
    if told and c.name == "pgrep":
        c.out("".join(f"{row['pid']} {' '.join(row['argv'])}\n" for row in rows
                      if str(row["pid"]) in found))  # fmt: skip
    elif found:
        c.out((" " if c.name == "pidof" else "\n").join(found) + "\n")
    return 0 if found else 1


def identity(c: Context) -> int:
    """Print user and groups."""
    flags, names = split(c.argv)
    uid, gid = c.p.uid, int(c.p.row["gid"])
    if names:
        uid, gid, _, _ = find_user(c.view, names[0])
    name = user_name(c.view, uid)
    if c.name == "whoami":
        if not name:
            return c.fail(f"cannot find name for user ID {uid}")
        c.out(name + "\n")
        return 0
    if "u" in flags or "g" in flags:
        number = uid if "u" in flags else gid
        c.out((name if "n" in flags and "u" in flags else str(number)) + "\n")
        return 0
    shown = f"({name})" if name else ""
    groups = [gid] if names else sorted(dict.fromkeys(c.p.groups))
    if "G" in flags:
        c.out(" ".join(str(one) for one in groups) + "\n")
        return 0
    listed = ",".join(f"{one}{_group(c, one)}" for one in groups)
    c.out(f"uid={uid}{shown} gid={gid}{_group(c, gid)} groups={listed}\n")
    return 0


def _group(c: Context, gid: int) -> str:
    """Give a group's name in brackets; "" when /etc/group has none."""
    for line in (c.view.text("/etc/group") or "").splitlines():
        parts = line.split(":")
        if len(parts) >= 3 and parts[2] == str(gid):
            return f"({parts[0]})"
    return "(root)" if gid == 0 else ""


def hostname(c: Context) -> int:
    """Print the host's name, or its addresses with -i."""
    if "-i" in c.argv or "-I" in c.argv:
        networks = c.p.container["NetworkSettings"]["Networks"].values()
        found = [row["IPAddress"] for row in networks if row.get("IPAddress")]
        own = c.p.container["NetworkSettings"]["IPAddress"]
        c.out(" ".join(dict.fromkeys([*found, *([own] if own else [])])) + "\n")
        return 0
    name = str(c.p.container["Config"]["Hostname"])
    full = _full_name(c, name)
    if any(flag in c.argv for flag in ("-f", "--fqdn", "--long")):
        name = full
    elif "-d" in c.argv:
        name = full.partition(".")[2]
    c.out(name + "\n")
    return 0


def _full_name(c: Context, name: str) -> str:
    """Give the host's name with its domain, as /etc/hosts has it."""
    for line in (c.view.text("/etc/hosts") or "").splitlines():
        words = line.split()
        if name in words[1:]:
            return words[1]
    return name


def date(c: Context) -> int:
    """Print simulated time."""
    moment = c.p.engine.start + timedelta(microseconds=c.p.engine.now_us)
    text, wrong = dates.printed(c.argv, moment)
    if wrong and c.is_busybox:
        wrong = wrong.replace("‘", "'").replace("’", "'")
    c.out(text)
    return c.fail(wrong) if wrong else 0


def checksum(c: Context) -> int:
    """Print digests of files."""
    kind = c.name.removesuffix("sum")
    paths = split(c.argv)[1]
    for path in paths or ["-"]:
        if path == "-":
            data = (c.stdin or "").encode()
        elif why := c.p.unreadable(path):
            return c.fail(f"can't open '{path}': {why}" if c.is_busybox else f"{path}: {why}")
        else:
            entry = c.view.get(path, c.p.cwd) or {}
            data = str(entry.get("text", entry.get("digest", ""))).encode()
        c.out(f"{hashlib.new(kind, data).hexdigest()}  {path}\n")
    return 0


def tty(c: Context) -> int:
    """Print the name of the terminal."""
    c.out("/dev/pts/0\n" if c.p.on_terminal else "not a tty\n")
    return 0 if c.p.on_terminal else 1


def quiet(c: Context) -> int:
    """Do what leaves no trace in the model (sync, clear, ldconfig ...)."""
    return 0


ALL: dict[str, Utility] = {
    "kill": kill, "killall": killall, "pkill": killall, "pgrep": pgrep, "pidof": pgrep,
    "id": identity, "whoami": identity, "hostname": hostname, "date": date,
    "sha256sum": checksum, "md5sum": checksum, "sha1sum": checksum, "sync": quiet, "clear": quiet,
    "reset": quiet, "tty": tty,
}  # fmt: skip
