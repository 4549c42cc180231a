"""FROM lines and the arguments before them: what they expand to, and what the checks say of them.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert, validations), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import did_you_mean, suggestion
from simulator.docker.dockerfile.instructions import Instruction, Stage
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.names import Platform, image_name, platform
from simulator.docker.dockerfile.shell_lex import Expansion, Lexer
from simulator.docker.dockerfile.stages import Options, StageGraph
from simulator.docker.dockerfile.state import SCRATCH, State

_RESERVED = ("context", SCRATCH)
_STAGE_INSTRUCTIONS = ("add", "copy", "run", "workdir")


def check_stage_names(stages: list[Stage], lint: Linter) -> None:
    """Warn of stage names that are reserved or used twice."""
    seen: dict[str, None] = {}
    for stage in stages:
        if stage.name in _RESERVED:
            lint.warn("ReservedStageName", stage.lines, stage.name)
        if stage.name and stage.name in seen:
            lint.warn("DuplicateStageName", stage.lines, stage.name)
        seen[stage.name] = None


def check_casing(stages: list[Stage], lint: Linter) -> None:
    """Warn of instructions that are not written in the case of most others."""
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


def default_args(options: Options, stages: list[Stage]) -> dict[str, str]:
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


def meta_args(
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


def check_default_bases(
    stages: list[Stage],
    lexer: Lexer,
    env: Mapping[str, str],
    args: list[Instruction],
    lint: Linter,
) -> None:
    """Warn where a base has no name unless build arguments are given."""
    try:
        values, _ = meta_args(env, lexer, args, {})
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


def add_stage(
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
    result, error = graph.lexer.attempt(word, global_args)
    for name in result.unmatched:
        if name not in known:
            lint.warn("UndefinedArgInFrom", stage.lines, name, suggestion(name, known))
    if error is not None:
        raise error
    return result


def _stage_platform(
    graph: StageGraph,
    stage: Stage,
    global_args: Mapping[str, str],
    known: list[str],
    lint: Linter,
) -> Platform:
    word = stage.platform
    try:
        result = _from_word(graph, word, stage, global_args, known, lint)
    except DockerfileError as error:
        # BuildKit names the platform that it did not get, so there is nothing before the colon.
        raise error.wrapped("failed to process arguments for platform : ") from None
    near = next(filter(None, (did_you_mean(name, global_args) for name in result.unmatched)), "")
    _check_platform_flag(stage, result, global_args, lint)
    if not result.text:
        raise DockerfileError(f"empty platform value from expression {word}{near}")
    try:
        return platform(result.text)
    except DockerfileError as error:
        raise DockerfileError(f"failed to parse platform {word}: {error.message}{near}") from None


def _check_platform_flag(
    stage: Stage, result: Expansion, global_args: Mapping[str, str], lint: Linter
) -> None:
    only_target = result.matched == ["TARGETPLATFORM"] and not result.unmatched
    if only_target and result.text == global_args.get("TARGETPLATFORM"):
        lint.warn("RedundantTargetPlatform", stage.lines, stage.platform)
    if result.matched or result.unmatched:
        return
    try:
        constant = platform(result.text)
    except DockerfileError:
        return
    if constant.os not in stage.name and constant.arch not in stage.name:
        lint.warn("FromPlatformFlagConstDisallowed", stage.lines, result.text)
