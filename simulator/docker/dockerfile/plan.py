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
from simulator.docker.dockerfile.gotext import did_you_mean, quote, suggestion
from simulator.docker.dockerfile.instructions import Instruction, Stage, read_stages
from simulator.docker.dockerfile.lint import Linter, Warning, linter_for
from simulator.docker.dockerfile.names import Platform, image_name, platform
from simulator.docker.dockerfile.parser import Document, parse
from simulator.docker.dockerfile.shell_lex import Expansion, Lexer
from simulator.docker.dockerfile.stages import Options, Resolve, StageGraph
from simulator.docker.dockerfile.state import SCRATCH, Base, State, Vertex
from simulator.docker.dockerignore import Matcher

_RESERVED = ("context", SCRATCH)
_STAGE_INSTRUCTIONS = ("add", "copy", "run", "workdir")


@dataclass(slots=True)
class Step:
    """One step of a build.

    id: its number; inputs have smaller ones.   kind: internal, from, fetch, run, copy, add or
    workdir.   stage: the stage's name.   lines: first and last, 1-based, (0, 0) for none.
    inputs: ids, the parent first.   data: what executing it needs (see README of the front end).
    """

    id: int
    name: str
    kind: str
    stage: str
    lines: tuple[int, int]
    inputs: list[int]
    data: dict[str, Any]


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
    lint_all: bool = True,
    labels: Mapping[str, str] | None = None,
    many_platforms: bool = False,
) -> Plan:
    """Plan a build.

    resolve: (normalised reference, platform) -> Base, or raises DockerfileError.
    ignore: cleaned `.dockerignore` patterns.   lint_all: warn about stages not needed, too.
    many_platforms: several platforms are built, so names of steps say which.
    Raises DockerfileError in BuildKit's words.
    """
    options = _options(
        resolve, build_args, target, platform, build_platform, ignore, labels, many_platforms
    )
    lint = linter_for(text) if text else Linter()
    graph, state = _run(text, options, lint)
    warnings = lint.warnings
    if lint_all:
        warnings = check(text, resolve=resolve, build_args=build_args, ignore=ignore)[0]
    needed = graph.reachable(state)
    steps, numbers = _number(state)
    return Plan(
        steps,
        Image(
            _config(state, options.labels),
            [dict(entry) for entry in state.history],
            [numbers[vertex] for vertex in state.layers],
            state.external,
            str(state.platform or options.platform),
            state.author,
        ),
        warnings,
        [
            StageInfo(s.stage.name, s.stage.base, s.stage.lines, s in needed)
            for s in graph.states
            if not s.unregistered
        ],
        graph.external_refs,
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
    lint = Linter()
    try:
        lint = linter_for(text) if text else lint
        options = _options(
            resolve, build_args, target, platform, platform, ignore, None, False
        )
        options.all_stages = not target
        _run(text, options, lint)
    except DockerfileError as error:
        return lint.warnings, error
    return lint.warnings, None


def _options(
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
        platform(wanted),
        platform(own),
        resolve,
        list(ignore),
        dict(labels or {}),
        many_platforms=many_platforms,
    )


def _run(text: str, options: Options, lint: Linter) -> tuple[StageGraph, State]:
    """Go all the way to a planned target stage.   Raises DockerfileError."""
    if not text:
        raise DockerfileError("the Dockerfile cannot be empty")
    document = parse(text)
    for line in document.empty_continuations:
        lint.warn("NoEmptyContinuation", (line, line))
    stages, args = read_stages(document.nodes, lint)
    if not stages:
        raise DockerfileError("dockerfile contains no stages to build")
    _check_stage_names(stages, lint)
    _check_casing(stages, lint)
    lexer = Lexer(document.escape)
    global_args = _default_args(options, stages)
    _check_default_bases(stages, lexer, global_args, args, lint)
    global_args, declared = _meta_args(global_args, lexer, args, options.build_args)
    settle_epoch(options, stages, global_args, lexer)
    graph = StageGraph(options, lint, lexer)
    for index, stage in enumerate(stages):
        _add_stage(graph, index, stage, global_args, declared)
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


def _check_stage_names(stages: list[Stage], lint: Linter) -> None:
    seen: dict[str, None] = {}
    for stage in stages:
        if stage.name in _RESERVED:
            lint.warn("ReservedStageName", stage.lines, stage.name)
        if stage.name and stage.name in seen:
            lint.warn("DuplicateStageName", stage.lines, stage.name)
        seen[stage.name] = None


def _check_casing(stages: list[Stage], lint: Linter) -> None:
    words: list[tuple[str, tuple[int, int]]] = []
    for stage in stages:
        words.append((stage.keyword, stage.lines))
        words += [(found.name, found.lines) for found in stage.instructions]
    lower = sum(word == word.lower() for word, _ in words)
    upper = sum(word == word.upper() and word != word.lower() for word, _ in words)
    for word, lines in words:
        if lower > upper and word != word.lower():
            lint.warn("ConsistentInstructionCasing", lines, word, "lowercase")
        elif lower <= upper and word != word.upper():
            lint.warn("ConsistentInstructionCasing", lines, word, "uppercase")


def _default_args(options: Options, stages: list[Stage]) -> dict[str, str]:
    """The arguments that BuildKit itself gives to FROM lines."""
    out: dict[str, str] = {}
    own, wanted = options.build_platform, options.platform
    for prefix, value in (("BUILD", own), ("TARGET", wanted)):
        out[f"{prefix}PLATFORM"] = str(value)
        out[f"{prefix}OS"] = value.os
        out[f"{prefix}OSVERSION"] = value.os_version
        out[f"{prefix}ARCH"] = value.arch
        out[f"{prefix}VARIANT"] = value.variant
    out["TARGETSTAGE"] = options.target or stages[-1].name or "default"
    return {key: options.build_args.get(key, value) for key, value in out.items()}


def _meta_args(
    env: Mapping[str, str],
    lexer: Lexer,
    args: list[Instruction],
    given: Mapping[str, str],
) -> tuple[dict[str, str], list[str]]:
    """Settle the ARGs before the first FROM.   Returns their values, and all declared names."""
    out, declared = dict(env), []
    for arg in args:
        for key, default in arg.data["pairs"]:
            value = given.get(key)
            if value is None and default is not None:
                try:
                    value = lexer.process(default, out).text
                except DockerfileError as error:
                    raise error.at(*arg.lines) from None
            if value is not None:
                out.pop(key, None)
                out[key] = value
            declared.append(key)
    return out, declared


def _check_default_bases(
    stages: list[Stage],
    lexer: Lexer,
    env: Mapping[str, str],
    args: list[Instruction],
    lint: Linter,
) -> None:
    """Warn where a base has no name unless build arguments are given."""
    try:
        values, _ = _meta_args(env, lexer, args, {})
        bases = []
        for stage in stages:
            bases.append((stage, lexer.process(stage.base, values).text))
            stage, base = bases[-1]
            if not _is_image_name(base):
                lint.warn("InvalidDefaultArgInFrom", stage.lines, stage.base)
    except DockerfileError:
        # The same mistake ends the build a moment later, with a place.
        return


def _is_image_name(text: str) -> bool:
    try:
        image_name(text)
    except DockerfileError:
        return False
    return True


def _add_stage(
    graph: StageGraph,
    index: int,
    stage: Stage,
    global_args: Mapping[str, str],
    declared: list[str],
) -> None:
    """Settle a stage's base and platform and put it into the graph.   Raises DockerfileError."""
    lint = graph.lint.merged(stage.comments)
    known = sorted({*global_args, *declared})
    try:
        base = _from_word(graph, stage.base, stage, global_args, known, lint)
        if not base.text:
            raise DockerfileError(f"base name ({stage.base}) should not be blank")
        stage.base = base.text
        state = State(stage, stage_name=stage.name or f"stage-{index}")
        if stage.platform:
            state.platform = _stage_platform(graph, stage, global_args, known, lint)
    except DockerfileError as error:
        raise error.at(*stage.lines) from None
    graph.add(state)
    own = stage.base != SCRATCH and state.base is None
    state.total = own + sum(i.kind in _STAGE_INSTRUCTIONS for i in stage.instructions)


def _from_word(
    graph: StageGraph,
    word: str,
    stage: Stage,
    global_args: Mapping[str, str],
    known: list[str],
    lint: Linter,
) -> Expansion:
    """Expand a word of FROM with the global arguments, warning of undeclared ones."""
    result = graph.lexer.process(word, global_args)
    for name in result.unmatched:
        if name not in known:
            lint.warn("UndefinedArgInFrom", stage.lines, name, suggestion(name, known))
    return result


def _stage_platform(
    graph: StageGraph,
    stage: Stage,
    global_args: Mapping[str, str],
    known: list[str],
    lint: Linter,
) -> Platform:
    word = stage.platform
    result = _from_word(graph, word, stage, global_args, known, lint)
    names = list(global_args)[::-1]
    near = next(filter(None, (did_you_mean(name, names) for name in result.unmatched)), "")
    _check_platform_flag(stage, result, global_args, lint)
    if not result.text:
        raise DockerfileError(f"empty platform value from expression {word}{near}")
    try:
        return platform(result.text)
    except DockerfileError as error:
        raise DockerfileError(
            f"failed to parse platform {word}: {error.message}{near}"
        ) from None


def _check_platform_flag(
    stage: Stage, result: Expansion, global_args: Mapping[str, str], lint: Linter
) -> None:
    if result.matched == ["TARGETPLATFORM"] and not result.unmatched:
        if result.text == global_args.get("TARGETPLATFORM"):
            lint.warn("RedundantTargetPlatform", stage.lines, stage.platform)
    if result.matched or result.unmatched:
        return
    try:
        constant = platform(result.text)
    except DockerfileError:
        return
    if constant.os not in stage.name and constant.arch not in stage.name:
        lint.warn("FromPlatformFlagConstDisallowed", stage.lines, result.text)


def _number(target: State) -> tuple[list[Step], dict[Vertex, int]]:
    """Number the steps that the target needs, inputs first; equal steps become one.

    Where two stages ask for the same step, it has the name that was met last, as in BuildKit.
    """
    numbers: dict[Vertex, int] = {}
    keys: list[str] = []
    by_key: dict[str, int] = {}
    steps: list[Step] = []
    stack = [target.vertex] if target.vertex else []
    while stack:
        vertex = stack[-1]
        waiting = [given for given in vertex.inputs if given not in numbers]
        if vertex in numbers:
            stack.pop()
            continue
        if waiting:
            stack.append(waiting[0])
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
    if isinstance(out.get("from"), Vertex):
        out["from"] = numbers[out["from"]]
    if "mounts" in out:
        out["mounts"] = [
            {**mount, "input": numbers[mount["input"]]}
            if isinstance(mount["input"], Vertex)
            else mount
            for mount in out["mounts"]
        ]
    return out


def _config(state: State, labels: Mapping[str, str]) -> dict[str, Any]:
    config = dict(state.config)
    if labels:
        config["Labels"] = {**(config.get("Labels") or {}), **labels}
    return {key: value for key, value in config.items() if value not in ("", None, [], {}, False)}
