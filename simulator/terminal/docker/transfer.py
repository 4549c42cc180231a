"""`docker pull` and `docker push`: what is printed while layers move.

On a terminal each layer keeps its line, which is drawn again as it changes; through a pipe every
change is a line of its own.
"""

from __future__ import annotations

from typing import Any

from simulator.docker import reference
from simulator.docker.daemon import DockerError
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.link import bytes_done
from simulator.plain import Object
from simulator.timing import MS

from .client import RUNNING, Client, Command
from .formats import human_size

REDRAW_US = 100 * MS
BAR = 50


class Progress:
    """Shows one transfer; remembers in `memory` what it has printed."""

    def __init__(self, c: Client, memory: dict[str, Any]) -> None:
        self.c = c
        self.memory = memory

    def begin(self, name: str, quiet: bool = False, to_err: bool = False) -> None:
        """Watch a transfer from its start."""
        self.memory.update(name=name, shown={}, quiet=quiet, head=False, err=to_err)
        self.c.call.watch("Transfer", self.c.machine, name)
        self.c.call.wake_after(REDRAW_US)

    def step(self) -> Object | None:
        """Print what is new; answers the transfer when it has ended."""
        transfer = self.c.engine.transfers.get(self.c.machine, self.memory["name"])
        status = transfer["status"]
        ended = status["state"] in ("done", "failed")
        if not self.memory["quiet"]:
            self._draw(transfer, ended)
        if ended:
            return transfer
        self.c.call.watch("Transfer", self.c.machine, self.memory["name"])
        if any(layer["rate"] for layer in status["layers"]):
            self.c.call.wake_after(REDRAW_US)
        return None

    def _write(self, text: str) -> None:
        (self.c.err if self.memory["err"] else self.c.out)(text)

    def _draw(self, transfer: Object, ended: bool) -> None:
        status = transfer["status"]
        if status["layers"] and not self.memory["head"]:
            self.memory["head"] = True
            self._write(_head(transfer))
        lines = [_line(transfer, layer, self.c.engine.now_us) for layer in status["layers"]]
        if not self.c.call.tty:
            self._plain(status["layers"], lines)
            return
        if ended:
            self.c.call.screen("")
            self._write("".join(f"{line}\n" for line in lines))
        else:
            self.c.call.screen("".join(f"{line}\n" for line in lines))

    def _plain(self, layers: list[dict[str, Any]], lines: list[str]) -> None:
        for layer, line in zip(layers, lines, strict=True):
            word = line.partition(" [")[0].rstrip()
            if word.endswith(("Downloading", "Extracting", "Pushing")):
                continue
            key = layer["digest"]
            if self.memory["shown"].get(key) != word:
                self.memory["shown"][key] = word
                self._write(word + "\n")


def _head(transfer: Object) -> str:
    ref = reference.parse(transfer["spec"]["image"])
    if transfer["spec"]["direction"] == "push":
        return f"The push refers to repository [{ref.repository}]\n"
    path = ref.path if ref.host == reference.HUB else ref.repository
    return f"{ref.tag or ref.digest}: Pulling from {path}\n"


def _line(transfer: Object, layer: dict[str, Any], now_us: int) -> str:
    """Give one layer's line."""
    push = transfer["spec"]["direction"] == "push"
    name = (layer["diffID"] if push else layer["digest"]).removeprefix("sha256:")[:12]
    state = layer["state"]
    if state in ("downloading", "uploading"):
        done, total = bytes_done(layer, now_us), int(layer["size"])
        word = "Pushing" if push else "Downloading"
        return f"{name}: {word} {_bar(done, total)}"
    words = {
        "waiting": "Waiting", "arrived": "Download complete", "unpacking": "Extracting",
        "done": "Pull complete", "exists": "Already exists",
    }  # fmt: skip
    if push:
        words.update(waiting="Waiting", arrived="Pushed", done="Pushed",
                     exists="Layer already exists", mounted="Mounted from")  # fmt: skip
        if layer.get("mountedFrom"):
            return f"{name}: Mounted from {layer['mountedFrom']} "
    return f"{name}: {words.get(state, state.capitalize())} "


def _bar(done: int, total: int) -> str:
    filled = BAR * done // total if total else BAR
    arrow = "=" * max(0, filled - 1) + ">" if filled < BAR else "=" * BAR
    numbers = f"{human_size(done, 4):>8}/{human_size(total, 4)}"
    return f"[{arrow:<{BAR}}] {numbers}"


class Pull(Command):
    """`docker pull`."""

    def start(self, c: Client) -> int | None:
        """Begin the transfer."""
        try:
            ref = reference.parse(c.args[0])
        except ReferenceError_ as error:
            c.err(f"{error}\n")
            return 1
        if c.line.on("all-tags"):
            return self._all(c, ref)
        is_bare = ":" not in c.args[0].rpartition("/")[2] and "@" not in c.args[0]
        if is_bare and not c.line.on("quiet"):
            c.out("Using default tag: latest\n")
        name = c.engine.transfers.start_pull(c.machine, c.args[0], platform_of(c))
        progress = Progress(c, c.state.setdefault("pull", {}))
        progress.begin(name, c.line.on("quiet"))
        c.state["ref"] = ref.normalised
        return RUNNING

    def _all(self, c: Client, ref: reference.Reference) -> int | None:
        """Begin to pull all tags of a repository, one after the other."""
        if _has_tag(c.args[0]):
            c.err("tag can't be used with --all-tags/-a\n")
            return 1
        try:
            tags = c.engine.hub.tags(c.machine, ref)
        except DockerError as error:
            c.err(f"Error response from daemon: {error.message}\n")
            return 1
        c.state.update(tags=tags, fresh=False, ref=ref.repository)
        _next_pull(c)
        return RUNNING

    def step(self, c: Client) -> int | None:
        """Draw; at the end say the digest."""
        transfer = Progress(c, c.state["pull"]).step()
        if transfer is None:
            return RUNNING
        status = transfer["status"]
        if status["state"] == "failed":
            c.err(f"Error response from daemon: {status['message']}\n")
            return 1
        if "tags" in c.state:
            return self._next(c, status)
        if not c.line.on("quiet"):
            c.out(f"Digest: {status['digest']}\nStatus: {status['status']}\n")
        c.out(c.state["ref"] + "\n")
        return 0

    def _next(self, c: Client, status: dict[str, Any]) -> int | None:
        """Go on with the next tag; after the last one say what the repository's state is."""
        shown = "" if c.line.on("quiet") else f"Digest: {status['digest']}\n"
        c.state["fresh"] = c.state["fresh"] or "Downloaded" in status["status"]
        c.out(shown)
        if c.state["tags"]:
            _next_pull(c)
            return RUNNING
        how = "Downloaded newer image" if c.state["fresh"] else "Image is up to date"
        if not c.line.on("quiet"):
            c.out(f"Status: {how} for {c.args[0]}\n")
        c.out(f"{c.state['ref']}\n")
        return 0


class Push(Command):
    """`docker push`."""

    def start(self, c: Client) -> int | None:
        """Begin the transfer."""
        try:
            ref = reference.parse(c.args[0])
        except ReferenceError_ as error:
            c.err(f"{error}\n")
            return 1
        if c.line.on("all-tags"):
            return self._all(c, ref)
        if ":" not in c.args[0].rpartition("/")[2] and not c.line.on("quiet"):
            c.out("Using default tag: latest\n")
        try:
            name = c.engine.transfers.start_push(c.machine, c.args[0])
        except DockerError as error:
            c.out(f"The push refers to repository [{ref.repository}]\n")
            c.err(f"{error.message}\n")
            return 1
        Progress(c, c.state.setdefault("pull", {})).begin(name, c.line.on("quiet"))
        return RUNNING

    def _all(self, c: Client, ref: reference.Reference) -> int | None:
        """Begin to push all local tags of a repository, one after the other."""
        if _has_tag(c.args[0]):
            c.err("tag can't be used with --all-tags/-a\n")
            return 1
        tags = [
            text for image in c.engine.images.list(c.machine) for text in image["RepoTags"] or []
            if reference.parse(text).repository == ref.repository
        ]  # fmt: skip
        if not tags:
            c.out(f"The push refers to repository [{ref.repository}]\n")
            c.err(f"An image does not exist locally with the tag: {c.args[0]}\n")
            return 1
        c.state["tags"] = sorted(tags)
        _next_push(c, head=False)
        return RUNNING

    def step(self, c: Client) -> int | None:
        """Draw; at the end say digest and size."""
        transfer = Progress(c, c.state["pull"]).step()
        if transfer is None:
            return RUNNING
        status = transfer["status"]
        ref = reference.parse(transfer["spec"]["image"])
        if status["state"] == "failed":
            if not c.state["pull"]["head"]:
                c.out(f"The push refers to repository [{ref.repository}]\n")
            c.err(f"{status['message']}\n")
            return 1
        if c.line.on("quiet"):
            c.out(ref.normalised + "\n")
        else:
            size = status.get("manifestSize") or 140 * len(status["layers"]) + 420
            c.out(f"{ref.tag}: digest: {status['digest']} size: {size}\n")
        if c.state.get("tags"):
            _next_push(c, head=True)
            return RUNNING
        return 0


def _has_tag(text: str) -> bool:
    return ":" in text.rpartition("/")[2] or "@" in text


def _next_pull(c: Client) -> None:
    """Begin to pull the next tag of `docker pull --all-tags`."""
    tag = c.state["tags"].pop(0)
    name = c.engine.transfers.start_pull(c.machine, f"{c.args[0]}:{tag}", platform_of(c))
    c.state["pull"] = {}
    Progress(c, c.state["pull"]).begin(name, c.line.on("quiet"))


def _next_push(c: Client, head: bool) -> None:
    """Begin to push the next tag; head: the line that names the repository is printed already."""
    name = c.engine.transfers.start_push(c.machine, c.state["tags"].pop(0))
    c.state["pull"] = {}
    Progress(c, c.state["pull"]).begin(name, c.line.on("quiet"))
    c.state["pull"]["head"] = head


def platform_of(c: Client) -> str:
    """Give the platform of --platform as "linux/arm64", or ""."""
    text = c.line.text("platform")
    if text and "/" not in text:
        return f"linux/{text}"
    return text.replace("arm64/v8", "arm64").replace("linux/aarch64", "linux/arm64")
