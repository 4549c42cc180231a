"""Where the output of processes goes: a log, an exec, a file, another process's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

Row = dict[str, Any]
FLOW_US = 100
"""From a line's being written to its being read at the other end of a pipe (assumed)."""


class Outputs:
    """The part of `Programs` that deals with what processes write; not of use by itself."""

    engine: Engine
    _table: dict[str, Any]

    if TYPE_CHECKING:

        def book_wake(self, container: Object, row: Row, delay_us: int) -> None: ...

        def _exec_output(self, exec_id: str, stream: str, text: str) -> None: ...

    def write(self, container: Object, row: Row, stream: str, text: str) -> None:
        """Write a process's output to where it goes: the log, an exec, a file, nowhere."""
        sink = (row.get("errors") if stream == "stderr" else None) or row["sink"]
        if not text or sink == "null":
            return
        if sink.startswith("capture:"):
            captures = self._table[container["Id"]].get("captures", {})
            if sink in captures:
                captures[sink] += text
                self._pass_on(container, sink)
            return
        if sink.startswith("exec:"):
            self._exec_output(sink[5:], stream, text)
        elif sink.startswith("file:"):
            self._file_output(container, sink[5:], text)
        else:
            self.engine.docker.log.write(container["Id"], stream, text)

    def _pass_on(self, container: Object, sink: str) -> None:
        """Wake the shell that passes on what comes through a pipe."""
        box = self._table[container["Id"]]
        number = box.get("flows", {}).get(sink)
        shell = box["processes"].get(str(number)) if number is not None else None
        if shell is not None and shell["booked"] is None and not shell.get("ended"):
            self.book_wake(container, shell, FLOW_US)

    def write_first(self, container: Object, number: str, text: str) -> None:
        """Write to standard output ("1") or error ("2") of process 1: /proc/1/fd/N."""
        box = self._table.get(container["Id"])
        row = box["processes"].get("1") if box else None
        if row is not None and row["sink"] != "file:/proc/1/fd/1":
            self.write(container, row, "stderr" if number == "2" else "stdout", text)

    def _file_output(self, container: Object, path: str, text: str) -> None:
        if path.startswith("/proc/1/fd/"):
            self.write_first(container, path[-1], text)
            return
        view = self.engine.docker.files.view(container)
        view.write(path, (view.text(path) or "") + text)
        self.engine.docker.files.save(container, view)
