"""What is known of a stage while it is planned: its image so far, its environment, its last step.

A step is a vertex of the graph that BuildKit would solve. Two vertices that would do the same to
the same inputs are one step, whichever stages ask for them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.dockerfile.instructions import Instruction, Stage
from simulator.docker.dockerfile.names import Platform

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SCRATCH = "scratch"


class Env(Mapping[str, str]):
    """An environment that never changes: `put` gives a new one that shares the old.

    So a thousand steps hold a thousand environments without a thousand copies.
    """

    __slots__ = ("_key", "_parent", "_value", "digest")

    def __init__(self, parent: Env | None = None, key: str = "", value: str = "") -> None:
        self._parent, self._key, self._value = parent, key, value
        before = parent.digest if parent is not None else ""
        told = json.dumps([before, key, value])
        # Two environments that were set the same way have the same digest.
        self.digest: str = hashlib.sha256(told.encode()).hexdigest()

    def put(self, key: str, value: str) -> Env:
        """Set a variable; it becomes the newest."""
        return Env(self, key, value)

    def newest_first(self) -> dict[str, str]:
        """All variables, the one set last first."""
        out: dict[str, str] = {}
        node: Env | None = self
        while node is not None and node._parent is not None:
            if node._key not in out:
                out[node._key] = node._value
            node = node._parent
        return out

    def __getitem__(self, key: str) -> str:
        node: Env | None = self
        while node is not None and node._parent is not None:
            if node._key == key:
                return node._value
            node = node._parent
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return reversed(list(self.newest_first()))

    def __len__(self) -> int:
        return len(self.newest_first())


@dataclass(frozen=True, slots=True)
class Base:
    """An external image that FROM or COPY --from names.

    ref: normalised.   config: the OCI image config's `config`.   history: its entries.
    """

    ref: str
    digest: str
    platform: str
    config: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    onbuild: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Vertex:
    """One step before it is numbered.

    inputs: the steps it needs, the parent first (None: an empty tree).   data: what executing it
    needs.   identity: what makes it the same step as another with the same inputs.
    """

    kind: str
    name: str
    stage: str
    lines: tuple[int, int]
    inputs: list[Vertex]
    data: dict[str, Any]
    identity: Any

    def key(self, input_keys: list[str]) -> str:
        """Digest of what the step does, given the keys of its inputs."""
        told = json.dumps([self.kind, self.identity, input_keys], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(slots=True)
class Command:
    """An instruction with the stages it takes files from (None: none, or the build context)."""

    instruction: Instruction
    sources: list[State | None] = field(default_factory=list)
    on_build: bool = False


@dataclass(slots=True, eq=False)
class State:
    """A stage being planned; see `stages` for the order in which its fields are filled."""

    stage: Stage
    base: State | None = None
    external: Base | None = None
    image_ref: str = ""
    stage_name: str = ""
    unregistered: bool = False
    dispatched: bool = False
    resolved: bool = False
    onbuild_done: bool = False
    platform: Platform | None = None
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    author: str = ""
    os: str = "linux"
    env: Env = field(default_factory=Env)
    variables: dict[str, str] = field(default_factory=dict)
    env_index: dict[str, int] = field(default_factory=dict)
    directory: str = "/"
    user: str = ""
    vertex: Vertex | None = None
    layers: list[Vertex] = field(default_factory=list)
    deps: dict[State, Instruction] = field(default_factory=dict)
    build_args: list[tuple[str, str | None]] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    workdir_set: bool = False
    last_use: dict[str, tuple[int, int]] = field(default_factory=dict)
    total: int = 0
    index: int = 0

    def inherit(self) -> None:
        """Take over what the base stage has, if there is one."""
        base = self.base
        if base is None:
            return
        self.vertex, self.layers = base.vertex, list(base.layers)
        self.platform, self.os, self.author = base.platform, base.os, base.author
        self.config = {key: value for key, value in base.config.items() if key != "OnBuild"}
        self.history = list(base.history)
        self.env, self.directory, self.user = base.env, base.directory, base.user
        self.external = base.external
        self.workdir_set = base.workdir_set
        self.build_args = [*self.build_args, *base.build_args]

    def set_variable(self, key: str, value: str) -> None:
        """Set a variable that later instructions of this stage see."""
        self.env = self.env.put(key, value)
        self.variables.pop(key, None)
        self.variables[key] = value

    def set_image_env(self, key: str, value: str) -> None:
        """Set a variable of the image; a known name keeps its place."""
        at = self.env_index.get(key)
        if at is None:
            self.env_index[key] = len(self.config["Env"])
            self.config["Env"].append(f"{key}={value}")
        else:
            self.config["Env"][at] = f"{key}={value}"

    def commit(self, created_by: str, layer: bool = False, comment: bool = False) -> None:
        """Write an entry of the image's history.   comment: the step ran in BuildKit."""
        text = created_by + (" # buildkit" if comment else "")
        self.history.append({"created_by": text, "empty_layer": not layer})

    def add_layer(self, vertex: Vertex) -> None:
        """Put a step's result on top."""
        self.vertex = vertex
        self.layers.append(vertex)

    def step_name(self, text: str, on_build: bool = False, prefix: str = "") -> str:
        """Name the next step, ``[stage 2/5] text``.   prefix: the platform, when there are many."""
        if self.total == 0:
            return text
        self.index += 1
        width = int(1 + math.log10(self.total))
        where = f"{prefix} " if prefix else ""
        where += f"{self.stage_name} " if self.stage_name else ""
        trigger = "ONBUILD " if on_build else ""
        return f"[{where}{self.index:{width}d}/{self.total}] {trigger}{text}"
