"""Commands that run beside a container's main process: `docker exec`, exec probes, health checks.

While one runs there is a store object of kind `Exec`, which changes whenever the command writes
or ends, so that others can wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker.containers.errors import DockerError
from simulator.plain import Object

from .lookup import LaunchError, find_for_runtime
from .process import Process

if TYPE_CHECKING:
    from simulator.engine import Engine

MAX_OUTPUT = 256 << 10
UNKNOWN_EXEC = "OCI runtime exec failed: exec failed: unable to start container process: "

Row = dict[str, Any]


class Execs:
    """The part of `Programs` that deals with exec; table "docker.execs": {exec id: state}."""

    engine: Engine
    _table: dict[str, Any]
    _execs: dict[str, Any]

    def exec_start(self, container: Object, argv: list[str], options: Row) -> str:
        """Begin a command beside the main process; answers the exec's id."""
        box = self._table.get(container["Id"])
        if box is None:
            raise DockerError(409, f"container {container['Id']} is not running")
        machine = container["metadata"]["namespace"]
        box["execs"] = box.get("execs", 0) + 1
        exec_id = self.engine.streams.hex(
            64, "exec", container["Id"], container["drydock"]["run"], box["execs"]
        )
        state: Row = {
            "ID": exec_id, "ContainerID": container["Id"], "machine": machine, "argv": argv,
            "Running": True, "ExitCode": None, "Output": "", "Chunks": [],
            "stdin": str(options.get("stdin") or ""),
        }  # fmt: skip
        self._execs[exec_id] = state
        if container["drydock"]["pod"] is None:
            for word in ("create", "start"):
                self.engine.docker.events.container(
                    container, f"exec_{word}: {' '.join(argv)}", execID=exec_id
                )
        try:
            self._exec_begin(container, box, argv, options, exec_id)
        except LaunchError as error:
            text = f"{UNKNOWN_EXEC}{error.what}: unknown"
            state.update(Running=False, ExitCode=error.exit_code, Output=text + "\r\n")
            state["Chunks"] = [["stdout", text + "\r\n"]]
            state["failed"] = text
        if state["Running"]:
            self.engine.store.create(
                {
                    "apiVersion": "docker/v1",
                    "kind": "Exec",
                    "metadata": {"name": exec_id, "namespace": machine},
                    "Running": True,
                    "Written": len(state["Output"]),
                }
            )
        return exec_id

    def _exec_begin(
        self, container: Object, box: Row, argv: list[str], options: Row, exec_id: str
    ) -> None:
        config = container["Config"]
        user = options.get("user") or config["User"]
        cwd = options.get("workdir") or config["WorkingDir"]
        if options.get("tty") or options.get("open"):
            self.open_input(box, f"exec:{exec_id}", bool(options.get("tty")))
        number = self._next_pid(box)
        row = self._row(
            container, box, number, 0, argv, user, cwd, options.get("env") or [], f"exec:{exec_id}"
        )
        if options.get("tty"):
            row["env"].setdefault("TERM", "xterm")
        self._execs[exec_id]["pid"] = number
        p = Process(self, container, box, row)  # type: ignore[arg-type]
        try:
            if cwd and not p.view.is_dir(cwd):
                what = f'chdir to cwd ("{cwd}") set in config.json failed: '
                what += "no such file or directory"
                raise LaunchError(what, 126)
            find_for_runtime(p.view, argv[0], p.env, p.cwd)
        except LaunchError:
            del box["processes"][str(number)]
            box.get("inputs", {}).pop(f"exec:{exec_id}", None)
            raise
        self.exec_in(p, argv)
        p.flush()

    def exec_state(self, exec_id: str) -> Row:
        """Give {"Running", "ExitCode", "Output", "Chunks"} of an exec."""
        return self._execs.get(exec_id) or {
            "Running": False, "ExitCode": 137, "Output": "", "Chunks": [],
        }  # fmt: skip

    def guess(self, p: Process) -> None:
        """Note for an exec, and for the shell that waits, that a result of this is not known."""
        row: Row | None = p.row
        while row is not None:
            row["state"]["guessed"] = True
            if str(row["sink"]).startswith("exec:"):
                self.exec_state(row["sink"][5:])["guessed"] = True
            row = p.box["processes"].get(str(row["parent"])) if row["parent"] else None

    def exec_detach(self, exec_id: str) -> None:
        """Let an exec go on with nobody waiting for it; it is dropped when it ends."""
        state = self._execs.get(exec_id)
        if state is not None and state["Running"]:
            state["detached"] = True
        else:
            self.exec_forget(exec_id)

    def exec_forget(self, exec_id: str) -> None:
        """Drop an exec that has been read to its end."""
        state = self._execs.pop(exec_id, None)
        if state and self.engine.store.get("Exec", state["machine"], exec_id):
            self.engine.store.delete("Exec", state["machine"], exec_id)

    def _exec_ended(self, exec_id: str, code: int) -> None:
        state = self._execs.get(exec_id)
        if state is None or not state["Running"]:
            return
        state.update(Running=False, ExitCode=code)
        container = self.engine.store.get("Container", state["machine"], state["ContainerID"])
        if container is not None and container["drydock"]["pod"] is None:
            self.engine.docker.events.container(
                container, "exec_die", execID=exec_id, exitCode=str(code)
            )
        if state.get("detached"):
            self.exec_forget(exec_id)
            return
        if self.engine.store.get("Exec", state["machine"], exec_id):
            self.engine.store.change(
                "Exec", state["machine"], exec_id, lambda e: e.update(Running=False)
            )

    def _exec_output(self, exec_id: str, stream: str, text: str) -> None:
        state = self._execs.get(exec_id)
        if state is None:
            return
        state["Output"] = (state["Output"] + text)[-MAX_OUTPUT:]
        state["Chunks"].append([stream, text])
        if self.engine.store.get("Exec", state["machine"], exec_id):
            self.engine.store.change(
                "Exec", state["machine"], exec_id,
                lambda e: e.update(Written=e["Written"] + len(text)),
            )  # fmt: skip

    def exec_in(self, p: Process, argv: list[str]) -> None:
        """Load a program into a process (see Programs)."""
        raise NotImplementedError

    def open_input(self, box: Row, sink: str, tty: bool) -> None:
        """Keep standard input open (see Inputs)."""
        raise NotImplementedError

    def _next_pid(self, box: Row) -> int:
        raise NotImplementedError

    def _row(self, *args: Any) -> Row:
        raise NotImplementedError
