"""`docker buildx du`, `prune`, `ls`, `inspect`, `use`, `version`; `docker builder prune`.

Source: docker/buildx `commands` (diskusage, prune, ls, inspect), read 2026-11-27.

# Simplified: There is one builder, the machine's daemon; it emulates other platforms.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.timing import SECOND

from . import formats
from .client import Client

BUILDKIT = "v0.22.0"
EMULATED = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6")
TAB = 8
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

Rows = list[dict[str, Any]]


def version(c: Client) -> int:
    """Name the version of buildx."""
    c.out("github.com/docker/buildx v0.24.0 d0e5e86\n")
    return 0


def _platforms(c: Client) -> list[str]:
    own = c.engine.machines.platform(c.machine)
    return [own, *(name for name in EMULATED if name != own)]


def _known(c: Client, name: str) -> bool:
    """Refuse a builder that does not exist."""
    if name in ("", "default"):
        return True
    c.err(f'ERROR: no builder "{name}" found\n')
    return False


def ls(c: Client) -> int:
    """List the builders."""
    header = ["NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT", "PLATFORMS"]
    node = [" \\_ default", " \\_ default", "running", BUILDKIT, ", ".join(_platforms(c))]
    c.out(formats.table(header, [["default*", "docker", "", "", ""], node]))
    return 0


def inspect(c: Client) -> int:
    """Show a builder."""
    if not _known(c, c.args[0] if c.args else c.line.text("builder")):
        return 1
    c.out(
        "Name:   default\nDriver: docker\n\nNodes:\nName:             default\n"
        "Endpoint:         default\nStatus:           running\n"
        f"BuildKit version: {BUILDKIT}\nPlatforms:        {', '.join(_platforms(c))}\n"
    )
    return 0


def use(c: Client) -> int:
    """Choose a builder."""
    return 0 if _known(c, c.args[0]) else 1


def du(c: Client) -> int:
    """Show what the build cache holds."""
    if not _known(c, c.line.text("builder")):
        return 1
    rows = _filtered(c, c.engine.builder.cache.list(c.machine))
    if rows is None:
        return 1
    if c.line.on("verbose"):
        c.out("".join(_verbose(c, row) for row in rows))
    elif rows:
        c.out(_table(c, rows))
    if not c.line.all("filter"):
        total = sum(row["size"] for row in rows)
        shared = sum(row["size"] for row in rows if row["shared"])
        told = []
        if shared:
            told = [("Shared:", shared), ("Private:", total - shared)]
        told += [("Reclaimable:", total), ("Total:", total)]
        c.out("".join(_tabs([name], [16]) + formats.human_size(size) + "\n" for name, size in told))
    return 0


def prune(c: Client) -> int:
    """Remove records of the build cache."""
    if not _known(c, c.line.text("builder")):
        return 1
    everything = c.line.on("all")
    rows = _filtered(c, c.engine.builder.cache.list(c.machine))
    if rows is None:
        return 1
    which = "all" if everything else "all dangling"
    if not c.confirmed(f"WARNING! This will remove {which} build cache.", " "):
        return 0
    rows = [row for row in rows if everything or not row["shared"]]
    keep = _bytes(
        c.line.text("reserved-space") or c.line.text("keep-storage")
        or c.line.text("max-used-space") or "0"
    )  # fmt: skip
    if keep:
        rows = _beyond(rows, keep)
    c.engine.builder.cache.prune(c.machine, rows)
    c.engine.images.sweep()
    if c.line.on("verbose"):
        c.out("".join(_verbose(c, row) for row in rows))
    elif rows:
        c.out(_table(c, rows))
    c.out(f"Total:\t{formats.human_size(sum(row['size'] for row in rows))}\n")
    return 0


def _beyond(rows: Rows, keep: int) -> Rows:
    """Choose what goes so that `keep` bytes stay, the longest unused first."""
    left = sum(row["size"] for row in rows)
    chosen = []
    for row in sorted(rows, key=lambda row: (row["usedUs"], row["id"])):
        if left <= keep:
            break
        chosen.append(row)
        left -= row["size"]
    return chosen


def _bytes(text: str) -> int:
    found = re.match(r"(\d+(?:\.\d+)?) ?([kmgtp]?)", text.lower())
    assert found is not None  # the grammar has looked
    return int(float(found[1]) * 1000 ** " kmgtp".index(found[2] or " "))


def _filtered(c: Client, rows: Rows) -> Rows | None:
    """Apply --filter; None for one that is not known, which is said."""
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        if name in ("until", "unused-for"):
            parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", value)
            if not parts:
                c.err(f'ERROR: time: invalid duration "{value}"\n')
                return None
            span = sum(float(number) * UNITS[unit] for number, unit in parts) * SECOND
            rows = [row for row in rows if row["usedUs"] <= c.engine.now_us - span]
        elif name in ("id", "type", "description"):
            rows = [row for row in rows if str(row[name]) == value]
        elif name.endswith("~") and name[:-1] in ("id", "type", "description"):
            rows = [row for row in rows if value in str(row[name[:-1]])]
        elif name in ("shared", "private"):
            wanted = (value != "false") == (name == "shared")
            rows = [row for row in rows if row["shared"] == wanted]
        else:
            c.err(f"ERROR: unsupported filter {name}\n")
            return None
    return rows


def _tabs(cells: list[str], widths: list[int]) -> str:
    """Write cells as Go's tab writer does when it pads with tabs."""
    text = ""
    for cell, width in zip(cells, widths, strict=True):
        text += cell + "\t" * -(-(width - len(cell)) // TAB)
    return text


def _table(c: Client, rows: Rows) -> str:
    widths = [48, 16, 16]
    text = _tabs(["ID", "RECLAIMABLE", "SIZE"], widths) + "LAST ACCESSED\n"
    for row in rows:
        mutable = "*" if row["type"] == "exec.cachemount" else ""
        size = formats.human_size(row["size"]) + ("*" if row["shared"] else "")
        cells = [f"{row['id'] + mutable:<40}", f"{'true':<5}", f"{size:<10}"]
        text += _tabs(cells, widths) + f"{_ago(c, row['usedUs'])}\n"
    return text


def _ago(c: Client, at_us: int) -> str:
    return formats.human_duration(c.engine.now_us - at_us) + " ago"


def _verbose(c: Client, row: dict[str, Any]) -> str:
    is_mount = row["type"] == "exec.cachemount"
    told = {
        "ID": row["id"],
        "Created at": c.engine.timestamp_nano(row["createdUs"]).replace("T", " ")[:-1]
        + " +0000 UTC",
        "Mutable": str(is_mount).lower(),
        "Reclaimable": "true",
        "Shared": str(row["shared"]).lower(),
        "Size": formats.human_size(row["size"]),
        "Description": row["description"] if is_mount else _description(row["description"]),
        "Usage count": str(max(1, row["uses"] + (0 if is_mount else 1))),
        "Last used": _ago(c, row["usedUs"]),
        "Type": row["type"],
    }
    lines = [_tabs([f"{name}:"], [16]) + value for name, value in told.items()]
    return "\n".join(lines) + "\n\n"


def _description(step: str) -> str:
    """Write a step's name as a record's: `mount / from exec /bin/sh -c ...` for RUN."""
    text = step.partition("] ")[2] or step
    if text.startswith("RUN "):
        return "mount / from exec /bin/sh -c " + text.removeprefix("RUN ")
    return text
