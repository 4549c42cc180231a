"""`docker build`: reads the flags, collects the context, and shows how the build goes."""

from __future__ import annotations

import csv
import posixpath
from typing import Any

from simulator.docker.build import BuildOptions, error_block, fancy, plain
from simulator.errors import BadCommand
from simulator.plain import Object
from simulator.timing import MS

from .client import RUNNING, Client, Command

REDRAW_US = 200 * MS


class BuildFlagError(Exception):
    """What buildx refuses before it asks the builder; printed after `ERROR: `."""


class Build(Command):
    """`docker build`, as BuildKit's client shows it."""

    def start(self, c: Client) -> int | None:
        """Begin the build."""
        try:
            context, options, text = collect(c)
            name = c.engine.builder.start(c.machine, context, options)
        except BuildFlagError as error:
            c.err(f"ERROR: {error}\n")
            return 1
        except BadCommand as error:
            c.err(f"ERROR: failed to build: {error.message}\n")
            return 1
        c.state.update(build=name, dockerfile=text)
        return self.step(c)

    def step(self, c: Client) -> int | None:
        """Draw; at the end say what went wrong, if anything did."""
        build = c.engine.store.get("Build", c.machine, c.state["build"])
        if build is None:
            return 1
        if build["status"]["state"] == "running":
            if c.call.tty and not c.line.on("quiet"):
                c.call.screen(self._progress(c, build))
                c.call.wake_after(REDRAW_US)
            c.call.watch("Build", c.machine, c.state["build"])
            return RUNNING
        return self._finish(c, build)

    def _finish(self, c: Client, build: Object) -> int:
        logs = c.engine.builder.log(c.state["build"])
        c.call.screen("")
        failed = build["status"]["state"] == "failed"
        if not c.line.on("quiet") or failed:
            if not c.line.on("quiet"):
                c.err(self._progress(c, build))
            c.err(error_block(build, logs, c.state["dockerfile"]))
        if failed:
            return 1
        if c.line.on("quiet"):
            c.out(build["status"]["imageId"] + "\n")
        if c.line.text("iidfile"):
            path = c.line.text("iidfile")
            c.engine.workspace.write(c.call.cwd, path, build["status"]["imageId"])
        return 0

    def _progress(self, c: Client, build: Object) -> str:
        logs = c.engine.builder.log(c.state["build"])
        wish = c.line.text("progress") or c.call.env.get("BUILDKIT_PROGRESS") or "auto"
        if wish == "quiet":
            return ""
        if wish in ("plain", "rawjson") or (wish == "auto" and not c.call.tty):
            return plain(build, logs, c.engine.now_us)
        return fancy(build, logs, c.engine.now_us, c.call.columns)

    def interrupt(self, c: Client) -> int:
        """Stop the build."""
        if "build" not in c.state:
            return 130
        c.engine.builder.cancel(c.machine, c.state["build"])
        build = c.engine.store.get("Build", c.machine, c.state["build"])
        if build is not None:
            c.call.screen("")
            c.err(self._progress(c, build))
            c.err("ERROR: failed to build: failed to solve: Canceled: context canceled\n")
        return 130


def collect(c: Client) -> tuple[dict[str, Any], BuildOptions, str]:
    """Read context, options and the Dockerfile's text from the line; raises BuildFlagError."""
    path, file = c.args[0], c.line.text("file")
    workspace, cwd = c.engine.workspace, c.call.cwd
    context: dict[str, Any] = {}
    options = BuildOptions(
        tags=c.line.all("tag"),
        build_args=_pairs(c, "build-arg"),
        labels=_pairs(c, "label"),
        target=c.line.text("target"),
        platforms=_platforms(c),
        no_cache=c.line.on("no-cache"),
        pull=c.line.on("pull"),
        push=c.line.on("push"),
        network=c.line.text("network", "default"),
        secrets=_secrets(c),
        entry=c.call.entry,
    )
    if path == "-":
        options.dockerfile_text = c.call.stdin
    elif "://" in path or path.startswith("git@"):
        raise BuildFlagError("failed to build: a context from the network is not part of this "
                             "simulator: use a folder of the workspace")  # fmt: skip
    elif not workspace.is_folder(cwd, path):
        if workspace.read(cwd, path) is not None:
            raise BuildFlagError(f"failed to build: unable to prepare context: path \"{path}\" "
                                 "must be a directory")  # fmt: skip
        raise BuildFlagError(f'failed to build: unable to prepare context: path "{path}" not found')
    else:
        context = dict(workspace.under(cwd, path))
    if file == "-":
        options.dockerfile_text = c.call.stdin
    elif file:
        _choose_dockerfile(c, path, file, options)
    if options.dockerfile_text is not None:
        return context, options, options.dockerfile_text
    return context, options, str(context.get(options.dockerfile) or "")


def _choose_dockerfile(c: Client, path: str, file: str, options: BuildOptions) -> None:
    """Take the Dockerfile of -f: a file of the context by its path there, another by its text."""
    workspace, cwd = c.engine.workspace, c.call.cwd
    root = workspace.resolve(cwd, path)
    full = workspace.resolve(cwd, file)
    if full.startswith(root.rstrip("/") + "/"):
        options.dockerfile = posixpath.relpath(full, root)
        return
    text = workspace.read(cwd, file)
    if text is None:
        raise BuildFlagError(
            "failed to build: resolve : lstat "
            f"{posixpath.dirname(file) or file}: no such file or directory"
        )
    options.dockerfile_text = text


def _pairs(c: Client, flag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in c.line.all(flag):
        name, equals, value = text.partition("=")
        if equals:
            found[name] = value
        elif name in c.call.env:
            found[name] = c.call.env[name]
    return found


def _platforms(c: Client) -> list[str]:
    found = []
    for text in c.line.all("platform"):
        for one in text.split(","):
            one = one.strip()
            one = one if "/" in one else f"linux/{one}"
            found.append(one.replace("arm64/v8", "arm64").replace("x86_64", "amd64"))
    return found


def _secrets(c: Client) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in c.line.all("secret"):
        pairs = dict(part.partition("=")[::2] for part in next(csv.reader([text])))
        name = pairs.get("id") or pairs.get("src") or pairs.get("source") or ""
        source = pairs.get("src") or pairs.get("source")
        if source:
            body = c.engine.workspace.read(c.call.cwd, source)
            if body is None:
                raise BuildFlagError(f"failed to build: failed to stat {source}: stat {source}: "
                                     "no such file or directory")  # fmt: skip
            found[name] = body
        else:
            found[name] = c.call.env.get(pairs.get("env") or name, "")
    return found
