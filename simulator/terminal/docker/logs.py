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
            if (container["HostConfig"].get("LogConfig") or {}).get("Type") == "none":
                raise DockerError(501, "configured logging driver does not support reading")
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


class _Texts(dict[str, str]):
    """Texts by name, of which those that are not there are empty, as in a Go map of strings."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return ""

    def get(self, key: str, default: object = "") -> str:
        return super().get(key, "")


class Events(Command):
    """`docker events`: past ones with --since, then those to come, up to --until."""

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
        for text in c.line.all("filter"):
            name = text.partition("=")[0]
            if name not in FILTERS:
                return c.daemon_error(DockerError(400, f"invalid filter '{name}'"))
        count, rows = c.docker.events.after(c.machine, 0)
        c.state["count"] = count
        if c.line.text("since") or c.line.text("until"):
            start = parse_time(c.engine, c.line.text("since") or "0") or 0
            end = parse_time(c.engine, c.line.text("until")) if c.line.text("until") else None
            self._print(c, [row for row in rows if row["atUs"] >= start
                            and (end is None or row["atUs"] <= end)])  # fmt: skip
        return self._wait(c)

    def _wait(self, c: Client) -> int | None:
        """Wait for more, unless the end asked for has come."""
        end = parse_time(c.engine, c.line.text("until")) if c.line.text("until") else None
        c.state.setdefault("end", end)
        if c.state["end"] is not None:
            if c.state["end"] <= c.engine.now_us:
                return 0
            c.call.wake_after(c.state["end"] - c.engine.now_us)
        for kind in ("Container", "Network", "Volume", "Image", "Exec"):
            c.call.watch(kind, c.machine)
        return RUNNING

    def _print(self, c: Client, rows: list[dict[str, Any]]) -> None:
        form = c.line.text("format")
        for row in rows:
            if not wanted(c, row):
                continue
            moment = int(c.engine.start.timestamp()) * SECOND + row["atUs"]
            data = {"Type": row["Type"], "Action": row["Action"], "Actor": row["Actor"],
                    "scope": "local", "time": moment // SECOND,
                    "timeNano": moment * 1000}  # fmt: skip
            if row["Type"] in ("container", "image"):
                old = {"status": row["Action"], "id": row["Actor"]["ID"]}
                if row["Type"] == "container":
                    old["from"] = row["Actor"]["Attributes"].get("image", "")
                data = {**old, **data}
            if form == "json":
                c.out(to_json(data) + "\n")
            elif form:
                try:
                    actor = {**row["Actor"], "Attributes": _Texts(row["Actor"]["Attributes"])}
                    data = {**data, "Actor": actor}
                    fields = {"ID": row["Actor"]["ID"], "Status": row["Action"], **data}
                    c.out(render(form, fields) + "\n")
                except TemplateError as error:
                    c.err(f"template parsing error: template: :1: {error}\n")
            else:
                more = ", ".join(f"{k}={v}" for k, v in sorted(row["Actor"]["Attributes"].items()))
                stamp = c.engine.timestamp_nano(row["atUs"])
                c.out(f"{stamp} {row['Type']} {row['Action']} {row['Actor']['ID']} ({more})\n")

    def step(self, c: Client) -> int | None:
        """Print what has happened since."""
        count, rows = c.docker.events.after(c.machine, c.state["count"])
        c.state["count"] = count
        self._print(c, rows)
        return self._wait(c)


FILTERS = ("config", "container", "daemon", "event", "image", "label", "network", "node", "plugin",
           "scope", "secret", "service", "type", "volume")  # fmt: skip


def wanted(c: Client, row: dict[str, Any]) -> bool:
    """Say whether an event passes the filters.   Source: moby daemon/events/filter.go."""
    by_name: dict[str, list[str]] = {}
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        by_name.setdefault(name, []).append(value)
    return all(any(_fits(row, name, value) for value in values) for name, values in by_name.items())


def _fits(row: dict[str, Any], name: str, value: str) -> bool:
    kind, actor = row["Type"], row["Actor"]
    more = actor["Attributes"]
    if name in ("type", "scope"):
        return bool(value == (kind if name == "type" else row["scope"]))
    if name == "event":
        return bool(row["Action"].partition(":")[0] == value or row["Action"] == value)
    if name == "label":
        key, has, wish = value.partition("=")
        return key in more and (not has or more[key] == wish)
    if name == "image":
        known = [actor["ID"], more.get("name", "")] if kind == "image" else [more.get("image", "")]
        names = [text.rpartition(":")[0] for text in known if ":" in text]
        return kind in ("image", "container") and value in (*known, *names)
    if name in ("container", "network", "volume", "plugin", "node"):
        texts = (actor["ID"], more.get("name", ""))
        return bool(kind == name and any(text.startswith(value) for text in texts))
    return name != "daemon"
