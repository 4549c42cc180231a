"""Output of several containers in one stream, each line after its container's name."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..client import RUNNING
from ..formats import parse_time
from ..grammar import Line
from .context import ComposeCommand, Context, service_of, short_name

Row = dict[str, Any]


class Stream:
    """Follows containers' logs. `show` prints what is new and notes who has ended."""

    def __init__(self, c: Context) -> None:
        self.c = c
        self._rows: dict[str, Row] = c.state.setdefault("stream", {})

    @property
    def rows(self) -> dict[str, Row]:
        """{container id: {name, service, position, run, ended, code}}."""
        return self._rows

    def add(self, container: Object, from_start: bool = False) -> None:
        """Look on from now, or from the first line."""
        key = container["Id"]
        position = 0 if from_start else self.c.docker.log.position(key)
        self._rows[key] = {
            "name": short_name(self.c.name(), container), "service": service_of(container),
            "position": position, "run": container["drydock"]["run"], "ended": False, "code": 0,
            "noted": not container["State"]["Running"],
        }  # fmt: skip

    def show(self, exits: bool) -> list[Row]:
        """Print what is new, in the order of its writing; answers who ended since the last look.

        exits: say "web-1 exited with code 0".
        """
        news = []
        for order, (key, row) in enumerate(self._rows.items()):
            for at_us, stream, text in self.c.docker.log.after(key, row["position"]):
                news.append((at_us, order, stream, text, row["name"]))
            row["position"] = self.c.docker.log.position(key)
        news.sort(key=lambda item: (item[0], item[1]))
        for at_us, _, stream, text, name in news:
            self.write(stream, name, text, at_us)
        ended = []
        for key, row in self._rows.items():
            if self._has_ended(key, row):
                ended.append(row)
                if exits:
                    self.c.out(f"{row['name']} exited with code {row['code']}{row['more']}\n")
            if not row["ended"]:
                self.watch(key)
        return ended

    def _has_ended(self, key: str, row: Row) -> bool:
        """Note that a container has ended, or that it is up again."""
        container = self.c.get(key)
        if container is None:
            was, row["ended"], row["more"] = row["ended"], True, ""
            return not was
        state, more = container["State"], container["drydock"]
        if more["run"] != row["run"]:
            row["run"], row["noted"] = more["run"], False
        started = more["startedUs"] is not None and more["phase"] != "starting"
        is_over = started and (not state["Running"] or state["Restarting"])
        row["ended"] = is_over and not state["Restarting"] and more["phase"] == ""
        if not is_over or row["noted"]:
            return False
        row["noted"] = True
        row["code"] = state["ExitCode"]
        row["more"] = " (restarting)" if state["Restarting"] else ""
        return True

    def watch(self, key: str) -> None:
        """Be woken by news of a container."""
        if self.c.get(key) is None:
            return
        self.c.docker.log.follow(self.c.machine, key)
        self.c.call.watch("Container", self.c.machine, key)
        self.c.call.watch("LogFollow", self.c.machine, key)

    def write(self, stream: str, name: str, text: str, at_us: int) -> None:
        """Print one line of a container."""
        width = max([len(row["name"]) for row in self._rows.values()], default=0) + 1
        prefix = "" if self.c.line.on("no-log-prefix") else f"{name:<{width}} | "
        if self.c.line.on("timestamps"):
            prefix += f"{self.c.engine.timestamp_nano(at_us)} "
        line = text if text.endswith("\n") else text + "\n"
        (self.c.out if stream == "stdout" else self.c.err)(prefix + line)

    def leave(self) -> None:
        """Look away."""
        for key in self._rows:
            self.c.docker.log.unfollow(self.c.machine, key)

    @property
    def is_over(self) -> bool:
        """Tell whether all containers have ended."""
        return all(row["ended"] for row in self._rows.values())


class Logs(ComposeCommand):
    """`docker compose logs`."""

    def is_read(self, line: Line) -> bool:
        """Only looks, unless it follows."""
        return not line.on("follow")

    def start(self, c: Context) -> int | None:
        """Print what is there; with -f go on."""
        names = c.chosen(c.args) if c.args else None
        tail = c.line.text("tail", "all")
        if tail != "all" and not tail.lstrip("-").isdigit():
            c.err(f'invalid argument "{tail}" for tail\n')
            return 1
        since, until = self._time(c, "since"), self._time(c, "until")
        stream = Stream(c)
        news = []
        found = c.containers(names)
        for order, one in enumerate(found):
            stream.add(one)
            count = int(tail) if tail.isdigit() else None
            for at_us, kind, text in c.docker.logs(c.machine, one["Id"], count, since):
                if until is None or at_us <= until:
                    news.append((at_us, order, kind, text, stream.rows[one["Id"]]["name"]))
        for at_us, _, kind, text, name in sorted(news, key=lambda item: (item[0], item[1])):
            stream.write(kind, name, text, at_us)
        if not c.line.on("follow") or not any(one["State"]["Running"] for one in found):
            return 0
        return self.step(c)

    def _time(self, c: Context, flag: str) -> int | None:
        return parse_time(c.engine, c.line.text(flag)) if c.line.text(flag) else None

    def step(self, c: Context) -> int | None:
        """Print what is new."""
        stream = Stream(c)
        stream.show(exits=False)
        if stream.is_over:
            stream.leave()
            return 0
        return RUNNING

    def interrupt(self, c: Context) -> int | None:
        """Look away."""
        Stream(c).leave()
        return 130
