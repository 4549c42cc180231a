"""`docker build --check` and `--call`: questions about a Dockerfile, answered without a build.

Source: docker/buildx `commands/build.go` (printResult), moby/buildkit `frontend/subrequests`, read
2026-11-27.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from simulator.docker.build import BuildOptions
from simulator.docker.build.prepare import Looked, base_of, look
from simulator.docker.dockerfile import DockerfileError, check, excerpt
from simulator.docker.dockerfile.outline import Outline, outline, targets
from simulator.docker.dockerfile.stages import Resolve
from simulator.docker.registry.errors import RegistryError

from .buildflags import BuildFlagError
from .client import Client

METHODS = ("build", "check", "outline", "targets")


def method(c: Client) -> tuple[str, str]:
    """Give the question (`--call`) and its format; raises BuildFlagError."""
    text = "check" if c.line.on("check") else c.line.text("call", "build")
    name, *rest = text.split(",")
    told = dict(part.partition("=")[::2] for part in rest)
    name = {"lint": "check"}.get(name, name)
    if name not in METHODS:
        raise BuildFlagError(f'subrequest "frontend.{name}" is not supported')
    return name, told.get("format", "text")


def answer(c: Client, context: dict[str, Any], options: BuildOptions, text: str) -> int:
    """Print the answer to a question."""
    name, form = method(c)
    if not text and options.dockerfile_text is None:
        c.err(
            "ERROR: failed to build: failed to solve: failed to read dockerfile: open "
            f"{options.dockerfile}: no such file or directory\n"
        )
        return 1
    work = {"context": context, "options": options.plain(), "bases": {}}
    looked: Looked = look(c.engine, c.machine, work)
    platform = (options.platforms or [c.engine.machines.platform(c.machine)])[0]

    def resolve(ref: str, wanted: str) -> Any:
        try:
            return base_of(c.engine, c.machine, work, ref, wanted)
        except RegistryError as error:
            raise DockerfileError(f"failed to resolve source metadata: {error.buildkit}") from error

    try:
        if name == "targets":
            c.out(_targets(targets(text), form))
            return 0
        if name == "outline":
            made = outline(
                text, resolve=resolve, build_args=options.build_args, target=options.target,
                platform=platform,
            )  # fmt: skip
            c.out(_outline(made, form))
            return 0
    except DockerfileError as error:
        return _failed(c, text, options, error.message, [error.first_line, error.last_line])
    return _check(c, text, options, resolve, platform, looked, form)


def _failed(
    c: Client, text: str, options: BuildOptions, message: str, lines: Sequence[int | None]
) -> int:
    first, last = (line or 0 for line in lines)
    if first:
        c.err(excerpt(text, first, last, options.dockerfile.rpartition("/")[2]))
    c.err(f"ERROR: failed to build: failed to solve: {message}\n")
    return 1


def _check(
    c: Client,
    text: str,
    options: BuildOptions,
    resolve: Resolve,
    platform: str,
    looked: Looked,
    form: str,
) -> int:
    warnings, error = check(
        text, resolve=resolve, build_args=options.build_args, target=options.target,
        platform=platform,
    )  # fmt: skip
    name = options.dockerfile.rpartition("/")[2]
    if form == "json":
        rows = [
            {"ruleName": w.rule, "description": w.description, "url": w.url, "detail": w.detail,
             "location": {"ranges": [{"start": {"line": w.line}, "end": {"line": w.line}}]}}
            for w in warnings
        ]  # fmt: skip
        c.out(json.dumps({"warnings": rows, "sources": [{"filename": name}]}, indent=2) + "\n")
    elif not warnings and error is None:
        c.out("Check complete, no warnings found.\n")
    elif warnings:
        count = len(warnings)
        what = "1 warning has" if count == 1 else f"{count} warnings have"
        c.out(f"Check complete, {what} been found!\n")
        for w in warnings:
            c.out(f"\nWARNING: {w.rule} - {w.url}\n{w.detail}\n")
            c.out(excerpt(text, w.line, w.line, name))
    if error is not None:
        message = looked.error or error.message
        return _failed(c, text, options, message, [error.first_line, error.last_line])
    return 1 if warnings else 0


def _targets(rows: list[tuple[str, str, bool]], form: str) -> str:
    if form == "json":
        told = [
            {key: value for key, value in
             (("name", name), ("default", default), ("description", text)) if value}
            for name, text, default in rows
        ]  # fmt: skip
        return json.dumps({"targets": told}, indent=2) + "\n"
    lines = [["TARGET", "DESCRIPTION"]]
    for name, text, default in rows:
        if name or default:
            shown = (f"{name} (default)" if name else "(default)") if default else name
            lines.append([shown, text])
    return _columns(lines, 1)


def _outline(made: Outline, form: str) -> str:
    if form == "json":
        return json.dumps(asdict(made), indent=2) + "\n"
    text = _columns(
        [["TARGET:", made.name or "(default)"]]
        + ([["DESCRIPTION:", made.description]] if made.description else []), 1,
    )  # fmt: skip
    if made.args:
        rows = [["BUILD ARG", "VALUE", "DESCRIPTION"], *(list(row) for row in made.args)]
        text += "\n" + _columns(rows, 3)
    for title, mounts in (("SECRET", made.secrets), ("SSH", made.ssh)):
        if mounts:
            lines = [[name, "true" if required else ""] for name, required in mounts]
            text += "\n" + _columns([[title, "REQUIRED"], *lines], 3)
    return text


def _columns(rows: list[list[str]], padding: int) -> str:
    widths = [max(len(row[i]) for row in rows) + padding for i in range(len(rows[0]))]
    lines = [
        "".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)) + row[-1]
        for row in rows
    ]
    return "".join(line + "\n" for line in lines)
