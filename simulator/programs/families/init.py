"""tini, dumb-init, catatonit, timeout: a process that has one child and passes signals on.

Sources: timeout(1) of coreutils; the README files of krallin/tini 0.19, Yelp/dumb-init 1.2.5 and
openSUSE/catatonit.
"""

from __future__ import annotations

import posixpath
import re

from simulator.docker.containers.errors import DockerError
from simulator.docker.containers.signals import signal_name
from simulator.timing import DAY, HOUR, MINUTE, SECOND

from ..lookup import ExecError, find_program
from ..process import Family, Process

MEMORY = 300 << 10
NAMES = ("tini", "tini-static", "dumb-init", "docker-init", "catatonit")
VALUED = ("-p", "-e", "-r", "--rewrite")
"""Options that take a word of their own."""
IGNORED = ("SIGCHLD", "SIGKILL", "SIGSTOP")


class Init(Family):
    """A small init."""

    name = "init"

    def begin(self, p: Process) -> None:
        """Start the child."""
        p.row["memory"] = MEMORY
        name = posixpath.basename(p.argv[0])
        words = p.argv[1:]
        while words and words[0].startswith("-") and len(words[0]) > 1:
            word = words.pop(0)
            if word == "--":
                break
            if word == "--version" or (word == "--help"):
                p.out(f"{name} version 0.19.0\n")
                p.exit(0)
                return
            value = words.pop(0) if word in VALUED and words else ""
            if word in ("-r", "--rewrite") and ":" in value:
                self._rewrite(p, value)
        if not words:
            p.err(f"{name}: no command was given\n" if name != "dumb-init" else
                  f"Usage: {name} [option] program [args]\n")  # fmt: skip
            p.exit(1)
            return
        path = find_program(p.view, words[0], p.env, p.cwd)
        entry = p.view.get(path, p.cwd) if path else None
        barred = entry is not None and not p.may_execute(entry)
        if path is None or barred:
            why = "Permission denied" if barred else "No such file or directory"
            if name == "dumb-init":
                p.err(f"[dumb-init] {words[0]}: {why}\n")
            else:
                p.err(f"[FATAL tini ({p.pid + 6})] exec {words[0]} failed: {why}\n")
            p.exit(2 if name == "dumb-init" else 126 if barred else 127)
            return
        try:
            self._started(p, p.spawn(words))
        except ExecError as error:
            p.err(f"{name}: {error}\n")
            p.exit(1)

    def _rewrite(self, p: Process, value: str) -> None:
        """Note that one signal becomes another (`dumb-init -r 15:3`); 0 drops it."""
        old, _, new = value.partition(":")
        try:
            table = p.state.setdefault("rewritten", {})
            table[signal_name(old)] = "" if new == "0" else signal_name(new)
        except DockerError:
            return

    def _started(self, p: Process, pid: int) -> None:
        ended = p.state.get("ended")
        if ended is not None:
            p.exit(int(ended))
        else:
            p.state["child"] = pid

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """End as the child has ended; other orphans are only reaped."""
        child = p.state.get("child")
        if child is None:
            p.state["ended"] = code
        elif child == pid:
            p.exit(code)

    def signal(self, p: Process, name: str) -> bool:
        """Pass a signal on."""
        child = p.state.get("child")
        name = p.state.get("rewritten", {}).get(name, name)
        if child is None or name in IGNORED:
            return child is not None and name in IGNORED
        if name:
            p.programs.signal(p.container, name, int(child))
        return True


class Timeout(Family):
    """timeout: a child that is sent a signal when its time is over; the status is then 124."""

    name = "timeout"

    def begin(self, p: Process) -> None:
        """Start the child and set the alarm."""
        p.row["memory"] = MEMORY
        words, options = _options(p.argv[1:])
        if len(words) < 2:
            p.err("timeout: missing operand\nTry 'timeout --help' for more information.\n")
            p.exit(125)
            return
        limit_us, kill_us = _duration(words[0]), _duration(options.get("k", "0"))
        try:
            name = signal_name(options.get("s", "TERM"))
        except DockerError:
            name = ""
        if limit_us is None or kill_us is None or not name:
            wrong = words[0] if limit_us is None else options.get("s" if not name else "k", "")
            what = "invalid time interval" if name else "invalid signal"
            p.err(f"timeout: {what} '{wrong}'\n")
            p.exit(125)
            return
        path = find_program(p.view, words[1], p.env, p.cwd)
        if path is None:
            p.err(f"timeout: failed to run command '{words[1]}': No such file or directory\n")
            p.exit(127)
            return
        p.state.update(signal=name, kill_us=kill_us)
        pid = p.spawn(words[1:])
        if p.state.get("ended") is not None:
            p.exit(int(p.state["ended"]))
            return
        p.state["child"] = pid
        if limit_us:
            p.wake(limit_us)

    def wake(self, p: Process) -> None:
        """Send the signal, and later the one that nothing withstands."""
        name = "SIGKILL" if p.state.get("late") else p.state["signal"]
        p.state["late"] = True
        if p.state["kill_us"] and name != "SIGKILL":
            p.wake(int(p.state["kill_us"]))
        p.flush()
        p.programs.signal(p.container, name, int(p.state["child"]))

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """End as the child has ended, unless it was too slow."""
        if p.state.get("late"):
            code = 137 if code == 137 else 124
        if p.state.get("child") == pid:
            p.exit(code)
        elif "child" not in p.state:
            p.state["ended"] = code

    def signal(self, p: Process, name: str) -> bool:
        """Pass a signal on."""
        if "child" not in p.state or name in IGNORED:
            return False
        p.programs.signal(p.container, name, int(p.state["child"]))
        return True


def _options(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take the options off: (duration and command, {letter: value})."""
    rest, found = list(words), {}
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        name, mark, value = word.partition("=")
        letter = {"--signal": "s", "--kill-after": "k"}.get(name, word[1:2])
        if letter in ("s", "k"):
            given = value if mark else word[2:] if not word.startswith("--") else ""
            found[letter] = given or (rest.pop(0) if rest else "")
    return rest, found


def _duration(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?|\.\d{1,6})([smhd]?)", text)
    if match is None:
        return None
    units = {"": SECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
    return round(float(match[1]) * units[match[2]])


FAMILIES: list[Family] = [Init(), Timeout()]
