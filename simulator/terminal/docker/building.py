"""`docker build`: reads the flags, collects the context, and shows how the build goes."""

from __future__ import annotations

from simulator.docker.build import error_block, fancy, plain, raw
from simulator.errors import BadCommand
from simulator.plain import Object
from simulator.timing import MS

from .buildcalls import answer, method
from .buildflags import BuildFlagError, collect, progress_mode
from .buildresult import deliver, metadata
from .client import RUNNING, Client, Command

REDRAW_US = 200 * MS


class Build(Command):
    """`docker build`, as BuildKit's client shows it."""

    def start(self, c: Client) -> int | None:
        """Begin the build."""
        try:
            context, options, text = collect(c)
            if method(c)[0] != "build":
                return answer(c, context, options, text)
            name = c.engine.builder.start(c.machine, context, options)
        except BuildFlagError as error:
            c.err(f"ERROR: failed to build: {error}\n")
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
            if progress_mode(c) == "tty" and not c.line.on("quiet"):
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
        wrong = deliver(c, build)
        if wrong:
            c.err(f"ERROR: failed to build: failed to solve: {wrong}\n")
            return 1
        if c.line.on("quiet"):
            c.out(build["status"]["imageId"] + "\n")
        for flag, text in (
            ("iidfile", build["status"]["imageId"]),
            ("metadata-file", metadata(c, build) if c.line.text("metadata-file") else ""),
        ):
            path = c.line.text(flag)
            wrong = c.engine.workspace.write(c.call.cwd, path, text) if path else None
            if wrong:
                c.err(f"ERROR: failed to build: open {wrong}\n")
                return 1
        return 0

    def _progress(self, c: Client, build: Object) -> str:
        logs = c.engine.builder.log(c.state["build"])
        mode = progress_mode(c)
        if mode == "quiet":
            return ""
        if mode == "rawjson":
            return raw(build, logs, c.engine.now_us, c.engine.timestamp_nano)
        if mode == "plain":
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
