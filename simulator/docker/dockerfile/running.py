"""RUN: its command line, its mounts, its name.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert, convert_runmount,
convert_secrets), read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import replace
from posixpath import basename, join, normpath
from typing import Any

from simulator.docker.dockerfile.context import At
from simulator.docker.dockerfile.copying import clean
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import plain_list, quote
from simulator.docker.dockerfile.heredoc import opening_or_none, summary
from simulator.docker.dockerfile.mounts import (
    BIND,
    CACHE,
    SECRET,
    SSH,
    TMPFS,
    Mount,
    read_mount,
)
from simulator.docker.dockerfile.state import State, Vertex

_SCRIPT_FOLDER = "/dev/pipes/"


def with_shell(config: dict[str, Any], os: str, args: list[str]) -> list[str]:
    """Put a shell-form command into the shell's hands."""
    default = ["cmd", "/S", "/C"] if os == "windows" else ["/bin/sh", "-c"]
    return [*(config.get("Shell") or default), " ".join(args)]


def dispatch_run(at: At, sources: list[State | None]) -> None:
    """Plan a RUN.   sources: the stages of its mounts.   Raises DockerfileError."""
    state, data = at.state, at.instruction.data
    mounts = [read_mount(text, at.expand) for text in data["mounts"]]
    args, name, script = _command(at)
    if data["shell"]:
        args = with_shell(state.config, state.os, args)
    inputs = [state.vertex] if state.vertex else []
    told = [_plan_mount(at, mount, source) for mount, source in zip(mounts, sources, strict=True)]
    if script is not None:
        told.insert(0, {"type": BIND, "target": _SCRIPT_FOLDER, "readonly": True, "input": script})
    for mount in told:
        if isinstance(mount["input"], Vertex) and mount["input"] not in inputs:
            inputs.append(mount["input"])
    secrets = {mount.env: "****" for mount in mounts if mount.type == SECRET and mount.env}
    lexer = replace(at.build.lexer, raw_quotes=True, skip_unset=True)
    shown = at.step_name(at.shown(name, lexer, **secrets))
    run = {
        "parent": state.vertex,
        "args": args,
        "shell_form": args[-1] if data["shell"] else None,
        "env": state.env,
        "user": state.user,
        "workdir": state.directory,
        "mounts": told,
        "network": data["network"],
        "security": data["security"],
        "devices": data["devices"],
        "heredocs": [
            {"name": document.name, "content": document.body}
            for document in at.instruction.heredocs
        ],
    }
    state.add_layer(at.vertex("run", shown, inputs, run, _identity(at, args, told)))
    created_by = f"RUN {_with_build_args(state, args)}"
    if at.build.lexer.budget and state.build_args:
        at.build.lexer.budget.spend(len(created_by))
    state.commit(created_by, layer=True, comment=True)


def _identity(at: At, args: list[str], mounts: list[dict[str, Any]]) -> list[Any]:
    """What makes two RUNs the same step, beside what they stand on and mount."""
    state, data = at.state, at.instruction.data
    return [
        args,
        state.env.digest,
        state.directory,
        state.user,
        [{**mount, "input": mount["input"] is not None} for mount in mounts],
        data["network"],
        data["security"],
    ]


def _command(at: At) -> tuple[list[str], str, Vertex | None]:
    """The arguments, the step's name, and the script when a here-document is one."""
    args, name = at.instruction.data["args"], at.instruction.code
    documents = at.instruction.heredocs
    if not documents:
        return args, name, None
    if len(args) != 1 or not at.instruction.data["shell"]:
        raise DockerfileError(f"parsing produced an invalid run command: {plain_list(args)}")
    if opening_or_none(args[0]) is None:
        bodies = "".join(f"\n{document.content}{document.name}" for document in documents)
        return [args[0] + bodies], name, None
    first = documents[0]
    name += f" ({summary(first.content)})"
    if at.state.os == "windows" or not first.body.startswith("#!"):
        return [first.body], name, None
    script = at.vertex(
        "internal",
        "[internal] preparing inline document",
        [],
        {"name": first.name, "content": first.body, "mode": 0o755},
        ["script", first.name, first.body],
    )
    return [join(_SCRIPT_FOLDER, first.name)], name, script


def _plan_mount(at: At, mount: Mount, source: State | None) -> dict[str, Any]:
    if mount.source_from and source is not None and not source.dispatched:
        raise DockerfileError(
            f"cannot mount from stage {quote(mount.source_from)} to {quote(mount.target)},"
            " stage needs to be defined before current command"
        )
    if mount.type == SSH and mount.source:
        raise DockerfileError("ssh does not support source")
    target = _target(at, mount)
    told: dict[str, Any] = {
        "type": mount.type,
        "source": mount.source,
        "target": target,
        "readonly": mount.readonly,
        "id": mount.id or (normpath(mount.target or ".") if mount.type == CACHE else ""),
        "sharing": mount.sharing or ("shared" if mount.type == CACHE else ""),
        "size": mount.size,
        "required": mount.required,
        "env": mount.env,
        "mode": mount.mode,
        "uid": mount.uid,
        "gid": mount.gid,
        "input": None,
    }
    if mount.type == SECRET:
        told["id"] = mount.source or mount.id or basename(mount.target)
        return told
    if mount.type not in (TMPFS, SSH):
        told["input"] = _mount_input(at, mount, source)
    if mount.type == CACHE and clean("/" + mount.source) == "/":
        owned = [mount.uid, mount.gid, mount.mode]
        if owned != [None, None, None]:
            inputs = [told["input"]] if told["input"] else []
            told["input"] = at.vertex(
                "internal",
                "[internal] setting cache mount permissions",
                inputs,
                {"uid": mount.uid or 0, "gid": mount.gid or 0, "mode": mount.mode or 0o755},
                ["cache", mount.uid or 0, mount.gid or 0, mount.mode or 0o755],
            )
    return told


def _mount_input(at: At, mount: Mount, source: State | None) -> Vertex | None:
    if not mount.source_from:
        return None if mount.type == CACHE else at.build.context
    assert source is not None
    return source.vertex


def _target(at: At, mount: Mount) -> str:
    if mount.type == SECRET:
        ident = mount.source or mount.id or basename(mount.target)
        bare = mount.env is not None
        return mount.target or ("" if bare else f"/run/secrets/{basename(ident)}")
    if mount.type == SSH:
        return mount.target
    target = mount.target
    if not target.startswith("/"):
        target = clean(join("/", at.state.directory, target))
    if target == "/":
        raise DockerfileError(f"invalid mount target {quote(target)}")
    return target


def _with_build_args(state: State, args: list[str]) -> str:
    """Write ``|2 A=1 B=2`` before a command when build arguments are in force."""
    shown = {key: state.variables.get(key, value or "") for key, value in state.build_args}
    if not shown:
        return " ".join(args)
    pairs = " ".join(f"{key}={value}" for key, value in shown.items())
    return f"|{len(shown)} {pairs} " + " ".join(args)
