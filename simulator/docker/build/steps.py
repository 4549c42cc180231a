"""The steps of running builds: each begins when its inputs are done, and takes its time.

A step is found in the cache, or carried out at the instant at which it begins; its result waits
in the table "docker.builds" for the instant at which it ends.

# Simplified: Steps that run at the same time do not slow each other down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker import tree
from simulator.docker.build import execute, keys, prepare, remote
from simulator.docker.build.cache import Cache, inputs_of, instruction, key_of
from simulator.docker.build.copying import CopyError
from simulator.docker.build.execute import Place, Result
from simulator.docker.build.prepare import Prepared, Work
from simulator.docker.dockerfile import Step
from simulator.docker.registry.link import link_mbps
from simulator.docker.tree import Files, TreeError
from simulator.plain import Object
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

EXPORT_US = 30 * MS
EXPORTERS = {
    "image": "exporting to image",
    "local": "exporting to client directory",
    "tar": "exporting to client tarball",
}
EXPORT_BYTES_PER_S = 400_000_000
"""Exporting writes what is new to the image store (assumed)."""


class StepRunner:
    """Keeps the running builds and starts, runs and ends their steps."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self.cache = Cache(engine)
        self._work: dict[str, Work] = engine.table("docker.builds")
        self._logs = engine.table("docker.build.logs")
        self._plans: dict[str, Prepared] = {}
        self._open: dict[str, Object] = {}

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
            named = step.data.get("named")
            if named or step.data.get("context"):
                files = keys.tree_of(self._engine, step.id, self._prepared(machine, name), results)
                size = tree.total_size(files)
                duration = 15 * MS + size // 200
                what = f"transferring {named or 'context'}: {size_text(size)}"
                lines = [[duration, "status", f"{what} done"]]
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
        is_here = all(diff_id in local for diff_id in stack)
        slot = self._prepared(machine, name).slot(step)
        row["why"] = self.cache.why_from(
            machine, slot, base["manifest"], step.data["base"].ref, is_here
        )
        if work.get("instant"):
            bases = self._engine.table("docker.build.bases").setdefault(machine, {})
            bases[layers.chain_id(stack)] = stack
        if work.get("instant") or is_here:
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
        except (CopyError, TreeError) as error:
            self._row(name, step)
            text = keys.checksum_error(self._engine, name, step, str(error))
            self._fail(machine, name, self._open[name], text, step)
            return
        link = bool(step.data.get("link"))
        content = keys.content_key(step, rows, prepared, results)
        options = work["options"]
        key = key_of(step, "" if link else parent["key"], content, options["hosts"])
        base = parent.get("base", "")
        inputs = inputs_of(
            step,
            "" if link else parent["key"],
            instruction(parent_step) if parent_step is not None else "",
            base,
            rows,
            options["hosts"],
        )
        slot = prepared.slot(step)
        row = self._row(name, step)
        anew = _built_anew(step, options)
        record = None if anew else self.cache.find(machine, key)
        imported = None if anew or record else remote.take(self._engine, machine, work, key)
        if record is not None:
            row["why"] = "every input is as it was: the old result is used"
            self._take_cached(machine, name, step, row, parent, record, key)
        elif imported is not None:
            row["why"] = f"the result is in the cache that was imported: {imported['from']}"
            self._take_cached(machine, name, step, row, parent, imported, key)
        else:
            row["why"] = anew or self.cache.why(machine, slot, inputs)
            result = self._carry_out(machine, name, step, parent, hits, source)
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
        duration = 0
        if "from" in record:
            self.cache.put(machine, key, record["diffID"], step, record["size"])
            duration = remote.fetch_us(self._engine, machine, record["diffID"])
        self._schedule(machine, name, step, duration, [])

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
            self.cache.put_mounts(machine, result.mounts, step)
        self._work[name]["results"][str(step.id)] = stored
        self._schedule(machine, name, step, result.duration_us, result.lines, result.error)

    def _carry_out(
        self,
        machine: str,
        name: str,
        step: Step,
        parent: dict[str, Any],
        hits: list[tuple[str, str]],
        source: Files,
    ) -> Result:
        """Execute a step; what the kernel would refuse on the way is the step's error."""
        try:
            return self._execute(machine, name, step, parent, hits, source)
        except TreeError as error:
            return Result(error=f"{error.path}: {error.reason.lower()}")

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
            ssh=work["options"]["ssh"],
            hosts=work["options"]["hosts"],
        )

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
        output = self._work[name]["options"]["output"]
        if output != "image":
            duration = sum(self._copied(machine, name)) * 1_000_000 // EXPORT_BYTES_PER_S
        title = EXPORTERS.get(output, "")
        row = self._add_row(build, title, self._engine.now_us, None, []) if title else {"n": 0}
        self._work[name]["export"] = row["n"]
        if not self._work[name].get("instant"):
            self._engine.calendar.after(duration, "build.export", [machine, name])

    def _copied(self, machine: str, name: str) -> list[int]:
        """Give the bytes of each platform's files; notes where the client finds them."""
        prepared = self._prepared(machine, name)
        stacks: dict[str, Any] = {}
        for index, plan in enumerate(prepared.plans):
            results = self._work[name]["results"]
            _, stack = prepare.image_of(self._engine, plan, prepared, index, results)
            stacks[plan.platform] = list(stack)
        self._open[name]["status"]["files"] = stacks
        return [tree.total_size(self._engine.images.merged(stack)) for stack in stacks.values()]


def _built_anew(step: Step, options: dict[str, Any]) -> str:
    """Say why a step must not be taken from the cache; "" when it may."""
    if options["no_cache"]:
        return "--no-cache was given"
    if step.stage.lower() in [stage.lower() for stage in options["no_cache_filter"]]:
        return f"--no-cache-filter names its stage, {step.stage}"
    return ""


def size_text(size: int) -> str:
    """Write bytes as BuildKit does: 2B, 1.42kB, 28.23MB."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            return f"{size / limit:.2f}{unit}"
    return f"{size}B"
