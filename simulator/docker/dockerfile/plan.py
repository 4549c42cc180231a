"""Plan a build: from a Dockerfile's text to numbered steps and the image that they give.

Nothing is run here. The builder executes the steps; the image's config, history and names of steps
are known before, as in BuildKit.
Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.dockerfile.context import Dispatch
from simulator.docker.dockerfile.dispatch import dispatch_stage
from simulator.docker.dockerfile.epoch import settle_epoch
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.froms import (
    add_stage,
    check_casing,
    check_default_bases,
    check_stage_names,
    default_args,
    meta_args,
)
from simulator.docker.dockerfile.instructions import read_stages
from simulator.docker.dockerfile.lint import CHECK_ARG, Warning, linter_for
from simulator.docker.dockerfile.names import platform as read_platform
from simulator.docker.dockerfile.numbering import Step, number_steps
from simulator.docker.dockerfile.parser import Document, parse
from simulator.docker.dockerfile.shell_lex import Budget, Lexer
from simulator.docker.dockerfile.stages import Options, Resolve, StageGraph
from simulator.docker.dockerfile.state import Base, State, Vertex
from simulator.docker.dockerignore import Matcher


@dataclass(slots=True)
class Image:
    """The image that a build gives.

    config: the OCI config's `config`.   layers: ids of the steps that add a layer, in order.
    """

    config: dict[str, Any]
    history: list[dict[str, Any]]
    layers: list[int]
    base: Base | None
    platform: str
    author: str


@dataclass(slots=True)
class StageInfo:
    """A stage for people: its name, what it stands on, whether this build needs it."""

    name: str
    base: str
    lines: tuple[int, int]
    needed: bool


@dataclass(slots=True)
class Plan:
    """All that a build will do.   images: the external images whose metadata it looks up."""

    steps: list[Step]
    result: Image
    warnings: list[Warning]
    stages: list[StageInfo]
    images: list[str] = field(default_factory=list)


def plan(
    text: str,
    *,
    resolve: Resolve,
    build_args: Mapping[str, str] | None = None,
    target: str = "",
    platform: str = "linux/amd64",
    build_platform: str = "linux/amd64",
    context: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    many_platforms: bool = False,
    contexts: Mapping[str, str] | None = None,
    warnings: list[Warning] | None = None,
) -> Plan:
    """Plan a build.

    resolve: (normalised reference, platform) -> Base, or raises DockerfileError.
    ignore: cleaned `.dockerignore` patterns.
    many_platforms: several platforms are built, so names of steps say which.
    contexts: what `--build-context` names: an image, or "" for files of the client.
    warnings: gets the warnings of the stages that are built, also when an error ends the plan.
    Raises DockerfileError in BuildKit's words.
    """
    options = make_options(
        resolve, build_args, target, platform, build_platform, ignore, labels, many_platforms
    )
    options.contexts = dict(contexts or {})
    found: list[Warning] = [] if warnings is None else warnings
    graph, state = stage_graph(text, options, found)
    needed = graph.reachable(state)
    steps, numbers = number_steps(state)
    layers = [numbers[vertex] for vertex in state.layers]
    stages = [
        StageInfo(s.stage.name, s.stage.base, s.stage.lines, s in needed)
        for s in graph.states
        if not s.unregistered
    ]
    return Plan(steps, _image(state, options, layers), found, stages, graph.external_refs)


def _image(state: State, options: Options, layers: list[int]) -> Image:
    return Image(
        _config(state, options.labels),
        [dict(entry) for entry in state.history],
        layers,
        state.external,
        str(state.platform or options.platform),
        state.author,
    )


def check(
    text: str,
    *,
    resolve: Resolve,
    build_args: Mapping[str, str] | None = None,
    target: str = "",
    platform: str = "linux/amd64",
    ignore: Iterable[str] = (),
) -> tuple[list[Warning], DockerfileError | None]:
    """Run the build checks over all stages, as ``docker build --check`` does.

    Returns the warnings, and the error that ended the look, if any.
    """
    warnings: list[Warning] = []
    try:
        options = make_options(resolve, build_args, target, platform, platform, ignore, None, False)
        options.all_stages = not target
        stage_graph(text, options, warnings)
    except DockerfileError as error:
        return warnings, error
    return warnings, None


def make_options(
    resolve: Resolve,
    build_args: Mapping[str, str] | None,
    target: str,
    wanted: str,
    own: str,
    ignore: Iterable[str],
    labels: Mapping[str, str] | None,
    many_platforms: bool,
) -> Options:
    return Options(
        dict(build_args or {}),
        target,
        read_platform(wanted),
        read_platform(own),
        resolve,
        list(ignore),
        dict(labels or {}),
        many_platforms=many_platforms,
    )


def stage_graph(text: str, options: Options, warnings: list[Warning]) -> tuple[StageGraph, State]:
    """Go all the way to a planned target stage.   Raises DockerfileError."""
    if not text:
        raise DockerfileError("the Dockerfile cannot be empty")
    lint = linter_for(text, options.build_args.get(CHECK_ARG), warnings)
    document = parse(text)
    for line in document.empty_continuations:
        lint.warn("NoEmptyContinuation", (line, line))
    stages, args = read_stages(document.nodes, lint)
    if not stages:
        raise DockerfileError("dockerfile contains no stages to build")
    check_stage_names(stages, lint)
    check_casing(stages, lint)
    lexer = Lexer(document.escape, budget=Budget())
    global_args = default_args(options, stages)
    check_default_bases(stages, lexer, global_args, args, lint)
    global_args, declared = meta_args(global_args, lexer, args, options.build_args)
    settle_epoch(options, stages, global_args, lexer)
    graph = StageGraph(options, lint, lexer)
    for index, stage in enumerate(stages):
        add_stage(graph, index, stage, global_args, declared)
    target = graph.target()
    graph.connect()
    needed = graph.resolve(target)
    _dispatch_stages(graph, document, needed, global_args)
    error = lint.error()
    if error is not None:
        raise error
    return graph, target


def _dispatch_stages(
    graph: StageGraph, document: Document, needed: set[State], global_args: Mapping[str, str]
) -> None:
    name = "[internal] load build context"
    context = Vertex("internal", name, "", (0, 0), [], {"context": True}, ["context"])
    ignore = Matcher(graph.options.ignore) if graph.options.ignore else None
    build = Dispatch(graph, graph.lexer, global_args, context, ignore)
    for state in list(graph.states):
        if graph.options.all_stages or (state in needed and not state.dispatched):
            dispatch_stage(build, state)


def _config(state: State, labels: Mapping[str, str]) -> dict[str, Any]:
    config = dict(state.config)
    if labels:
        config["Labels"] = {**(config.get("Labels") or {}), **labels}
    return {key: value for key, value in config.items() if value not in ("", None, [], {}, False)}
