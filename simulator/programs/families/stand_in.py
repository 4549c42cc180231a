"""The program of an image that stands for an unknown one (a scenario's `hub.stand_ins`).

# Simplified: A stand-in listens on the ports that its container declares or is probed at, answers
# 200 to everything, and in a container that is expected to end it ends well after a second. What it
# prints is not known: a probe or a pipe that looks for something in it is taken to find it. In the
# volumes of a container in which it ran any file may be.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.docker import unknown
from simulator.docker.registry.stand_ins import PROGRAM
from simulator.docker.tree import Tree
from simulator.plain import Object
from simulator.timing import MS, SECOND

from ..lookup import find_program
from ..process import Family, Process
from ..shell.compiler import compile_script

MEMORY = 16 << 20
START_US = 500 * MS
WORK_US = 1 * SECOND
"""Resident size, time to start listening, time a task takes (all assumed)."""
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


_TOOL = re.compile(
    r"(ctl|cli|client|admin|tool|probe|check|dump|migrate|init|setup|install|wait|wait-for-it|topics)"
    r"(\.\w+)?$", re.I
)  # fmt: skip
"""Names of programs that do something and end, so that they leave the ports to the server."""
_OWN_PORT = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[: ](\d{2,5})\b")
"""Where a health check of Docker looks for the program in its own container."""
OWN_FOLDERS = ("/dev", "/proc", "/dev/shm")
"""Places that every container has for itself."""


def stands_in(tree: Tree) -> bool:
    """Tell whether an image may hold any file at all: then it stands for an unknown one."""
    return unknown.knows(tree, "/.")


class StandIn(Family):
    """A program of which only its surroundings are known."""

    name = "stand-in"

    def begin(self, p: Process) -> None:
        """Run a known program that was named, serve, or do a task and end."""
        words = p.argv[1:]
        if posixpath.basename(str(p.row["path"])) == PROGRAM and words and _is_known(p, words[0]):
            p.become(words)
            return
        p.row["memory"] = _memory(p)
        p.programs.guess(p)
        _fill_volumes(p)
        if str(p.row["sink"]).startswith("exec:"):
            p.exit(0)
            return
        spec, stays = _container_spec(p)
        ports = _ports(p, spec)
        if p.pid == 1:
            p.state["task"] = not stays
            p.state["ports"] = ports
        else:
            # What a script runs serves what its container declares, not what its image exposes.
            ports = _ports(p, spec, exposed=False)
            p.state["ports"] = [port for port in ports if str(port) not in p.box["ports"]]
            is_tool = _TOOL.search(posixpath.basename(p.argv[0])) is not None
            serves = bool(p.state["ports"]) or _is_last(p)
            p.state["task"] = not stays or not serves or is_tool
        if p.state["task"] and p.pid != 1:
            p.exit(0)  # a step of a script: its time does not matter
            return
        p.wake(WORK_US if p.state["task"] else START_US)

    def wake(self, p: Process) -> None:
        """Begin to listen, or end."""
        if p.state["task"]:
            p.exit(0)
            return
        for port in p.state["ports"]:
            p.listen(int(port))
        if not p.state["ports"]:
            p.programs.became_ready(p.container)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer well; ZooKeeper's "are you ok?" in its word."""
        body = "imok" if str(request.get("raw") or "").strip() == "ruok" else ""
        return {"status": 200, "body": body, "headers": {}, "guessed": True}

    def signal(self, p: Process, name: str) -> bool:
        """End when asked to, as a server does that handles SIGTERM."""
        if name not in ("SIGTERM", "SIGINT", "SIGQUIT"):
            return False
        p.exit(0)
        return True


def _is_last(p: Process) -> bool:
    """Tell whether the script of process 1 ends with this command: then it is what stays."""
    parent = p.box["processes"].get(str(p.row["parent"]))
    if parent is None or parent["pid"] != 1 or parent["family"] != "shell":
        return False
    frames = parent["state"].get("frames") or []
    for frame in frames:
        steps, at = compile_script(frame["text"])[frame["block"]], frame["pc"]
        while steps[at][0] in ("jump", "status"):
            at = steps[at][1] if steps[at][0] == "jump" else at + 1
            if at <= frame["pc"]:
                return False  # a loop begins anew
        if steps[at][0] != "end":
            return False
    return bool(frames) and not str(p.row["sink"]).startswith("capture:")


def _memory(p: Process) -> int:
    """Give a size that fits into the container's limit."""
    limit = int(p.container["HostConfig"].get("Memory") or 0)
    return min(MEMORY, limit // 4) if limit else MEMORY


def _fill_volumes(p: Process) -> None:
    """Note that any file may be in the container's writable volumes: the program may make it."""
    for folder in p.view.writable:
        marked = f"{folder}/{unknown.COMMANDS}" in p.view.files
        if p.view.is_dir(folder) and folder not in OWN_FOLDERS and not marked:
            unknown.mark(p.view, folder, str(p.container["Config"]["Image"]), volume=True)


def _is_known(p: Process, word: str) -> bool:
    """Tell whether a word names a program whose file the image is known to hold."""
    path = find_program(p.view, word, p.env, p.cwd)
    return path is not None and p.view.get(path, p.cwd) is not None


def _container_spec(p: Process) -> tuple[Object, bool]:
    """Give the container's part of its pod's spec, and whether it is to stay up."""
    ref = p.container["drydock"]["pod"]
    pod = p.engine.store.get("Pod", ref["namespace"], ref["name"]) if ref else None
    if pod is None or ref is None:
        return {}, True
    spec = pod["spec"]
    for one in spec.get("initContainers") or ():
        if one["name"] == ref["container"]:
            return one, one.get("restartPolicy") == "Always"
    for one in spec["containers"]:
        if one["name"] == ref["container"]:
            return one, spec.get("restartPolicy", "Always") == "Always"
    return {}, True


def _ports(p: Process, spec: Object, exposed: bool = True) -> list[int]:
    """List the ports to serve: declared by the container or its image, and those of its probes."""
    declared = {row.get("name"): int(row["containerPort"]) for row in spec.get("ports") or ()}
    ports = list(declared.values())
    for name in PROBES:
        probe: dict[str, Any] = spec.get(name) or {}
        for kind in ("httpGet", "tcpSocket", "grpc"):
            port = (probe.get(kind) or {}).get("port")
            number = declared.get(port, port)
            if str(number or "").isdigit():
                ports.append(int(str(number)))
    for text in (p.container["Config"].get("ExposedPorts") or {}) if exposed else ():
        ports.append(int(str(text).partition("/")[0]))
    test = " ".join((p.container["Config"].get("Healthcheck") or {}).get("Test") or ())
    ports += [int(text) for text in _OWN_PORT.findall(test) if 0 < int(text) < 65536]
    return list(dict.fromkeys(ports))


FAMILIES: list[Family] = [StandIn()]
