"""Apply each instruction to its stage: what it does to the image's config, history and steps.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert), read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import normpath

from simulator.docker.dockerfile.context import NOT_VARIABLES, At, Dispatch
from simulator.docker.dockerfile.copying import dispatch_copy, expanded
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import (
    format_duration,
    plain_list,
    quote,
    quote_list,
)
from simulator.docker.dockerfile.paths import WINDOWS, is_absolute, workdir
from simulator.docker.dockerfile.ports import read_ports
from simulator.docker.dockerfile.running import dispatch_run, with_shell
from simulator.docker.dockerfile.state import PATH, Command, State

_SECRET_WORDS = "apikey|auth|credential|credentials|key|password|pword|passwd|secret|token"
_SECRET = re.compile(rf"(?:_|^)(?:{_SECRET_WORDS})(?:_|$)", re.IGNORECASE | re.ASCII)
_NO_SECRET = re.compile(r"(?:_|^)(?:public|file|version)(?:_|$)", re.IGNORECASE | re.ASCII)
_SIGNAL_NAMES = (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMIN"
    " SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ"
)
_SIGNALS = frozenset(
    [
        *_SIGNAL_NAMES.split(),
        *(f"RTMIN+{number}" for number in range(1, 16)),
        *(f"RTMAX-{number}" for number in range(1, 15)),
    ]
)


def dispatch_stage(build: Dispatch, state: State) -> None:
    """Plan all instructions of a stage.   Raises DockerfileError."""
    state.inherit()
    state.dispatched = True
    state.platform = state.platform or build.graph.options.platform
    env: list[str] = list(state.config.get("Env") or ())
    if not any(entry.partition("=")[0] == "PATH" for entry in env) and state.platform.os != WINDOWS:
        env.append(PATH)
    state.config["Env"] = env
    state.variables = dict(reversed(state.env.newest_first().items()))
    state.env_index = {}
    for index, entry in enumerate(env):
        key, _, value = entry.partition("=")
        state.env_index.setdefault(key, index)
        if state.variables.get(key) != value:
            state.set_variable(key, value)
    inherited = state.config.get("WorkingDir") or state.directory
    state.directory = inherited.replace("\\", "/") if state.platform.os == WINDOWS else inherited
    state.user = state.config.get("User") or state.user
    for command in state.commands:
        try:
            dispatch(build, state, command)
        except DockerfileError as error:
            raise error.at(*command.instruction.lines) from None
    # The working copies have served; what later stages need is in `env` and `config`.
    state.variables, state.env_index = {}, {}


def dispatch(build: Dispatch, state: State, command: Command) -> None:
    """Plan one instruction.   Raises DockerfileError."""
    instruction = command.instruction
    instruction.on_build = command.on_build
    at = At(build, state, instruction, build.graph.lint.merged(instruction.comments))
    if instruction.kind == "run":
        dispatch_run(at, command.sources)
    elif instruction.kind in ("copy", "add"):
        source = command.sources[0] if command.sources else None
        if source is not None and not source.dispatched:
            expanded(at)
            raise DockerfileError(
                f"cannot copy from stage {quote(instruction.data['from'])}, it needs to be defined"
                f" before current stage {quote(state.stage_name)}"
            )
        dispatch_copy(at, source)
    else:
        _OTHERS[instruction.kind](at)


def _env(at: At) -> None:
    pairs = [(at.expand(key), at.expand(value)) for key, value in at.instruction.data["pairs"]]
    words = ["ENV"]
    for key, value in pairs:
        _legacy(at)
        _secret(at, "ENV", key)
        words.append(f"{key}={value}")
        at.state.set_variable(key, value)
        at.state.set_image_env(key, value)
    at.state.commit(" ".join(words))


def _label(at: At) -> None:
    pairs = [(at.expand(key), at.expand(value)) for key, value in at.instruction.data["pairs"]]
    labels = dict(at.state.config.get("Labels") or {})
    words = ["LABEL"]
    for key, value in pairs:
        _legacy(at)
        labels[key] = value
        words.append(f"{key}={value}")
    at.state.config["Labels"] = labels
    at.state.commit(" ".join(words))


def _legacy(at: At) -> None:
    if at.instruction.data["legacy"]:
        at.lint.warn("LegacyKeyValueFormat", at.instruction.lines, at.instruction.name)


def _secret(at: At, instruction: str, key: str) -> None:
    if _SECRET.search(key) and not _NO_SECRET.search(key):
        at.lint.warn("SecretsUsedInArgOrEnv", at.instruction.lines, instruction, key)


def _arg(at: At) -> None:
    given, shown = at.build.graph.options.build_args, []
    for key, default in at.instruction.data["pairs"]:
        _secret(at, "ARG", key)
        value: str | None
        if key in given:
            value = given[key]
        elif default is not None:
            value = at.expand(default)
        else:
            value = at.build.global_args.get(key)
        if value is not None and key not in NOT_VARIABLES:
            at.state.set_variable(key, value)
        at.state.build_args.append((key, value))
        shown.append(key if value is None else f"{key}={value}")
    at.state.commit("ARG " + " ".join(shown))


def _workdir(at: At) -> None:
    state, path = at.state, at.expand(at.instruction.data["text"])
    os = state.platform.os if state.platform else "linux"
    if not state.workdir_set and not is_absolute(path, os):
        at.lint.warn("WorkdirRelativePath", at.instruction.lines, path)
    state.workdir_set = True
    path = state.directory = workdir(state.config.get("WorkingDir") or "", path, os)
    state.config["WorkingDir"] = path.replace("/", "\\") if os == WINDOWS else path
    if path != "/":
        name = at.step_name(at.shown(at.instruction.code))
        own = [state.vertex] if state.vertex else []
        data = {"parent": state.vertex, "path": path, "user": state.user}
        identity = [normpath(path), state.user]
        state.add_layer(at.vertex("workdir", name, own, data, identity))
    state.commit(f"WORKDIR {path}", layer=path != "/")


def _maintainer(at: At) -> None:
    at.state.author = at.instruction.data["text"]
    at.state.commit(f"MAINTAINER {at.state.author}")


def _used_once(at: At) -> None:
    before = at.state.last_use.get(at.instruction.kind)
    if before:
        at.lint.warn("MultipleInstructionsDisallowed", before, at.instruction.name)
    at.state.last_use[at.instruction.kind] = at.instruction.lines


def _command_args(at: At) -> list[str]:
    _used_once(at)
    args: list[str] = at.instruction.data["args"]
    if not at.instruction.data["shell"]:
        return args
    if not at.state.config.get("Shell"):
        at.lint.warn("JSONArgsRecommended", at.instruction.lines, at.instruction.name)
    return with_shell(at.state.config, at.state.os, args)


def _cmd(at: At) -> None:
    args = _command_args(at)
    at.state.config["Cmd"] = args
    at.state.config["ArgsEscaped"] = True
    at.state.commit(f"CMD {quote_list(args)}")


def _entrypoint(at: At) -> None:
    args = _command_args(at)
    at.state.config["Entrypoint"] = args
    if "cmd" not in at.state.last_use:
        at.state.config.pop("Cmd", None)
    at.state.commit(f"ENTRYPOINT {quote_list(args)}")


def _healthcheck(at: At) -> None:
    _used_once(at)
    data = at.instruction.data
    times = {
        "Interval": data["interval"],
        "Timeout": data["timeout"],
        "StartPeriod": data["start_period"],
        "StartInterval": data["start_interval"],
    }
    health = {"Test": list(data["test"]), **{key: ns for key, ns in times.items() if ns}}
    if data["retries"]:
        health["Retries"] = data["retries"]
    at.state.config["Healthcheck"] = health
    shown = " ".join(f"{key}:{format_duration(ns)}" for key, ns in times.items())
    at.state.commit(
        f"HEALTHCHECK {{Test:{plain_list(data['test'])} {shown} Retries:{data['retries']}}}"
    )


def _expose(at: At) -> None:
    words: list[str] = []
    for port in at.instruction.data["ports"]:
        words += at.build.lexer.process(port, at.state.variables).words
    ports = read_ports(at, words)
    exposed = at.state.config.get("ExposedPorts") or {}
    at.state.config["ExposedPorts"] = {**exposed, **{port: {} for port in ports}}
    at.state.commit(f"EXPOSE {plain_list(ports)}")


def _user(at: At) -> None:
    at.state.user = at.state.config["User"] = at.expand(at.instruction.data["text"])
    at.state.commit(f"USER {at.state.user}")


def _volume(at: At) -> None:
    paths = [at.expand(path) for path in at.instruction.data["paths"]]
    if not all(paths):
        raise DockerfileError("VOLUME specified can not be an empty string")
    volumes = at.state.config.get("Volumes") or {}
    at.state.config["Volumes"] = {**volumes, **{path: {} for path in paths}}
    at.state.commit(f"VOLUME {plain_list(paths)}")


def _stopsignal(at: At) -> None:
    signal = at.expand(at.instruction.data["text"])
    digits = signal[1:] if signal[:1] in ("+", "-") else signal
    if digits.isascii() and digits.isdigit():
        good = bool(digits.strip("0"))
    else:
        good = signal.upper().removeprefix("SIG") in _SIGNALS
    if not good:
        raise DockerfileError(f"invalid signal: {signal}")
    at.state.config["StopSignal"] = signal
    at.state.commit(f"STOPSIGNAL {signal}")


def _shell(at: At) -> None:
    at.state.config["Shell"] = at.instruction.data["args"]
    at.state.commit(f"SHELL {plain_list(at.instruction.data['args'])}")


def _onbuild(at: At) -> None:
    triggers = at.state.config.get("OnBuild") or []
    at.state.config["OnBuild"] = [*triggers, at.instruction.data["text"]]


_OTHERS: dict[str, Callable[[At], None]] = {
    "arg": _arg,
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "env": _env,
    "expose": _expose,
    "healthcheck": _healthcheck,
    "label": _label,
    "maintainer": _maintainer,
    "onbuild": _onbuild,
    "shell": _shell,
    "stopsignal": _stopsignal,
    "user": _user,
    "volume": _volume,
    "workdir": _workdir,
}
