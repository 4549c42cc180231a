"""`docker logs` and `docker events`."""

from __future__ import annotations

from typing import Any

from simulator.docker.daemon import DockerError
from simulator.timing import SECOND

from .client import RUNNING, Client, Command
from .formats import parse_time
from .grammar import Line
from .running import Attached
from .template import TemplateError, render, syntax_complaint, to_json


class Logs(Command):
    """`docker logs [-f]`."""

    def is_read(self, line: Line) -> bool:
        """Only looks, unless it follows."""
        return not line.on("follow")

    def start(self, c: Client) -> int | None:
        """Print what is there."""
        tail = c.line.text("tail", "all") if "tail" in c.line.flags else "all"
        count = None if tail == "all" or tail.startswith("-") else tail
        if count is not None and not count.isdigit():
            why = f'strconv.Atoi: parsing "{count}": invalid syntax'
            c.err(f"Error response from daemon: {why}\n")
            return 1
        since = None
        if c.line.text("since"):
            since = parse_time(c.engine, c.line.text("since"))
            if since is None:
                c.err('invalid value for "since": failed to parse value as time or duration: '
                      f'"{c.line.text("since")}"\n')  # fmt: skip
                return 1
        try:
            container = c.find(c.args[0])
            number = None if count is None else int(count)
            rows = c.docker.logs(c.machine, container["Id"], number, since)
        except DockerError as error:
            return c.daemon_error(error)
        until = parse_time(c.engine, c.line.text("until")) if c.line.text("until") else None
        self._print(c, [row for row in rows if until is None or row[0] <= until])
        if not c.line.on("follow") or not container["State"]["Running"]:
            return 0
        Attached(c).begin(container)
        return RUNNING

    def _print(self, c: Client, rows: list[list[Any]]) -> None:
        for at_us, stream, text in rows:
            stamp = f"{c.engine.timestamp_nano(at_us)} " if c.line.on("timestamps") else ""
            (c.out if stream == "stdout" else c.err)(stamp + text)

    def step(self, c: Client) -> int | None:
        """Print what is new; end when the container has ended."""
        log = c.docker.log
        self._print(c, log.after(c.state["id"], c.state["position"]))
        c.state["position"] = log.position(c.state["id"])
        container = c.engine.store.get("Container", c.machine, c.state["id"])
        if container is None:
            return 0
        state = container["State"]
        if not state["Running"] and container["drydock"]["phase"] == "":
            Attached(c).leave()
            return 0
        Attached(c).watch()
        return RUNNING

    def interrupt(self, c: Client) -> int:
        """Look away."""
        Attached(c).leave()
        return 130


class Events(Command):
    """`docker events`: past ones with --since and --until, else those to come."""

    def start(self, c: Client) -> int | None:
        """Print the asked past, then wait."""
        form = c.line.text("format")
        wrong = syntax_complaint(form)
        if form and wrong:
            c.err(f"Error parsing format: {wrong}\n")
            return 64
        for flag in ("since", "until"):
            text = c.line.text(flag)
            if text and parse_time(c.engine, text) is None:
                c.err(f'failed to parse value as time or duration: "{text}"\n')
                return 1
        since, until = c.line.text("since"), c.line.text("until")
        count, rows = c.docker.events.after(c.machine, 0)
        c.state["count"] = count
        if since:
            start = parse_time(c.engine, since) or 0
            self._print(c, [row for row in rows if row["atUs"] >= start])
        if until:
            end = parse_time(c.engine, until)
            if end is not None and end <= c.engine.now_us:
                return 0
        c.call.watch("Container", c.machine)
        return RUNNING

    def _print(self, c: Client, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if not self._wanted(c, row):
                continue
            form = c.line.text("format")
            data = {"status": row["Action"], "id": row["Actor"]["ID"], "Type": row["Type"],
                    "Action": row["Action"], "Actor": row["Actor"], "scope": "local",
                    "time": row["atUs"] // SECOND}  # fmt: skip
            if form == "json":
                c.out(to_json(data) + "\n")
            elif form:
                try:
                    c.out(render(form, {**data, "ID": row["Actor"]["ID"]}) + "\n")
                except TemplateError as error:
                    c.err(f"template parsing error: template: :1: {error}\n")
            else:
                more = ", ".join(f"{k}={v}" for k, v in sorted(row["Actor"]["Attributes"].items()))
                stamp = c.engine.timestamp_nano(row["atUs"])
                c.out(f"{stamp} {row['Type']} {row['Action']} {row['Actor']['ID']} ({more})\n")

    def _wanted(self, c: Client, row: dict[str, Any]) -> bool:
        wanted: dict[str, list[str]] = {}
        for text in c.line.all("filter"):
            name, _, value = text.partition("=")
            wanted.setdefault(name, []).append(value)
        own = {
            "type": [row["Type"]], "event": [row["Action"]],
            "container": [row["Actor"]["ID"], row["Actor"]["Attributes"].get("name", "")],
            "image": [row["Actor"]["Attributes"].get("image", "")],
        }  # fmt: skip
        return all(
            any(value in own.get(name, []) for value in values) for name, values in wanted.items()
        )

    def step(self, c: Client) -> int | None:
        """Print what has happened since."""
        count, rows = c.docker.events.after(c.machine, c.state["count"])
        c.state["count"] = count
        self._print(c, rows)
        c.call.watch("Container", c.machine)
        return RUNNING
