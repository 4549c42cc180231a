"""What is typed into containers: a terminal's line discipline, and who reads the lines.

A container or an exec that keeps standard input open has a channel in its box, under the name of
its sink: {"tty", "lines", "line", "closed"}. `lines` are whole lines that nobody has read yet (""
is the end that Ctrl-D makes on a terminal), `line` is the one being typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from .process import Process

if TYPE_CHECKING:
    from simulator.engine import Engine

CTRL_C, CTRL_D, CTRL_U, CTRL_Z, QUIT = "\x03", "\x04", "\x15", "\x1a", "\x1c"
ERASE = ("\x7f", "\b")
MAX_WAITING = 64 << 10
"""Characters that wait unread; a terminal drops what comes beyond."""
MAX_READS = 500
"""Lines that programs may take at one instant."""

Row = dict[str, Any]


class Inputs:
    """The part of `Programs` that deals with standard input; not of use by itself."""

    engine: Engine
    _table: dict[str, Any]

    def open_input(self, box: Row, sink: str, tty: bool) -> None:
        """Keep standard input open: of the container ("log") or of an exec."""
        box.setdefault("inputs", {})[sink] = {
            "tty": tty, "lines": [], "line": "", "closed": False,
        }  # fmt: skip

    def has_input(self, p: Process) -> bool:
        """Tell whether somebody could type something for this process."""
        return p.row.get("input", "") in p.box.get("inputs", {})

    def on_terminal(self, p: Process) -> bool:
        """Tell whether a process has a terminal."""
        channel = p.box.get("inputs", {}).get(p.row.get("input", ""))
        return bool(channel and channel["tty"])

    def read_line(self, p: Process) -> str | None:
        """Take the next line; "" at the end, None when the family is told later (`input`)."""
        channel = p.box.get("inputs", {}).get(p.row.get("input", ""))
        if channel is None:
            return ""
        if channel["lines"]:
            return str(channel["lines"].pop(0))
        if channel["closed"]:
            return ""
        p.row["reading"] = True
        return None

    def type_in(self, container: Object, sink: str, text: str) -> None:
        """Take what was typed, as the terminal's line discipline or a pipe does."""
        box = self._table.get(container["Id"])
        channel = box.get("inputs", {}).get(sink) if box else None
        if box is None and container["State"]["Status"] == "created":
            early = self.engine.table("programs.early")
            early[container["Id"]] = (early.get(container["Id"], "") + text)[:MAX_WAITING]
        if box is None or channel is None or channel["closed"]:
            return
        for char in text.replace("\r\n", "\n").replace("\r", "\n"):
            if channel["tty"]:
                self._key(container, box, sink, char)
            elif char == "\n":
                channel["lines"].append(channel["line"] + "\n")
                channel["line"] = ""
            else:
                channel["line"] += char
            channel["line"] = channel["line"][:MAX_WAITING]
        self.feed(container, sink)
        self.engine.touch("programs")

    def type_early(self, container: Object) -> None:
        """Take what was typed at an attached container before its process had begun."""
        text = self.engine.table("programs.early").pop(container["Id"], "")
        if text:
            self.type_in(container, "log", text)

    def close_input(self, container: Object, sink: str) -> None:
        """Let standard input end: what was a pipe is closed."""
        box = self._table.get(container["Id"])
        channel = box.get("inputs", {}).get(sink) if box else None
        if channel is None or channel["tty"]:
            return
        if channel["line"]:
            channel["lines"].append(channel["line"])
        channel.update(line="", closed=True)
        self.feed(container, sink)
        self.engine.touch("programs")

    def _key(self, container: Object, box: Row, sink: str, char: str) -> None:
        """Take one key of a terminal: edit the line, end it, or send a signal."""
        channel = box["inputs"].get(sink)
        if channel is None:  # the key before this one has ended what read here
            return
        waiting = sum(len(line) for line in channel["lines"])
        if char == "\n" and waiting < MAX_WAITING:
            channel["lines"].append(channel["line"] + "\n")
            channel["line"] = ""
            self._echo(container, sink, "\n")
            self.feed(container, sink)
        elif char == CTRL_D:
            channel["lines"].append(channel["line"])
            channel["line"] = ""
            self.feed(container, sink)
        elif char in (CTRL_C, QUIT):
            channel.update(line="", lines=[])
            self._echo(container, sink, "^C" if char == CTRL_C else "^\\")
            self._signal_all(container, box, sink, "SIGINT" if char == CTRL_C else "SIGQUIT")
        elif char in ERASE or char == CTRL_U:
            kept = channel["line"][:-1] if char in ERASE else ""
            self._echo(container, sink, "\b \b" * (len(channel["line"]) - len(kept)))
            channel["line"] = kept
        elif char == "\t" or char >= " ":
            channel["line"] += char
            self._echo(container, sink, char)

    def _echo(self, container: Object, sink: str, text: str) -> None:
        self.write(container, {"sink": sink}, "stdout", text)

    def _signal_all(self, container: Object, box: Row, sink: str, name: str) -> None:
        """Send a signal to all that run at a terminal, the youngest first."""
        for pid in sorted((int(n) for n in box["processes"]), reverse=True):
            row = box["processes"].get(str(pid))
            if row is not None and row.get("input") == sink and not row.get("ended"):
                self.signal(container, name, pid)

    def feed(self, container: Object, sink: str) -> None:
        """Give waiting lines to the process that reads, the youngest one."""
        for _ in range(MAX_READS):
            box = self._table.get(container["Id"])
            channel = box.get("inputs", {}).get(sink) if box else None
            current = self.engine.store.get(
                "Container", container["metadata"]["namespace"], container["Id"]
            )
            if box is None or channel is None or current is None or current["State"]["Paused"]:
                return
            if not channel["lines"] and not channel["closed"]:
                return
            readers = [
                row
                for row in box["processes"].values()
                if row.get("reading") and row.get("input") == sink and not row.get("ended")
            ]
            if not readers:
                return
            row = max(readers, key=lambda one: int(one["pid"]))
            row["reading"] = False
            p = Process(self, current, box, row)  # type: ignore[arg-type]
            self.read_on(p)
            p.flush()

    def feed_soon(self, p: Process) -> None:
        """Have lines read that came before anybody wanted them."""
        channel = p.box.get("inputs", {}).get(p.row.get("input", ""))
        if channel and (channel["lines"] or channel["closed"]):
            key = [p.container["Id"], p.box["run"], p.row["input"]]
            self.engine.calendar.after(0, "program.input", key)

    def fed(self, key: list[Any]) -> None:
        """Carry out what `feed_soon` has booked."""
        box = self._table.get(key[0])
        if box is not None and box["run"] == key[1]:
            container = self.engine.store.get("Container", box["machine"], key[0])
            if container is not None:
                self.feed(container, key[2])

    def feed_all(self, container: Object) -> None:
        """Go on with everything that was typed while the container was paused."""
        box = self._table.get(container["Id"])
        for sink in list(box.get("inputs", {})) if box else []:
            self.feed(container, sink)

    def read_on(self, p: Process) -> None:
        """Tell a process's family that there is something to read (see Programs)."""
        raise NotImplementedError

    def write(self, container: Object, row: Row, stream: str, text: str) -> None:
        """Write output (see Programs)."""
        raise NotImplementedError

    def signal(self, container: Object, name: str, pid: int = 1) -> None:
        """Send a signal (see Programs)."""
        raise NotImplementedError
