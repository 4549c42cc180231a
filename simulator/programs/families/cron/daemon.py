"""The daemons that start jobs every minute.

What differs is what teaches: BusyBox's crond gives jobs the container's environment and its own
output; Debian's cron gives them next to no environment and, without a mail server, throws their
output away; supercronic logs both.   Sources: miscutils/crond.c of BusyBox 1.37, cron(8) of Debian,
the README of aptible/supercronic.
# Simplified: A job of cron that writes is not mailed to anybody, as nothing sends mail here.
"""

from __future__ import annotations

import posixpath
import re
from datetime import datetime, timedelta
from typing import Any

from simulator.timing import MINUTE

from ...lookup import ExecError
from ...process import Family, Process
from ...users import find_user
from .schedule import REBOOT, BadField, due, split_line, times, variable

MEMORY = 1 << 20
SPOOL = "/var/spool/cron/crontabs"
DEBIAN_PATH = "/usr/bin:/bin"
ZERO = timedelta(0)
Job = dict[str, Any]


class Cron(Family):
    """crond, cron, supercronic."""

    name = "cron"

    def begin(self, p: Process) -> None:
        """Read the options, and stay in front or not."""
        p.row["memory"] = MEMORY
        kind = posixpath.basename(p.argv[0])
        words = p.argv[1:]
        if kind == "busybox":
            kind, words = words[0], words[1:]
        p.state.update(kind=kind, folder=SPOOL, log="", count=0, jobs={}, runs={})
        if kind == "supercronic":
            self._read_named(p, words)
            return
        options, wrong = _options(words, "lLcdT" if kind == "crond" else "L")
        if wrong:
            p.err(f"{kind}: {wrong}\n")
            p.exit(1)
            return
        if p.uid != 0:
            p.err("crond: must be suid to work properly\n" if kind == "crond" else
                  "cron: can't open or create /var/run/crond.pid: Permission denied\n")  # fmt: skip
            p.exit(1)
            return
        p.state["folder"] = options.get("c") or SPOOL
        level = options.get("d") or options.get("l") or "8"
        if kind == "crond" and ("d" in options or "L" in options):
            p.state["log"] = options.get("L") or "/dev/stderr"
            p.state["level"] = int(level) if level.isdigit() else 8
            self._say(p, 8, f"crond (busybox {_version(p)}) started, log level {p.state['level']}")
        if "f" not in options:
            if p.pid == 1:
                p.exit(0)  # the daemon has left the foreground, and with it the container ends
                return
            p.programs.detach(p)
        self._run(p, boot=True)
        self._sleep(p)

    def _read_named(self, p: Process, words: list[str]) -> None:
        """Begin as supercronic: one crontab, named on the command line, read once."""
        path = next((word for word in words if not word.startswith("-")), "")
        if not path:
            p.err("Usage: supercronic [OPTIONS] CRONTAB\n")
            p.exit(2)
            return
        why = p.unreadable(path)
        if why:
            self._line(p, "fatal", f"open {path}: {why.lower()}")
            p.exit(1)
            return
        self._line(p, "info", f"read crontab: {path}")
        for number, line in enumerate((p.view.text(path, p.cwd) or "").splitlines(), 1):
            found = split_line(line)
            try:
                bad = found is not None and found[0] != REBOOT and not times(found[0])
            except BadField:
                bad = True
            if bad:
                self._line(p, "fatal", f"bad crontab line: {line} (use -debug for details)")
                p.exit(1)
                return
            del number
        p.state["path"] = posixpath.join(p.cwd, path)
        self._sleep(p)

    def wake(self, p: Process) -> None:
        """Start what is due in this minute."""
        self._run(p)
        self._sleep(p)

    def _sleep(self, p: Process) -> None:
        now = _moment(p)
        rest = timedelta(seconds=now.second, microseconds=now.microsecond)
        p.wake(MINUTE - round(rest / timedelta(microseconds=1)))

    def _run(self, p: Process, boot: bool = False) -> None:
        moment = _moment(p)
        for job in _jobs(p):
            try:
                is_due = boot if job["when"] == REBOOT else not boot and due(job["when"], moment)
            except BadField:
                continue
            if is_due:
                self._start(p, job)

    def _start(self, p: Process, job: Job) -> None:
        """Start a job as its user."""
        kept = {key: p.row[key] for key in ("uid", "gid", "user", "cwd", "sink")}
        env = dict(p.env)
        uid, gid, name, home = find_user(p.view, job["user"])
        kind = p.state["kind"]
        if kind == "cron":
            p.row["env"] = {"HOME": home, "LOGNAME": name, "PATH": DEBIAN_PATH,
                            "SHELL": "/bin/sh", "PWD": home, **job["env"]}  # fmt: skip
        elif kind == "crond":
            p.row["env"] = {**env, "USER": name, "LOGNAME": name, "HOME": home,
                            "SHELL": "/bin/sh", **job["env"]}  # fmt: skip
        if kind != "supercronic":
            folder = home if p.view.is_dir(home) else "/"
            p.row.update(uid=uid, gid=gid, user=name or str(uid), cwd=folder)
        shell = job["env"].get("SHELL", "/bin/sh")
        sink = "null" if kind == "cron" else None
        p.state["count"] += 1
        self._say(p, 8, f"USER {name} pid {p.box['next']:>3} cmd {job['command']}")
        self._announce(p, job)
        try:
            pid = p.spawn([shell, "-c", job["command"]], sink)
        except ExecError as error:
            p.err(f"{kind}: {error}\n")
            return
        finally:
            p.row.update(kept, env=env)
        if str(pid) in p.box["processes"]:
            p.state["jobs"][str(pid)] = job

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Note how a job has ended."""
        job = p.state["jobs"].pop(str(pid), None)
        if p.state["kind"] == "supercronic" and (job or p.state.get("last")):
            job = job or p.state["last"]
            text = "job succeeded" if code == 0 else f"error running command: exit status {code}"
            self._line(p, "info" if code == 0 else "error", text, job)

    def signal(self, p: Process, name: str) -> bool:
        """supercronic ends orderly; the others have no handler, so process 1 sits it out."""
        if p.state["kind"] == "supercronic" and name in ("SIGTERM", "SIGINT"):
            self._line(p, "info", f"received {'terminated' if name == 'SIGTERM' else 'interrupt'}, "
                                  "shutting down")  # fmt: skip
            self._line(p, "info", "waiting for jobs to finish")
            self._line(p, "info", "exiting")
            p.exit(0)
            return True
        return False

    def _announce(self, p: Process, job: Job) -> None:
        if p.state["kind"] == "supercronic":
            runs = p.state["runs"]
            key = str(job["position"])
            job["iteration"] = runs.get(key, 0)
            runs[key] = job["iteration"] + 1
            p.state["last"] = job
            self._line(p, "info", "starting", job)

    def _line(self, p: Process, level: str, text: str, job: Job | None = None) -> None:
        """Write a line of supercronic's log."""
        quoted = f'"{text}"' if re.search(r"[^\w.-]", text) else text
        more = ""
        if job is not None:
            more = (f' iteration={job["iteration"]} job.command="{job["command"]}" '
                    f'job.position={job["position"]} job.schedule="{job["when"]}"')  # fmt: skip
        stamp = p.engine.timestamp()[:19] + "Z"
        p.err(f'time="{stamp}" level={level} msg={quoted}{more}\n')

    def _say(self, p: Process, level: int, text: str) -> None:
        """Write a line of crond's log; level: it is written from this one down."""
        path = p.state["log"]
        if not path or int(p.state.get("level", 8)) > level:
            return
        if path in ("/dev/stderr", "/proc/1/fd/2"):
            p.err(f"crond: {text}\n")
        elif path in ("/dev/stdout", "/proc/1/fd/1"):
            p.out(f"crond: {text}\n")
        elif not p.refusal(path):
            p.view.write(path, (p.view.text(path) or "") + f"crond: {text}\n")


def _moment(p: Process) -> datetime:
    moment: datetime = p.engine.start + timedelta(microseconds=p.engine.now_us)
    return moment


def _version(p: Process) -> str:
    return "1.37.0"


def _options(words: list[str], valued: str) -> tuple[dict[str, str], str]:
    """Read the options: (them, what is wrong)."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        for at, letter in enumerate(word[1:], 1) if word.startswith("-") else ():
            if letter in valued:
                found[letter] = word[at + 1 :] or (rest.pop(0) if rest else "")
                break
            if letter not in "fbSnPlxpN":
                return {}, f"unrecognized option: {letter}"
            found[letter] = ""
    return found, ""


def _jobs(p: Process) -> list[Job]:
    """List the jobs of all crontabs, as they are now."""
    if p.state["kind"] == "supercronic":
        return _of_table(p.view.text(p.state["path"]) or "", "root")
    found: list[Job] = []
    folder = p.state["folder"]
    for user in p.view.children(folder) if p.view.is_dir(folder) else []:
        # A table of somebody who does not exist is an orphan, and is left alone.
        if not user.startswith(("*", ".")) and _exists(p, user):
            text = p.view.text(f"{folder}/{user}") or ""
            found += _of_table(text, user, percent=p.state["kind"] == "cron")
    if p.state["kind"] == "cron":
        paths = ["/etc/crontab"]
        names = p.view.children("/etc/cron.d") if p.view.is_dir("/etc/cron.d") else []
        paths += [f"/etc/cron.d/{name}" for name in names if re.fullmatch(r"[A-Za-z0-9_-]+", name)]
        for path in paths:
            entry = p.view.get(path) or {}
            text = str(entry.get("text") or "")
            # cron leaves a table alone that others may write, or whose last line is not ended.
            if entry.get("uid") == 0 and not int(entry["mode"]) & 0o022 and text.endswith("\n"):
                rows = _of_table(text, "", names_user=True, percent=True)
                # One line whose user does not exist, and cron ignores the whole table.
                found += rows if all(_exists(p, row["user"]) for row in rows) else []
    return found


def _exists(p: Process, user: str) -> bool:
    """Tell whether a user has a line in /etc/passwd."""
    lines = (p.view.text("/etc/passwd") or "root:").splitlines()
    return any(line.split(":")[0] == user for line in lines)


def _of_table(
    text: str, user: str, *, names_user: bool = False, percent: bool = False
) -> list[Job]:
    """Read a table; names_user: a user stands before the command; percent: `%` ends it."""
    found: list[Job] = []
    env: dict[str, str] = {}
    for line in text.splitlines():
        pair = variable(line)
        if pair is not None:
            env = {**env, pair[0]: pair[1]}
            continue
        parts = split_line(line)
        if parts is None or not parts[1]:
            continue
        command, who = parts[1], user
        if names_user:
            who, _, command = command.partition(" ")
        if percent:
            command = re.sub(r"(?<!\\)%.*", "", command).replace("\\%", "%")
        command = command.strip()
        if command:
            found.append({"when": parts[0], "user": who, "command": command, "env": env,
                          "position": len(found)})  # fmt: skip
    return found
