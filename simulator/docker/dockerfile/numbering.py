"""Number the steps of a build: the graph that BuildKit would be given, in an order that can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.docker.dockerfile.state import State, Vertex


@dataclass(slots=True)
class Step:
    """One step of a build.

    id: its number; inputs have smaller ones.   kind: internal, from, fetch, run, copy, add or
    workdir.   stage: the stage's name.   lines: first and last, 1-based, (0, 0) for none.
    inputs: ids, the parent first, then what it copies or mounts.   data: what executing it needs:
    from: base, ref, platform.   fetch: url or git.   internal: context, or name and content, or
    uid, gid and mode.   workdir: parent, path, user.
    run: parent, args, shell_form (None in exec form), env, user, workdir, mounts, network,
    security, devices, heredocs.   copy, add: parent, sources, dest, from ("context", a step's id,
    "scratch"), chown, chmod, link, parents, exclude, checksum, keep_git_dir, unpack, heredocs,
    remote, user.
    parent: a step's id, None for an empty tree.   A mount's `input` likewise.
    """

    id: int
    name: str
    kind: str
    stage: str
    lines: tuple[int, int]
    inputs: list[int]
    data: dict[str, Any]


def number_steps(target: State) -> tuple[list[Step], dict[Vertex, int]]:
    """Number the steps that the target needs, inputs first; equal steps become one.

    Where two stages ask for the same step, it has the name that was met last, as in BuildKit.
    """
    numbers: dict[Vertex, int] = {}
    keys: list[str] = []
    by_key: dict[str, int] = {}
    steps: list[Step] = []
    stack = [(target.vertex, iter(target.vertex.inputs))] if target.vertex else []
    while stack:
        vertex, waiting = stack[-1]
        needed = next((given for given in waiting if given not in numbers), None)
        if needed is not None:
            stack.append((needed, iter(needed.inputs)))
            continue
        stack.pop()
        inputs = list(dict.fromkeys(numbers[given] for given in vertex.inputs))
        key = vertex.key([keys[number] for number in inputs])
        if key in by_key:
            number = numbers[vertex] = by_key[key]
            steps[number].name, steps[number].stage = vertex.name, vertex.stage
            continue
        number = numbers[vertex] = by_key[key] = len(steps)
        keys.append(key)
        data = _numbered(vertex.data, numbers)
        steps.append(
            Step(number, vertex.name, vertex.kind, vertex.stage, vertex.lines, inputs, data)
        )
    return steps, numbers


def _numbered(data: dict[str, Any], numbers: Mapping[Vertex, int]) -> dict[str, Any]:
    """Put step numbers where a step's data names other steps."""
    out = dict(data)
    for key in ("parent", "from"):
        if isinstance(out.get(key), Vertex):
            out[key] = numbers[out[key]]
    if "mounts" in out:
        out["mounts"] = [
            {**mount, "input": numbers[mount["input"]]}
            if isinstance(mount["input"], Vertex)
            else mount
            for mount in out["mounts"]
        ]
    return out
