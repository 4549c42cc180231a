"""Images of a project: which must be built or pulled, and how that goes."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.docker.build import BuildOptions, error_block, fancy, plain
from simulator.docker.compose import ComposeError
from simulator.docker.compose.container import image_name
from simulator.docker.compose.hostpaths import is_remote
from simulator.docker.compose.loader import VALUE
from simulator.docker.daemon import DockerError
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.link import bytes_done
from simulator.errors import BadCommand
from simulator.plain import Object, copy

from ..client import RUNNING
from ..formats import human_size
from .board import DONE, ERROR, REDRAW_US, WORKING, Board
from .context import ComposeCommand, Context

WORDS = {"waiting": "Waiting", "arrived": "Download complete", "unpacking": "Extracting",
         "done": "Pull complete", "exists": "Already exists"}  # fmt: skip
BAR = 50


class Images:
    """Builds, then pulls. `step` answers None while it works, else an exit code, 0 for good."""

    def __init__(self, c: Context) -> None:
        self.c = c
        self._state: dict[str, Any] = c.state.setdefault(
            "images", {"build": [], "built": [], "now": None, "pulls": {}, "pull": []}
        )

    def plan(self, services: list[str], build: bool = False, pull: str = "") -> None:
        """Decide what is built and what is pulled before `services` can run; ComposeError."""
        for name in services:
            service = self.c.project.services[name]
            policy = pull or str(service.get("pull_policy") or "missing")
            is_here = self.c.engine.images.find(self.c.machine, self._image(name)) is not None
            if service.get("build"):
                if build or policy == "build" or not is_here:
                    self._state["build"].append(name)
            elif policy == "always" or (not is_here and policy != "never"):
                self._state["pull"].append(name)
            elif not is_here:
                raise ComposeError(
                    f"Error response from daemon: No such image: {self._image(name)}"
                )

    def build(self, services: list[str]) -> None:
        """Build exactly these services."""
        self._state["build"] = [n for n in services if self.c.project.services[n].get("build")]

    def pull(self, services: list[str], missing_only: bool = False) -> None:
        """Pull exactly these services' images."""
        found = self.c.engine.images.find
        self._state["pull"] = [
            name for name in services
            if not (missing_only and found(self.c.machine, self._image(name)))
        ]  # fmt: skip

    def _image(self, name: str) -> str:
        return image_name(self.c.project, name)

    def step(self) -> int | None:
        """Go on."""
        while self._state["now"] is not None or self._state["build"]:
            code = self._build_step()
            if code is None or code:
                return code
        if self._state["built"]:
            board = Board(self.c, key="built")
            for name in self._state["built"]:
                board.event(name, DONE, "Built")
            board.finish()
            self._state["built"] = []
        return self._pull_step()

    # Building

    def _build_step(self) -> int | None:
        if self._state["now"] is None:
            name = self._state["build"].pop(0)
            try:
                self._begin(name)
            except (ComposeError, BadCommand) as error:
                self.c.err(f"{error.message}\n")
                return 1
        now = self._state["now"]
        build = self.c.engine.store.get("Build", self.c.machine, now["build"])
        if build is None:
            return 1
        if build["status"]["state"] == "running":
            if self.c.fancy and not self.c.line.on("quiet"):
                self.c.call.screen(self._progress(build))
                self.c.call.wake_after(REDRAW_US)
            self.c.call.watch("Build", self.c.machine, now["build"])
            return RUNNING
        return self._end(build)

    def _begin(self, name: str) -> None:
        spec = self.c.project.services[name]["build"]
        workspace, context = self.c.engine.workspace, spec["context"]
        if is_remote(context):
            raise ComposeError("a build context from the network is not part of this simulator: "
                               "use a folder of the workspace")  # fmt: skip
        if not workspace.is_folder("", context):
            raise ComposeError(f'unable to prepare context: path "{context}" not found')
        inline = spec.get("dockerfile_inline")
        path, text = spec.get("dockerfile", "Dockerfile"), inline
        full = posixpath.normpath(posixpath.join(context, path))
        inside = full.startswith(context.rstrip("/") + "/")
        if inside:
            path = posixpath.relpath(full, context)
        elif text is None:
            text = workspace.read("", full)
            if text is None:
                raise ComposeError(f"resolve : lstat {full}: no such file or directory")
        args = dict(text_.partition("=")[::2] for text_ in self.c.line.all("build-arg"))
        own = {k: v for k, v in (spec.get("args") or {}).items() if v is not None}
        options = BuildOptions(
            dockerfile=path,
            dockerfile_text=text,
            tags=[self._image(name), *(spec.get("tags") or [])],
            build_args={**own, **args},
            labels=dict(spec.get("labels") or {}),
            target=str(spec.get("target") or ""),
            no_cache=self.c.line.on("no-cache") or bool(spec.get("no_cache")),
            platforms=self._platforms(name, spec),
            pull=self.c.line.on("pull") or bool(spec.get("pull")),
            network=str(spec.get("network") or "default"),
            secrets=self._secrets(spec),
            ssh=[str(row).partition(":")[0] for row in spec.get("ssh") or []],
            hosts=dict(row.partition("=")[::2] for row in spec.get("extra_hosts") or []),
            contexts=self._contexts(spec),
            entry=self.c.call.entry,
        )
        files = dict(workspace.under("", context))
        build = self.c.engine.builder.start(self.c.machine, files, options)
        shown = text if text is not None else files.get(path, "")
        self._state["now"] = {"service": name, "build": build, "dockerfile": shown}

    def _platforms(self, name: str, spec: dict[str, Any]) -> list[str]:
        """Build for the service's own platform where it has one. Source: compose build.go."""
        own = self.c.project.services[name].get("platform")
        return [str(own)] if own else [str(one) for one in spec.get("platforms") or []]

    def _secrets(self, spec: dict[str, Any]) -> dict[str, str]:
        """Give the texts of the secrets that a build may read."""
        found: dict[str, str] = {}
        data = self.c.project.data
        for grant in spec.get("secrets") or []:
            row = data["secrets"][grant["source"]]
            key = str(grant.get("target") or grant["source"])
            if row.get("environment"):
                found[key] = str(row.get(VALUE) or "")
            elif row.get("file"):
                text = self.c.engine.workspace.read("", row["file"])
                if text is None:
                    raise ComposeError(f"failed to stat {row['file']}: stat {row['file']}: "
                                       "no such file or directory")  # fmt: skip
                found[key] = text
        return found

    def _contexts(self, spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Give the named contexts: folders, images, and what other services build."""
        found: dict[str, dict[str, Any]] = {}
        for key, text in (spec.get("additional_contexts") or {}).items():
            kind, _, rest = str(text).partition(":")
            if kind == "service":
                found[key] = {"image": self._image(rest)}
            elif kind == "docker-image":
                found[key] = {"image": rest.removeprefix("//")}
            elif "://" not in str(text):
                found[key] = {"files": dict(self.c.engine.workspace.under("", str(text)))}
        return found

    def _end(self, build: Object) -> int:
        now = self._state["now"]
        self._state["now"] = None
        self.c.call.screen("")
        if not self.c.line.on("quiet"):
            self.c.err(self._progress(build, now["service"]))
        logs = self.c.engine.builder.log(now["build"])
        block = error_block(build, logs, now["dockerfile"])
        self.c.err(block.replace("ERROR: failed to build: failed to solve", "failed to solve"))
        if build["status"]["state"] == "failed":
            return 1
        self._state["built"].append(now["service"])
        return 0

    def _progress(self, build: Object, name: str = "") -> str:
        """Draw a build with the service's name in each step, `[web 2/5] RUN ...`."""
        name = name or self._state["now"]["service"]
        shown = copy(build)
        for row in shown["status"]["steps"]:
            if row["name"].startswith("["):
                row["name"] = f"[{name} {row['name'][1:]}"
        logs = self.c.engine.builder.log(build["metadata"]["name"])
        if self.c.fancy:
            return fancy(shown, logs, self.c.engine.now_us, self.c.call.columns)
        return plain(shown, logs, self.c.engine.now_us)

    def cancel(self) -> None:
        """Stop the build that runs (Ctrl-C)."""
        if self._state["now"] is not None:
            self.c.engine.builder.cancel(self.c.machine, self._state["now"]["build"])

    # Pulling

    def _pull_step(self) -> int | None:
        if self._state["pull"]:
            failed = self._begin_pulls()
            if failed:
                return failed
        if not self._state["pulls"]:
            return 0
        heading = "Pulling" if self.c.line.command == "compose pull" else "Running"
        board = Board(self.c, heading, key="pulling")
        is_quiet = self.c.line.on("quiet") or self.c.line.on("quiet-pull")
        errors, running = [], False
        for name, transfer_name in self._state["pulls"].items():
            transfer = self.c.engine.transfers.get(self.c.machine, transfer_name)
            status = transfer["status"]
            if status["state"] == "failed":
                board.event(name, ERROR, status["message"], "Error")
                errors.append(status["message"])
            elif status["state"] == "done":
                board.event(name, DONE, "", "Pulled")
            else:
                running = True
                board.event(name, WORKING, "", "Pulling")
                self.c.call.watch("Transfer", self.c.machine, transfer_name)
            if self.c.fancy:
                self._layers(board, name, status["layers"])
        if running:
            if not is_quiet:
                board.draw()
            return RUNNING
        if is_quiet:
            board.rows.clear()
        board.finish()
        self._state["pulls"] = {}
        if errors and not self.c.line.on("ignore-pull-failures"):
            self.c.err(f"Error response from daemon: {errors[0]}\n")
            return 1
        return 0

    def _begin_pulls(self) -> int:
        names, self._state["pull"] = self._state["pull"], []
        for name in names:
            platform = str(self.c.project.services[name].get("platform") or "")
            try:
                transfer = self.c.engine.transfers.start_pull(
                    self.c.machine, self._image(name), platform
                )
            except ReferenceError_ as error:
                self.c.err(f"{error}\n")
                return 1
            self._state["pulls"][name] = transfer
        return 0

    def _layers(self, board: Board, name: str, layers: list[dict[str, Any]]) -> None:
        for layer in layers:
            key = layer["digest"].removeprefix("sha256:")[:12]
            if layer["state"] == "downloading":
                done, total = bytes_done(layer, self.c.engine.now_us), int(layer["size"])
                filled = BAR * done // total if total else BAR
                bar = ("=" * max(0, filled - 1) + ">").ljust(BAR)
                sizes = f"{human_size(done, 3):>8}/{human_size(total, 3)}"
                board.event(key, WORKING, f"[{bar}] {sizes}", "Downloading", parent=name)
                continue
            over = layer["state"] in ("done", "exists")
            word = WORDS.get(layer["state"], layer["state"].capitalize())
            board.event(key, DONE if over else WORKING, "", word, parent=name)


class Build(ComposeCommand):
    """`docker compose build`."""

    def start(self, c: Context) -> int | None:
        """Begin the first build."""
        names = c.chosen(c.args, dependencies=c.line.on("with-dependencies"))
        images = Images(c)
        images.build(names)
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Go on."""
        return Images(c).step()

    def interrupt(self, c: Context) -> int:
        """Stop building."""
        Images(c).cancel()
        c.err("canceled\n")
        return 130


class Pull(ComposeCommand):
    """`docker compose pull`."""

    def start(self, c: Context) -> int | None:
        """Begin all pulls."""
        names = c.chosen(c.args, dependencies=c.line.on("include-deps"))
        services = c.project.services
        skipped = [n for n in names if services[n].get("build") and not services[n].get("image")]
        if c.line.on("ignore-buildable"):
            skipped = [name for name in names if services[name].get("build")]
        for name in skipped:
            c.err(f" {name} Skipped No image to be pulled\n")
        images = Images(c)
        images.pull([n for n in names if n not in skipped], c.line.text("policy") == "missing")
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Go on."""
        return Images(c).step()


def remove_images(c: Context, board: Board, names: list[str]) -> None:
    """Remove images of a project that has gone down."""
    for name in dict.fromkeys(names):
        thing = f"Image {name}"
        try:
            c.engine.images.remove(c.machine, name)
        except DockerError as error:
            if error.status == 404:
                board.event(thing, DONE, "Warning: No resource found to remove")
            else:
                board.event(thing, ERROR, f"Error {error.message}")
            continue
        board.event(thing, DONE, "Removed")
