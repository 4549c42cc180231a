"""A container's life: start, exit, stop, kill, pause, restart, and the loss of its machine.

Imitates moby's daemon/start.go, stop.go, kill.go, monitor.go. What takes time ends in a row of
the calendar, and every such row carries the number of the run it belongs to, so that a row of an
earlier run does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import MS, SECOND

from . import restart
from .errors import DockerError, no_such_container
from .power import Power
from .signals import SIGNALS, signal_name

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .events import Events
    from .filesystem import Filesystem
    from .network import Networks

START_US = {"ssd": 500 * MS, "hdd": 1200 * MS, "sd": 1200 * MS}
"""`docker run` of a warm image: 568 ms SSD, 1157 ms HDD (Khan, arXiv 2602.15214, 2026)."""
START_SPREAD = 0.08
STOP_TIMEOUT_S = 10
"""Source: moby daemon/config/config_linux.go."""
KILL_US = 20 * MS
"""From SIGKILL to the daemon's knowing it (assumed)."""
AUTO_REMOVE_US = 2 * MS
FIRST_PID = 2100

DEVICES = (
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/fuse",
    "/dev/kvm", "/dev/net/tun", "/dev/loop", "/dev/sda", "/dev/vda", "/dev/nvme0", "/dev/snd",
    "/dev/dri", "/dev/input",
)  # fmt: skip
"""Devices that the machines of a lab have, by the beginning of their names (assumed)."""
Key = list[Any]


class Lifecycle(Power):
    """Moves containers from state to state; each state is in the store object."""

    def __init__(
        self, engine: Engine, networks: Networks, files: Filesystem, events: Events
    ) -> None:
        self._engine = engine
        self._store = engine.store
        self._networks = networks
        self._files = files
        self._events = events
        self._pids = engine.table("docker.pids")
        calendar = engine.calendar
        calendar.on("docker.launch", self._launch)
        calendar.on("docker.exited", self._exited)
        calendar.on("docker.stop_timeout", self._stop_timeout)
        calendar.on("docker.restart", self._restart_due)
        calendar.on("docker.auto_remove", self._auto_remove)
        calendar.on("docker.power", self._power)
        engine.store.watch("Machine", self._watch_power)

    def need(self, machine: str, key: str) -> Object:
        """Give a container by its full id; DockerError 404."""
        found = self._store.get("Container", machine, key)
        if found is None:
            raise no_such_container(key)
        return found

    # Start

    def start(self, container: Object) -> Object:
        """Begin to start; the container runs, or has a startError, some 0.5 s later."""
        state = container["State"]
        if state["Paused"]:
            raise DockerError(409, "cannot start a paused container, try unpause instead")
        if (state["Running"] and not state["Restarting"]) or container["drydock"]["phase"]:
            return container

        def edit(fresh: Object) -> None:
            more = fresh["drydock"]
            more["run"] += 1
            more.update(phase="starting", startError=None, manual_stop=False, readyUs=None)
            more.update(restartUs=None, askedUs=self._engine.now_us)

        fresh = self._edit(container, edit)
        machine = container["metadata"]["namespace"]
        stream = self._engine.streams.stream("docker.start", container["metadata"]["uid"])
        delay = stream.lognormal_us(self.start_us(machine), START_SPREAD)
        self._engine.calendar.after(delay, "docker.launch", _key(fresh))
        return fresh

    def start_us(self, machine: str) -> int:
        """Give the typical time from `start` to a running process on a machine."""
        found = self._store.get("Machine", "", machine)
        kind = found["spec"].get("diskKind", "ssd") if found else "ssd"
        return START_US.get(kind, START_US["ssd"])

    def _launch(self, key: Key) -> None:
        container = self._current(key)
        if container is None or container["drydock"]["phase"] != "starting":
            return
        try:
            container = self._set_up_network(container)
            self._engine.programs.check(container)
            self._check_devices(container)
        except DockerError as error:
            self._start_failed(container, error)
            return
        machine = container["metadata"]["namespace"]
        self._pids[machine] = self._pids.get(machine, FIRST_PID) + 11

        def edit(fresh: Object) -> None:
            fresh["State"].update(
                Status="running", Running=True, Restarting=False, OOMKilled=False, Dead=False,
                Pid=self._pids[machine], ExitCode=0, Error="",
                StartedAt=self._engine.timestamp_nano(),
            )  # fmt: skip
            more = fresh["drydock"]
            more.update(phase="", startedUs=self._engine.now_us, finishedUs=None)
            more["wasRunning"] = True
            if fresh["Config"].get("Healthcheck", {}).get("Test", ["NONE"])[0] != "NONE":
                fresh["State"]["Health"] = {"Status": "starting", "FailingStreak": 0, "Log": []}

        fresh = self._edit(container, edit)
        self._events.mounts(fresh, "mount")
        self._events.container(fresh, "start")
        self._engine.programs.begin(fresh)
        self._engine.docker.health.begin(fresh)
        if fresh["drydock"].get("stopAsked"):
            self._edit(fresh, lambda c: c["drydock"].pop("stopAsked"))
            self.stop(self.need(machine, fresh["Id"]), None)

    def _set_up_network(self, container: Object) -> Object:
        """Connect to the networks and take the host ports; all or nothing."""
        host = container["HostConfig"]
        mode = host["NetworkMode"]
        pod = container["drydock"]["pod"]
        if pod is not None or mode.startswith("container:"):
            return self._borrow_network(container, mode)
        wishes = container["drydock"].get("endpoints") or {mode: {}}
        rows: dict[str, Any] = {}
        try:
            for name, endpoint in wishes.items():
                rows[name] = self._networks.connect(container, name, endpoint or {})
            ports = {} if mode in ("host", "none") else self._networks.publish(container)
        except DockerError as error:
            for name in rows:
                self._networks.leave(container, name)
            if not error.message.startswith("failed to set up"):
                message = f"failed to set up container networking: {error.message}"
                raise DockerError(error.status, message) from error
            raise

        def edit(fresh: Object) -> None:
            settings = fresh["NetworkSettings"]
            settings.update(Networks=rows, Ports=ports)
            settings["SandboxID"] = self._engine.streams.hex(
                64, "sandbox", fresh["Id"], fresh["drydock"]["run"]
            )
            settings["SandboxKey"] = f"/var/run/docker/netns/{settings['SandboxID'][:12]}"
            first = rows.get("bridge")
            if first:
                for field in ("EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "MacAddress"):
                    settings[field] = first[field]

        return self._edit(container, edit)

    def _borrow_network(self, container: Object, mode: str) -> Object:
        """Use the address of the pod, or of the container whose network this one shares."""
        pod = container["drydock"]["pod"]
        address = str((pod or {}).get("ip") or "")
        if not address and mode.startswith("container:"):
            machine = container["metadata"]["namespace"]
            other = self._engine.docker.find(machine, mode.partition(":")[2])
            if other is None:
                raise no_such_container(mode.partition(":")[2])
            if not other["State"]["Running"]:
                raise DockerError(
                    409,
                    f"cannot join network of a non running container: {other['Id']}",
                )
            address = other["NetworkSettings"]["IPAddress"]
        return self._edit(
            container, lambda fresh: fresh["NetworkSettings"].update(IPAddress=address)
        )

    def _check_devices(self, container: Object) -> None:
        """Refuse devices that the machine does not have; raises DockerError."""
        host = container["HostConfig"]
        for row in host.get("Devices") or ():
            path = str(row["PathOnHost"])
            if not path.startswith(DEVICES):
                raise DockerError(
                    500,
                    "error gathering device information while adding custom device "
                    f'"{path}": no such file or directory',
                )
        if host.get("DeviceRequests"):
            raise DockerError(500, 'could not select device driver "" with capabilities: [[gpu]]')

    def _start_failed(self, container: Object, error: DockerError) -> None:
        machine, key = container["metadata"]["namespace"], container["Id"]
        container = self.need(machine, key)
        self._release(container)
        restarting = container["State"]["Restarting"]

        def edit(fresh: Object) -> None:
            code = getattr(error, "exit_code", 128)
            fresh["State"].update(
                Status="exited" if restarting else "created", Running=False, Restarting=False,
                Pid=0, ExitCode=code, Error=error.message,
            )  # fmt: skip
            if restarting:
                fresh["State"]["FinishedAt"] = self._engine.timestamp_nano()
            fresh["drydock"].update(
                phase="", startError={"status": error.status, "message": error.message}
            )
            fresh["drydock"].pop("stopAsked", None)

        self._edit(container, edit)

    # Exit

    def exit_after(self, container: Object, delay_us: int, code: int, oom: bool = False) -> None:
        """Let a running container's main process end after a delay."""
        self._engine.calendar.after(delay_us, "docker.exited", [*_key(container), code, oom])

    def _exited(self, key: Key) -> None:
        container = self._current(key[:3])
        if container is not None and container["State"]["Running"]:
            self._end(container, int(key[3]), bool(key[4]))

    def _end(self, container: Object, code: int, oom: bool = False) -> None:
        """Write down that a running container's process has ended; restart or remove it."""
        self._engine.programs.left(container)
        self._release(container)
        self._engine.programs.forget(container["Id"])
        more = container["drydock"]
        ran_us = self._engine.now_us - int(more["startedUs"] or 0)
        policy = container["HostConfig"]["RestartPolicy"]
        again = restart.should_restart(policy, code, container["RestartCount"], more["manual_stop"])
        wait_us = restart.next_wait_us(more["backoffUs"], ran_us) if again else 0

        def edit(fresh: Object) -> None:
            fresh["State"].update(
                Status="restarting" if again else "exited", Running=again, Paused=False,
                Restarting=again, OOMKilled=oom, Pid=0, ExitCode=code,
                FinishedAt=self._engine.timestamp_nano(),
            )  # fmt: skip
            fresh["drydock"].update(
                phase="", finishedUs=self._engine.now_us, readyUs=None, backoffUs=wait_us,
                restartUs=self._engine.now_us + wait_us if again else None,
            )  # fmt: skip
            if not again:
                fresh["drydock"]["wasRunning"] = False

        if oom:
            self._events.container(container, "oom")
        self._events.container(
            container, "die", exitCode=str(code), execDuration=str(ran_us // SECOND)
        )
        self._events.mounts(container, "unmount")
        if more["phase"] == "stopping":
            self._events.container(container, "stop")
        fresh = self._edit(container, edit)
        if again:
            self._engine.calendar.after(wait_us, "docker.restart", _key(fresh))
        elif container["HostConfig"]["AutoRemove"]:
            self._engine.calendar.after(AUTO_REMOVE_US, "docker.auto_remove", _key(fresh))

    def _auto_remove(self, key: Key) -> None:
        """Remove a container that was created with --rm, once its last words have been read."""
        container = self._current(key)
        if container is not None and not container["State"]["Running"]:
            self._engine.docker.remove(key[0], key[1], volumes=True)

    def _restart_due(self, key: Key) -> None:
        container = self._current(key)
        if container is None or not container["State"]["Restarting"]:
            return

        def edit(fresh: Object) -> None:
            fresh["RestartCount"] += 1

        backoff = container["drydock"]["backoffUs"]
        fresh = self.start(self._edit(container, edit))
        self._edit(fresh, lambda c: c["drydock"].update(backoffUs=backoff))

    def _release(self, container: Object) -> None:
        """Give back addresses and ports and empty the tmpfs mounts."""
        self._networks.disconnect(container)
        self._networks.unpublish(container["metadata"]["namespace"], container["Id"])
        self._files.drop_tmpfs(container["Id"])

        def edit(fresh: Object) -> None:
            settings = fresh["NetworkSettings"]
            settings["Ports"] = {}
            settings.update(SandboxID="", SandboxKey="", EndpointID="", Gateway="")
            settings.update(IPAddress="", IPPrefixLen=0, MacAddress="")
            for row in settings["Networks"].values():
                row.update(EndpointID="", Gateway="", IPAddress="", IPPrefixLen=0, MacAddress="")

        self._edit(container, edit)

    # Stop and kill

    def stop(self, container: Object, timeout_s: int | None, signal: str | None = None) -> Object:
        """Ask the main process to end; SIGKILL after the time-out (-1: never)."""
        state = container["State"]
        if state["Restarting"]:
            return self._give_up_restarting(container)
        if container["drydock"]["phase"] == "starting":
            return self._edit(container, lambda c: c["drydock"].update(stopAsked=True))
        if not state["Running"]:
            return container
        config = container["Config"]
        if timeout_s is None:
            timeout_s = int(config.get("StopTimeout") or STOP_TIMEOUT_S)
        name = signal_name(signal or config.get("StopSignal") or "SIGTERM")
        fresh = self._edit(
            container, lambda c: c["drydock"].update(manual_stop=True, phase="stopping")
        )
        if state["Paused"]:
            fresh = self.unpause(fresh)
        self._events.container(fresh, "kill", signal=str(SIGNALS[name]))
        self._signal(fresh, name)
        if timeout_s >= 0:
            self._engine.calendar.after(timeout_s * SECOND, "docker.stop_timeout", _key(fresh))
        return fresh

    def signal_quietly(self, container: Object, name: str) -> None:
        """Pass on a signal that a terminal sent (Ctrl-C): it counts as no manual stop."""
        self._events.container(container, "kill", signal=str(SIGNALS[name]))
        self._signal(container, name)

    def _stop_timeout(self, key: Key) -> None:
        container = self._current(key)
        if container is not None and container["drydock"]["phase"] == "stopping":
            self._events.container(container, "kill", signal="9")
            self.exit_after(container, KILL_US, 137)

    def kill(self, container: Object, signal: str = "SIGKILL") -> Object:
        """Send a signal to the main process of a running container."""
        if container["State"]["Restarting"]:
            return self._give_up_restarting(container)
        if not container["State"]["Running"]:
            name = container["Name"].lstrip("/")
            raise DockerError(
                409,
                f"cannot kill container: {name}: container {container['Id']} is not running",
            )
        name = signal_name(signal)
        fresh = self._edit(container, lambda c: c["drydock"].update(manual_stop=True))
        self._events.container(fresh, "kill", signal=str(SIGNALS[name]))
        self._signal(fresh, name)
        return fresh

    def crash(self, container: Object, code: int = 137, oom: bool = False) -> None:
        """Let the main process die at once, with nobody having asked for it."""
        if container["State"]["Running"] and not container["State"]["Restarting"]:
            self._end(container, code, oom)

    def end_now(self, container: Object) -> Object:
        """Kill a container at this instant (`rm -f`); nothing starts it again."""
        machine, key = container["metadata"]["namespace"], container["Id"]

        def edit(fresh: Object) -> None:
            fresh["drydock"]["manual_stop"] = True
            fresh["HostConfig"]["AutoRemove"] = False

        fresh = self._edit(container, edit)
        if fresh["State"]["Running"]:
            self._end(fresh, 137)
        return self._edit(self.need(machine, key), lambda c: c["drydock"].update(phase=""))

    def _signal(self, container: Object, name: str) -> None:
        if name == "SIGKILL":
            self.exit_after(container, KILL_US, 137)
        else:
            self._engine.programs.signal(container, name)

    def _give_up_restarting(self, container: Object) -> Object:
        def edit(fresh: Object) -> None:
            fresh["State"].update(Status="exited", Running=False, Restarting=False)
            fresh["drydock"].update(manual_stop=True, restartUs=None, wasRunning=False, phase="")
            fresh["drydock"]["run"] += 1

        return self._edit(container, edit)

    # Pause

    def pause(self, container: Object) -> Object:
        """Freeze all processes (the cgroup freezer)."""
        self._need_running(container)
        if container["State"]["Paused"]:
            raise DockerError(409, f"container {container['Id']} is already paused")
        fresh = self._edit(container, lambda c: c["State"].update(Status="paused", Paused=True))
        self._events.container(fresh, "pause")
        return fresh

    def unpause(self, container: Object) -> Object:
        """Let the processes go on."""
        if not container["State"]["Paused"]:
            raise DockerError(409, f"Container {container['Id']} is not paused")
        fresh = self._edit(container, lambda c: c["State"].update(Status="running", Paused=False))
        self._events.container(fresh, "unpause")
        self._engine.programs.thaw(fresh)
        return fresh

    def _need_running(self, container: Object) -> None:
        if not container["State"]["Running"] or container["State"]["Restarting"]:
            raise DockerError(409, f"container {container['Id']} is not running")

    # Inside

    def _current(self, key: Key) -> Object | None:
        """Give the container of a calendar row, if it is still in that row's run."""
        found = self._store.get("Container", key[0], key[1])
        return found if found is not None and found["drydock"]["run"] == key[2] else None

    def _edit(self, container: Object, edit: Any) -> Object:
        return self._store.change(
            "Container", container["metadata"]["namespace"], container["Id"], edit
        )


def _key(container: Object) -> Key:
    return [container["metadata"]["namespace"], container["Id"], container["drydock"]["run"]]
