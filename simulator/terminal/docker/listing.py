"""`docker ps`, `port`, `top`, `diff`, `stats`: what containers look like from outside."""

from __future__ import annotations

from typing import Any

from simulator.docker.daemon import DockerError
from simulator.patterns import to_regex
from simulator.plain import Object

from . import formats, processes
from .client import RUNNING, Client, Command
from .template import TemplateError, render, syntax_complaint, to_json, unescape

PS_FILTERS = ("id", "name", "label", "exited", "status", "ancestor", "before", "since", "volume",
              "network", "publish", "expose", "health", "isolation", "is-task")  # fmt: skip
STATS_EVERY_US = 1_000_000


def filters(c: Client, known: tuple[str, ...]) -> dict[str, list[str]]:
    """Read --filter name=value; DockerError for a name that the daemon does not know."""
    found: dict[str, list[str]] = {}
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        name = name.strip().lower()
        if name not in known:
            raise DockerError(400, f"invalid filter '{name}'")
        found.setdefault(name, []).append(value.strip())
    return found


def fields(c: Client, rows: list[dict[str, Any]], columns: list[tuple[str, str]], default: str,
           methods: Any = None) -> int:  # fmt: skip
    """Print rows by --format: a table of `columns` (field, heading), json, or a template."""
    form = unescape(c.line.text("format"))
    headings = dict(columns)
    try:
        if form in ("", "table"):
            names = default.split()
            header = [headings[name] for name in names]
            c.out(formats.table(header, [[str(row[name]) for name in names] for row in rows]))
        elif form == "json":
            c.out("".join(to_json(_shown(row)) + "\n" for row in rows))
        elif form.startswith("table "):
            _template_table(c, form[6:].strip(), rows, headings, methods)
        else:
            for row in rows:
                c.out(render(form, row, methods(row) if methods else None) + "\n")
    except TemplateError as error:
        c.err(f"template parsing error: template: :1: {error}\n")
        return 1
    return 0


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in sorted(row) if not key.startswith("_")}


def _template_table(
    c: Client, form: str, rows: list[dict[str, Any]], headings: dict[str, str], methods: Any
) -> None:
    head = dict(headings)
    labels = {"Label": lambda name: name.rpartition(".")[2].upper()} if methods else None
    lines = [render(form, head, labels).split("\t")]
    lines += [render(form, row, methods(row) if methods else None).split("\t") for row in rows]
    width = max(len(line) for line in lines)
    padded = [line + [""] * (width - len(line)) for line in lines]
    c.out(formats.table(padded[0], padded[1:]))


PS_COLUMNS = [
    ("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("RunningFor", "CREATED"),
    ("Status", "STATUS"), ("Ports", "PORTS"), ("Names", "NAMES"), ("Size", "SIZE"),
    ("CreatedAt", "CREATED AT"), ("State", "STATE"), ("Labels", "LABELS"), ("Mounts", "MOUNTS"),
    ("Networks", "NETWORKS"), ("LocalVolumes", "LOCAL VOLUMES"), ("Platform", "PLATFORM"),
]  # fmt: skip


def ps(c: Client) -> int:
    """List containers."""
    wrong = syntax_complaint(unescape(c.line.text("format")))
    if wrong:
        c.err(f"failed to parse template: {wrong}\n")
        return 1
    try:
        found = select(c)
    except DockerError as error:
        return c.daemon_error(error)
    if c.line.on("quiet") and not c.line.text("format"):
        c.out("".join(f"{container_id(c, row)}\n" for row in found))
        return 0
    default = "ID Image Command RunningFor Status Ports Names"
    if c.line.on("size"):
        default += " Size"
    rows = [ps_row(c, container) for container in found]

    def methods(row: dict[str, Any]) -> dict[str, Any]:
        return {"Label": lambda name: row["_labels"].get(name, "")}

    return fields(c, rows, PS_COLUMNS, default, methods)


def container_id(c: Client, container: Object) -> str:
    """Give a container's id, short unless --no-trunc."""
    return str(container["Id"]) if c.line.on("no-trunc") else str(container["Id"])[:12]


def select(c: Client) -> list[Object]:
    """Give the containers that `docker ps` would list."""
    wanted = filters(c, PS_FILTERS)
    last = int(c.line.text("last", "-1"))
    if c.line.on("latest"):
        last = 1
    everything = c.line.on("all") or last >= 0 or "status" in wanted or "exited" in wanted
    found = [
        container
        for container in c.docker.containers(c.machine, everything)
        if _fits(c, container, wanted)
    ]
    return found[:last] if last >= 0 else found


def _has_name(name: str, pattern: str) -> bool:
    regex = to_regex(pattern)
    return name.lstrip("/") == pattern or (regex is not None and regex.search(name) is not None)


def _fits(c: Client, container: Object, wanted: dict[str, list[str]]) -> bool:
    labels = container["Config"]["Labels"] or {}
    image = c.engine.images.find(c.machine, container["Image"])
    names = (image or {}).get("RepoTags") or []
    tests: dict[str, Any] = {
        "id": lambda v: container["Id"].startswith(v),
        "name": lambda v: _has_name(container["Name"], v),
        "label": lambda v: (v.partition("=")[0] in labels)
        and ("=" not in v or labels[v.partition("=")[0]] == v.partition("=")[2]),
        "exited": lambda v: not container["State"]["Running"]
        and container["drydock"]["startedUs"] is not None
        and str(container["State"]["ExitCode"]) == v,
        "status": lambda v: container["State"]["Status"] == v,
        "ancestor": lambda v: v in names or v == container["Config"]["Image"]
        or f"{v}:latest" in names or container["Image"].removeprefix("sha256:").startswith(v),
        "volume": lambda v: any(
            v in (m.get("Name"), m["Destination"]) for m in container["Mounts"]),
        "network": lambda v: v in container["NetworkSettings"]["Networks"],
        "health": lambda v: (container["State"].get("Health") or {}).get("Status", "none") == v,
        "publish": lambda v: any(
            row["HostPort"] == v.partition("/")[0]
            for rows in container["NetworkSettings"]["Ports"].values() for row in rows or []),
        "expose": lambda v: f"{v.partition('/')[0]}/{v.partition('/')[2] or 'tcp'}"
        in (container["Config"].get("ExposedPorts") or {}),
        "before": lambda v: _older(c, container, v),
        "since": lambda v: _older(c, container, v, True),
    }  # fmt: skip
    return all(
        any(tests[name](value) for value in values) for name, values in wanted.items()
        if name in tests
    )  # fmt: skip


def _older(c: Client, container: Object, ref: str, newer: bool = False) -> bool:
    other = c.find(ref)
    difference = container["drydock"]["n"] - other["drydock"]["n"]
    return bool(difference > 0 if newer else difference < 0)


def ps_row(c: Client, container: Object) -> dict[str, Any]:
    """Give what `docker ps` can show of a container, by field."""
    now = c.engine.now_us
    full = c.line.on("no-trunc")
    command = formats.command(container)
    labels = container["Config"]["Labels"] or {}
    size = c.docker.files.size(container["Id"])
    image = c.engine.images.find(c.machine, container["Image"])
    virtual = size + (int(image["Size"]) if image else 0)
    names = container["Config"]["Image"]
    known = c.engine.images.find(c.machine, names)
    if known is None or known["Id"] != container["Image"]:
        names = container["Image"].removeprefix("sha256:")[:12]
    mounts = [mount.get("Name") or mount["Source"] for mount in container["Mounts"]]
    shown = [m if full else formats.ellipsis(m, 15) for m in mounts]
    created = int(container["drydock"]["createdUs"])
    return {
        "ID": container_id(c, container),
        "Image": names,
        "Command": formats.quote(command if full else formats.ellipsis(command, 20)),
        "RunningFor": f"{formats.human_duration(now - created)} ago",
        "CreatedAt": formats.created_at(c.engine, created),
        "Status": formats.status(container, now),
        "State": container["State"]["Status"],
        "Ports": formats.ports(container),
        "Names": container["Name"].lstrip("/"),
        "Size": f"{formats.human_size(size, 3)} (virtual {formats.human_size(virtual, 3)})",
        "Labels": ",".join(f"{k}={v}" for k, v in sorted(labels.items())),
        "Mounts": ",".join(shown),
        "Networks": ",".join(sorted(container["NetworkSettings"]["Networks"])),
        "LocalVolumes": str(sum(1 for m in container["Mounts"] if m["Type"] == "volume")),
        "Platform": None,
        "_labels": labels,
    }


def port(c: Client) -> int:
    """Show published ports."""
    try:
        container = c.find(c.args[0])
    except DockerError as error:
        return c.daemon_error(error)
    ports = container["NetworkSettings"]["Ports"]
    if len(c.args) > 1:
        wish = c.args[1] if "/" in c.args[1] else f"{c.args[1]}/tcp"
        rows = ports.get(wish)
        if not rows:
            c.err(f"no public port '{c.args[1]}' published for {c.args[0]}\n")
            return 1
        c.out("".join(f"{_host(row)}\n" for row in rows))
        return 0
    lines = [f"{name} -> {_host(row)}\n" for name, rows in ports.items() for row in rows or []]
    c.out("".join(lines))
    return 0


def _host(row: dict[str, str]) -> str:
    address = f"[{row['HostIp']}]" if ":" in row["HostIp"] else row["HostIp"]
    return f"{address}:{row['HostPort']}"


def diff(c: Client) -> int:
    """List the files that a container changed."""
    try:
        container = c.find(c.args[0])
    except DockerError as error:
        return c.daemon_error(error)
    for row in c.docker.files.changes(container):
        c.out(f"{'CAD'[row['Kind']]} {row['Path']}\n")
    return 0


STATS_COLUMNS = [
    ("ID", "CONTAINER ID"), ("Name", "NAME"), ("CPUPerc", "CPU %"),
    ("MemUsage", "MEM USAGE / LIMIT"), ("MemPerc", "MEM %"), ("NetIO", "NET I/O"),
    ("BlockIO", "BLOCK I/O"), ("PIDs", "PIDS"), ("Container", "CONTAINER"),
]  # fmt: skip


class Stats(Command):
    """`docker stats`: every second until Ctrl-C, or once with --no-stream.

    A share of the processor is of the time between two looks: the first takes a second.
    """

    def start(self, c: Client) -> int | None:
        """Look, and look again."""
        text = self.table(c)
        if text is None:
            return 1
        if not c.line.on("no-stream"):
            c.call.screen(text)
        c.call.wake_after(STATS_EVERY_US)
        return RUNNING

    def step(self, c: Client) -> int | None:
        """Draw again, or end."""
        text = self.table(c)
        if text is None:
            return 1
        if c.line.on("no-stream"):
            c.out(text)
            return 0
        c.call.screen(text)
        c.call.wake_after(STATS_EVERY_US)
        return RUNNING

    def table(self, c: Client) -> str | None:
        """Give the table, or None when a named container is not there."""
        try:
            if c.args:
                found = [c.find(ref) for ref in c.args]
            else:
                everything = c.line.on("all")
                found = list(c.docker.containers(c.machine, everything))
        except DockerError as error:
            c.daemon_error(error)
            return None
        inner = Client(c.call, c.line)
        before = len(c.call.chunks)
        fields(inner, [stats_row(c, one) for one in found], STATS_COLUMNS,
               "ID Name CPUPerc MemUsage MemPerc NetIO BlockIO PIDs")  # fmt: skip
        text = "".join(chunk for _, chunk in c.call.chunks[before:])
        del c.call.chunks[before:]
        return text


def _serving(c: Client, container: Object) -> float:
    """Give the cores that requests took since the last look."""
    now, done = c.engine.now_us, c.engine.traffic.queues.cpu_us(container["Id"])
    looks = c.state.setdefault("looks", {})
    before = looks.get(container["Id"])
    if before is None or before[0] < now:
        cores = (done - before[1]) / (now - before[0]) if before else 0.0
        looks[container["Id"]] = [now, done, cores]
    return float(looks[container["Id"]][2])


REQUEST_BYTES, ANSWER_BYTES = 620, 1240
"""Of a small HTTP request and its answer, headers and TCP's own segments included (assumed)."""
NEIGHBOURS = (1090, 126)
"""Bytes that a container on a bridge has seen soon after its start, ARP and the like (assumed)."""


def _network_bytes(c: Client, container: Object) -> tuple[int, int]:
    """Give what went in and out over the container's own network."""
    mode = container["HostConfig"]["NetworkMode"]
    if not container["State"]["Running"] or mode in ("host", "none"):
        return 0, 0
    count = c.engine.traffic.queues.requests(container["Id"])
    return NEIGHBOURS[0] + count * REQUEST_BYTES, NEIGHBOURS[1] + count * ANSWER_BYTES


def _disk_bytes(c: Client, container: Object) -> tuple[int, int]:
    """Give what was read from and written to the disk."""
    if not container["State"]["Running"]:
        return 0, 0
    view = c.docker.files.view(container)
    paths = {str(row.get("path")): None for row in c.engine.programs.processes(container["Id"])}
    read = sum(int((view.get(path) or {}).get("size", 0)) for path in paths)
    written = c.docker.files.size(container["Id"])
    for mount in container["Mounts"]:
        if mount["Type"] == "volume":
            written += c.docker.mounts.size(c.machine, mount["Name"])
    return read, written


def stats_row(c: Client, container: Object) -> dict[str, Any]:
    """Give what `docker stats` shows of a container.

    # Simplified: docker stats takes each request for 620 bytes in and 1,240 bytes out, and counts
    # what was read from the disk as the programs' own files, what was written as what lies there.
    """
    machine = c.engine.machines.get(c.machine)
    total = int(machine["spec"]["memory"]) if machine else 8 << 30
    limit = int(container["HostConfig"]["Memory"] or 0) or total
    usage = c.engine.programs.usage(container["Id"])
    memory, cores = usage["memory_bytes"], usage["cpu_cores_background"] + _serving(c, container)
    running = container["State"]["Running"]
    size = f"{formats.bytes_size(memory)} / {formats.bytes_size(limit)}" if running else "0B / 0B"
    return {
        "Container": container["Id"],
        "ID": container_id(c, container),
        "Name": container["Name"].lstrip("/"),
        "CPUPerc": f"{cores * 100:.2f}%",
        "MemUsage": size,
        "MemPerc": f"{100 * memory / limit:.2f}%",
        "NetIO": " / ".join(formats.human_size(n, 3) for n in _network_bytes(c, container)),
        "BlockIO": " / ".join(formats.human_size(n, 3) for n in _disk_bytes(c, container)),
        "PIDs": str(len(processes.listed(c, container))),
    }
