"""SOURCE_DATE_EPOCH: the build argument that sets the clock of everything a build makes.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (epoch), read 2026-11-23.
"""

from __future__ import annotations

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.instructions import Instruction, Stage
from simulator.docker.dockerfile.shell_lex import Lexer
from simulator.docker.dockerfile.sources import git_source, is_web_address
from simulator.docker.dockerfile.stages import Options
from simulator.docker.dockerfile.state import SCRATCH

_NAME = "SOURCE_DATE_EPOCH"
_ONE_ADD = "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD"


def settle_epoch(
    options: Options, stages: list[Stage], global_args: dict[str, str], lexer: Lexer
) -> None:
    """Check the argument and write it in its usual form.   Raises DockerfileError."""
    value = options.build_args.get(_NAME, global_args.get(_NAME, ""))
    if not value:
        return
    digits = value[1:] if value[:1] in ("+", "-") else value
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        settled = str(int(value))
    else:
        # Simplified: a build whose clock comes from a stage or the context keeps the lab's clock.
        settled = ""
        _check_stage(value, options, stages, global_args, lexer)
    for args in (options.build_args, global_args):
        if _NAME in args:
            args.pop(_NAME)
            if settled:
                args[_NAME] = settled


def _check_stage(
    value: str,
    options: Options,
    stages: list[Stage],
    global_args: dict[str, str],
    lexer: Lexer,
) -> None:
    if value == "context":
        return
    env = {key: given for key, given in global_args.items() if key != _NAME}
    for stage in stages:
        if stage.name == value.lower():
            try:
                _check_sources(stage, env, options, lexer)
            except DockerfileError as error:
                raise error.at(*stage.lines) from None
            return
    raise DockerfileError(f"invalid SOURCE_DATE_EPOCH: {value}")


def _check_sources(stage: Stage, env: dict[str, str], options: Options, lexer: Lexer) -> None:
    if lexer.process(stage.base, env).text != SCRATCH:
        raise DockerfileError("SOURCE_DATE_EPOCH stage must use FROM scratch")
    added = False
    for instruction in stage.instructions:
        if instruction.kind == "arg":
            for key, default in instruction.data["pairs"]:
                if key in options.build_args:
                    env[key] = options.build_args[key]
                elif default is not None:
                    env[key] = lexer.process(default, env).text
        elif instruction.kind != "add":
            raise DockerfileError(
                "SOURCE_DATE_EPOCH stage does not meet source-only requirements: unsupported"
                f" {instruction.name} instruction"
            )
        elif added:
            raise DockerfileError(_ONE_ADD)
        else:
            _check_add(instruction, env, lexer)
            added = True
    if not added:
        raise DockerfileError(_ONE_ADD)


def _check_add(instruction: Instruction, env: dict[str, str], lexer: Lexer) -> None:
    data = instruction.data
    if data["documents"] or len(data["sources"]) != 1:
        raise DockerfileError(f"{_ONE_ADD} source")
    source = lexer.process(data["sources"][0], env).text
    known_git = data["keep_git_dir"] is not None
    if not is_web_address(source) and git_source(source, known_git) is None:
        raise DockerfileError("SOURCE_DATE_EPOCH stage source must be a single HTTP(S) or Git ADD")
