"""`docker system df` and `docker system prune`."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from . import formats
from .client import Client
from .images import _stored
from .lifecycle import prune_containers
from .listing import fields
from .networks import prune_networks, prune_volumes


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
