"""Lock files of npm, yarn and pnpm: which version of each package was chosen before.

Sources: npm's documentation (package-lock.json), the lock files that yarn 1 and 4 and pnpm 9 write.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.shellmodel.process import Run

NAMES = {
    "npm": ("npm-shrinkwrap.json", "package-lock.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock", "bun.lockb"),
}
"""Lock files by tool, the first that is there counts."""
MAX_ROWS = 3_000


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock file: where it lies, below node_modules, and its version."""

    path: str
    name: str
    version: str
    dev: bool = False
    optional: bool = False


@dataclass(slots=True)
class Lock:
    """A lock file. top: versions by name of what lies directly in node_modules.

    wishes: what the manifest asked for when it was written, by name (npm alone tells it).
    """

    file: str
    known: bool = True
    rows: list[Locked] = field(default_factory=list)
    top: dict[str, str] = field(default_factory=dict)
    wishes: dict[str, str] | None = None


def read(run: Run, folder: str, tool: str) -> Lock | None:
    """Read a tool's lock file; None when there is none; `known` is false for one without rows."""
    for name in NAMES.get(tool, ()):
        entry = run.need(posixpath.join(folder, name))
        if entry is None:
            continue
        text = entry.get("text")
        lock = Lock(name)
        if text:
            _read(lock, text, tool)
        lock.known = bool(lock.rows)
        for row in lock.rows:
            if "/node_modules/" not in row.path:
                lock.top.setdefault(row.name, row.version)
        return lock
    return None


def _read(lock: Lock, text: str, tool: str) -> None:
    if tool == "npm":
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(data, dict):
            _of_npm(lock, data)
    elif tool == "yarn":
        _of_yarn(lock, text)
    elif tool == "pnpm":
        _of_pnpm(lock, text)


def _of_npm(lock: Lock, data: dict[str, Any]) -> None:
    packages = data.get("packages")
    if isinstance(packages, dict):
        root = packages.get("")
        if isinstance(root, dict):
            wanted = [root.get("dependencies"), root.get("devDependencies")]
            rows = [one for one in wanted if isinstance(one, dict)]
            lock.wishes = {str(k): str(v) for one in rows for k, v in one.items()}
        for path, row in list(packages.items())[:MAX_ROWS]:
            path = str(path)
            if not path.startswith("node_modules/") or not isinstance(row, dict):
                continue
            name = path.rpartition("node_modules/")[2]
            if row.get("version"):
                dev, optional = bool(row.get("dev")), bool(row.get("optional"))
                lock.rows.append(Locked(path, name, str(row["version"]), dev, optional))
        return
    older = data.get("dependencies")  # lockfileVersion 1
    for name, row in list(older.items() if isinstance(older, dict) else ())[:MAX_ROWS]:
        if isinstance(row, dict) and row.get("version"):
            path = f"node_modules/{name}"
            dev, optional = bool(row.get("dev")), bool(row.get("optional"))
            lock.rows.append(Locked(path, str(name), str(row["version"]), dev, optional))


def _of_yarn(lock: Lock, text: str) -> None:
    """Read `name@range, name@range:` and the `version` below it, of yarn 1 and of Berry."""
    name = ""
    for line in text.splitlines():
        if line and line[0] not in " #":
            first = line.rstrip(":").split(",")[0].strip().strip('"')
            name = first[: first.rfind("@", 1)] if "@" in first[1:] else ""
            name = re.sub(r"@npm$", "", name)
        elif name and line.startswith("  version"):
            version = line.strip().removeprefix("version").strip(': "')
            if len(lock.rows) < MAX_ROWS and not version.startswith("0.0.0-use."):
                lock.rows.append(Locked(f"node_modules/{name}", name, version))
            name = ""


def _of_pnpm(lock: Lock, text: str) -> None:
    """Read the keys of `packages:`: /name/1.0.0, /name@1.0.0, name@1.0.0; importers come first."""
    inside, name = "", ""
    tops: dict[str, str] = {}
    for line in text.splitlines():
        if line and line[0] not in " #":
            inside = line.partition(":")[0]
            continue
        key = re.match(r" {2}'?/?((?:@[^@/\s]+/)?[^@/\s']+)[@/](\d[^:'(\s]*)[^:]*'?:\s*$", line)
        if inside in ("packages", "snapshots") and key is not None:
            if len(lock.rows) < MAX_ROWS and inside == "packages":
                lock.rows.append(Locked(f"node_modules/{key[1]}", key[1], key[2]))
            continue
        if inside in ("importers", "dependencies", "devDependencies"):
            one = re.match(r" +'?((?:@[^@/\s]+/)?[^@/\s':]+)'?:\s*(\S*)", line)
            if one is not None and one[1] == "version" and name:
                tops[name] = re.sub(r"\(.*", "", one[2])
            elif one is not None and one[1] != "specifier":
                name = one[1]
                if re.match(r"\d", one[2]):
                    tops[name] = re.sub(r"[(_].*", "", one[2])
    lock.top.update(tops)
