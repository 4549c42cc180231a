"""A small lab with images on its machines, for the tests of containers, programs and the client."""

from __future__ import annotations

from typing import Any

from simulator.docker import catalogue
from simulator.docker import layer as layers
from simulator.docker import tree as trees
from simulator.lab import Lab
from simulator.scenario import Scenario
from simulator.timing import SECOND

MACHINES = [
    {"name": "laptop", "role": "laptop", "arch": "amd64", "cpu": 8, "memory": "16Gi"},
    {"name": "pi", "role": "pi", "arch": "arm64", "cpu": 4, "memory": "4Gi"},
]


def make_lab(**files: str) -> Lab:
    """Make a lab of a laptop and a Raspberry Pi, with workspace files given as name=text."""
    return Lab(Scenario({"name": "test", "machines": MACHINES, "files": files}), 7)


def add_image(
    lab: Lab, ref: str, machine: str = "laptop", arch: str | None = None,
    files: dict[str, Any] | None = None, name: str | None = None, **config: Any,
) -> Any:  # fmt: skip
    """Put a catalogue image on a machine; with more files and config it gets another name."""
    repository, _, tag = ref.rpartition(":")
    repository = f"docker.io/library/{repository}" if "/" not in repository else repository
    wanted = f"linux/{arch or {'laptop': 'amd64', 'pi': 'arm64'}[machine]}"
    found = next(i for i in catalogue.published(repository, tag) if i.platform == wanted)
    stack, document = list(found.layers), found.config
    if files or config:
        entries = {
            path: trees.file_entry(item, mode=0o755 if item.startswith("#!") else 0o644)
            if isinstance(item, str) else item
            for path, item in (files or {}).items()
        }  # fmt: skip
        stack.append(layers.make_layer(trees.add_parents(entries)))
        diff_ids = [row["diffID"] for row in stack]
        document = layers.make_config(
            wanted, {**document["config"], **config}, document["history"], diff_ids
        )
    shown = f"docker.io/library/{name}" if name else f"{repository}:{tag}"
    return lab.engine.images.add(machine, document, stack, [shown])


def run_for(lab: Lab, seconds: float) -> None:
    """Let simulated time pass."""
    lab.advance(lab.now_us + round(seconds * SECOND))


def start(lab: Lab, image: str, *cmd: str, machine: str = "laptop", wait: float = 2.0,
          name: str | None = None, **body: Any) -> str:  # fmt: skip
    """Create and start a container; answers its id, `wait` seconds later."""
    asked = {"Image": image, **({"Cmd": list(cmd)} if cmd else {}), **body}
    container = lab.engine.docker.create(machine, asked, name)
    lab.engine.docker.start(machine, container["Id"])
    run_for(lab, wait)
    return str(container["Id"])


def state(lab: Lab, container: str, machine: str = "laptop") -> dict[str, Any]:
    """Give a container's State."""
    return dict(lab.engine.docker.need(machine, container)["State"])


def output(lab: Lab, container: str, machine: str = "laptop") -> str:
    """Give all that a container wrote."""
    return "".join(row[2] for row in lab.engine.docker.logs(machine, container))
