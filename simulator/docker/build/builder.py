"""Drives builds: plans the Dockerfile, runs the graph of steps in simulated time, makes the image.

A build is a store object of kind `Build` in its machine's namespace. Its steps are rows in
`status.steps`; what they wrote is in the table "docker.build.logs". What a running build works on
(texts, context, pinned bases, results) is in the table "docker.builds" until it ends; the plan is
only a cache and is made again from those.

# Simplified: Steps that run at the same time do not slow each other down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker import reference
from simulator.docker.build import execute, keys, prepare
from simulator.docker.build.cache import Cache, inputs_of, instruction, key_of
from simulator.docker.build.context import Context
from simulator.docker.build.copying import CopyError
from simulator.docker.build.execute import Place, Result
from simulator.docker.build.options import BuildOptions
from simulator.docker.build.prepare import Prepared, Work
from simulator.docker.dockerfile import Step
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.transfer import ROUND_TRIP_US, link_mbps
from simulator.docker.tree import Files
from simulator.errors import BadCommand
from simulator.plain import Object, copy
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

KEPT = 30
"""Ended builds that are kept per machine."""
LOAD_US = 20 * MS
EXPORT_US = 30 * MS
EXPORT_BYTES_PER_S = 400_000_000
"""Exporting writes what is new to the image store (assumed)."""


class Builder:
    """Starts builds and carries them through."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self.cache = Cache(engine)
        self._work: dict[str, Work] = engine.table("docker.builds")
        self._logs = engine.table("docker.build.logs")
        self._counter = engine.table("docker.build.counter")
        self._plans: dict[str, Prepared] = {}
        self._open: dict[str, Object] = {}
        engine.calendar.on("build.refuse", self._refuse)
        engine.calendar.on("build.go", self._go)
        engine.calendar.on("build.step", self._step_done)
        engine.calendar.on("build.export", self._exported)
        engine.store.watch("Transfer", self._transfer_changed)
        engine.store.watch("Machine", self._machine_changed)

    # --- starting --------------------------------------------------------------------------

    def start(self, machine: str, context: Context, options: BuildOptions) -> str:
        """Begin a build; returns the name of the Build object to watch.

        context: files of the context by relative path. Raises BadCommand for a bad tag.
        """
        for tag in options.tags:
            try:
                reference.parse(tag)
            except ReferenceError_ as error:
                raise BadCommand(f'invalid tag "{tag}": {error}') from error
        number = self._counter.get("n", 0) + 1
        self._counter["n"] = number
        name = str(number)
        work: Work = {
            "context": context,
            "options": options.plain(),
            "bases": {},
            "results": {},
            "transfers": {},
        }
        self._work[name] = work
        self._logs[name] = {}
        body = _build_object(machine, name, options, self._engine.now_us)
        self._store.create(body)
        self._forget_old(machine)
        self._begin(machine, name)
        return name

    def build_now(self, machine: str, context: Context, options: BuildOptions) -> str:
        """Build without taking simulated time, as before a lab begins; returns the image's ID.

        Raises BadCommand with the build's error.
        """
        number = self._counter.get("n", 0) + 1
        self._counter["n"] = number
        name = str(number)
        work: Work = {
            "context": context,
            "options": options.plain(),
            "bases": {},
            "results": {},
            "transfers": {},
            "instant": True,
        }
        self._work[name] = work
        self._logs[name] = {}
        build = _build_object(machine, name, options, self._engine.now_us)
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

    def cache_usage(self, machine: str) -> tuple[int, int]:
        """Return how many records a machine's build cache has, and their bytes."""
        rows = self.cache.list(machine)
        return len(rows), sum(int(row["size"]) for row in rows)

    def prune(self, machine: str) -> int:
        """Empty a machine's build cache; returns the bytes set free."""
        return self.cache.prune(machine)

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
        for row in looked.rows:
            self._add_row(
                build, row.name, now + row.start_us, now + row.end_us, row.lines, error=row.error
            )
        build["status"]["warnings"] = looked.warnings
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

    # --- going on --------------------------------------------------------------------------

    def _go(self, key: list[str]) -> None:
        machine, name = key
        if name not in self._work:
            return
        self._open_build(machine, name)
        self._advance(machine, name)
        self._close(machine, name)

    def _prepared(self, machine: str, name: str) -> Prepared:
        """Return the plan of a running build, made again after a resume."""
        found = self._plans.get(name)
        if found is None:
            found = self._plans[name] = prepare.prepare(self._engine, machine, self._work[name])
        return found

    def _advance(self, machine: str, name: str) -> None:
        """Start every step whose inputs are done; export when all are."""
        build = self._open[name]
        prepared = self._prepared(machine, name)
        results = self._work[name]["results"]
        progress = True
        while progress and build["status"]["state"] == "running":
            progress = False
            for step in prepared.steps:
                if str(step.id) in results:
                    continue
                if all(results.get(str(i), {}).get("done") for i in step.inputs):
                    self._start_step(machine, name, step)
                    progress = True
                    if build["status"]["state"] != "running":
                        return
        if all(results.get(str(s.id), {}).get("done") for s in prepared.steps):
            self._export(machine, name)

    def _start_step(self, machine: str, name: str, step: Step) -> None:
        results = self._work[name]["results"]
        if step.kind == "from":
            self._start_from(machine, name, step)
        elif step.kind == "internal":
            lines = []
            duration = 0
            if step.data.get("context"):
                size = sum(e.get("size", 0) for e in self._prepared(machine, name).context.values())
                duration = 15 * MS + size // 200
                lines = [[duration, "status", f"transferring context: {size_text(size)} done"]]
            row = self._row(name, step)
            results[str(step.id)] = {"row": row["n"], "stack": [], "key": ""}
            self._schedule(machine, name, step, duration, lines)
        elif step.kind == "fetch":
            row = self._row(name, step)
            result = execute.fetch(step.data, self._place(machine, name))
            results[str(step.id)] = {"row": row["n"], "stack": [], "key": key_of(step, "", "")}
            self._schedule(machine, name, step, result.duration_us, result.lines, result.error)
        else:
            self._start_work(machine, name, step)

    def _start_from(self, machine: str, name: str, step: Step) -> None:
        """FROM: take the base from this machine, or pull its layers."""
        work = self._work[name]
        base = keys.base_record(work, step.data["base"])
        stack = base["stack"]
        row = self._row(name, step)
        key = digests.of(["from", layers.chain_id(stack)])
        work["results"][str(step.id)] = {"row": row["n"], "stack": stack, "key": key, "base": key}
        local = self._engine.images.local_layers(machine)
        if work.get("instant"):
            bases = self._engine.table("docker.build.bases").setdefault(machine, {})
            bases[layers.chain_id(stack)] = stack
        if work.get("instant") or all(diff_id in local for diff_id in stack):
            row["cached"] = bool(stack)
            self._schedule(machine, name, step, 0, [])
            return
        pinned = f"{base['repository']}@{base['manifest']}"
        transfer = self._engine.transfers.start_pull(machine, pinned, purpose="build")
        work["transfers"][transfer] = step.id
        self._log(name, row["n"], [[0, "status", f"resolve {step.data['ref']} 0.0s done"]])

    def _start_work(self, machine: str, name: str, step: Step) -> None:
        """RUN, COPY, ADD, WORKDIR: look in the cache, else carry it out."""
        work = self._work[name]
        results = work["results"]
        prepared = self._prepared(machine, name)
        parent, parent_step = self._parent(step, prepared, results)
        try:
            rows, hits, source = keys.sources(self._engine, step, prepared, results)
        except CopyError as error:
            self._row(name, step)
            text = keys.checksum_error(self._engine, name, step, str(error))
            self._fail(machine, name, self._open[name], text, step)
            return
        link = bool(step.data.get("link"))
        content = keys.content_key(step, rows, prepared, results)
        key = key_of(step, "" if link else parent["key"], content)
        base = parent.get("base", "")
        inputs = inputs_of(
            step,
            "" if link else parent["key"],
            instruction(parent_step) if parent_step is not None else "",
            base,
            rows,
        )
        slot = prepared.slot(step)
        row = self._row(name, step)
        options = work["options"]
        record = None if options["no_cache"] else self.cache.find(machine, key)
        if record is not None:
            row["why"] = "every input is as it was: the old result is used"
            self._take_cached(machine, name, step, row, parent, record, key)
        else:
            row["why"] = (
                "--no-cache was given"
                if options["no_cache"]
                else self.cache.why(machine, slot, inputs)
            )
            result = self._execute(machine, name, step, parent, hits, source)
            self._take_result(machine, name, step, row, parent, result, key)
        self.cache.note(machine, slot, inputs)

    def _parent(
        self, step: Step, prepared: Prepared, results: dict[str, Any]
    ) -> tuple[dict[str, Any], Step | None]:
        """Return the result and the step that this one stands on; nothing for `FROM scratch`."""
        number = prepared.parent_of(step)
        if number is None or prepared.by_id[number].kind in ("internal", "fetch"):
            return {"stack": [], "key": "scratch", "base": "scratch"}, None
        return results[str(number)], prepared.by_id[number]

    def _take_cached(
        self,
        machine: str,
        name: str,
        step: Step,
        row: dict[str, Any],
        parent: dict[str, Any],
        record: dict[str, Any],
        key: str,
    ) -> None:
        row["cached"] = True
        row["digest"] = self._engine.images.layer(record["diffID"])["digest"]
        self._work[name]["results"][str(step.id)] = {
            "row": row["n"],
            "stack": [*parent["stack"], record["diffID"]],
            "key": key,
            "base": parent.get("base", ""),
        }
        self._schedule(machine, name, step, 0, [])

    def _take_result(
        self,
        machine: str,
        name: str,
        step: Step,
        row: dict[str, Any],
        parent: dict[str, Any],
        result: Result,
        key: str,
    ) -> None:
        stored = {
            "row": row["n"],
            "stack": parent["stack"],
            "key": key,
            "base": parent.get("base", ""),
        }
        if result.layer is not None:
            self._engine.images.keep_layer(result.layer)
            row["digest"] = result.layer["digest"]
            stored["stack"] = [*parent["stack"], result.layer["diffID"]]
            stored["keep"] = result.layer["diffID"]
            stored["size"] = result.layer["unpacked"]
        if result.mounts:
            caches = self._engine.table("docker.build.mounts").setdefault(machine, {})
            caches.update(result.mounts)
        self._work[name]["results"][str(step.id)] = stored
        self._schedule(machine, name, step, result.duration_us, result.lines, result.error)

    def _execute(
        self,
        machine: str,
        name: str,
        step: Step,
        parent: dict[str, Any],
        hits: list[tuple[str, str]],
        source: Files,
    ) -> Result:
        base = self._engine.images.merged(parent["stack"])
        place = self._place(machine, name, step)
        if step.kind == "workdir":
            return execute.workdir(base, step.data)
        if step.kind in ("copy", "add"):
            under = {} if step.data.get("link") else base
            return execute.copy(under, source, step.data, hits, add=step.kind == "add", place=place)
        prepared = self._prepared(machine, name)
        results = self._work[name]["results"]
        trees = {
            m["input"]: keys.tree_of(self._engine, m["input"], prepared, results)
            for m in step.data["mounts"]
            if isinstance(m["input"], int)
        }
        return execute.run_step(base, step.data, trees, place)

    def _place(self, machine: str, name: str, step: Step | None = None) -> Place:
        spec = self._engine.machines.get(machine)
        assert spec is not None
        work = self._work[name]
        own = str(spec["spec"]["arch"])
        arch = own
        if step is not None:
            arch = self._prepared(machine, name).platform_of(step).partition("/")[2] or own
        network = work["options"]["network"]
        return Place(
            arch=arch,
            own_arch=own,
            speed=float(spec["spec"].get("speed", 1.0)),
            mbps=0.0 if network == "none" else link_mbps(self._engine, machine),
            caches=self._engine.table("docker.build.mounts").get(machine) or {},
            secrets=work["options"]["secrets"],
        )

    # --- rows ------------------------------------------------------------------------------

    def _row(self, name: str, step: Step) -> dict[str, Any]:
        """Add the row of a step that begins now."""
        return self._add_row(
            self._open[name],
            step.name,
            self._engine.now_us,
            None,
            [],
            lines_at=list(step.lines),
            step=step,
        )

    def _add_row(
        self,
        build: Object,
        title: str,
        start_us: int,
        end_us: int | None,
        lines: list[list[Any]],
        *,
        error: str = "",
        lines_at: list[int] | None = None,
        step: Step | None = None,
    ) -> dict[str, Any]:
        rows = build["status"]["steps"]
        row: dict[str, Any] = {
            "n": len(rows) + 1,
            "name": title,
            "state": "running" if end_us is None else ("error" if error else "done"),
            "startUs": start_us,
            "endUs": end_us,
            "digest": "",
            "why": "",
            "cached": False,
            "error": error,
            "lines": lines_at or [0, 0],
            "step": step.id if step is not None else None,
            "stage": step.stage if step is not None else "",
            "kind": step.kind if step is not None else "internal",
        }
        rows.append(row)
        self._log(build["metadata"]["name"], row["n"], lines)
        return row

    def _log(self, name: str, number: int, lines: list[list[Any]]) -> None:
        if lines:
            self._logs[name].setdefault(str(number), []).extend(lines)
            self._engine.touch("docker.build.logs")

    def _schedule(
        self,
        machine: str,
        name: str,
        step: Step,
        duration_us: int,
        lines: list[list[Any]],
        error: str = "",
    ) -> None:
        """Let a step end after its time; one without any ends at once."""
        stored = self._work[name]["results"].setdefault(str(step.id), {})
        stored["error"] = error
        row = self._open[name]["status"]["steps"][stored["row"] - 1]
        self._log(name, row["n"], lines)
        if (duration_us == 0 or self._work[name].get("instant")) and not error:
            self._end_row(machine, name, step, stored, row)
            return
        self._engine.calendar.after(duration_us, "build.step", [machine, name, step.id])

    def _end_row(
        self, machine: str, name: str, step: Step, stored: dict[str, Any], row: dict[str, Any]
    ) -> None:
        stored["done"] = True
        row["state"] = "cached" if row["cached"] else "done"
        row["endUs"] = self._engine.now_us
        keep = stored.get("keep")
        if keep is not None:
            self.cache.put(machine, stored["key"], keep, step, stored["size"])

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
        if transfer["spec"].get("purpose") != "build" or transfer["status"]["state"] not in (
            "done",
            "failed",
        ):
            return
        if old is not None and old["status"]["state"] == transfer["status"]["state"]:
            return
        wanted = transfer["metadata"]["name"]
        for name, work in self._work.items():
            if wanted in work["transfers"]:
                self._pulled(transfer["metadata"]["namespace"], name, transfer)
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
        """Power loss ends a machine's builds."""
        if old is None or machine["status"]["power"] != "off" or old["status"]["power"] == "off":
            return
        place = machine["metadata"]["name"]
        for build in self._store.list("Build", place):
            if build["status"]["state"] == "running":
                name = build["metadata"]["name"]
                self._fail(
                    place,
                    name,
                    self._open_build(place, name),
                    "rpc error: code = Unavailable desc = error reading from server: EOF",
                    None,
                )
                self._close(place, name)

    # --- ending ----------------------------------------------------------------------------

    def _fail(
        self,
        machine: str,
        name: str,
        build: Object,
        message: str,
        step: Step | None,
    ) -> None:
        status = build["status"]
        for row in status["steps"]:
            if step is not None and row["step"] == step.id:
                row.update(state="error", endUs=self._engine.now_us, error=message)
                status["failedRow"] = row["n"]
                status["errorAt"] = row["lines"]
            elif row["state"] == "running":
                row.update(state="canceled", endUs=self._engine.now_us)
        status.update(state="failed", message=message, endedUs=self._engine.now_us)
        self._drop(name)

    def _drop(self, name: str) -> None:
        self._work.pop(name, None)
        self._plans.pop(name, None)

    def _export(self, machine: str, name: str) -> None:
        """All steps are done: write the image."""
        build = self._open[name]
        new = 0
        for stored in self._work[name]["results"].values():
            new += int(stored.get("size", 0))
        duration = EXPORT_US + new * 1_000_000 // EXPORT_BYTES_PER_S
        row = self._add_row(build, "exporting to image", self._engine.now_us, None, [])
        self._work[name]["export"] = row["n"]
        if not self._work[name].get("instant"):
            self._engine.calendar.after(duration, "build.export", [machine, name])

    def _exported(self, key: list[str]) -> None:
        machine, name = key
        if name not in self._work:
            return
        build = self._open_build(machine, name)
        self._write_images(machine, name, build)
        self._close(machine, name)

    def _write_images(self, machine: str, name: str, build: Object) -> None:
        work = self._work[name]
        prepared = self._prepared(machine, name)
        tags = [reference.parse(tag).normalised for tag in work["options"]["tags"]]
        written = []
        for index, plan in enumerate(prepared.plans):
            document, stack = prepare.image_of(self._engine, plan, prepared, index, work["results"])
            full = [self._engine.images.layer(d) for d in stack]
            own = plan.platform == self._engine.machines.platform(machine)
            names = tags if own or len(prepared.plans) == 1 else []
            image = self._engine.images.add(
                machine, document, full, names, comment="buildkit.dockerfile.v0"
            )
            written.append((image, own))
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
        row.update(state="done", endUs=self._engine.now_us)
        status.update(state="done", imageId=chosen["Id"], endedUs=self._engine.now_us)
        self._drop(name)

    # --- the stored object -----------------------------------------------------------------

    def _open_build(self, machine: str, name: str) -> Object:
        """Take a copy of the Build object to work on; `_close` writes it back once."""
        if name not in self._open:
            self._open[name] = copy(self._store.need("Build", machine, name))
        return self._open[name]

    def _close(self, machine: str, name: str) -> None:
        build = self._open.pop(name, None)
        if build is not None:
            self._store.update(build)


def size_text(size: int) -> str:
    """Write bytes as BuildKit does: 2B, 1.42kB, 28.23MB."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            return f"{size / limit:.2f}{unit}"
    return f"{size}B"


def _build_object(machine: str, name: str, options: BuildOptions, now_us: int) -> Object:
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


__all__ = ["ROUND_TRIP_US", "Builder", "size_text"]
