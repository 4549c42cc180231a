"""Drives builds: plans the Dockerfile, runs the graph of steps in simulated time, makes the image.

A build is a store object of kind `Build` in its machine's namespace. Its steps are rows in
`status.steps`; what they wrote is in the table "docker.build.logs". What a running build works on
(texts, context, pinned bases, results) is in the table "docker.builds" until it ends; the plan is
only a cache and is made again from those.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker import reference, tree
from simulator.docker.build import prepare, remote
from simulator.docker.build.context import Context
from simulator.docker.build.options import BuildOptions
from simulator.docker.build.prepare import Work
from simulator.docker.build.steps import StepRunner, size_text
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.errors import RegistryError
from simulator.errors import BadCommand
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine

KEPT = 30
"""Ended builds that are kept per machine."""


class Builder(StepRunner):
    """Starts builds and carries them through."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._counter = engine.table("docker.build.counter")
        engine.calendar.on("build.refuse", self._refuse)
        engine.calendar.on("build.go", self._go)
        engine.calendar.on("build.step", self._step_done)
        engine.calendar.on("build.export", self._exported)
        engine.calendar.on("build.pushed", self._pushed)
        engine.calendar.on("build.cached", self._cache_sent)
        engine.calendar.on("build.lost", self._lost)
        engine.store.watch("Transfer", self._transfer_changed)
        engine.store.watch("Machine", self._machine_changed)

    def start(self, machine: str, context: Context, options: BuildOptions) -> str:
        """Begin a build; returns the name of the Build object to watch.

        context: files of the context by relative path. Raises BadCommand for a bad tag.
        """
        for tag in options.tags:
            try:
                reference.parse(tag)
            except ReferenceError_ as error:
                raise BadCommand(f'invalid tag "{tag}": {error}') from error
        name, build = self._enter(machine, context, options)
        self._store.create(build)
        self._forget_old(machine)
        self._begin(machine, name)
        return name

    def build_now(self, machine: str, context: Context, options: BuildOptions) -> str:
        """Build without taking simulated time, as before a lab begins; returns the image's ID.

        Raises BadCommand with the build's error.
        """
        name, build = self._enter(machine, context, options)
        work = self._work[name]
        work["instant"] = True
        self._open[name] = build
        try:
            looked = prepare.look(self._engine, machine, work)
            if looked.error:
                raise BadCommand(looked.error)
            while build["status"]["state"] == "running" and not work.get("export"):
                before = len(work["results"])
                self._advance(machine, name)
                failed = next((r for r in work["results"].values() if r.get("error")), None)
                if failed is not None:
                    raise BadCommand(failed["error"])
                if len(work["results"]) == before and not work.get("export"):
                    break
            if build["status"]["state"] == "failed":
                raise BadCommand(build["status"]["message"])
            self._write_images(machine, name, build)
            return str(build["status"]["imageId"])
        finally:
            self._drop(name)
            self._logs.pop(name, None)
            self._open.pop(name, None)

    def _enter(self, machine: str, context: Context, options: BuildOptions) -> tuple[str, Object]:
        """Give a new build its name, its work and its log; returns the name and its object."""
        name = str(self._counter.get("n", 0) + 1)
        self._counter["n"] = int(name)
        work: Work = {
            "context": context,
            "options": options.plain(),
            "bases": {},
            "results": {},
            "transfers": {},
        }
        self._work[name] = work
        self._logs[name] = {}
        return name, _build_object(machine, name, options, self._engine.now_us, work)

    def cache_usage(self, machine: str) -> tuple[int, int]:
        """Return how many records a machine's build cache has, and their bytes."""
        rows = self.cache.list(machine)
        return len(rows), sum(int(row["size"]) for row in rows)

    def prune(self, machine: str, *, everything: bool = True) -> int:
        """Empty a machine's build cache; returns the bytes set free.

        everything: also what an image shares.
        """
        rows = [row for row in self.cache.list(machine) if everything or not row["shared"]]
        self.cache.prune(machine, rows)
        self._engine.images.sweep()
        return sum(int(row["size"]) for row in rows)

    def log(self, name: str) -> dict[str, list[list[Any]]]:
        """Return what a build's steps wrote: {step's n: rows [offset_us, kind, text]}."""
        found: dict[str, list[list[Any]]] = self._logs.get(name) or {}
        return found

    def cancel(self, machine: str, name: str) -> None:
        """Stop a build (Ctrl-C)."""
        build = self._open_build(machine, name)
        if build["status"]["state"] == "running":
            self._fail(machine, name, build, "context canceled", None)
        self._close(machine, name)

    def _forget_old(self, machine: str) -> None:
        ended = [b for b in self._store.list("Build", machine) if b["status"]["state"] != "running"]
        ended.sort(key=lambda b: int(b["metadata"]["name"]))
        for build in ended[:-KEPT]:
            self._store.delete("Build", machine, build["metadata"]["name"])
            self._logs.pop(build["metadata"]["name"], None)

    def _begin(self, machine: str, name: str) -> None:
        """Load the Dockerfile and plan; the steps begin when the bases are known."""
        build = self._open_build(machine, name)
        work = self._work[name]
        now = self._engine.now_us
        looked = prepare.look(self._engine, machine, work)
        rows = []
        if not looked.error:
            rows = remote.load(self._engine, machine, work, looked.duration_us)
        looked.rows += rows
        looked.duration_us = max([looked.duration_us, *(row.end_us for row in rows)])
        for row in looked.rows:
            self._add_row(
                build, row.name, now + row.start_us, now + row.end_us, row.lines, error=row.error
            )
        build["status"]["warnings"] = [asdict(warning) for warning in looked.warnings]
        if looked.error:
            refusal = [machine, name, looked.error, looked.lines]
            self._engine.calendar.after(looked.duration_us, "build.refuse", refusal)
        else:
            self._engine.calendar.after(looked.duration_us, "build.go", [machine, name])
        self._close(machine, name)

    def _refuse(self, key: list[Any]) -> None:
        """The Dockerfile cannot be used, or a base cannot be had."""
        machine, name, message, lines = key
        if name not in self._work:
            return
        build = self._open_build(machine, name)
        build["status"]["errorAt"] = lines
        self._fail(machine, name, build, message, None)
        self._close(machine, name)

    def _go(self, key: list[str]) -> None:
        machine, name = key
        if name not in self._work:
            return
        self._open_build(machine, name)
        self._advance(machine, name)
        self._close(machine, name)

    def _step_done(self, key: list[Any]) -> None:
        machine, name, number = key
        if name not in self._work:
            return
        build = self._open_build(machine, name)
        stored = self._work[name]["results"][str(number)]
        step = self._prepared(machine, name).by_id[number]
        row = build["status"]["steps"][stored["row"] - 1]
        if stored.get("error"):
            self._fail(machine, name, build, stored["error"], step)
        else:
            self._end_row(machine, name, step, stored, row)
            self._advance(machine, name)
        self._close(machine, name)

    def _transfer_changed(self, change: str, transfer: Object, old: Object | None) -> None:
        if transfer["status"]["state"] not in ("done", "failed"):
            return
        if old is not None and old["status"]["state"] == transfer["status"]["state"]:
            return
        wanted = transfer["metadata"]["name"]
        machine = transfer["metadata"]["namespace"]
        for name, work in self._work.items():
            if wanted in work["transfers"]:
                self._pulled(machine, name, transfer)
                return
            if wanted in work.get("pushes", ()):
                self._engine.calendar.after(0, "build.pushed", [machine, name, wanted])
                return

    def _pulled(self, machine: str, name: str, transfer: Object) -> None:
        """A base's layers have arrived (or not): the FROM step ends at this instant."""
        work = self._work[name]
        number = work["transfers"][transfer["metadata"]["name"]]
        stored = work["results"][str(number)]
        start = transfer["status"]["startedUs"]
        lines = []
        for row in transfer["status"]["layers"]:
            if row["startUs"] is None:
                continue
            size = size_text(row["size"])
            took = (row["endUs"] or self._engine.now_us) - row["startUs"]
            lines.append(
                [
                    (row["endUs"] or self._engine.now_us) - start,
                    "status",
                    f"{row['digest']} {size} / {size} {took / 1e6:.1f}s done",
                ]
            )
        lines += [
            [self._engine.now_us - start, "status", f"extracting {row['digest']} done"]
            for row in transfer["status"]["layers"]
            if row["startUs"] is not None
        ]
        self._logs[name].setdefault(str(stored["row"]), []).extend(lines)
        if transfer["status"]["state"] == "failed":
            stored["error"] = transfer["status"]["buildkit"]
        else:
            bases = self._engine.table("docker.build.bases").setdefault(machine, {})
            bases[layers.chain_id(stored["stack"])] = stored["stack"]
        self._engine.calendar.after(0, "build.step", [machine, name, number])

    def _machine_changed(self, change: str, machine: Object, old: Object | None) -> None:
        off = machine["status"]["power"] == "off"
        if old is not None and off and old["status"]["power"] != "off":
            self._engine.calendar.after(0, "build.lost", machine["metadata"]["name"])

    def _lost(self, machine: str) -> None:
        """Power loss ends a machine's builds."""
        for running in self._store.list("Build", machine):
            if running["status"]["state"] == "running":
                name = running["metadata"]["name"]
                build = self._open_build(machine, name)
                self._fail(machine, name, build, "error reading from server: EOF", None)
                self._close(machine, name)

    def _exported(self, key: list[str]) -> None:
        machine, name = key
        if name not in self._work:
            return
        build = self._open_build(machine, name)
        work = self._work[name]
        if work["options"]["output"] != "image":
            self._write_files(name, build)
            self._send_cache(machine, name, build)
            self._close(machine, name)
            return
        self._write_images(machine, name, build)
        if work["options"]["push"] and work["options"]["tags"]:
            start_push = self._engine.transfers.start_push
            work["pushes"] = {start_push(machine, tag): tag for tag in work["options"]["tags"]}
        else:
            self._send_cache(machine, name, build)
        self._close(machine, name)

    def _pushed(self, key: list[str]) -> None:
        """One tag of a build with --push is on the hub, or not."""
        machine, name, transfer_name = key
        if name not in self._work:
            return
        build = self._open_build(machine, name)
        pushes = self._work[name]["pushes"]
        tag = reference.parse(pushes.pop(transfer_name)).normalised
        status = self._engine.transfers.get(machine, transfer_name)["status"]
        if status["state"] == "failed":
            self._fail(machine, name, build, f"failed to push {tag}: {status['message']}", None)
        else:
            row = build["status"]["steps"][self._work[name]["export"] - 1]
            took = (status["endedUs"] - status["startedUs"]) / 1e6
            at = self._engine.now_us - row["startUs"]
            for line in ("pushing layers", f"pushing manifest for {tag}@{status['digest']}"):
                self._log(name, row["n"], [[at, "status", f"{line} {took:.1f}s done"]])
            if not pushes:
                self._send_cache(machine, name, build)
        self._close(machine, name)

    def _send_cache(self, machine: str, name: str, build: Object) -> None:
        """The result is written: send the cache where it was wished, then end."""
        work = self._work[name]
        now = self._engine.now_us
        if work["export"]:
            build["status"]["steps"][work["export"] - 1].update(state="done", endUs=now)
        if not any(one["type"] == "registry" for one in work["options"]["cache_to"]):
            self._end(name, build)
            return
        row = self._add_row(build, "exporting cache to registry", now, None, [])
        try:
            prepared = self._prepared(machine, name)
            sent = remote.export(self._engine, machine, work, prepared)
        except RegistryError as error:
            row.update(state="error", endUs=now, error=error.buildkit)
            build["status"]["failedRow"] = row["n"]
            self._fail(machine, name, build, f"error writing layer blob: {error.buildkit}", None)
            return
        self._log(name, row["n"], sent.lines)
        told = [machine, name, row["n"], sent.ref.normalised, sent.records]
        self._engine.calendar.after(sent.duration_us, "build.cached", told)

    def _cache_sent(self, key: list[Any]) -> None:
        """The cache is on its registry: the build is done."""
        machine, name, number, ref, records = key
        if name not in self._work:
            return
        self._engine.table("docker.build.exported")[ref] = records
        build = self._open_build(machine, name)
        build["status"]["steps"][number - 1].update(state="done", endUs=self._engine.now_us)
        self._end(name, build)
        self._close(machine, name)

    def _end(self, name: str, build: Object) -> None:
        """All is written: the build is done."""
        status, now = build["status"], self._engine.now_us
        status.update(state="done", endedUs=now)
        self._drop(name)

    def _write_files(self, name: str, build: Object) -> None:
        """Tell what went to the client instead of an image (`--output`)."""
        work = self._work[name]
        if not work["export"]:
            return
        row = build["status"]["steps"][work["export"] - 1]
        took = self._engine.now_us - row["startUs"]
        stacks = build["status"]["files"]
        for platform, stack in stacks.items():
            size = size_text(tree.total_size(self._engine.images.merged(stack)))
            what = "sending tarball" if work["options"]["output"] == "tar" else "copying files"
            what += f" {platform}" if len(stacks) > 1 else ""
            self._log(name, row["n"], [[took, "status", f"{what} {size} {took / 1e6:.1f}s done"]])

    def _write_images(self, machine: str, name: str, build: Object) -> None:
        work = self._work[name]
        prepared = self._prepared(machine, name)
        tags = [reference.parse(tag).normalised for tag in work["options"]["tags"]]
        written = []
        inlined = self._engine.table("docker.build.inline")
        inline: remote.Records = {}
        if any(one["type"] == "inline" for one in work["options"]["cache_to"]):
            inline = remote.collect(self._engine, machine, work, prepared, everything=False)
        for index, plan in enumerate(prepared.plans):
            document, stack = prepare.image_of(self._engine, plan, prepared, index, work["results"])
            full = [self._engine.images.layer(d) for d in stack]
            own = plan.platform == self._engine.machines.platform(machine)
            names = tags if own or len(prepared.plans) == 1 else []
            image = self._engine.images.add(
                machine, document, full, names, comment="buildkit.dockerfile.v0"
            )
            written.append((image, own))
            if inline:
                inlined[image["Id"]] = inline
        chosen = next((image for image, own in written if own), written[0][0])
        if len(written) > 1:
            self._engine.images.group(
                machine, [image["Id"] for image, _ in written], tags, chosen["Id"]
            )
        status = build["status"]
        row = status["steps"][work["export"] - 1]
        took = self._engine.now_us - row["startUs"]
        lines = [
            [took, "status", f"exporting layers {took / 1e6:.1f}s done"],
            [took, "status", f"writing image {chosen['Id']} done"],
        ]
        lines += [[took, "status", f"naming to {tag} done"] for tag in tags]
        self._log(name, row["n"], lines)
        status["imageId"] = chosen["Id"]

    def _open_build(self, machine: str, name: str) -> Object:
        """Take a copy of the Build object to work on; `_close` writes it back once."""
        if name not in self._open:
            self._open[name] = copy(self._store.need("Build", machine, name))
        return self._open[name]

    def _close(self, machine: str, name: str) -> None:
        build = self._open.pop(name, None)
        if build is not None:
            self._store.update(build)


def _build_object(
    machine: str, name: str, options: BuildOptions, now_us: int, work: Work
) -> Object:
    text = prepare.dockerfile_text(work)
    digest = None if text is None else digests.of_text(text)
    return {
        "apiVersion": "drydock/v1",
        "kind": "Build",
        "metadata": {"name": name, "namespace": machine},
        "spec": {
            "tags": list(options.tags),
            "dockerfile": options.dockerfile,
            "platforms": list(options.platforms),
            "target": options.target,
            "entry": options.entry,
            "source": digest,
        },
        "status": {
            "state": "running",
            "startedUs": now_us,
            "endedUs": None,
            "steps": [],
            "message": "",
            "imageId": "",
            "warnings": [],
            "failedRow": None,
            "errorAt": [0, 0],
        },
    }
