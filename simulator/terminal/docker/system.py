"""`docker version`, `info`, `system df`, `system prune`, `context ls`."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object
from simulator.programs.kernel.machine import ARCHITECTURES, RELEASE

from . import contexts, formats
from .client import Client
from .images import _stored
from .lifecycle import prune_containers
from .listing import fields
from .networks import prune_networks, prune_volumes
from .template import TemplateError, render, to_json

VERSION = "28.2.2"
API = "1.50"
COMMIT = "e6534b4"


def version_data(c: Client) -> dict[str, Any]:
    """Give what `docker version` shows of client and server."""
    machine = c.engine.machines.get(c.machine)
    arch = machine["spec"]["arch"] if machine else "amd64"
    arch = "arm" if arch.startswith("arm/") else arch
    client = {
        "Version": VERSION, "ApiVersion": API, "DefaultAPIVersion": API, "GitCommit": COMMIT,
        "GoVersion": "go1.24.3", "Os": "linux", "Arch": arch,
        "BuildTime": "Fri May 30 12:07:27 2025",
        "Context": contexts.known(c.engine, c.machine)[0],
    }  # fmt: skip
    server = {
        "Platform": {"Name": "Docker Engine - Community"}, "Version": VERSION, "ApiVersion": API,
        "MinAPIVersion": "1.24", "GitCommit": "45873be", "GoVersion": "go1.24.3", "Os": "linux",
        "Arch": arch, "BuildTime": "Fri May 30 12:07:27 2025", "KernelVersion": RELEASE,
        "Experimental": False,
    }  # fmt: skip
    return {"Client": client, "Server": server}


def version(c: Client) -> int:
    """Show versions."""
    data = version_data(c)
    form = c.line.text("format")
    if form == "json":
        c.out(to_json(data) + "\n")
        return 0
    if form:
        try:
            c.out(render(form, data) + "\n")
        except TemplateError as error:
            c.err(f"template parsing error: template: version:1: {error}\n")
            return 64
        return 0
    client, server = data["Client"], data["Server"]
    c.out(
        "Client: Docker Engine - Community\n"
        f" Version:           {client['Version']}\n API version:       {client['ApiVersion']}\n"
        f" Go version:        {client['GoVersion']}\n Git commit:        {client['GitCommit']}\n"
        f" Built:             {client['BuildTime']}\n"
        f" OS/Arch:           {client['Os']}/{client['Arch']}\n"
        f" Context:           {client['Context']}\n\n"
    )
    refused = contexts.refusal(c.engine, c.machine)
    if refused:
        c.err(refused)
        return 1
    c.out(
        "Server: Docker Engine - Community\n Engine:\n"
        f"  Version:          {server['Version']}\n"
        f"  API version:      {server['ApiVersion']} (minimum version 1.24)\n"
        f"  Go version:       {server['GoVersion']}\n  Git commit:       {server['GitCommit']}\n"
        f"  Built:            {server['BuildTime']}\n"
        f"  OS/Arch:          {server['Os']}/{server['Arch']}\n  Experimental:     false\n"
    )  # fmt: skip
    return 0


def info(c: Client) -> int:
    """Show the daemon's summary."""
    containers = c.docker.containers(c.machine)
    machine = c.engine.machines.get(c.machine)
    spec: dict[str, Any] = machine["spec"] if machine else {"arch": "amd64", "cpu": 4,
                                                            "memory": 8 << 30}  # fmt: skip
    running = sum(1 for one in containers if one["State"]["Running"])
    paused = sum(1 for one in containers if one["State"]["Paused"])
    data: dict[str, Any] = {
        "ID": c.engine.streams.uid("docker", c.machine), "Containers": len(containers),
        "ContainersRunning": running - paused, "ContainersPaused": paused,
        "ContainersStopped": len(containers) - running,
        "Images": len(c.engine.images.list(c.machine)), "Driver": "overlay2",
        "ServerVersion": VERSION, "NCPU": int(spec["cpu"]), "MemTotal": int(spec["memory"]),
        "Name": c.machine, "OperatingSystem": "Ubuntu 24.04.2 LTS", "OSType": "linux",
        "Architecture": ARCHITECTURES.get(spec["arch"], "x86_64"), "KernelVersion": RELEASE,
        "CgroupDriver": "systemd", "CgroupVersion": "2", "DockerRootDir": "/var/lib/docker",
        "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
                  "ControlAvailable": False, "Error": "", "RemoteManagers": None},
        "LoggingDriver": "json-file", "DefaultRuntime": "runc", "LiveRestoreEnabled": False,
    }  # fmt: skip
    form = c.line.text("format")
    if form:
        try:
            c.out((to_json(data) if form == "json" else render(form, data)) + "\n")
        except TemplateError as error:
            c.err(f"template parsing error: template: :1: {error}\n")
            return 1
        return 0
    c.out(
        f"Client: Docker Engine - Community\n Version:    {VERSION}\n Context:    default\n"
        " Debug Mode: false\n\nServer:\n"
        f" Containers: {data['Containers']}\n  Running: {data['ContainersRunning']}\n"
        f"  Paused: {data['ContainersPaused']}\n  Stopped: {data['ContainersStopped']}\n"
        f" Images: {data['Images']}\n Server Version: {VERSION}\n Storage Driver: overlay2\n"
        "  Backing Filesystem: extfs\n  Supports d_type: true\n"
        " Logging Driver: json-file\n Cgroup Driver: systemd\n Cgroup Version: 2\n Plugins:\n"
        "  Volume: local\n  Network: bridge host ipvlan macvlan null overlay\n"
        " Swarm: inactive\n Runtimes: io.containerd.runc.v2 runc\n Default Runtime: runc\n"
        f" Init Binary: docker-init\n Kernel Version: {RELEASE}\n"
        f" Operating System: {data['OperatingSystem']}\n OSType: linux\n"
        f" Architecture: {data['Architecture']}\n CPUs: {data['NCPU']}\n"
        f" Total Memory: {formats.bytes_size(data['MemTotal'])}\n Name: {c.machine}\n"
        f" ID: {data['ID']}\n Docker Root Dir: /var/lib/docker\n Debug Mode: false\n"
        " Experimental: false\n Insecure Registries:\n  127.0.0.0/8\n"
        " Live Restore Enabled: false\n\n"
    )  # fmt: skip
    return 0


def _share(part: float, whole: float) -> str:
    percent = f" ({int(100 * part / whole)}%)" if whole else ""
    return formats.human_size(part) + percent


def _used_images(c: Client) -> list[Object]:
    used = {one["Image"]: None for one in c.docker.containers(c.machine)}
    return [image for image in c.engine.images.list(c.machine) if image["Id"] in used]


def df(c: Client) -> int:
    """Show what takes disk space."""
    if c.line.on("verbose"):
        from .diskusage import verbose

        if c.line.text("format"):
            c.err("the verbose and the format options conflict\n")
            return 1
        return verbose(c)
    images = c.engine.images.list(c.machine)
    used = _used_images(c)
    kept: dict[str, int] = {}
    for image in used:
        kept.update({row["diffID"]: int(row["size"]) for row in image["drydock"]["layers"]})
    total = _stored(c)
    containers = c.docker.containers(c.machine)
    sizes = [c.docker.files.size(one["Id"]) for one in containers]
    idle = sum(size for one, size in zip(containers, sizes, strict=True)
               if not one["State"]["Running"])  # fmt: skip
    volumes = c.docker.mounts.all(c.machine)
    held = [c.docker.mounts.size(c.machine, one["Name"]) for one in volumes]
    in_use = [bool(c.docker.mounts.users(c.machine, one["Name"])) for one in volumes]
    free = sum(size for size, busy in zip(held, in_use, strict=True) if not busy)
    running = sum(1 for one in containers if one["State"]["Running"])
    rows: list[dict[str, Any]] = [
        _df_row("Images", len(images), len(used), total, total - sum(kept.values())),
        _df_row("Containers", len(containers), running, sum(sizes), idle),
        _df_row("Local Volumes", len(volumes), sum(in_use), sum(held), free),
        _df_row("Build Cache", *_cache(c)),
    ]
    columns = [("Type", "TYPE"), ("TotalCount", "TOTAL"), ("Active", "ACTIVE"), ("Size", "SIZE"),
               ("Reclaimable", "RECLAIMABLE")]  # fmt: skip
    return fields(c, rows, columns, "Type TotalCount Active Size Reclaimable")


def _cache(c: Client) -> tuple[int, int, int, int]:
    """Give the build cache as (records, active, bytes, reclaimable bytes)."""
    count, size = c.engine.builder.cache_usage(c.machine)
    return count, 0, size, size


def _df_row(name: str, total: int, active: int, size: int, free: int) -> dict[str, Any]:
    share = formats.human_size(free) if name == "Build Cache" else _share(free, size)
    return {"Type": name, "TotalCount": str(total), "Active": str(active),
            "Size": formats.human_size(size), "Reclaimable": share}  # fmt: skip


def prune(c: Client) -> int:
    """Remove everything that is not in use."""
    everything = c.line.on("all")
    until = any(text.startswith("until=") for text in c.line.all("filter"))
    if c.line.on("volumes") and until:
        c.err('ERROR: The "until" filter is not supported with "--volumes"\n')
        return 1
    what = ["all stopped containers", "all networks not used by at least one container"]
    if c.line.on("volumes"):
        what.append("all anonymous volumes not used by at least one container")
    what.append("all images without at least one container associated to them" if everything
                else "all dangling images")  # fmt: skip
    what.append("all build cache" if everything else "unused build cache")
    if not c.confirmed("WARNING! This will remove:\n" + "".join(f"  - {row}\n" for row in what)):
        return 0
    before = _stored(c)
    removed, space = prune_containers(c)
    if removed:
        c.out("Deleted Containers:\n" + "".join(f"{key}\n" for key in removed) + "\n")
    networks = prune_networks(c)
    if networks:
        c.out("Deleted Networks:\n" + "".join(f"{name}\n" for name in networks) + "\n")
    if c.line.on("volumes"):
        names, freed = prune_volumes(c, False)
        space += freed
        if names:
            c.out("Deleted Volumes:\n" + "".join(f"{name}\n" for name in names) + "\n")
    rows = c.engine.images.prune(c.machine, everything=everything)
    if rows:
        c.out("Deleted Images:\n")
        c.out("".join(f"{k.lower()}: {name}\n" for row in rows for k, name in row.items()) + "\n")
    space += c.engine.builder.prune(c.machine, everything=everything)
    c.out(f"Total reclaimed space: {formats.human_size(space + before - _stored(c))}\n")
    return 0
