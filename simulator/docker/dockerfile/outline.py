"""What a Dockerfile offers: its targets, and what one of them can be given.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (outline), `frontend/subrequests`, read
2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.instructions import Instruction, read_stages
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.mounts import SECRET, SSH, read_mount
from simulator.docker.dockerfile.parser import parse
from simulator.docker.dockerfile.plan import make_options, stage_graph
from simulator.docker.dockerfile.shell_lex import Lexer
from simulator.docker.dockerfile.stages import Resolve
from simulator.docker.dockerfile.state import State


@dataclass(slots=True)
class Outline:
    """What a target can be given.   Rows are [name, value, description] or [name, required]."""

    name: str
    description: str
    args: list[tuple[str, str, str]] = field(default_factory=list)
    secrets: list[tuple[str, bool]] = field(default_factory=list)
    ssh: list[tuple[str, bool]] = field(default_factory=list)


def targets(text: str) -> list[tuple[str, str, bool]]:
    """List the stages as (name, description, is it the default).   Raises DockerfileError."""
    stages, _ = read_stages(parse(text).nodes, Linter())
    last = len(stages) - 1
    return [(s.name, described(s.comments, s.name), i == last) for i, s in enumerate(stages)]


def described(comments: list[str], name: str) -> str:
    """Give the description in the comments above something: a line that begins with its name."""
    if name:
        for line in comments:
            if line.startswith(name + " "):
                return line[len(name) + 1 :]
    return ""


def outline(
    text: str, *, resolve: Resolve, build_args: Mapping[str, str], target: str, platform: str
) -> Outline:
    """Say what a target can be given.   Raises DockerfileError."""
    options = make_options(resolve, build_args, target, platform, platform, (), None, False)
    document = parse(text)
    graph, state = stage_graph(text, options, [])
    made = Outline(state.stage.name, described(state.stage.comments, state.stage.name))
    needed = [s for s in graph.states if s in graph.reachable(state) and not s.unregistered]
    args: dict[str, tuple[str, str, str]] = {}
    _, before = read_stages(document.nodes, Linter())
    _global_args(before, needed, Lexer(document.escape), build_args, args)
    for stage in needed:
        for command in stage.commands:
            _collect(made, args, stage, command.instruction)
    made.args = list(args.values())
    return made


def _global_args(
    before: list[Instruction],
    needed: list[State],
    lexer: Lexer,
    given: Mapping[str, str],
    args: dict[str, tuple[str, str, str]],
) -> None:
    """Take the ARGs above the first FROM that a needed FROM uses."""
    values: dict[str, str] = {}
    for arg in before:
        for name, default in arg.data["pairs"]:
            value = given.get(name, lexer.process(default or "", values).text)
            values[name] = value
            if any(f"${name}" in s.stage.code or f"${{{name}" in s.stage.code for s in needed):
                args[name] = (name, value, described(arg.comments, name))


def _collect(
    made: Outline, args: dict[str, tuple[str, str, str]], stage: State, instruction: Instruction
) -> None:
    if instruction.kind == "arg":
        settled = dict(stage.build_args)
        for name, default in instruction.data["pairs"]:
            value = settled.get(name)
            told = args.get(name, ("", "", ""))
            text = described(instruction.comments, name) or told[2]
            args[name] = (name, str(value if value is not None else default or told[1]), text)
    for text in instruction.data.get("mounts", ()) if instruction.kind == "run" else ():
        try:
            mount: Any = read_mount(text, str)
        except DockerfileError:
            continue
        rows = {SECRET: made.secrets, SSH: made.ssh}.get(mount.type)
        if rows is None:
            continue
        ident = mount.source or mount.id or basename(mount.target)
        name = ident or ("default" if mount.type == SSH else "")
        old = next((row for row in rows if row[0] == name), None)
        if old is not None:
            rows.remove(old)
        rows.append((name, mount.required or bool(old and old[1])))
