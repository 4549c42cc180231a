"""`docker pull` and `docker push`: what is printed while layers move.

On a terminal each layer keeps its line, which is drawn again as it changes; through a pipe every
change is a line of its own.
"""

from __future__ import annotations

from typing import Any

from simulator.docker import reference
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
            return _all_tags(c, "pull")
        is_bare = ":" not in c.args[0].rpartition("/")[2] and "@" not in c.args[0]
        if is_bare and not c.line.on("quiet"):
            c.out("Using default tag: latest\n")
        name = c.engine.transfers.start_pull(c.machine, c.args[0], platform_of(c))
        progress = Progress(c, c.state.setdefault("pull", {}))
        progress.begin(name, c.line.on("quiet"))
        c.state["ref"] = ref.normalised
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
        if not c.line.on("quiet"):
            c.out(f"Digest: {status['digest']}\nStatus: {status['status']}\n")
        c.out(c.state["ref"] + "\n")
        return 0


class Push(Command):
    """`docker push`."""

    def start(self, c: Client) -> int | None:
        """Begin the transfer."""
        from simulator.docker.daemon import DockerError

        try:
            ref = reference.parse(c.args[0])
        except ReferenceError_ as error:
            c.err(f"{error}\n")
            return 1
        if c.line.on("all-tags"):
            return _all_tags(c, "push")
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
        return 0


def _all_tags(c: Client, verb: str) -> int:
    """Answer --all-tags.

    # Simplified: `docker pull` and `docker push` move one tag; --all-tags is refused.
    """
    if ":" in c.args[0].rpartition("/")[2] or "@" in c.args[0]:
        c.err("tag can't be used with --all-tags/-a\n")
    else:
        c.err(f"docker {verb} --all-tags: not part of this simulator, {verb} the tags one by one\n")
    return 1


def platform_of(c: Client) -> str:
    """Give the platform of --platform as "linux/arm64", or ""."""
    text = c.line.text("platform")
    if text and "/" not in text:
        return f"linux/{text}"
    return text.replace("arm64/v8", "arm64").replace("linux/aarch64", "linux/arm64")
