"""What lies on a node's own disk where pods mount it: files that every Linux node has.

# Simplified: Of a node's own files only a few are there; a folder that a pod mounts and that is not
there is made, whatever the type of its hostPath says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.docker import tree as trees
from simulator.docker.tree import Entry
from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

FILE_TYPES = ("File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice")
FILES = (
    "/etc/machine-id", "/etc/hostname", "/etc/os-release", "/etc/localtime", "/etc/timezone",
    "/etc/hosts", "/etc/resolv.conf", "/etc/passwd", "/etc/group", "/dev/kmsg", "/dev/fuse",
    "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock",
    "/var/run/containerd/containerd.sock", "/var/run/crio/crio.sock", "/run/xtables.lock",
)  # fmt: skip
"""Paths that are files on a node, also for a hostPath that does not say so."""


def prepare(engine: Engine, node: str, source: Object) -> None:
    """See that a hostPath is a file on the node where it should be one."""
    path = str(source["path"]).rstrip("/") or "/"
    if source.get("type") not in FILE_TYPES and path not in FILES:
        return
    host = engine.docker.mounts.host
    found = host.read(node, path)
    if len(found) > 1 or found.get("", {}).get("type") == "file":
        return
    host.write(node, path, {"": _file(engine, node, path)})


def _file(engine: Engine, node: str, path: str) -> Entry:
    texts = {
        "/etc/machine-id": engine.streams.hex(32, "machine-id", node) + "\n",
        "/etc/hostname": node + "\n",
        "/etc/hosts": f"127.0.0.1\tlocalhost\n{engine.machines.ip(node)}\t{node}\n",
        "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
        "/etc/group": "root:x:0:\n",
        "/etc/timezone": "Etc/UTC\n",
    }
    return trees.file_entry(texts.get(path, ""))
