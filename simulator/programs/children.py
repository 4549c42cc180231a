"""Processes that other processes start, and signals sent from inside a container."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.docker.containers.errors import DockerError
from simulator.docker.containers.signals import signal_name
from simulator.docker.tree import is_below

from .lookup import ExecError
from .process import Process

if TYPE_CHECKING:
    from simulator.engine import Engine

Row = dict[str, Any]
MAX_PROCESSES = 256
"""# Simplified: A container holds 256 processes at most; the kernel's own limit is some 30,000."""
MAX_FORKING = 8
"""Shells that start each other at one instant, each before the other has done anything else."""
WATCH_US = 500_000
"""From a change of a file to a watching program's knowing it (assumed)."""
NO_MORE = "Resource temporarily unavailable"


def shown(rows: list[Row]) -> list[Row]:
    """Give processes as the kernel lists them: under their titles, and with their workers."""
    found = []
    for row in rows:
        title = row.get("title")
        found.append({**row, "argv": [title]} if title else row)
        for worker in row.get("workers", ()):
            found.append({**row, "cpu": 0.0, **worker, "parent": row["pid"], "is_worker": True})
    return sorted(found, key=lambda row: int(row["pid"]))


class Children:
    """The part of `Programs` that deals with process families; not of use by itself."""

    engine: Engine
    forking = 0
    """How many shells are starting each other right now; zero between two events."""

    def spawn(
        self, parent: Process, argv: list[str], sink: str | None = None, errors: str | None = None
    ) -> int:
        """Start a child process; answers its pid. Raises ExecError when there are too many."""
        row = self._child_row(parent, argv, sink)
        if errors is not None:
            row["errors"] = errors
        parent.flush()
        child = Process(self, parent.container, parent.box, row)  # type: ignore[arg-type]
        self.exec_in(child, argv)
        child.flush()
        return int(row["pid"])

    def show(self, p: Process, workers: list[Row], title: str = "") -> None:
        """Let a process be seen with workers, which are parts of it, and under another title.

        workers: {"pid", "argv", "memory", and "user" and "uid" where they are others}.
        """
        p.row["workers"] = workers
        if title:
            p.row["title"] = title
        last = max((int(row["pid"]) for row in workers), default=0)
        p.box["next"] = max(int(p.box["next"]), last + 1)

    def fork_shell(self, parent: Process, frame: Row, state: Row) -> int:
        """Start a copy of a shell that runs one block on its own (`command &`).

        Raises ExecError when there are too many.
        """
        from .families import by_name

        if self.forking >= MAX_FORKING:
            raise ExecError(parent.argv[0], NO_MORE)
        row = self._child_row(parent, list(parent.argv), None)
        row["family"] = "shell"
        row["input"] = ""
        row["memory"] = parent.row["memory"]
        row["state"] = {
            **state, "frames": [{**frame, "pc": 0, "loops": {}}], "vars": dict(state["vars"]),
            "traps": {}, "background": [], "wait": None,
        }  # fmt: skip
        for name in ("spawning", "memo"):
            row["state"].pop(name, None)
        parent.flush()
        child = Process(self, parent.container, parent.box, row)  # type: ignore[arg-type]
        self.forking += 1
        try:
            by_name("shell").wake_fork(child)  # type: ignore[attr-defined]
        finally:
            self.forking -= 1
        child.flush()
        return int(row["pid"])

    def _child_row(self, parent: Process, argv: list[str], sink: str | None) -> Row:
        box = parent.box
        if len(box["processes"]) >= MAX_PROCESSES:
            raise ExecError(argv[0], NO_MORE)
        number = int(box["next"])
        box["next"] = number + 1
        own = {key: value for key, value in parent.row.items() if key not in ("title", "workers")}
        row: Row = {
            **own, "pid": number, "parent": parent.pid, "argv": argv, "state": {},
            "env": dict(parent.env), "booked": None, "memory": 0, "cpu": 0.0, "family": "",
            "sink": parent.row["sink"] if sink is None else sink, "reading": False, "asked": [],
            "watches": None,
            "piped": parent.row.pop("piping", parent.row.get("piped")),
            "startedUs": self.engine.now_us,
        }  # fmt: skip
        box["processes"][str(number)] = row
        return row

    def kill_process(self, p: Process, pid: int) -> None:
        """Take a child process away without telling its parent."""
        row = p.box["processes"].get(str(pid))
        if row is not None:
            self.gone(p.container, row)
            del p.box["processes"][str(pid)]
            self.engine.calendar.cancel(row["booked"])
            self.close_ports(p.box, pid)
            self.hang_up(p.box, pid)

    def file_written(self, path: str) -> None:
        """Wake the programs that watch a file of the laptop which is mounted in their container."""
        for container_id, box in list(self.engine.table("programs").items()):
            for row in list(box["processes"].values()):
                if row.get("watches") and path.endswith(tuple(row["watches"])):
                    container = self.engine.store.need("Container", box["machine"], container_id)
                    p = Process(self, container, box, row)  # type: ignore[arg-type]
                    mounts = (m for m in container["Mounts"] if m["Type"] == "bind")
                    if any(is_below(path, str(mount["Source"])) for mount in mounts):
                        p.wake(WATCH_US)

    def orphan(self, p: Process, pid: int) -> None:
        """Give a process to process 1, as the kernel does when its parent ends."""
        row = p.box["processes"].get(str(pid))
        if row is not None:
            row["parent"] = 1

    def detach(self, p: Process) -> None:
        """Let a process go on as a daemon: who started it takes it for ended, and well."""
        from .families import by_name

        parent = p.box["processes"].get(str(p.row["parent"]))
        p.row["parent"] = 1
        if parent is not None and not parent.get("ended"):
            handle = Process(self, p.container, p.box, parent)  # type: ignore[arg-type]
            p.flush()
            by_name(parent["family"]).child_ended(handle, p.pid, 0)
            handle.flush()

    def close_ports(self, box: Row, pid: int) -> None:
        """Close the ports on which a process listens."""
        for port in [port for port, serving in box["ports"].items() if serving["pid"] == pid]:
            del box["ports"][port]
        self.engine.touch("programs")

    def kill_command(self, p: Process, argv: list[str], err: Callable[[str], None]) -> int:
        """Carry out `kill [-SIGNAL] PID...` typed inside a container; answers the status."""
        words = argv[1:]
        name = "SIGTERM"
        try:
            if words and words[0].startswith("-") and words[0] != "--":
                flag = words.pop(0)[1:]
                name = signal_name(words.pop(0) if flag == "s" and words else flag)
        except DockerError:
            err(f"kill: invalid signal: {argv[1]}\n")
            return 1
        code = 0
        for word in words:
            target = p.box["processes"].get(word)
            workers = [one for row in p.box["processes"].values() for one in row.get("workers", ())]
            if target is None and any(str(one["pid"]) == word for one in workers):
                continue  # its master begins another one
            if target is None:
                err(f"kill: ({word}) - No such process\n")
                code = 1
            elif p.uid not in (0, target["uid"]):
                err(f"kill: ({word}) - Operation not permitted\n")
                code = 1
            elif not (name == "SIGKILL" and word == "1"):
                self.signal(p.container, name, int(word))
        return code

    def gone(self, container: Row, row: Row) -> None:
        """Tell the family of a process that it has ended (see Programs)."""
        raise NotImplementedError

    def hang_up(self, box: Row, pid: int | None = None) -> None:
        """Close the connections of a server that ends (see Asking)."""
        raise NotImplementedError

    def exec_in(self, p: Process, argv: list[str]) -> None:
        """Load a program into a process (see Programs)."""
        raise NotImplementedError

    def signal(self, container: Row, name: str, pid: int = 1) -> None:
        """Send a signal (see Programs)."""
        raise NotImplementedError
