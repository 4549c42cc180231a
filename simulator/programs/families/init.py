"""tini, dumb-init, catatonit: a first process that passes signals on to its only child.

Sources: the README files of krallin/tini 0.19, Yelp/dumb-init 1.2.5 and openSUSE/catatonit.
"""

from __future__ import annotations

import posixpath

from simulator.docker.containers.errors import DockerError
from simulator.docker.containers.signals import signal_name

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


FAMILIES: list[Family] = [Init()]
