"""Alpine's packages by branch: versions, what the base image has, the order of installing.

# Simplified: A package of an Alpine branch that the table of versions lacks has the version that
# it has in 3.24.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.tree import Tree

NEWEST = "3.24"


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = (Path(__file__).parent / "apk_branches.yaml").read_text(encoding="utf-8")
    rows: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return rows


def branch(tree: Tree) -> str:
    """Give the branch of an image, "3.22"; of edge and of what is unknown the newest."""
    release = (tree.text("/etc/alpine-release") or NEWEST).strip()
    parts = release.split(".")[:2]
    return ".".join(parts) if len(parts) == 2 and all(p.isdigit() for p in parts) else NEWEST


def _versions(name: str) -> dict[str, str]:
    rows: dict[str, str] = _table().get(name) or {}
    return rows


@lru_cache(maxsize=16)
def base(name: str) -> dict[str, str]:
    """Give the packages of a branch's base image with their versions."""
    rows, newest = _versions(name), _versions(NEWEST)
    found = {}
    for package in str(_table()["base"]).split():
        group = "musl" if package.startswith("musl") else package
        group = "busybox" if package in ("busybox-binsh", "ssl_client") else group
        version = rows.get(group) or newest.get(group) or f"{name}.0-r0"
        if package != "libapk" or "libapk" in (rows or newest):
            found[package] = version
    return found


def of_branch(package: Package, name: str) -> Package:
    """Give a package as it is in a branch."""
    return replace(package, version=_versions(name).get(package.name, package.version))


def needs_first(packages: list[Package]) -> list[Package]:
    """Order packages so that each comes after what it needs."""
    chosen = {p.name: p for p in packages}
    done: dict[str, Package] = {}
    seen: dict[str, None] = {}
    for first in packages:
        stack = [first.name]
        while stack:
            name = stack[-1]
            if name in done:
                stack.pop()
                continue
            seen[name] = None
            more = [n for n in chosen[name].needs if n in chosen and n not in seen]
            if more:
                stack.append(more[0])
            else:
                done[name] = chosen[stack.pop()]
    return list(done.values())
