"""What a step takes from elsewhere: trees of other steps, the context, pinned bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import tree
from simulator.docker.build import copying
from simulator.docker.build.prepare import Prepared, Work
from simulator.docker.dockerfile import Base, Step
from simulator.docker.tree import Files

if TYPE_CHECKING:
    from simulator.engine import Engine

Hits = list[tuple[str, str]]


def base_record(work: Work, base: Base) -> dict[str, Any]:
    """Return what was pinned for a base when the build began."""
    for record in work["bases"].values():
        same = record["digest"] == base.digest and record["platform"] == base.platform
        if same and record["config"] == base.config:
            return dict(record)
    raise KeyError(base.ref)


def tree_of(engine: Engine, number: int, prepared: Prepared, results: Mapping[str, Any]) -> Files:
    """Return the files that a step has to offer: a stage's, the context's, a document's."""
    step = prepared.by_id[number]
    if step.kind == "internal":
        if step.data.get("context"):
            return prepared.context
        if step.data.get("named"):
            return prepared.named[step.data["named"]]
        if "name" not in step.data:
            return {}
        return {
            "/" + step.data["name"]: tree.file_entry(
                step.data["content"], mode=step.data.get("mode", 0o644)
            )
        }
    return engine.images.merged(results[str(number)]["stack"])


def sources(
    engine: Engine, step: Step, prepared: Prepared, results: Mapping[str, Any]
) -> tuple[list[list[Any]], Hits, Files]:
    """Find what a COPY or ADD takes: rows for its checksum, paths, and the tree they are in.

    Of a RUN, the rows are those of its bind mounts, which are told apart by content too.

    Raises CopyError for a path that is not there.
    """
    if step.kind == "run":
        return _mounted(engine, step, prepared, results), [], {}
    if step.kind not in ("copy", "add"):
        return [], [], {}
    data = step.data
    source: Files = {}
    if data["from"] == "context":
        source = prepared.context
    elif data["from"] != "scratch":
        source = tree_of(engine, data["from"], prepared, results)
    if not data["sources"]:
        return [], [], source
    hits, source = copying.select(source, data["sources"], data["exclude"])
    return copying.contents(source, hits, data["exclude"]), hits, source


def _mounted(
    engine: Engine, step: Step, prepared: Prepared, results: Mapping[str, Any]
) -> list[list[Any]]:
    """List what the bind mounts of a RUN show, by its place in their source."""
    rows: list[list[Any]] = []
    for mount in step.data["mounts"]:
        if mount["type"] != "bind" or not isinstance(mount["input"], int):
            continue
        source = tree_of(engine, mount["input"], prepared, results)
        folder = (mount.get("source") or "").strip("./")
        for path, entry in copying.subtree(source, mount.get("source") or "/").items():
            rows.append(copying.row(f"{folder}{path}", entry))
    return rows


def content_key(
    step: Step, rows: list[list[Any]], prepared: Prepared, results: Mapping[str, Any]
) -> str:
    """Name what a step brings in besides its parent's files."""
    if step.kind in ("copy", "add"):
        return copying.checksum(rows, step.data)
    if step.kind == "run":
        brought: list[Any] = [rows] if rows else []
        for mount in step.data["mounts"]:
            if mount["type"] == "bind" or not isinstance(mount["input"], int):
                continue
            given = prepared.by_id[mount["input"]]
            if given.kind == "internal":
                brought.append(digests.of(given.data.get("content", "")))
            else:
                brought.append(results[str(mount["input"])]["key"])
        return digests.of(brought) if brought else ""
    return ""


def checksum_error(engine: Engine, name: str, step: Step, text: str) -> str:
    """Word the error for a path that COPY does not find, with BuildKit's made-up references."""
    if "not found" not in text:
        return text
    first = _identifier(engine, name, step, "a")
    second = _identifier(engine, name, step, "b")
    return (
        "failed to compute cache key: failed to calculate checksum of ref "
        f"{first}::{second}: {text}"
    )


def _identifier(engine: Engine, name: str, step: Step, part: str) -> str:
    """Make one of BuildKit's 25-letter names, the same in every replay."""
    value = int(engine.streams.hex(32, "buildref", name, step.id, part), 16)
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    for _ in range(25):
        value, digit = divmod(value, 36)
        text += letters[digit]
    return text
