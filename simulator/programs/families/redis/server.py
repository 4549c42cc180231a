"""redis-server and valkey-server: from the command line to clients, and to the end."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from . import loading, logs, memory, persistence, replication, startup, timers, wire
from . import state as states
from .clients import drop
from .execute import carry_out
from .keyspace import State

START_US = 30 * MS
END_US = 20 * MS
SENTINEL_PORT = 26379
NAMES = ("redis-server", "valkey-server", "redis-sentinel", "valkey-sentinel", "redis-check-aof",
         "redis-check-rdb", "valkey-check-aof", "valkey-check-rdb")  # fmt: skip


class RedisServer(Family):
    """A server whose data is plain data in its process."""

    name = "redis-server"

    def begin(self, p: Process) -> None:
        """Read the settings and start."""
        who = startup.identity(p)
        words = p.argv[1:]
        if words[:1] in (["-v"], ["--version"]):
            p.out(f"{who['title']} server v={who['shown_version']} sha=00000000:0 "
                  "malloc=jemalloc-5.3.0 bits=64 build=0\n")  # fmt: skip
            p.exit(0)
            return
        try:
            config, path = startup.read(p, who["title"], who["shown_version"])
        except startup.Refused as error:
            self._refuse(p, who, error)
            return
        sentinel = posixpath.basename(p.argv[0]).endswith("-sentinel") or "--sentinel" in words
        if sentinel and config["port"] == "6379":
            config["port"] = str(SENTINEL_PORT)
        state = states.begin(p, who, config, path)
        state["sentinel"] = sentinel
        p.use_memory(memory.BASE_RSS)
        machine = p.engine.store.get("Machine", "", p.box["machine"])
        speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
        p.wake(int(p.luck().lognormal_us(START_US / speed, 0.08)))

    def _refuse(self, p: Process, who: dict[str, Any], error: startup.Refused) -> None:
        if error.logged:
            p.state["epoch_us"] = 0
            logs.say(p, str(error), "#", "C")
        else:
            p.err(str(error))
        p.exit(1)

    def _open(self, p: Process, state: State) -> None:
        """Greet, listen, load."""
        logs.greeting(p, state, bool(p.argv[1:]))
        hosts = [one.lstrip("-") for one in state["config"]["bind"].split()]
        private = all(one.startswith("127.") or one in ("::1", "localhost") for one in hosts)
        port = state["port"]
        if port:
            wrong = p.listen(port, protocol="redis", service_us=12, sigma=0.4,
                             address="127.0.0.1" if hosts and private else "0.0.0.0",
                             )  # fmt: skip
            if wrong:
                shown = hosts[0] if hosts else "*"
                logs.say(p, "Warning: Could not create server TCP listening socket "
                            f"{shown}:{port}: bind: {wrong}", "#")  # fmt: skip
                logs.say(p, f"Failed listening on port {port} (TCP), aborting.", "#")
                p.exit(1)
                return
        logs.initialised(p, state)
        if not state["sentinel"]:
            loading.load(p, state)
        state.update(up=True, dirty=0, saved_dirty=0)
        logs.accepting(p, state)
        memory.tell(p, state)
        timers.plan(p, state)

    def wake(self, p: Process) -> None:
        """Start, or do what is due."""
        if p.state["up"]:
            timers.work(p, p.state)
        else:
            self._open(p, p.state)

    def signal(self, p: Process, name: str) -> bool:
        """End in an orderly way."""
        if name not in ("SIGTERM", "SIGINT"):
            return name in ("SIGHUP", "SIGPIPE")
        if not p.state.get("up"):
            return False
        logs.stopping(p, name)
        shut_down(p, p.state, None)
        return True

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Take what the master sends to its replica."""
        replication.heard(p, p.state, number, answer)
        memory.tell(p, p.state)
        timers.plan(p, p.state)

    def gone(self, p: Process) -> None:
        """Leave to the kernel what was appended before the process was killed."""
        if p.state.get("aof"):
            persistence.append(p, p.state)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a command (see the package), or what came as bytes of the protocol."""
        state = p.state
        if request.get("redis_close"):
            drop(p, state, str(request.get("client")))
            return {"value": None}
        if "redis" not in request:
            return wire.answer(p, state, request)
        answer = carry_out(p, state, request)
        if p.row.get("ended"):
            return answer
        memory.tell(p, state)
        if state["timers"]:
            timers.plan(p, state)
        return answer


def shut_down(p: Process, state: State, save: bool | None) -> bool:
    """End: with a snapshot when save points are set, or as asked for. False when that fails."""
    level = "#" if tuple(state["version"]) < (7, 2) else "*"
    logs.say(p, "User requested shutdown...", level)
    if state["aof"] is not None:
        logs.say(p, "Calling fsync() on the AOF file.")
        persistence.append(p, state)
    if save or (save is None and state["config"]["save"]):
        logs.say(p, "Saving the final RDB snapshot before exiting.")
        if not persistence.write_snapshot(p, state, p.pid):
            logs.say(p, "Error trying to save the DB, can't exit.", "#")
            return False
    logs.say(p, f"{state['title']} is now ready to exit, bye bye...", "#")
    p.exit(0, END_US)
    return True


def is_server(name: str) -> bool:
    """Tell whether a program is one of Redis' or Valkey's servers."""
    return name in NAMES
