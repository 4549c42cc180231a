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


class BadDescriptor(TreeError):
    """A descriptor that is not open."""


class Streams:
    """The part of the runner that deals with standard input, output and errors.

    A frame names where its output ("sink") and its errors go: "out" and "err" (standard output and
    errors of this runner), "null", "file:PATH" or "pipe:NUMBER"; what it does not name is as
    before. "fds" has the further descriptors: {number: such a name, or ["in", what is left]}.
    """

    p: Process
    state: dict[str, Any]
    captured: list[str] | None
    stdin: str | None
    outer: Streams | None
    """The runner in which this one captures."""
    source: str
    """Number of the descriptor that a command reads from by `<&3`; "" for none."""

    if TYPE_CHECKING:

        def pass_on(self, number: int, text: str) -> None: ...

    def frame(self) -> dict[str, Any]:
        """Give the frame that runs."""
        return self.state["frames"][-1] if self.state["frames"] else {}

    def out(self, text: str) -> None:
        """Write to standard output as it is now."""
        self.write_to(self.frame().get("sink"), "out", text)

    def err(self, text: str) -> None:
        """Write to standard error as it is now."""
        self.write_to(self.frame().get("errors"), "err", text)

    def write_to(self, sink: str | None, usual: str, text: str) -> None:
        """Write to what a sink names; usual: what is meant by none."""
        sink = sink or usual
        if sink == "out" and self.captured is not None:
            self.captured.append(text)
        elif sink == "out":
            self.p.out(text)
        elif sink == "err":
            (self.p.err if self.outer is None else self.outer.err)(text)
        elif sink.startswith("file:"):
            self.append(sink[5:], text)
        elif sink.startswith("pipe:"):
            self.pass_on(int(sink[5:]), text)
        elif sink.startswith("outer:") and self.outer is not None:
            self.outer.write_to(self.outer.descriptor(sink[6:]), "null", text)

    def descriptor(self, number: str) -> Any:
        """Give what a descriptor above 2 is, see `fds`; None when it is not open."""
        for frame in reversed(self.state["frames"]):
            if number in frame.get("fds", {}):
                return frame["fds"][number]
        is_outside = self.outer is not None and self.outer.descriptor(number) is not None
        return f"outer:{number}" if is_outside else None

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
        row = self.descriptor(self.source) if self.source else None
        if isinstance(row, list):
            row[1] = rest
            return
        for frame in reversed(self.state["frames"]):
            if "stdin" in frame:
                frame["stdin"] = rest
                return
        self.stdin = rest

    def redirected(self, redirects: list[Any]) -> dict[str, Any]:
        """Open the files of redirections; answers the sinks as parts of a frame."""
        found: dict[str, Any] = {}
        self.source = ""
        for number, op, word in redirects:
            target = expand_text(word, self)  # type: ignore[arg-type]
            if target.startswith(("/dev/tcp/", "/dev/udp/")) and self.option("bash"):
                self._connect(target)
            elif op == "<>":
                self._make(target, False)
            elif op in ("<", "<<", "<<-", "<<<"):
                text = self._source(op, target)
                if number in ("", "0"):
                    found["stdin"] = text
                else:
                    found["fds"] = {**found.get("fds", {}), number: ["in", text]}
            elif op in (">&", "<&") and (target.isdigit() or target == "-"):
                self._duplicate(found, number or ("0" if op == "<&" else "1"), target)
            else:
                self._sink(found, number, op, target)
        return found

    def _duplicate(self, found: dict[str, Any], number: str, target: str) -> None:
        """Note `2>&1`, `>&3`, `<&3` or a closed descriptor (`-`)."""
        known: Any = found.get("fds", {}).get(target) or self.descriptor(target)
        if target in ("1", "2"):
            name, usual = ("sink", "out") if target == "1" else ("errors", "err")
            known = found.get(name) or self.frame().get(name) or usual
        elif known is None and target not in ("-", "0"):
            raise BadDescriptor("Bad file descriptor", target)
        if number == "0":
            if isinstance(known, list):
                found["stdin"], self.source = known[1], target
        elif number in ("1", "2"):
            found["sink" if number == "1" else "errors"] = known or "null"
        else:
            kept = {**found.get("fds", {}), number: known}
            found["fds"] = kept

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
        if not STREAM.fullmatch(target) and not target.startswith("/dev/"):
            self._make(target, op not in (">>", "&>>"))
        sink = "null" if target == "/dev/null" else f"file:{target}"
        if op in ("&>", "&>>", ">&"):
            found.update(sink=sink, errors=sink)
        elif number in ("", "1", "2"):
            found["errors" if number == "2" else "sink"] = sink
        else:
            found["fds"] = {**found.get("fds", {}), number: sink}
