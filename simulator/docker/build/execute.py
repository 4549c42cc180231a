"""What each kind of step does to the files: RUN, COPY, ADD, WORKDIR, and what it costs in time."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from simulator.docker import layer as layers
from simulator.docker import tree, unknown
from simulator.docker.build import copying
from simulator.docker.build.copying import CopyError
from simulator.docker.layer import Layer
from simulator.docker.shellmodel import Request, run
from simulator.docker.shellmodel.commands.web import remote_file
from simulator.docker.shellmodel.users import identity
from simulator.docker.tree import Entry, Files, Tree
from simulator.timing import MS

COPY_US = 8 * MS
COPY_BYTES_PER_S = 400_000_000
RUN_OVERHEAD_US = 180 * MS
"""Start of a container for a RUN: mounts, network, runc (assumed, of the usual order)."""
EMULATION = 8.0
"""How much slower QEMU makes a program of another architecture (assumed)."""

Rows = list[list[Any]]


@dataclass(slots=True)
class Result:
    """What became of a step.

    layer: the change it made, None for steps without one; lines: rows [offset_us, kind, text] of
    output; error: BuildKit's sentence when it failed, with the exit code of a RUN.
    """

    layer: Layer | None = None
    duration_us: int = 0
    lines: Rows = field(default_factory=list)
    error: str = ""
    exit_code: int | None = None
    mounts: dict[str, Files] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """Where steps are executed: architecture, speed of a core, link, files behind mounts."""

    arch: str
    own_arch: str
    speed: float
    mbps: float
    caches: dict[str, Files]
    secrets: dict[str, str]
    ssh: list[str] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)


def workdir(base: Files, data: dict[str, Any]) -> Result:
    """WORKDIR: make the directory, owned by the user in force."""
    view = Tree(base)
    try:
        uid, gid = identity(view, data.get("user") or "")[:2]
    except LookupError:
        uid, gid = 0, 0
    try:
        if unknown.take(view, data["path"], folder=True) is None:
            view.make_dir(data["path"], uid=uid, gid=gid)
    except tree.TreeError as error:
        return Result(error=f"mkdir {data['path']}: {error.reason.lower()}")
    return Result(layer=_layer(view), duration_us=12 * MS)


def copy(
    base: Files,
    source: Files,
    data: dict[str, Any],
    hits: list[tuple[str, str]],
    *,
    add: bool,
    place: Place,
) -> Result:
    """COPY and ADD of files."""
    view = Tree(base)
    try:
        copying.copy(
            view,
            source,
            data,
            hits,
            add=add,
            arch=place.arch,
            from_context=data["from"] == "context",
        )
        if data["remote"]:
            fetched = [(row["name"], remote_file(row["url"])) for row in data["remote"]]
            copying.remote(view, data, fetched, place.arch)
    except CopyError as error:
        return Result(error=str(error))
    except tree.TreeError as error:
        return Result(error=f"cannot copy to non-directory: {error.path}")
    made = _layer(view)
    return Result(
        layer=made, duration_us=COPY_US + made["unpacked"] * 1_000_000 // COPY_BYTES_PER_S
    )


def fetch(data: dict[str, Any], place: Place) -> Result:
    """Fetch what ADD takes from the internet."""
    url = data.get("url") or ""
    size = remote_file(url)["size"]
    if place.mbps <= 0:
        host = url.split("/")[2] if url.count("/") > 2 else url
        return Result(
            error=f'Get "{url}": dial tcp: lookup {host}: no such host', duration_us=5_000 * MS
        )
    return Result(duration_us=200 * MS + int(size * 8 / place.mbps))


def run_step(base: Files, data: dict[str, Any], sources: dict[int, Files], place: Place) -> Result:
    """RUN: carry the command out in the shell model, with its mounts in place."""
    view = Tree(base)
    mounts = _with_targets(data["mounts"], place)
    hidden = _mount(view, mounts, sources, place)
    if isinstance(hidden, str):
        return Result(error=hidden)
    view = _guarded(view, mounts)
    foreign = place.arch != place.own_arch
    request = Request(
        tree=view,
        argv=list(data["args"]),
        env=dict(data["env"]),
        cwd=data["workdir"] or "/",
        user=data["user"] or "",
        arch=place.arch,
        speed=place.speed / (EMULATION if foreign else 1.0),
        mbps=0.0 if data["network"] == "none" else place.mbps,
    )
    for mount in data["mounts"]:
        if mount["type"] == "secret" and mount.get("env"):
            request.env[mount["env"]] = place.secrets.get(mount["id"], "")
    agent = next((m["target"] for m in mounts if m["type"] == "ssh"), None)
    if agent is not None:
        request.env["SSH_AUTH_SOCK"] = agent
    try:
        outcome = run(request)
    except LookupError as error:
        return Result(error=str(error), duration_us=RUN_OVERHEAD_US)
    kept = _unmount(view, hidden)
    lines: Rows = [[RUN_OVERHEAD_US + at, "log", text] for at, text in outcome.lines]
    result = Result(duration_us=RUN_OVERHEAD_US + outcome.duration_us, lines=lines, mounts=kept)
    if outcome.exit_code:
        shown = " ".join(_quoted(arg) for arg in data["args"])
        result.error = (
            f'process "{shown}" did not complete successfully: exit code: {outcome.exit_code}'
        )
        result.exit_code = outcome.exit_code
        return result
    result.layer = _layer(view)
    return result


def _quoted(arg: str) -> str:
    return arg.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def _layer(view: Tree) -> Layer:
    changed, whiteouts = view.difference()
    return layers.make_layer(dict(sorted(changed.items())), whiteouts)


Hidden = list[tuple[str, str, Files, list[str]]]
"""(target, cache id or "", entries it hid, directories made for it) of each mount."""


HOSTS = (
    "127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n"
)


def _with_targets(mounts: list[dict[str, Any]], place: Place) -> list[dict[str, Any]]:
    """Give the mounts of a RUN with BuildKit's own: names of hosts, sockets of forwarded agents.

    An agent that nobody forwards is left out, unless it is required.
    """
    names = "".join(f"{address}\t{name}\n" for name, address in place.hosts.items())
    made: list[dict[str, Any]] = [{"type": "file", "target": "/etc/hosts", "text": HOSTS + names}]
    sockets = 0
    for mount in mounts:
        if mount["type"] == "ssh":
            if (mount["id"] or "default") not in place.ssh and not mount["required"]:
                continue
            target = mount["target"] or f"/run/buildkit/ssh_agent.{sockets}"
            sockets += 1
            made.append({**mount, "target": target})
        else:
            made.append(mount)
    return made


def _guarded(view: Tree, mounts: list[dict[str, Any]]) -> Tree:
    """Let bind mounts refuse writes, as they do unless `rw` is given."""
    places: dict[bool, list[str]] = {True: [], False: []}
    for mount in mounts:
        if mount["type"] in ("bind", "cache", "tmpfs") and mount.get("target"):
            places[bool(mount.get("readonly"))].append(view.resolve(mount["target"]))
    if not places[True]:
        return view
    guarded = tree.GuardedTree({}, places[True], places[False])
    guarded.base, guarded.files = view.base, view.files
    return guarded


def _mount(
    view: Tree, mounts: list[dict[str, Any]], sources: dict[int, Files], place: Place
) -> Hidden | str:
    """Put the mounts' files into the tree; answers what is wrong as a text."""
    hidden: Hidden = []
    for mount in mounts:
        kind = mount["type"]
        target = view.resolve(mount["target"] or "/run/secrets")
        content: Files = {}
        cache = ""
        if kind == "cache":
            cache = mount["id"]
            content = place.caches.get(cache, {})
        elif kind == "bind" and mount["input"] is not None:
            content = copying.subtree(sources.get(mount["input"], {}), mount.get("source") or "/")
        elif kind == "secret":
            name = mount["id"] or posixpath.basename(target)
            if name in place.secrets:
                content = {"": _private(mount, place.secrets[name], 0o400)}
            elif mount.get("required"):
                return f"secret {name}: not found"
            else:
                continue
            if not mount["target"]:
                continue  # it is only a variable
        elif kind == "ssh":
            name = mount["id"] or "default"
            if name not in place.ssh:
                if place.ssh:
                    return f"unset ssh forward key {name}"
                return f'no SSH key "{name}" forwarded from the client'
            content = {"": _private(mount, "", 0o600)}
        elif kind == "file":
            content = {"": tree.file_entry(mount["text"])}
        old = _whole(view, target)
        made = []
        for folder in (target, *tree.parents(target)):
            if folder in view.files:
                break
            made.append(folder)
        for path in old:
            del view.files[path]
        view.make_dir(posixpath.dirname(target) if "" in content else target)
        for path, entry in content.items():
            view.files[target + path] = entry
        hidden.append((target, cache, old, made))
    return hidden


def _private(mount: dict[str, Any], text: str, mode: int) -> Entry:
    """Make the file of a secret or the socket of an agent."""
    mode = mode if mount["mode"] is None else int(mount["mode"])
    return tree.file_entry(text, mode=mode, uid=mount["uid"] or 0, gid=mount["gid"] or 0)


def _whole(view: Tree, path: str) -> Files:
    """Give a real path's entry and, of a directory, all below it."""
    entry = view.files.get(path)
    if entry is not None and entry["type"] != "dir":
        return {path: entry}
    return {p: view.files[p] for p in [path, *view.below(path)] if p in view.files}


def _unmount(view: Tree, hidden: Hidden) -> dict[str, Files]:
    """Take the mounts away again; returns what the cache mounts hold now."""
    kept: dict[str, Files] = {}
    for target, cache, old, made in reversed(hidden):
        inside = {path[len(target) :]: entry for path, entry in _whole(view, target).items()}
        inside.pop("", None)
        if cache:
            kept[cache] = inside
        view.files.pop(target, None)
        for path in inside:
            view.files.pop(target + path, None)
        for folder in made:
            if not any(p.startswith(folder + "/") for p in view.files):
                view.files.pop(folder, None)
        view.files.update(old)
    return kept
