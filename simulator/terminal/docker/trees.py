"""docker images --tree: each image with its names, as a store without platforms shows it.

Source: docker/cli cli/command/image/tree.go of 28.2.2. A daemon that keeps images by its graph
driver names no manifests and counts no containers: there are no branches, no content, no marks.
"""

from __future__ import annotations

from .client import Client
from .formats import human_size

WARNING = ("WARNING: This is an experimental feature. The output may change and shouldn't be "
           "depended on.\n")  # fmt: skip
COLUMNS = (("ID", 12, "left"), ("DISK USAGE", 10, "right"), ("CONTENT SIZE", 12, "right"),
           ("USED", 4, "centre"))  # fmt: skip
SPACE = "   "
WIDTH = 120
"""Columns of the terminal (assumed)."""


def tree(c: Client) -> int:
    """Print images, the newest first."""
    for flag in ("quiet", "no-trunc", "digests", "format"):
        if c.line.flags.get(flag):
            c.err(f"--{flag} is not yet supported with --tree\n")
            return 1
    if c.args:
        c.err("filtering by image name or reference is not yet supported\n")
        return 1
    rows = [image for image in c.engine.images.list(c.machine)
            if image["RepoTags"] or c.line.on("all")]  # fmt: skip
    rows.sort(key=lambda image: -int(image["drydock"]["createdUs"]))
    names = [name for image in rows for name in image["RepoTags"]]
    room = WIDTH - sum(width + len(SPACE) for _, width, _ in COLUMNS)
    widest = min(room, max([len("IMAGE"), *(len(name) for name in names)]))
    c.out(WARNING)
    c.out(
        _cell("IMAGE", widest, "left")
        + "".join(SPACE + _cell(title, width, side) for title, width, side in COLUMNS)
        + "\n"
    )
    for at, image in enumerate(rows):
        shown = "\n".join(_cell(name, widest, "left") for name in image["RepoTags"])
        values = (image["Id"].removeprefix("sha256:")[:12], human_size(image["Size"], 3), "0B", " ")
        c.out("\n" * bool(at) + shown)
        c.out(
            "".join(
                SPACE + _cell(value, width, side)
                for value, (_, width, side) in zip(values, COLUMNS, strict=True)
            )
            + "\n"
        )
    return 0


def _cell(text: str, width: int, side: str) -> str:
    """Fill a cell up, or cut it; what is centred has the smaller gap on its left."""
    if len(text) > width:
        return text[: width - 3] + "..."
    if side == "centre":
        left = (width - len(text)) // 2
        return " " * left + text + " " * (width - len(text) - left)
    return text.ljust(width) if side == "left" else text.rjust(width)
