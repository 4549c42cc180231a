"""`engine.programs`: what the processes in running containers do.

A program is found by what the container's file tree really holds and by the command line; each
kind of program is a `Family`. Processes are rows of plain data in the table "programs":
{container id: {"machine", "run", "next", "processes": {pid: row}, "ports": {port: row}}}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import libraries
from simulator.docker.containers.signals import SIGNALS
from simulator.plain import Object
from simulator.timing import MS

from . import families
from .asking import Asking
from .children import Children, shown
from .execs import Execs
from .headers import completed
from .inputs import Inputs
from .lookup import ExecError, find_for_runtime, find_program, load
from .outputs import Outputs
from .process import Family, Process
from .users import find_user

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["Family", "Process", "Programs"]

EXIT_US = 1 * MS
"""From the end of a container's main process to the daemon's knowing it (assumed)."""
RUNTIME_MEMORY = 1 << 20
FATAL = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGABRT", "SIGALRM",
         "SIGPIPE", "SIGSEGV", "SIGILL")  # fmt: skip

OTHER_PROTOCOLS = ("value", "error", "pending")
"""Keys of answers that are not HTTP's: they are passed on as they are."""

Row = dict[str, Any]
Key = list[Any]


class Programs(Outputs, Asking, Inputs, Children, Execs):
    """All processes of a lab's containers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._table = engine.table("programs")
        self._execs = engine.table("docker.execs")
        self.live: dict[tuple[str, int, int], Any] = {}
        """Machines of interpreted programs, thawed: only to save the work (see `vm`)."""
        engine.workspace.told.append(self.file_written)
        engine.calendar.on("program.wake", self._wake)
        engine.calendar.on("program.ended", self._ended_row)
        engine.calendar.on("program.input", self.fed)
        engine.calendar.on("program.answer", self._answered)

    # What others ask

    def listening(self, container_id: str) -> list[int]:
        """Give the ports on which a container's programs listen now."""
        box = self._table.get(container_id)
        return sorted(int(port) for port in box["ports"]) if box else []

    def server(self, container_id: str, port: int) -> Row | None:
        """Give what serves a port now: protocol, address, service_us, sigma, workers, calls."""
        box = self._table.get(container_id)
        row = box["ports"].get(str(port)) if box else None
        return {key: value for key, value in row.items() if key != "pid"} if row else None

    def open_port(self, container_id: str, port: int) -> Row | None:
        """Give the row of a port that is open now, as it is kept: only look at it."""
        box = self._table.get(container_id)
        return box["ports"].get(str(port)) if box else None

    def respond(self, container_id: str, port: int, request: Row) -> Row:
        """Answer {method, path, headers, body}: {"status", "body", "headers"}."""
        box = self._table.get(container_id)
        row = box["ports"].get(str(port)) if box else None
        process = box["processes"].get(str(row["pid"])) if box and row else None
        if box is None or process is None:
            return {"status": 502, "body": "", "headers": {}}
        p = self._handle(container_id, box, process)
        answer = families.by_name(process["family"]).respond(p, port, request)
        p.flush()
        self.engine.touch("programs")
        if any(key in answer for key in OTHER_PROTOCOLS):
            return answer
        method = str(request.get("method") or "GET")
        return completed(p, method, {"status": 200, "body": "", "headers": {}, **answer})

    def usage(self, container_id: str) -> Row:
        """Give {"memory_bytes", "cpu_cores_background"} of a container; zeros when it is not up."""
        box = self._table.get(container_id)
        rows = list(box["processes"].values()) if box else []
        memory = sum(int(row["memory"]) for row in rows)
        return {
            "memory_bytes": memory + (RUNTIME_MEMORY if rows else 0),
            "cpu_cores_background": sum(float(row["cpu"]) for row in rows),
        }

    def processes(self, container_id: str) -> list[Row]:
        """Give the processes of a container: pid, parent, argv, user, startedUs ..."""
        box = self._table.get(container_id)
        rows = [box["processes"][pid] for pid in sorted(box["processes"], key=int)] if box else []
        return shown(rows) if any("title" in row or "workers" in row for row in rows) else rows

    def stdin(self, p: Process) -> str:
        """Give what was piped in before the start: to the process, its exec, or the container."""
        if p.row.get("piped") is not None:
            return str(p.row["piped"])
        sink = str(p.row["sink"])
        if sink.startswith("exec:"):
            return str(self.exec_state(sink[5:]).get("stdin") or "")
        return str(p.container["drydock"].get("stdin") or "")

    # What the daemon asks

    def check(self, container: Object) -> None:
        """Refuse a start that the runtime would refuse; raises DockerError in runc's words."""
        view = self.engine.docker.files.view(container)
        config = container["Config"]
        find_user(view, config["User"])
        argv = [container["Path"], *container["Args"]]
        find_for_runtime(view, argv[0], _env(config["Env"]), config["WorkingDir"] or "/")

    def begin(self, container: Object) -> None:
        """Start the main process of a container that now runs."""
        box: Row = {
            "machine": container["metadata"]["namespace"],
            "run": container["drydock"]["run"],
            "next": 2,
            "processes": {},
            "ports": {},
        }
        self._table[container["Id"]] = box
        argv = [container["Path"], *container["Args"]]
        config = container["Config"]
        if config["Tty"] or (config["OpenStdin"] and container["drydock"].get("stdin") is None):
            self.open_input(box, "log", bool(config["Tty"]))
        row = self._row(container, box, 1, 0, argv, config["User"], config["WorkingDir"], [], "log")
        p = Process(self, container, box, row)
        if config["WorkingDir"] and not p.view.exists(config["WorkingDir"]):
            p.view.make_dir(config["WorkingDir"])
        self.exec_in(p, argv)
        p.flush()
        self.type_early(container)
        self.engine.machines.memory.grew(str(box["machine"]))

    def signal(self, container: Object, name: str, pid: int = 1) -> None:
        """Send a signal to a process; the kernel's default action when it has no handler."""
        box = self._table.get(container["Id"])
        row = box["processes"].get(str(pid)) if box else None
        if box is None or row is None:
            return
        p = self._handle(container["Id"], box, row)
        if name != "SIGKILL" and families.by_name(row["family"]).signal(p, name):
            p.flush()
            return
        init = bool(container["HostConfig"].get("Init"))
        if name == "SIGKILL" or (name in FATAL and (pid != 1 or init)):
            self.end(container, row, 128 + SIGNALS[name], EXIT_US)
        p.flush()

    def thaw(self, container: Object) -> None:
        """Let the processes go on that should have woken while the container was paused."""
        box = self._table.get(container["Id"])
        for row in list(box["processes"].values()) if box else []:
            if row.pop("overdue", False):
                self.book_wake(container, row, 0)
            self.take_late(container, row)
        self.feed_all(container)

    def left(self, container: Object) -> None:
        """Let the kernel keep what processes have written: the container ends, the machine not."""
        box = self._table.get(container["Id"])
        for row in list(box["processes"].values()) if box else []:
            self.gone(container, row)

    def gone(self, container: Object, row: Row) -> None:
        """Tell the family of a process that it has ended, whatever ended it."""
        p = Process(self, container, self._table[container["Id"]], row)
        families.by_name(row["family"] or "unknown").gone(p)
        p.flush()

    def forget(self, container_id: str) -> None:
        """Drop all processes: the container has stopped."""
        box = self._table.pop(container_id, None)
        if box is None:
            return
        self.hang_up(box)
        for row in box["processes"].values():
            self.engine.calendar.cancel(row["booked"])
            if row["sink"].startswith("exec:"):
                self._exec_ended(row["sink"][5:], 137)
        self.engine.touch("programs")

    # What processes ask

    def book_wake(self, container: Object, row: Row, delay_us: int) -> None:
        """Book the next wake of a process."""
        self.engine.calendar.cancel(row["booked"])
        key = [container["Id"], self._table[container["Id"]]["run"], row["pid"]]
        row["booked"] = self.engine.calendar.after(delay_us, "program.wake", key)

    def exec_in(self, p: Process, argv: list[str]) -> None:
        """Load a program into a process and let it begin; what the kernel refuses ends it."""
        path = find_program(p.view, argv[0], p.env, p.cwd) or argv[0]
        try:
            image = load(p.view, path, argv, p.cwd, p.architecture, p.env)
        except ExecError as error:
            p.err(f"{error}\n")
            initial = p.pid == 1 and not error.speaker
            p.exit(255 if initial else (126 if "format" in error.text else 127))
            return
        library = libraries.lacks_library(p.view, image.entry)
        if library:
            p.err(libraries.loader_words(image.entry, image.argv[0], image.path, library))
            p.exit(127)
            return
        p.row["argv"] = image.argv
        p.row["path"] = image.path
        family = families.choose(p, image)
        p.row["family"] = family.name
        family.begin(p)

    def end(self, container: Object, row: Row, code: int, after_us: int = 0) -> None:
        """Let a process end; the container ends with its process 1."""
        self.engine.calendar.cancel(row["booked"])
        row["booked"] = None
        row.update(ended=True, code=code)
        if row["pid"] == 1:
            self.engine.docker.life.exit_after(container, max(after_us, EXIT_US), code)
            return
        if after_us:
            key = [container["Id"], self._table[container["Id"]]["run"], row["pid"], code]
            self.engine.calendar.after(after_us, "program.ended", key)
        else:
            self._ended(container, row, code)

    def is_taken(self, container: Object, port: int) -> bool:
        """Tell whether a port is in use in the network namespace of a container."""
        mode = container["HostConfig"]["NetworkMode"]
        pod = container["drydock"]["pod"]
        machine = container["metadata"]["namespace"]
        if str(port) in self._table[container["Id"]]["ports"]:
            return True
        if pod is None and mode != "host" and not mode.startswith("container:"):
            return False
        for other in self.engine.store.by("Container", "machine", machine):
            box = self._table.get(other["Id"])
            if box is None or str(port) not in box["ports"]:
                continue
            if pod is not None and (other["drydock"]["pod"] or {}).get("uid") == pod["uid"]:
                return True
            if pod is None and other["HostConfig"]["NetworkMode"] == mode:
                return True
        return False

    def became_ready(self, container: Object) -> None:
        """Note in the container's object that its program listens."""
        machine, key = container["metadata"]["namespace"], container["Id"]
        current = self.engine.store.get("Container", machine, key)
        if current is not None and current["drydock"]["readyUs"] is None:
            self.engine.store.change(
                "Container", machine, key,
                lambda c: c["drydock"].update(readyUs=self.engine.now_us),
            )  # fmt: skip
        self.engine.touch("programs")

    def check_memory(self, container: Object, box: Row) -> None:
        """Let the kernel kill the container when its processes hold more than the limit."""
        limit = int(container["HostConfig"].get("Memory") or 0)
        held = sum(int(row["memory"]) for row in box["processes"].values())
        if limit and held > limit and not box.get("oom"):
            box["oom"] = True
            self.engine.docker.life.exit_after(container, EXIT_US, 137, True)
        else:
            self.engine.machines.memory.grew(str(box["machine"]))

    def is_out_of_memory(self, container_id: str) -> bool:
        """Say whether the kernel is killing a container for its memory."""
        box = self._table.get(container_id)
        return bool(box and box.get("oom"))

    def out_of_memory(self, container_id: str) -> None:
        """Note that the kernel kills a container for its memory."""
        if container_id in self._table:
            self._table[container_id]["oom"] = True

    # Inside

    def _handle(self, container_id: str, box: Row, row: Row) -> Process:
        container = self.engine.store.need("Container", box["machine"], container_id)
        return Process(self, container, box, row)

    def _next_pid(self, box: Row) -> int:
        number = int(box["next"])
        box["next"] = number + 1
        return number

    def _row(
        self, container: Object, box: Row, number: int, parent: int, argv: list[str], user: str,
        cwd: str, env: list[str], sink: str,
    ) -> Row:  # fmt: skip
        view = self.engine.docker.files.view(container)
        uid, gid, name, home = find_user(view, user)
        config = container["Config"]
        variables = {"PATH": "", "HOSTNAME": config["Hostname"], **_env(config["Env"]), **_env(env)}
        variables.setdefault("HOME", home)
        if config["Tty"]:
            variables.setdefault("TERM", "xterm")
        row: Row = {
            "pid": number, "parent": parent, "family": "", "argv": argv, "env": variables,
            "cwd": cwd or "/", "uid": uid, "gid": gid, "user": name or str(uid), "state": {},
            "groups": [int(one) for one in container["HostConfig"].get("GroupAdd") or ()
                       if str(one).isdigit()],
            "sink": sink, "input": sink if sink in box.get("inputs", {}) else "",
            "booked": None, "memory": 0, "cpu": 0.0, "startedUs": self.engine.now_us,
        }  # fmt: skip
        box["processes"][str(number)] = row
        return row

    def _find(self, key: Key) -> tuple[Object, Row, Row] | None:
        box = self._table.get(key[0])
        if box is None or box["run"] != key[1]:
            return None
        row = box["processes"].get(str(key[2]))
        container = self.engine.store.get("Container", box["machine"], key[0])
        return (container, box, row) if row is not None and container is not None else None

    def _wake(self, key: Key) -> None:
        found = self._find(key)
        if found is None:
            return
        container, box, row = found
        row["booked"] = None
        if row.get("ended"):
            return
        if container["State"]["Paused"]:
            row["overdue"] = True
            return
        p = Process(self, container, box, row)
        families.by_name(row["family"]).wake(p)
        p.flush()

    def read_on(self, p: Process) -> None:
        """Tell a process's family that there is something to read."""
        families.by_name(p.row["family"]).input(p)

    def tell(self, p: Process, number: int, answer: Row) -> None:
        """Tell a process's family of an answer that it waited for."""
        families.by_name(p.row["family"]).answered(p, number, answer)

    def _ended_row(self, key: Key) -> None:
        found = self._find(key[:3])
        if found is not None:
            self._ended(found[0], found[2], int(key[3]))

    def _ended(self, container: Object, row: Row, code: int) -> None:
        """Take a process (not process 1) away and tell who waits for it."""
        box = self._table[container["Id"]]
        self.gone(container, row)
        box["processes"].pop(str(row["pid"]), None)
        self.close_ports(box, int(row["pid"]))
        self.hang_up(box, int(row["pid"]))
        if row["parent"] == 0 and row["sink"].startswith("exec:"):
            box.get("inputs", {}).pop(row["sink"], None)
            self._exec_ended(row["sink"][5:], code)
            return
        parent = box["processes"].get(str(row["parent"]))
        if parent is not None and not parent.get("ended"):
            p = self._handle(container["Id"], box, parent)
            families.by_name(parent["family"]).child_ended(p, int(row["pid"]), code)
            p.flush()


def _env(rows: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (row.partition("=") for row in rows)}
