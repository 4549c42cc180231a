"""Understand the instructions: which arguments and flags each takes, and what it refuses.

Source: moby/buildkit `frontend/dockerfile/instructions`, read 2026-11-23, and the shared tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.flags import MANY, SWITCH, TEXT, Flags, read_flags
from simulator.docker.dockerfile.gotext import (
    SPACES,
    did_you_mean,
    parse_duration,
    parse_int,
    quote,
)
from simulator.docker.dockerfile.heredoc import Heredoc, opening_or_none
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.mounts import early_mount, read_device
from simulator.docker.dockerfile.parser import INSTRUCTIONS, Node

_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_ONBUILD_START = re.compile(r"^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*", re.IGNORECASE)
_MIN_INTERVAL_NS = 1_000_000
_COPY_FLAGS = {"chown": TEXT, "chmod": TEXT, "link": SWITCH, "exclude": MANY}


@dataclass(slots=True)
class Instruction:
    """One instruction that is understood.

    kind: its name in lower case.   name: as typed.   code: the logical line.   data: what its kind
    needs, still unexpanded (see the `_read_*` functions).
    """

    kind: str
    name: str
    code: str
    lines: tuple[int, int]
    data: dict[str, Any]
    comments: list[str] = field(default_factory=list)
    heredocs: list[Heredoc] = field(default_factory=list)
    on_build: bool = False


@dataclass(slots=True)
class Stage:
    """One FROM and what follows it; `name` is "" when the writer gave none."""

    name: str
    base: str
    platform: str
    keyword: str
    lines: tuple[int, int]
    comments: list[str]
    code: str
    instructions: list[Instruction] = field(default_factory=list)


def read_stages(nodes: list[Node], lint: Linter) -> tuple[list[Stage], list[Instruction]]:
    """Understand all instructions.   Returns the stages, and the ARGs before the first of them.

    Raises DockerfileError.
    """
    stages: list[Stage] = []
    args: list[Instruction] = []
    for node in nodes:
        lines = (node.first_line, node.last_line)
        try:
            found = read_instruction(node, lint)
        except DockerfileError as error:
            prefix = f"dockerfile parse error on line {node.first_line}: "
            raise error.wrapped(prefix).at(*lines) from None
        if isinstance(found, Stage):
            stages.append(found)
        elif stages:
            stages[-1].instructions.append(found)
        elif found.kind == "arg":
            args.append(found)
        else:
            raise DockerfileError("no build stage in current context", *lines)
    return stages, args


def read_instruction(node: Node, lint: Linter) -> Stage | Instruction:
    """Understand one instruction.   Raises DockerfileError without a place."""
    kind = node.instruction.lower()
    lint = lint.merged(node.comments)
    lines = (node.first_line, node.last_line)
    if kind == "from":
        return _read_from(node, lint)
    read = _READERS.get(kind)
    if read is None:
        raise DockerfileError(
            f"unknown instruction: {node.instruction}"
            + did_you_mean(node.instruction, INSTRUCTIONS, any_case=True)
        )
    if kind == "maintainer":
        lint.warn("MaintainerDeprecated", lines)
    found = Instruction(
        kind,
        node.instruction,
        node.text.strip(SPACES),
        lines,
        read(node),
        node.comments,
        node.heredocs,
    )
    if kind == "arg":
        keys = [key for key, _ in found.data["pairs"]]
        _check_description("ARG", keys, node, lint)
    return found


def _check_description(instruction: str, names: list[str], node: Node, lint: Linter) -> None:
    if not node.comments or not names or node.comments[-1].split(" ")[0] in names:
        return
    shown = names[0] if len(names) == 1 else "<arg_key>"
    lines = (node.first_line, node.last_line)
    lint.warn("InvalidDefinitionDescription", lines, instruction, shown)


def _read_from(node: Node, lint: Linter) -> Stage:
    lines = (node.first_line, node.last_line)
    args = node.args
    if len(args) == 3 and args[2] != args[2].lower():
        lint.warn("StageNameCasing", lines, args[2])
    if len(args) >= 3 and not _same_casing(node.instruction, args[1]):
        lint.warn("FromAsCasing", lines, node.instruction, args[1])
    name = ""
    if len(args) == 3 and args[1].lower() == "as":
        name = args[2].lower()
        if not _STAGE_NAME.fullmatch(name):
            raise DockerfileError(
                f"invalid name for build stage: {quote(args[2])},"
                " name can't start with a number or contain symbols"
            )
    elif len(args) != 1:
        raise DockerfileError("FROM requires either one or three arguments")
    flags = read_flags(node.flags, {"platform": TEXT})
    if name:
        _check_description("FROM", [name], node, lint)
    code = node.text.strip(SPACES)
    platform = flags.text("platform")
    return Stage(name, args[0], platform, node.instruction, lines, node.comments, code)


def _same_casing(keyword: str, word: str) -> bool:
    if keyword == keyword.lower():
        return word == word.lower()
    return keyword != keyword.upper() or word == word.upper()


def _at_least_one(node: Node) -> None:
    if not node.args:
        raise DockerfileError(f"{node.instruction.upper()} requires at least one argument")


def _exactly_one(node: Node) -> str:
    if len(node.args) != 1:
        raise DockerfileError(f"{node.instruction.upper()} requires exactly one argument")
    return node.args[0]


def _command_line(node: Node, args: list[str]) -> list[str]:
    return args if node.json or not args else [" ".join(args)]


def _read_pairs(node: Node) -> dict[str, Any]:
    """ENV, LABEL: pairs [(name, value)], legacy: the space form."""
    read_flags(node.flags, {})
    _at_least_one(node)
    triples = [tuple(node.args[i : i + 3]) for i in range(0, len(node.args), 3)]
    if not all(name for name, _, _ in triples):
        raise DockerfileError(f"{node.instruction.upper()} names can not be blank")
    return {
        "pairs": [(name, value) for name, value, _ in triples],
        "legacy": not triples[0][2],
    }


def _read_arg(node: Node) -> dict[str, Any]:
    """ARG: pairs [(name, default or None)]."""
    _at_least_one(node)
    pairs: list[tuple[str, str | None]] = []
    for word in node.args:
        name, equals, value = word.partition("=")
        if equals and not name:
            raise DockerfileError("ARG names can not be blank")
        pairs.append((name, value if equals else None))
    return {"pairs": pairs}


def _read_text(node: Node) -> dict[str, Any]:
    """MAINTAINER, USER, WORKDIR: text."""
    text = _exactly_one(node)
    read_flags(node.flags, {})
    return {"text": text}


def _read_stopsignal(node: Node) -> dict[str, Any]:
    """STOPSIGNAL: text; its flags are not looked at."""
    return {"text": _exactly_one(node)}


def _read_copy(node: Node) -> dict[str, Any]:
    """ADD, COPY: sources, documents [Heredoc], dest and the flags."""
    add = node.instruction.lower() == "add"
    if len(node.args) < 2:
        raise DockerfileError(
            f"{node.instruction.upper()} requires at least two arguments, but only one was"
            " provided. Destination could not be determined"
        )
    own = (
        {"keep-git-dir": SWITCH, "checksum": TEXT, "unpack": SWITCH}
        if add
        else {"from": TEXT, "parents": SWITCH}
    )
    flags = read_flags(node.flags, {**_COPY_FLAGS, **own})
    *sources, dest = node.args
    if opening_or_none(dest):
        raise DockerfileError(
            f"{node.instruction.upper()} cannot accept a heredoc as a destination"
        )
    bodies = {document.name: document for document in node.heredocs}
    paths, documents = [], []
    for source in sources:
        opening = opening_or_none(source)
        if opening is None:
            paths.append(source)
            continue
        content = bodies[opening.name].content if opening.name in bodies else ""
        documents.append(Heredoc(opening.name, opening.expand, opening.chomp, content))
    return {
        "sources": paths,
        "documents": documents,
        "dest": dest,
        "from": flags.text("from"),
        "chown": flags.text("chown"),
        "chmod": flags.text("chmod"),
        "link": flags.on("link"),
        "parents": flags.on("parents"),
        "exclude": flags.many.get("exclude", []),
        "checksum": flags.text("checksum"),
        "keep_git_dir": flags.maybe("keep-git-dir"),
        "unpack": flags.maybe("unpack"),
    }


def _read_run(node: Node) -> dict[str, Any]:
    """RUN: args, shell (whether the shell form), mounts (unread texts), network, security."""
    flags = read_flags(
        node.flags, {"mount": MANY, "network": TEXT, "security": TEXT, "device": MANY}
    )
    network = flags.text("network", "default")
    security = flags.text("security", "sandbox")
    mounts = flags.many.get("mount", [])
    devices = [read_device(text) for text in flags.many.get("device", [])]
    sources = [early_mount(text).source_from for text in mounts]
    if network not in ("default", "none", "host"):
        raise DockerfileError(f"invalid network mode {quote(network)}")
    if security not in ("insecure", "sandbox"):
        raise DockerfileError(f"security {quote(security)} is not valid")
    return {
        "args": _command_line(node, node.args),
        "shell": not node.json,
        "mounts": mounts,
        "mount_sources": sources,
        "network": network,
        "security": security,
        "devices": devices,
    }


def _read_command(node: Node) -> dict[str, Any]:
    """CMD, ENTRYPOINT: args, shell (whether the shell form)."""
    read_flags(node.flags, {})
    return {"args": _command_line(node, node.args), "shell": not node.json}


def _read_expose(node: Node) -> dict[str, Any]:
    """EXPOSE: ports, unexpanded, sorted as BuildKit sorts them."""
    _at_least_one(node)
    read_flags(node.flags, {})
    return {"ports": sorted(node.args, key=str.encode)}


def _read_volume(node: Node) -> dict[str, Any]:
    """VOLUME: paths."""
    _at_least_one(node)
    read_flags(node.flags, {})
    paths = [path.strip(SPACES) for path in node.args]
    if not all(paths):
        raise DockerfileError("VOLUME specified can not be an empty string")
    return {"paths": paths}


def _read_shell(node: Node) -> dict[str, Any]:
    """SHELL: args."""
    read_flags(node.flags, {})
    if not node.args:
        raise DockerfileError("SHELL requires at least one argument")
    if not node.json:
        raise DockerfileError("SHELL requires the arguments to be in JSON form")
    return {"args": node.args}


def _read_onbuild(node: Node) -> dict[str, Any]:
    """ONBUILD: text, the instruction as a child image will see it."""
    _at_least_one(node)
    read_flags(node.flags, {})
    trigger = node.args[0].strip(SPACES).upper()
    if trigger == "ONBUILD":
        raise DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("MAINTAINER", "FROM"):
        raise DockerfileError(f"{trigger} isn't allowed as an ONBUILD trigger")
    text = _ONBUILD_START.sub("", node.text)
    for document in node.heredocs:
        text += "\n" + document.content + document.name
    return {"text": text}


def _read_healthcheck(node: Node) -> dict[str, Any]:
    """HEALTHCHECK: test, and interval, timeout, start_period, start_interval (ns), retries."""
    _at_least_one(node)
    kind, *args = node.args
    kind = kind.upper()
    if kind == "NONE":
        if args:
            raise DockerfileError("HEALTHCHECK NONE takes no arguments")
        return {"test": ["NONE"], **dict.fromkeys(_HEALTH_TIMES, 0), "retries": 0}
    allowed = {name.replace("_", "-"): TEXT for name in (*_HEALTH_TIMES, "retries")}
    flags = read_flags(node.flags, allowed)
    if kind != "CMD":
        raise DockerfileError(f"Unknown type {quote(kind)} in HEALTHCHECK (try CMD)")
    command = _command_line(node, args)
    if not command:
        raise DockerfileError("Missing command after HEALTHCHECK CMD")
    times = {name: _interval(flags, name.replace("_", "-")) for name in _HEALTH_TIMES}
    retries = parse_int(flags.text("retries"), 32) if flags.text("retries") else 0
    if retries < 0:
        raise DockerfileError(f"--retries cannot be negative ({retries})")
    return {"test": ["CMD" if node.json else "CMD-SHELL", *command], **times, "retries": retries}


_HEALTH_TIMES = ("interval", "timeout", "start_period", "start_interval")


def _interval(flags: Flags, name: str) -> int:
    text = flags.text(name)
    if not text:
        return 0
    value = parse_duration(text)
    if value != 0 and value < _MIN_INTERVAL_NS:
        raise DockerfileError(f"Interval {quote(name)} cannot be less than 1ms")
    return value


_READERS: dict[str, Callable[[Node], dict[str, Any]]] = {
    "add": _read_copy,
    "arg": _read_arg,
    "cmd": _read_command,
    "copy": _read_copy,
    "entrypoint": _read_command,
    "env": _read_pairs,
    "expose": _read_expose,
    "healthcheck": _read_healthcheck,
    "label": _read_pairs,
    "maintainer": _read_text,
    "onbuild": _read_onbuild,
    "run": _read_run,
    "shell": _read_shell,
    "stopsignal": _read_stopsignal,
    "user": _read_text,
    "volume": _read_volume,
    "workdir": _read_text,
}
