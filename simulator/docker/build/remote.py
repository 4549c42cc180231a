"""Build caches on registries: `--cache-from`, `--cache-to type=registry`, `type=inline`.

What is kept is the records of steps by key, as in the local cache; their layers are in the lab's
store. Tables: "docker.build.inline" {image ID: records}, "docker.build.exported" {name: records}.

Source: moby/buildkit `cache/remotecache`, `solver/llbsolver`, read 2026-11-27.

# Simplified: An image with an inline cache has the digest that it has without one. Layers of an
# imported record are fetched when its step is reached, not when something needs their files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import reference
from simulator.docker.build.prepare import Prepared, Row, Work
from simulator.docker.reference import Reference, ReferenceError_
from simulator.docker.registry.errors import RegistryError
from simulator.docker.registry.link import RESOLVE_TRIPS, ROUND_TRIP_US, link_mbps
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

Records = dict[str, dict[str, Any]]
LOOK_US = RESOLVE_TRIPS * ROUND_TRIP_US
MANIFEST = "inferred cache manifest type: application/vnd.oci.image.manifest.v1+json"


def load(engine: Engine, machine: str, work: Work, start_us: int) -> list[Row]:
    """Read the caches of `--cache-from` into `work["imported"]`; returns the rows to show.

    A cache that cannot be had does not fail the build.
    """
    rows = []
    imported: dict[str, Any] = {}
    for given in work["options"]["cache_from"]:
        name = given["ref"] if given["type"] == "registry" else given["type"]
        row = Row(f"importing cache manifest from {name}", start_us, start_us + LOOK_US, [])
        rows.append(row)
        try:
            records = _find(engine, machine, given)
        except RegistryError as error:
            row.end_us += error.delay_us
            row.error = f"failed to configure registry cache importer: {error.buildkit}"
            continue
        row.lines.append([LOOK_US, "status", f"{MANIFEST} done"])
        for key, record in records.items():
            imported.setdefault(key, {**record, "from": name})
    work["imported"] = imported
    return rows


def _find(engine: Engine, machine: str, given: dict[str, str]) -> Records:
    if given["type"] != "registry":
        raise RegistryError(404, "not found", f"{given['type']} is not part of this simulator")
    try:
        ref = reference.parse(given["ref"])
    except ReferenceError_ as error:
        raise RegistryError(400, str(error)) from error
    engine.hub.check_reachable(machine, ref.host)
    exported: Records | None = engine.table("docker.build.exported").get(ref.normalised)
    if exported is not None:
        return exported
    offer = engine.hub.resolve(machine, ref)
    inline: Records = engine.table("docker.build.inline").get(digests.of(offer.document)) or {}
    return inline


def take(engine: Engine, machine: str, work: Work, key: str) -> dict[str, Any] | None:
    """Return an imported record, if its layer can be had."""
    record: dict[str, Any] | None = (work.get("imported") or {}).get(key)
    if record is None or not engine.images.has_layer(record["diffID"]):
        return None
    return record


def fetch_us(engine: Engine, machine: str, diff_id: str) -> int:
    """Say how long a layer takes to come over the machine's link."""
    mbps = link_mbps(engine, machine)
    return int(engine.images.layer(diff_id)["size"] * 8 / mbps) if mbps > 0 else 0


@dataclass(slots=True)
class Export:
    """A cache on its way to a registry."""

    ref: Reference
    records: Records
    lines: list[list[Any]]
    duration_us: int


def collect(
    engine: Engine, machine: str, work: Work, prepared: Prepared, *, everything: bool
) -> Records:
    """Gather the records of a build: those of the image's own layers, or of all stages."""
    own = engine.table("docker.build.cache").get(machine) or {}
    wanted: dict[int, None] = {}
    for plan in prepared.plans:
        wanted.update(dict.fromkeys(plan.numbers[one] for one in plan.plan.result.layers))
    records: Records = {}
    for step in prepared.steps:
        key = work["results"].get(str(step.id), {}).get("key", "")
        if key in own and (everything or step.id in wanted):
            record = own[key]
            records[key] = {
                name: record[name] for name in ("diffID", "description", "kind", "size")
            }
    return records


def export(engine: Engine, machine: str, work: Work, prepared: Prepared) -> Export:
    """Begin to send the cache of `--cache-to type=registry`; raises RegistryError."""
    given = next(one for one in work["options"]["cache_to"] if one["type"] == "registry")
    ref = reference.parse(given["ref"])
    engine.hub.check_push(machine, ref)
    everything = given.get("mode") == "max"
    records = collect(engine, machine, work, prepared, everything=everything)
    mbps = link_mbps(engine, machine)
    at = 10 * MS
    lines: list[list[Any]] = [[0, "status", "preparing build cache for export"]]
    for record in records.values():
        layer = engine.images.layer(record["diffID"])
        known = engine.hub.blob_place(ref, layer["digest"]) == "here"
        took = ROUND_TRIP_US + (0 if known else int(layer["size"] * 8 / mbps))
        at += took
        lines.append([at, "status", f"writing layer {layer['digest']} {took / 1e6:.1f}s done"])
    config = digests.of(list(records))
    for what, digest in (("config", config), ("cache image manifest", digests.of([config]))):
        at += ROUND_TRIP_US
        lines.append([at, "status", f"writing {what} {digest} {ROUND_TRIP_US / 1e6:.1f}s done"])
    return Export(ref, records, lines, at)
