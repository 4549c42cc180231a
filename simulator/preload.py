"""What a scenario says was there before t = 0: images on machines, images built and pushed.

It takes no simulated time: it happened before. What does not exist is a fault of the scenario.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import reference
from simulator.docker.build.options import BuildOptions
from simulator.errors import BadScenario, DrydockError
from simulator.terminal.workspace import HOME

if TYPE_CHECKING:
    from simulator.engine import Engine


class Preload:
    """Carries out the scenario's `builds` and `images` at t = 0."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.at_setup(self._setup)

    def _setup(self) -> None:
        data = self._engine.scenario.data
        for build in data.get("builds") or []:
            self._build(build)
        for row in data.get("images") or {}:
            for machine in self._machines(row):
                for ref in data["images"][row]:
                    self.put(machine, ref)

    def _build(self, row: dict[str, Any]) -> None:
        """Build an image from the workspace, push it, and leave nothing of it on the machine."""
        engine, machine = self._engine, self._engine.scenario.machine
        ref = reference.parse(row["tag"])
        options = BuildOptions(
            dockerfile=row.get("file") or "Dockerfile",
            tags=[row["tag"]],
            platforms=row.get("platforms") or ["linux/amd64"],
        )
        context = engine.workspace.under(HOME, row["context"])
        try:
            engine.builder.build_now(machine, context, options)
            engine.transfers.push_now(machine, ref.normalised)
            engine.images.remove(machine, ref.normalised, force=True)
            engine.images.prune(machine, everything=True)
            engine.builder.cache.forget(machine)
        except DrydockError as error:
            raise BadScenario(f"builds: {row['tag']}: {error.message}") from error

    def _machines(self, name: str) -> list[str]:
        """Give the machine of a name, or all of a role."""
        rows = self._engine.scenario.data["machines"]
        found = [row["name"] for row in rows if name in (row["name"], row.get("role"))]
        if not found:
            raise BadScenario(f"images: no machine or role {name!r}")
        return found

    def put(self, machine: str, ref: str) -> None:
        """Put an image of the hub on a machine, as if it had been pulled before t = 0."""
        parsed = reference.parse(ref)
        try:
            offer = self._engine.hub.resolve(machine, parsed)
        except DrydockError as error:
            raise BadScenario(f"images: {ref}: {error.message}") from error
        self._engine.hub.note_use(parsed, offer)
        self._engine.images.add(
            machine,
            offer.document,
            offer.layers,
            [parsed.normalised],
            digest=f"{parsed.repository}@{offer.digest}",
        )
