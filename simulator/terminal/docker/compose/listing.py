"""`docker compose ps`, `ls`, `images`, `top`, `port`, `version`; `pause`, `unpause`."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from simulator.docker.compose import ComposeError
from simulator.docker.compose.container import VERSION
from simulator.docker.daemon import DockerError
from simulator.plain import Object

from .. import formats
from ..listing import PS_COLUMNS, fields, ps_row
from ..processes import listed
from .board import DONE, Board
from .context import Context, label, number_of, service_of, title

COLUMNS = [*((name, head) for name, head in PS_COLUMNS if name != "Names"), ("Name", "NAME"),
           ("Service", "SERVICE"), ("Project", "PROJECT"), ("Health", "HEALTH"),
           ("ExitCode", "EXIT CODE"), ("Names", "NAMES")]  # fmt: skip


def ps(c: Context) -> int:
    """List the project's containers."""
    names = c.chosen(c.args) if c.args else None
    states = c.line.all("status")
    if c.line.text("filter"):
        key, sign, value = c.line.text("filter").partition("=")
        if not sign:
            raise ComposeError("arguments to --filter should be in form KEY=VAL")
        if key != "status":
            raise ComposeError(f"unknown filter {key}")
        states = [*states, value]
    everything = c.line.on("all") or bool(states)
    found = [
        one for one in c.containers(names, oneoff=c.line.on("all"))
        if (everything or one["State"]["Running"]) and (
            not states or one["State"]["Status"] in states)
    ]  # fmt: skip
    found.sort(key=lambda one: str(one["Name"]))
    if c.line.on("quiet"):
        c.out("".join(f"{one['Id']}\n" for one in found))
        return 0
    if c.line.on("services"):
        c.out("".join(f"{name}\n" for name in dict.fromkeys(service_of(one) for one in found)))
        return 0
    rows = []
    for one in found:
        row = ps_row(c, one)
        row.update(Name=row["Names"], Service=service_of(one), Project=c.name(),
                   Health=(one["State"].get("Health") or {}).get("Status", ""),
                   ExitCode=one["State"]["ExitCode"])  # fmt: skip
        rows.append(row)
    return fields(c, rows, COLUMNS, "Name Image Command Service RunningFor Status Ports",
                  lambda row: {"Label": lambda name: row["_labels"].get(name, "")})  # fmt: skip


def ls(c: Context) -> int:
    """List the projects of the machine."""
    wanted: list[str] = []
    for text in c.line.all("filter"):
        key, sign, value = text.partition("=")
        if not sign:
            raise ComposeError(f'invalid argument "{text}" for "--filter" flag: bad format of '
                               "filter (expected name=value)")  # fmt: skip
        if key != "name":
            raise ComposeError(f"invalid filter '{key}'")
        wanted.append(value)
    projects: dict[str, list[Object]] = {}
    for one in c.docker.containers(c.machine):
        name = label(one, "project")
        if name and label(one, "oneoff") != "True":
            projects.setdefault(name, []).append(one)
    rows: list[dict[str, Any]] = []
    for name in sorted(projects):
        if wanted and not any(re.search(one, name) for one in map(_pattern, wanted)):
            continue
        counts: dict[str, int] = {}
        for one in projects[name]:
            state = one["State"]["Status"]
            if c.line.on("all") or one["State"]["Running"]:
                counts[state] = counts.get(state, 0) + 1
        if not counts:
            continue
        files = label(projects[name][0], "project.config_files")
        shown = ", ".join(f"{state}({counts[state]})" for state in sorted(counts))
        rows.append({"Name": name, "Status": shown, "ConfigFiles": files})
    if c.line.on("quiet"):
        c.out("".join(f"{row['Name']}\n" for row in rows))
    elif c.line.text("format") == "json":
        c.out(json.dumps(rows, separators=(",", ":")) + "\n")
    else:
        _table(c, ["NAME", "STATUS", "CONFIG FILES"],
               [[row["Name"], row["Status"], row["ConfigFiles"]] for row in rows])  # fmt: skip
    return 0


def _pattern(text: str) -> str:
    return text if is_pattern(text) else re.escape(text)


def is_pattern(text: str) -> bool:
    """Tell whether a text is a regular expression."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _table(c: Context, header: list[str], rows: list[list[str]]) -> None:
    """Lay out a table as compose does: columns three blanks apart, at least 20 wide in all."""
    widths = [max(20, max(len(line[i]) for line in [header, *rows]) + 3)
              for i in range(len(header))]  # fmt: skip
    for line in [header, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        c.out("".join(cells) + line[-1] + "\n")


def images(c: Context) -> int:
    """List the images of the project's containers."""
    names = c.chosen(c.args) if c.args else None
    rows = []
    for one in sorted(c.containers(names), key=lambda one: str(one["Name"])):
        image = c.engine.images.find(c.machine, one["Image"])
        if image is None:
            continue
        repository, _, tag = (image["RepoTags"] or ["<none>:<none>"])[0].rpartition(":")
        rows.append([
            str(one["Name"]).lstrip("/"), repository, tag, image["drydock"]["platform"],
            image["Id"].removeprefix("sha256:")[:12], formats.human_size(image["Size"], 3),
            f"{formats.human_duration(c.engine.now_us - int(image['drydock']['createdUs']))} ago",
        ])  # fmt: skip
    if c.line.on("quiet"):
        c.out("".join(f"{key}\n" for key in dict.fromkeys(row[4] for row in rows)))
        return 0
    header = ["CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"]
    _table(c, header, rows)
    return 0


def top(c: Context) -> int:
    """List the processes of the project's containers."""
    names = c.chosen(c.args) if c.args else None
    rows = []
    for one in c.containers(names):
        if not one["State"]["Running"]:
            continue
        first = int(one["State"]["Pid"])
        for process in listed(c, one):
            started = c.engine.start + timedelta(microseconds=process["startedUs"])
            parent = first - 21 if process["parent"] == 0 else first + process["parent"] - 1
            rows.append([
                service_of(one), str(number_of(one)), process["user"],
                str(first + process["pid"] - 1), str(parent), "0", f"{started:%H:%M}", "?",
                "00:00:00", " ".join(process["argv"]),
            ])  # fmt: skip
    header = ["SERVICE", "#", "UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    if not rows:
        return 0
    widths = [max(len(line[i]) for line in [header, *rows]) + 2 for i in range(len(header))]
    for line in [header, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        c.out("".join(cells) + line[-1] + "\n")
    return 0


def port(c: Context) -> int:
    """Show where a port of a service is published."""
    name = c.chosen(c.args[:1])[0]
    index = int(c.line.text("index", "0"))
    wish = f"{c.args[1]}/{c.line.text('protocol', 'tcp')}"
    found = [one for one in c.containers([name]) if not index or number_of(one) == index]
    if not found:
        raise ComposeError(f'service "{name}" is not running container #{index or 1}')
    rows = found[0]["NetworkSettings"]["Ports"].get(wish)
    if not rows:
        raise ComposeError(f"no port {wish} for container {str(found[0]['Name']).lstrip('/')}")
    c.out(f"{rows[0]['HostIp']}:{rows[0]['HostPort']}\n")
    return 0


def version(c: Context) -> int:
    """Say which compose this is."""
    if c.line.on("short"):
        c.out(f"{VERSION}\n")
    elif c.line.text("format") == "json":
        c.out(f'{{"version":"v{VERSION}"}}\n')
    else:
        c.out(f"Docker Compose version v{VERSION}\n")
    return 0


def pause(c: Context) -> int:
    """Freeze services."""
    return _each(c, "Paused", c.docker.pause)


def unpause(c: Context) -> int:
    """Let paused services go on."""
    return _each(c, "Unpaused", c.docker.unpause)


def _each(c: Context, word: str, act: Any) -> int:
    board = Board(c)
    failed = 0
    for one in c.containers(c.chosen(c.args) if c.args else None):
        if one["State"]["Running"]:
            try:
                act(c.machine, one["Id"])
            except DockerError as error:
                failed = 1
                c.err(f"Error response from daemon: {error.message}\n")
            else:
                board.event(title(one), DONE, word)
    board.finish()
    return failed
