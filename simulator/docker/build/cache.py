"""The build cache: what a step's result depends on, and why an old result does not serve.

As in BuildKit, the key of RUN is its parent's key, the command, the environment, user, directory
and mounts (never what it would find on the network); the key of COPY and ADD is the content, names,
modes and owners of what they take, not its times; that of FROM is the base's layers. The key of a
step holds the key of the step before it, so a miss rebuilds all that follows in the stage.

Tables: "docker.build.cache" {machine: {key: record}}, "docker.build.last" {machine: {slot: inputs
of the last build of that step}}, "docker.build.mounts" {machine: {id: files of a cache mount}},
"docker.build.mounted" {machine: {id: record of a cache mount}}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import tree
from simulator.docker.dockerfile import Step
from simulator.docker.tree import Files

if TYPE_CHECKING:
    from simulator.engine import Engine

MAX_FILES = 300
MAX_RECORDS = 2000

Inputs = dict[str, Any]
"""`parent` (key), `parentName`, `instruction`, `env`, `base`, `files` {path: [content, mode,
owner]}, `more` {what it is: its value}."""


class Cache:
    """The build caches of all machines."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._records = engine.table("docker.build.cache")
        self._last = engine.table("docker.build.last")
        self._mounts = engine.table("docker.build.mounts")
        self._mounted = engine.table("docker.build.mounted")

    def find(self, machine: str, key: str) -> dict[str, Any] | None:
        """Return the record under a key, if its layer is still there."""
        record: dict[str, Any] | None = (self._records.get(machine) or {}).get(key)
        if record is None or not self._engine.images.has_layer(record["diffID"]):
            return None
        record["usedUs"] = self._engine.now_us
        record["uses"] += 1
        return record

    def put(self, machine: str, key: str, diff_id: str, step: Step, size: int) -> None:
        """Remember a step's layer under its key."""
        records = self._records.setdefault(machine, {})
        records[key] = {
            "diffID": diff_id,
            "description": step.name,
            "kind": step.kind,
            "size": size,
            "createdUs": self._engine.now_us,
            "usedUs": self._engine.now_us,
            "uses": 0,
        }
        while len(records) > MAX_RECORDS:
            records.pop(next(iter(records)))

    def put_mounts(self, machine: str, kept: Mapping[str, Files], step: Step) -> None:
        """Keep what a RUN left in its cache mounts."""
        self._mounts.setdefault(machine, {}).update(kept)
        told = self._mounted.setdefault(machine, {})
        command = " ".join(step.data["args"])
        for mount in step.data["mounts"]:
            name = mount["id"]
            if mount["type"] == "cache" and name in kept:
                named = f' with id "{name}"' if name != mount["target"] else ""
                text = f"cached mount {mount['target']} from exec {command}{named}"
                fresh = {"description": text, "createdUs": self._engine.now_us, "uses": 0}
                row = told.setdefault(name, fresh)
                row["uses"] += 1
                row["usedUs"] = self._engine.now_us

    def list(self, machine: str) -> list[dict[str, Any]]:
        """List a machine's records and cache mounts (`docker buildx du`), the biggest first.

        Besides what a record holds: `id`, `key`, `type`, `shared` with an image, `parent` (not
        known of a cache mount).
        """
        images = self._engine.store.list("Image", machine)
        held = {layer for image in images for layer in image["RootFS"]["Layers"]}
        rows = [
            {**row, "key": key, "type": "regular", "shared": row["diffID"] in held}
            for key, row in (self._records.get(machine) or {}).items()
        ]
        for name, files in (self._mounts.get(machine) or {}).items():
            row = (self._mounted.get(machine) or {}).get(name)
            if row is not None:
                size = tree.total_size(files)
                more = {"key": name, "type": "exec.cachemount", "shared": False, "size": size}
                rows.append({**row, **more})
        for row in rows:
            row["id"] = _identifier(row["type"] + row["key"])
        return sorted(rows, key=lambda row: (-row["size"], row["id"]))

    def prune(self, machine: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Forget records that `list` gave."""
        records = self._records.get(machine) or {}
        mounts = self._mounts.get(machine) or {}
        for row in rows:
            (mounts if row["type"] == "exec.cachemount" else records).pop(row["key"], None)
        if not records:
            self._engine.table("docker.build.bases").pop(machine, None)
        self._engine.touch("docker.build.cache")

    def forget(self, machine: str) -> None:
        """Forget all of a machine, even what it built last."""
        self.prune(machine, self.list(machine))
        self._last.pop(machine, None)

    def why(self, machine: str, slot: str, inputs: Inputs) -> str:
        """Name the first input that differs from the last build of this step.

        A step that has moved within its Dockerfile is compared with where it stood before.
        """
        slots = self._last.get(machine) or {}
        old = slots.get(slot)
        if old is None or old["instruction"] != inputs["instruction"]:
            old = slots.get(f"={inputs['instruction']}", old)
        if old is None:
            return "it was never built on this machine"
        return first_difference(old, inputs)

    def why_from(self, machine: str, slot: str, digest: str, ref: str, is_here: bool) -> str:
        """Say where a base image came from, and whether its name stands for another one now."""
        slot, ref = slot + "|base", ref.removeprefix("docker.io/library/")
        old = (self._last.get(machine) or {}).get(slot)
        self.note(machine, slot, {"ref": ref, "digest": digest})
        if old is not None and old["ref"] == ref and old["digest"] != digest:
            return f"the base image has a new digest: {ref} names another image now"
        if old is not None and old["ref"] != ref:
            return f"another base image, it was: {old['ref']}"
        return "" if is_here else "the base image was not on this machine"

    def note(self, machine: str, slot: str, inputs: Inputs) -> None:
        """Remember the inputs of a step for the next build's answer."""
        slots = self._last.setdefault(machine, {})
        for key in (slot, f"={inputs['instruction']}") if "instruction" in inputs else (slot,):
            slots.pop(key, None)
            slots[key] = inputs
        while len(slots) > MAX_RECORDS:
            slots.pop(next(iter(slots)))


def _identifier(text: str) -> str:
    """Make one of BuildKit's 25-letter names."""
    value = int(digests.of(text).removeprefix("sha256:"), 16)
    letters = ""
    for _ in range(25):
        value, digit = divmod(value, 36)
        letters += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return letters


def first_difference(old: Inputs, new: Inputs) -> str:
    """Say in plain words what changed first between two sets of inputs."""
    if old["base"] != new["base"]:
        return "the base image changed"
    if old["parent"] != new["parent"]:
        return (
            f"the step before it changed: {new['parentName']}"
            if new["parentName"]
            else "the step before it changed"
        )
    if old["instruction"] != new["instruction"]:
        return f"the instruction changed, it was: {old['instruction']}"
    names = dict.fromkeys([*old["env"], *new["env"]])
    for name in names:
        before, after = old["env"].get(name), new["env"].get(name)
        if before != after:
            if before is None:
                return f"the variable {name} is new"
            return (
                f"the variable {name} is gone"
                if after is None
                else f"the variable {name} changed from {before!r} to {after!r}"
            )
    for path in sorted(dict.fromkeys([*old["files"], *new["files"]])):
        before, after = old["files"].get(path), new["files"].get(path)
        if before != after:
            return _file_difference(path.lstrip("/"), before, after)
    for what, value in new["more"].items():
        was = old["more"].get(what)
        if value != was:
            told = any(str(text).startswith("sha256:") for text in (value, was))
            return f"{what} changed" + ("" if told else f" from {was!r} to {value!r}")
    return "its result is no longer in the build cache"


def _file_difference(path: str, before: list[str] | None, after: list[str] | None) -> str:
    if before is None:
        return f"the file {path} was added"
    if after is None:
        return f"the file {path} was removed"
    for what, was, now in zip(("", "mode", "owner"), before, after, strict=True):
        if was != now and what:
            return f"the {what} of {path} changed from {was} to {now}"
        if was != now:
            break
    return f"the file {path} changed"


def instruction(step: Step) -> str:
    """Return a step's instruction without its number: `RUN pip install flask`."""
    return step.name.partition("] ")[2] or step.name


def key_of(step: Step, parent: str, content: str, hosts: Mapping[str, str] | None = None) -> str:
    """Name the result of a step by all it depends on.

    parent: key of the step below; content: checksum of what COPY, ADD or bind mounts bring; hosts:
    addresses of `--add-host`.
    """
    data = step.data
    told: list[Any] = [step.kind, parent, content]
    if step.kind == "run":
        mounts = [[m["type"], m.get("id"), m["target"], m.get("source")] for m in data["mounts"]]
        told += [
            data["args"],
            sorted(data["env"].items()),
            data["user"],
            data["workdir"],
            mounts,
            data["network"],
        ]
        if hosts:
            told.append(sorted(hosts.items()))
    elif step.kind == "workdir":
        told += [data["path"], data.get("user")]
    elif step.kind == "fetch":
        told += [data.get("url"), data.get("checksum")]
    return digests.of(told)


def inputs_of(
    step: Step,
    parent: str,
    parent_name: str,
    base: str,
    rows: list[list[Any]],
    hosts: Mapping[str, str] | None = None,
) -> Inputs:
    """Collect what a step's result depends on, for the question why it was rebuilt."""
    data = step.data
    is_run = step.kind == "run"
    return {
        "parent": parent,
        "parentName": parent_name,
        "base": base,
        "instruction": instruction(step),
        "env": dict(data["env"]) if is_run else {},
        "files": {
            row[0]: [row[5] or row[1], f"{row[2]:o}", f"{row[3]}:{row[4]}"]
            for row in rows[:MAX_FILES]
            if row[1] != "dir"
        },
        "more": _more(step, rows, hosts if is_run else None),
    }


def _more(step: Step, rows: list[list[Any]], hosts: Mapping[str, str] | None) -> dict[str, str]:
    """Name what a step depends on besides its text, its variables and its files."""
    data = step.data
    more = {"the user": str(data.get("user") or "root")}
    if step.kind == "run":
        more["the working directory"] = str(data["workdir"])
        more["the network"] = str(data["network"])
        more["--add-host"] = ", ".join(f"{name}:{ip}" for name, ip in sorted((hosts or {}).items()))
        mounts = [[m["type"], m.get("id"), m["target"], m.get("source")] for m in data["mounts"]]
        more["one of its mounts"] = digests.of(mounts)
    elif step.kind in ("copy", "add"):
        more["its owner"] = str(data.get("chown") or "")
        more["its mode"] = str(data.get("chmod") or "")
        more["its here-document"] = digests.of(data["heredocs"])
    more["what it takes"] = digests.of(rows)
    return more
