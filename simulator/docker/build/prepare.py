"""Before the steps: read the Dockerfile, look up the bases, make the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.docker import layer as layers
from simulator.docker import reference
from simulator.docker.build.context import context_files, ignore_patterns, text_of
from simulator.docker.dockerfile import Base, DockerfileError, Plan, Step, Warning, plan
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.errors import RegistryError
from simulator.docker.registry.link import RESOLVE_TRIPS, ROUND_TRIP_US
from simulator.docker.tree import Files
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

Work = dict[str, Any]
"""What a running build works on; plain data in the table "docker.builds"."""


@dataclass(slots=True)
class PlanOf:
    """The plan for one platform."""

    platform: str
    plan: Plan
    numbers: dict[int, int]
    """The plan's step ids -> ids in the whole build."""


@dataclass(slots=True)
class Prepared:
    """A build ready to run: all steps of all platforms, numbered through."""

    steps: list[Step]
    by_id: dict[int, Step]
    plans: list[PlanOf]
    context: Files
    dockerfile: str
    tag: str
    owner: dict[int, int] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    named: dict[str, Files] = field(default_factory=dict)

    def platform_of(self, step: Step) -> str:
        """Return the platform that a step is executed for."""
        seen = step
        while True:
            if seen.kind == "from":
                return str(seen.data["base"].platform)
            parent = self.parents.get(seen.id)
            if parent is None:
                return self.plans[self.owner[step.id]].platform
            seen = self.by_id[parent]

    def parent_of(self, step: Step) -> int | None:
        """Return the step on whose files a step stands."""
        return self.parents.get(step.id)

    def slot(self, step: Step) -> str:
        """Name the place of a step, the same in every build of this Dockerfile."""
        index = sum(1 for s in self.steps if s.stage == step.stage and s.id < step.id)
        platform = self.plans[self.owner[step.id]].platform
        return f"{self.tag or self.dockerfile}|{platform}|{step.stage}|{index}"


@dataclass(slots=True)
class Row:
    """A step of the preparation: its name, times relative to the build's start, output."""

    name: str
    start_us: int
    end_us: int
    lines: list[list[Any]]
    error: str = ""


@dataclass(slots=True)
class Looked:
    """What the preparation gave: rows to show, how long it took, what was wrong."""

    rows: list[Row]
    duration_us: int
    error: str = ""
    lines: list[int] = field(default_factory=lambda: [0, 0])
    warnings: list[Warning] = field(default_factory=list)

    def no_base(self, error: RegistryError) -> DockerfileError:
        """Note that the image looked up last cannot be had; gives the words for it."""
        row = self.rows[-1]
        row.error = error.buildkit
        row.end_us += error.delay_us
        self.duration_us += error.delay_us
        image = row.name.rpartition(" ")[2]
        return DockerfileError(f"failed to resolve source metadata for {image}: {error.buildkit}")


def dockerfile_text(work: Work) -> str | None:
    """Return the Dockerfile's text, None when the context has none."""
    options = work["options"]
    if options["dockerfile_text"] is not None:
        return str(options["dockerfile_text"])
    found = work["context"].get(options["dockerfile"])
    return None if found is None else text_of(found)


def look(engine: Engine, machine: str, work: Work) -> Looked:
    """Read the Dockerfile and look the bases up; fills `work["bases"]`."""
    name = work["options"]["dockerfile"]
    text = dockerfile_text(work)
    if text is None:
        row = Row(
            "[internal] load build definition from " + name,
            0,
            10 * MS,
            [[10 * MS, "status", "transferring dockerfile: 2B done"]],
        )
        error = f"failed to read dockerfile: open {name}: no such file or directory"
        return Looked([row], 10 * MS, error)
    size = len(text.encode())
    first = Row(
        "[internal] load build definition from " + name.rpartition("/")[2],
        0,
        18 * MS,
        [[18 * MS, "status", f"transferring dockerfile: {_size(size)} done"]],
    )
    looked = Looked([first], 18 * MS)
    try:
        prepare(engine, machine, work, looked)
    except DockerfileError as error:
        looked.error = error.message
        if error.message.startswith("dockerfile parse error") or error.first_line:
            looked.lines = [error.first_line or 0, error.last_line or 0]
        return looked
    except RecursionError:
        looked.error = "dockerfile parse error: nested too deeply"
        return looked
    ignored = next(
        (n for n in (f"{name}.dockerignore", ".dockerignore") if n in work["context"]), ""
    )
    ignore_size = len((text_of(work["context"][ignored]) or "").encode()) if ignored else 2
    start = looked.duration_us
    looked.rows.append(
        Row(
            "[internal] load .dockerignore",
            start,
            start + 8 * MS,
            [[8 * MS, "status", f"transferring context: {_size(ignore_size)} done"]],
        )
    )
    looked.duration_us = start + 8 * MS
    return looked


def _size(size: int) -> str:
    return f"{size}B" if size < 1000 else f"{size / 1000:.2f}kB"


def prepare(engine: Engine, machine: str, work: Work, looked: Looked | None = None) -> Prepared:
    """Make the plan; with `looked`, the bases are looked up and shown there."""
    options = work["options"]
    own = engine.machines.platform(machine)
    platforms = options["platforms"] or [own]
    patterns = ignore_patterns(work["context"], options["dockerfile"])
    text = dockerfile_text(work) or ""

    def resolve(ref: str, platform: str) -> Base:
        try:
            return base_of(engine, machine, work, ref, platform, looked)
        except RegistryError as error:
            if looked is None:
                raise
            raise looked.no_base(error) from error

    made = Prepared(
        [],
        {},
        [],
        context_files(work["context"], patterns),
        options["dockerfile"],
        (options["tags"] or [""])[0].partition(":")[0],
    )
    for name, given in options["contexts"].items():
        if "files" in given:
            files = given["files"]
            made.named[name] = context_files(files, ignore_patterns(files, "Dockerfile"))
    for platform in platforms:
        one = plan(
            text,
            resolve=resolve,
            build_args=options["build_args"],
            target=options["target"],
            platform=platform,
            build_platform=own,
            context=None,
            ignore=patterns,
            labels=options["labels"],
            many_platforms=len(platforms) > 1,
            warnings=looked.warnings if looked and platform == platforms[0] else None,
            contexts={name: one.get("image", "") for name, one in options["contexts"].items()},
        )
        _number(made, one, platform)
    return made


def _number(made: Prepared, one: Plan, platform: str) -> None:
    """Add one platform's steps; a step on the build's own files is not shared between plans."""
    numbers: dict[int, int] = {}
    sent = {s.name: s.id for s in made.steps if s.data.get("context") or s.data.get("named")}
    for step in one.steps:
        if step.name in sent:
            numbers[step.id] = sent[step.name]
            continue
        number = len(made.steps)
        numbers[step.id] = number
        inputs = [numbers[i] for i in step.inputs]
        data = dict(step.data)
        for key in ("from", "parent"):
            if isinstance(data.get(key), int):
                data[key] = numbers[data[key]]
        if "mounts" in data:
            data["mounts"] = [
                {**m, "input": numbers[m["input"]] if isinstance(m["input"], int) else None}
                for m in data["mounts"]
            ]
        fresh = Step(number, step.name, step.kind, step.stage, step.lines, inputs, data)
        made.steps.append(fresh)
        made.by_id[number] = fresh
        made.owner[number] = len(made.plans)
        made.parents[number] = data.get("parent")
    made.plans.append(PlanOf(platform, one, numbers))


def base_of(
    engine: Engine,
    machine: str,
    work: Work,
    ref: str,
    platform: str,
    looked: Looked | None = None,
) -> Base:
    """Find an external image: on this machine, or at its registry."""
    key = f"{ref}|{platform}"
    record = work["bases"].get(key)
    if record is None:
        record = work["bases"][key] = _find_base(engine, machine, work, ref, platform, looked)
    return Base(
        ref=ref,
        digest=record["digest"],
        platform=record["platform"],
        config=record["config"],
        history=record["history"],
        onbuild=record["onbuild"],
    )


def _find_base(
    engine: Engine, machine: str, work: Work, ref: str, platform: str, looked: Looked | None
) -> dict[str, Any]:
    try:
        parsed = reference.parse(ref)
    except ReferenceError_ as error:
        raise DockerfileError(f'failed to parse stage name "{ref}": {error}') from error
    start = looked.duration_us if looked is not None else 0
    row = Row(f"[internal] load metadata for {parsed.normalised}", 18 * MS, 18 * MS, [])
    if looked is not None and not any(r.name == row.name for r in looked.rows):
        looked.rows.append(row)
    found = None if work["options"]["pull"] else engine.images.find(machine, parsed.normalised)
    if found is not None and found["drydock"]["platform"] == platform:
        row.end_us = row.start_us + 4 * MS
        digest = found["RepoDigests"][0].rpartition("@")[2] if found["RepoDigests"] else found["Id"]
        return _record(parsed.repository, digest, digest, platform, engine.images.document(found))
    row.end_us = max(start, 18 * MS) + RESOLVE_TRIPS * ROUND_TRIP_US
    if looked is not None:
        looked.duration_us = max(looked.duration_us, 18 * MS + RESOLVE_TRIPS * ROUND_TRIP_US)
        row.end_us = looked.duration_us
    offer = engine.hub.resolve(machine, parsed, platform)
    engine.hub.note_use(parsed, offer)
    for layer in offer.layers:
        engine.images.keep_layer(layer)
    return _record(
        parsed.repository, offer.digest, offer.manifest_digest, offer.platform, dict(offer.document)
    )


def _record(
    repository: str, digest: str, manifest: str, platform: str, document: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "repository": repository,
        "digest": digest,
        "manifest": manifest,
        "platform": platform,
        "config": document["config"],
        "history": document["history"],
        "onbuild": document["config"].get("OnBuild") or [],
        "stack": list(document["rootfs"]["diff_ids"]),
    }


def image_of(
    engine: Engine, plan_of: PlanOf, prepared: Prepared, index: int, results: Mapping[str, Any]
) -> tuple[dict[str, Any], Sequence[str]]:
    """Make the config document and the stack of layers of a built image."""
    result = plan_of.plan.result
    stack: list[str] = []
    if plan_of.plan.steps:
        steps = result.layers
        last = (
            steps[-1]
            if steps
            else next(
                (
                    s.id
                    for s in reversed(plan_of.plan.steps)
                    if s.kind == "from"
                    and result.base is not None
                    and s.data["base"].ref == result.base.ref
                ),
                None,
            )
        )
        if last is not None:
            stack = results[str(plan_of.numbers[last])]["stack"]
    platform = result.platform or plan_of.platform
    return layers.make_config(platform, result.config, result.history, stack), stack
