"""`docker system df -v`: every image, container and volume with the bytes it takes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.plain import Object

from . import formats
from .client import Client
from .images import image_rows
from .listing import ps_row

IMAGES = ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE",
          "CONTAINERS"]  # fmt: skip
CONTAINERS = ["CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS",
              "NAMES"]  # fmt: skip
CACHE = ["CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "USAGE", "SHARED"]


def verbose(c: Client) -> int:
    """Print the four tables."""
    images = c.engine.images.list(c.machine)
    users = Counter(one["Image"] for one in c.docker.containers(c.machine))
    holders = Counter(row["diffID"] for image in images for row in image["drydock"]["layers"])
    rows = [row for image in images for row in _image(c, image, users, holders)]
    c.out("Images space usage:\n\n" + formats.table(IMAGES, rows))
    shown = [ps_row(c, one) for one in c.docker.containers(c.machine)]
    rows = [[row["ID"], row["Image"], row["Command"], row["LocalVolumes"],
             row["Size"].partition(" (")[0], row["RunningFor"], row["Status"], row["Names"]]
            for row in shown]  # fmt: skip
    c.out("\nContainers space usage:\n\n" + formats.table(CONTAINERS, rows))
    rows = []
    for volume in c.docker.mounts.all(c.machine):
        links = len(c.docker.mounts.users(c.machine, volume["Name"]))
        size = c.docker.mounts.size(c.machine, volume["Name"])
        rows.append([volume["Name"], str(links), formats.human_size(size, 3)])
    c.out("\nLocal Volumes space usage:\n\n")
    c.out(formats.table(["VOLUME NAME", "LINKS", "SIZE"], rows))
    records = c.engine.builder.cache.list(c.machine)
    total = sum(int(record["size"]) for record in records)
    c.out(f"\nBuild cache usage: {formats.human_size(total, 3)}\n\n")
    rows = [_record(c, record) for record in records]
    c.out(formats.table(CACHE, rows))
    return 0


def _image(c: Client, image: Object, users: Counter[str], holders: Counter[str]) -> list[list[str]]:
    layers = image["drydock"]["layers"]
    shared = sum(int(row["size"]) for row in layers if holders[row["diffID"]] > 1)
    own = sum(int(row["size"]) for row in layers) - shared
    sizes = [formats.human_size(shared, 3), formats.human_size(own, 3)]
    return [
        [row["Repository"], row["Tag"], row["ID"], row["CreatedSince"], row["Size"], *sizes,
         str(users[image["Id"]])]
        for row in image_rows(c, image)
    ]  # fmt: skip


def _record(c: Client, record: dict[str, Any]) -> list[str]:
    def ago(key: str) -> str:
        at_us = record.get(key)
        return "" if at_us is None else f"{formats.human_duration(c.engine.now_us - at_us)} ago"

    name = str(record.get("id") or record.get("diffID") or "").removeprefix("sha256:")[:12]
    return [name, record["type"], formats.human_size(int(record["size"]), 3), ago("createdUs"),
            ago("usedUs"), str(record.get("uses", 1)), str(record["shared"]).lower()]  # fmt: skip
