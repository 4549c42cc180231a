"""Where a shell's commands read and write: redirections, here-documents, /dev/stdout."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.docker.tree import NO_ENTRY, TreeError
from simulator.shell.expand import expand_text

if TYPE_CHECKING:
    from ..process import Process


STREAM = re.compile(
    r"/dev/(?:stdout|stderr|tty|fd/(?P<dev>[12]))|/proc/(?P<pid>self|\d{1,5})/fd/(?P<fd>[12])"
)
"""Paths that are streams of a process."""


class Unreadable(TreeError):
    """A file that cannot be opened for reading."""


class Streams:
    """The part of the runner that deals with standard input, output and errors."""

    p: Process
    state: dict[str, Any]
    captured: list[str] | None
    stdin: str | None

    if TYPE_CHECKING:

        def pass_on(self, number: int, text: str) -> None: ...

    def out(self, text: str) -> None:
        """Write to standard output as it is now."""
        if self.captured is not None:
            self.captured.append(text)
            return
        frame = self.state["frames"][-1] if self.state["frames"] else {}
        sink = frame.get("sink")
        if sink == "&2":
            errors = frame.get("errors")
            self.write_to(None if errors == "&1" else errors, "stderr", text)
        else:
            self.write_to(sink, "stdout", text)

    def err(self, text: str) -> None:
        """Write to standard error as it is now."""
        sink = self.state["frames"][-1].get("errors") if self.state["frames"] else None
        if sink == "&1":
            self.out(text)
        else:
            self.write_to(sink, "stderr", text)

    def write_to(self, sink: str | None, stream: str, text: str) -> None:
        """Write to a file, to nowhere, or to where the process writes."""
        if sink is None:
            (self.p.out if stream == "stdout" else self.p.err)(text)
        elif sink.startswith("file:"):
            self.append(sink[5:], text)
        elif sink.startswith("pipe:"):
            self.pass_on(int(sink[5:]), text)

    def append(self, path: str, text: str) -> None:
        """Add text to a file of the container; /dev/stdout and its like are streams."""
        if path == "/dev/null":
            return
        match = STREAM.fullmatch(path)
        if match and match["pid"] == "1":
            self.p.programs.write_first(self.p.container, match["fd"], text)
        elif match:
            (self.p.err if match["fd"] == "2" or path == "/dev/stderr" else self.p.out)(text)
        else:
            view = self.p.view
            old = view.text(path, self.p.cwd) or ""
            if view.exists(path, self.p.cwd) or not self.p.refusal(path):
                view.write(path, old + text, self.p.cwd, uid=self.p.uid, gid=int(self.p.row["gid"]))

    def input(self) -> str | None:
        """Give what the commands of the innermost redirected part can read; None for nothing."""
        for frame in reversed(self.state["frames"]):
            if "stdin" in frame:
                return str(frame["stdin"])
        return self.stdin

    def consume(self, rest: str) -> None:
        """Keep what a command has left of its standard input."""
        for frame in reversed(self.state["frames"]):
            if "stdin" in frame:
                frame["stdin"] = rest
                return
        self.stdin = rest

    def redirected(self, redirects: list[Any]) -> dict[str, Any]:
        """Open the files of redirections; answers the sinks as parts of a frame."""
        found: dict[str, Any] = {}
        for number, op, word in redirects:
            target = expand_text(word, self)  # type: ignore[arg-type]
            if target.startswith(("/dev/tcp/", "/dev/udp/")) and self.option("bash"):
                self._connect(target)
            elif op == "<>":
                self._make(target, False)
            elif op in ("<", "<&", "<<", "<<-", "<<<"):
                if op != "<&" and number in ("", "0"):
                    found["stdin"] = self._source(op, target)
            elif op == ">&" and (target.isdigit() or target == "-"):
                _duplicate(found, number, target)
            else:
                self._sink(found, number, op, target)
        return found

    def _connect(self, target: str) -> None:
        """Open bash's /dev/tcp/HOST/PORT: a connection; TreeError when there is none."""
        from simulator.network.resolve import Source

        host, _, port = target[9:].partition("/")
        if target.startswith("/dev/udp/"):
            return
        source = Source(machine=self.p.box["machine"], container=self.p.container)
        route = self.p.engine.network.connect(source, host, int(port) if port.isdigit() else 0)
        if route.error == "dns":
            raise TreeError("Name or service not known", target)
        if route.error:
            raise TreeError("Connection refused", target)

    def option(self, name: str) -> bool:
        """Tell whether an option is on (see Runner)."""
        raise NotImplementedError

    def _source(self, op: str, target: str) -> str:
        if op != "<":
            return target + "\n" if op == "<<<" else target
        why = self.p.unreadable(target)
        if why and why != "Is a directory":  # which only reading from it refuses
            raise Unreadable(why, target)
        return self.p.view.text(target, self.p.cwd) or ""

    def _make(self, target: str, empty: bool) -> None:
        """Open a file for writing, emptied if it is asked for; raises TreeError."""
        why = self.p.refusal(target) if target else NO_ENTRY
        if why:
            raise TreeError(why, target)
        if empty or not self.p.view.exists(target, self.p.cwd):
            gid = int(self.p.row["gid"])
            self.p.view.write(target, "", self.p.cwd, uid=self.p.uid, gid=gid)

    def _sink(self, found: dict[str, Any], number: str, op: str, target: str) -> None:
        both = op in ("&>", ">&")
        if not STREAM.fullmatch(target) and not target.startswith("/dev/"):
            self._make(target, op != ">>")
        sink = "null" if target == "/dev/null" else f"file:{target}"
        if both:
            found.update(sink=sink, errors="&1")
        elif number in ("", "1", "2"):
            found["errors" if number == "2" else "sink"] = sink


def _duplicate(found: dict[str, Any], number: str, target: str) -> None:
    """Note `2>&1`, `>&2` or a closed stream."""
    if target == "-":
        found["errors" if number == "2" else "sink"] = "null"
    elif target == "1" and number == "2":
        found["errors"] = "&1"
    elif target == "2" and number in ("", "1"):
        found["sink"] = "&2"
