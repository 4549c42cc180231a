"""Utilities as processes of their own, and programs of which nothing is known."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.docker.containers.errors import DockerError
from simulator.timing import MS

from ..lookup import find_program
from ..process import Family, Process
from ..users import find_user
from ..utilities import (
    Context,
    NeedsAnswer,
    NeedsInput,
    Wait,
    follow,
    run_utility,
    utility_of,
)
from ..utilities.http import settled
from ..wrappers import unwrapped

MEMORY = 512 << 10
FILTERS = ("cat", "grep", "egrep", "fgrep", "tr", "cut", "rev", "sed")
"""Utilities that print what becomes of a line before they read the next one."""
RUN_US = 2 * MS
"""What a small program takes from its start to its end (assumed)."""


class UtilityFamily(Family):
    """echo, sleep, tail -f ...: a utility that is a process by itself."""

    name = "utility"

    def begin(self, p: Process) -> None:
        """Run it; wait if it takes time."""
        p.row["memory"] = MEMORY
        argv = p.argv
        if posixpath.basename(argv[0]) in ("busybox", "coreutils"):
            argv = argv[1:]
        if utility_of(posixpath.basename(argv[0])) is None:
            p.err(f"{posixpath.basename(argv[0])}: applet not found\n")
            p.exit(127)
            return
        stdin = p.programs.stdin(p) or None
        typed = p.programs.has_input(p)
        p.state["argv"] = argv
        self._run(p, Context(p, argv, stdin, p.out, p.err, p.env, typed))

    def _run(self, p: Process, context: Context) -> None:
        context.kept = p.state.setdefault("kept", {"memo": [], "shown": 0})
        context.terminal = p.on_terminal and str(p.row["sink"]).startswith(("exec:", "log"))
        try:
            result = run_utility(context)
        except NeedsInput:
            p.state.update(text="", code=0)
            self.input(p)
            return
        except NeedsAnswer as need:
            p.state["need"] = {"number": need.number, "answer": need.answer, "code": need.code}
            if need.until_us is not None:
                p.wake(max(0, need.until_us - p.engine.now_us))
            return
        if isinstance(result, Wait):
            p.state["code"] = result.code
            if result.us is not None:
                p.wake(result.us)
            elif result.follow:
                p.state["follow"] = result.follow
                p.wake(follow.LOOK_US)
        else:
            p.exit(result)

    def _told(self, p: Process, answer: dict[str, Any]) -> None:
        """Run the utility anew with what it has waited for."""
        kept = p.state["kept"]
        row = {**answer, "now_us": p.engine.now_us}
        p.state["kept"] = {**kept, "memo": [*kept["memo"], row]}
        stdin = p.programs.stdin(p) or None
        self._run(p, Context(p, p.state["argv"], stdin, p.out, p.err, p.env))

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Go on with an answer, unless it comes too late."""
        need = p.state.get("need")
        if need is None or need["number"] != number:
            return
        del p.state["need"]
        p.engine.calendar.cancel(p.row["booked"])
        p.row["booked"] = None
        more = {key: need["answer"].get(key) for key in ("ip", "connected_us")}
        self._told(p, {**more, **settled(answer)})

    def input(self, p: Process) -> None:
        """Read what is typed: a filter answers each line, others wait for the end."""
        argv = p.state["argv"]
        by_line = posixpath.basename(argv[0]) in FILTERS
        while (line := p.read_line()) is not None:
            if line and not by_line:
                p.state["text"] += line
                continue
            if line or not by_line:
                text = line or p.state["text"]
                result = run_utility(Context(p, argv, text, p.out, p.err, p.env))
                p.state["code"] = result if isinstance(result, int) else result.code
            if not line:
                p.exit(int(p.state["code"]))
                return

    def wake(self, p: Process) -> None:
        """Look for news in the files that are followed; else end, as the time has passed."""
        need = p.state.pop("need", None)
        if need is not None:
            if need["number"] is not None:
                p.stop_asking(need["number"])
            if need["code"] is not None:
                p.exit(need["code"])
                return
            self._told(p, need["answer"])
            return
        if "follow" not in p.state:
            p.exit(int(p.state["code"]))
            return
        out, err, p.state["follow"] = follow.news(p.view, p.cwd, p.state["follow"])
        p.err(err)
        p.out(out)
        p.wake(follow.LOOK_US)


class StepDown(Family):
    """Programs that only start another: entry scripts whose text is not known, gosu.

    gosu and su-exec change the user first.
    """

    name = "step-down"

    def begin(self, p: Process) -> None:
        """Run what comes after."""
        name = posixpath.basename(p.argv[0])
        words = p.argv[1:]
        inner = unwrapped(p.argv)
        if inner is not None:
            words = inner[0]
            p.env.update(inner[1])
        if name in ("gosu", "su-exec") and words:
            spec = words.pop(0)
            try:
                uid, gid, user, home = find_user(p.view, spec)
            except DockerError as error:
                p.err(f"error: failed switching to {spec!r}: {error}\n".replace("'", '"'))
                p.exit(1)
                return
            if p.uid != 0:
                p.err(f'error: failed switching to "{spec}": operation not permitted\n')
                p.exit(1)
                return
            p.row.update(uid=uid, gid=gid, user=user or str(uid))
            p.env["HOME"] = home
        words = words or list(p.container["Config"]["Cmd"] or [])
        if words and words[0].startswith("-"):
            words = [SERVER_OF.get(p.container["Config"]["Image"].partition(":")[0], ""), *words]
        path = find_program(p.view, words[0], p.env, p.cwd) if words else None
        if path is None:
            shown = words[0] if words else ""
            p.err(f"{p.argv[0]}: exec: {shown}: not found\n")
            p.exit(127)
            return
        p.become(words)


SERVER_OF = {"postgres": "postgres", "mysql": "mysqld", "mariadb": "mariadbd", "mongo": "mongod",
             "redis": "redis-server", "memcached": "memcached"}  # fmt: skip
"""The server that an official image's entry script starts when it is given only options."""


class Foreground(Family):
    """httpd-foreground and apache2-foreground: start the server that stays."""

    name = "foreground"

    def begin(self, p: Process) -> None:
        """Run the server."""
        name = posixpath.basename(p.argv[0]).removesuffix("-foreground")
        p.become(["httpd" if name == "httpd" else "apache2", *p.argv[1:]])


class Unknown(Family):
    """A program that the model does not know.

    # Simplified: A program that the simulator does not know does nothing, says so in the log, and
    # ends with code 0.
    """

    name = "unknown"

    def begin(self, p: Process) -> None:
        """End well, having done nothing but to say so."""
        p.row["memory"] = MEMORY
        name = posixpath.basename(p.argv[0]) if p.argv else ""
        if not name.endswith((".sh", ".envsh")):  # an image's own, of which there is no text
            p.err(f"drydock: the program {name} is not followed by the model\n")
        p.exit(0, RUN_US if p.pid != 1 and not str(p.row["sink"]).startswith("capture:") else 0)


FAMILIES: list[Family] = [UtilityFamily(), StepDown(), Foreground(), Unknown()]
