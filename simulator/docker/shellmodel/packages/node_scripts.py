"""Scripts of package.json, and what the usual front-end builds leave."""

from __future__ import annotations

import json
import posixpath
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run

OUTPUT = (
    ("vite", "dist"),
    ("next", ".next"),
    ("react-scripts", "build"),
    ("nuxt", ".output"),
    ("ng ", "dist"),
    ("gatsby", "public"),
    ("tsc", "dist"),
    ("webpack", "dist"),
    ("rollup", "dist"),
    ("esbuild", "dist"),
    ("parcel", "dist"),
    ("astro", "dist"),
    ("nest", "dist"),
    ("vue-cli-service", "dist"),
    ("svelte", "build"),
    ("docusaurus", "build"),
)
"""Where the usual build tools put their result."""


def run_script(run: Run, folder: str, words: list[str]) -> int:
    manifest = read_manifest(run, folder)
    name = words[0] if words else ""
    place = run.real(folder)
    if manifest is None:
        run.err(
            f"npm error code ENOENT\nnpm error path {place}/package.json\nnpm error enoent "
            "Could not read package.json\n"
        )
        return 254
    scripts = manifest.get("scripts")
    script = scripts.get(name) if isinstance(scripts, dict) else None
    known = not manifest.get("_unknown")
    if script is None and manifest and run.name == "npm" and "scripts" in manifest:
        run.err(
            f'npm error Missing script: "{name}"\nnpm error\nnpm error To see a list of '
            "scripts, run:\nnpm error   npm run\n"
        )
        return 1
    run.out(
        f"\n> {manifest.get('name', 'app')}@{manifest.get('version', '1.0.0')} {name}\n"
        f"> {script or name}\n\n"
    )
    command = str(script or "")
    shell = run.shell.copy()
    shell.cwd = place
    shell.variables["PATH"] = f"{place}/node_modules/.bin:" + run.env("PATH")
    first = command.split()[0] if command.split() else ""
    if (
        first
        and "/" not in first
        and "=" not in first
        and shell.find(first) is None
        and first not in ("cd", "echo", "true", "exit", "set", "if")
    ):
        run.err(f"sh: 1: {first}: not found\n")
        return 127
    status = shell.run(command) if command else 0
    if not known:
        unknown.mark(run.tree, place, f"npm run {name}", commands=False)
        run.spend(DEFAULT_PROGRAM_US)
    if status == 0 and "build" in name:
        where = next((out for tool, out in OUTPUT if tool in command + " "), "dist")
        build_output(run, f"{place}/{where}", command)
    return status


def build_output(run: Run, folder: str, content: str) -> None:
    """Write what a front-end build gives: a page, scripts, styles."""
    if run.tree.exists(folder) and run.tree.children(folder):
        return
    seed = digests.of(
        [
            run.tree.files[p].get("digest", "")
            for p in run.tree.below(posixpath.dirname(folder))
            if "/node_modules/" not in p
        ][:500]
    )
    run.put(
        f"{folder}/index.html",
        tree.file_entry('<!doctype html><html><body><div id="root"></div></body></html>\n'),
    )
    for name, size in (
        ("assets/index.js", 480_000),
        ("assets/index.css", 42_000),
        ("index.js", 60_000),
        ("main.js", 60_000),
        ("server.js", 8_000),
    ):
        run.put(f"{folder}/{name}", tree.file_entry(size=size, content=seed + name + content))
    run.spend(6_000_000)


def read_manifest(run: Run, folder: str) -> dict[str, Any] | None:
    """Read package.json: None when there is none, {"_unknown": True} when its text is not known."""
    entry = run.need(posixpath.join(folder, "package.json"))
    if entry is None:
        return None
    text = entry.get("text")
    if text is None:
        return {"_unknown": True}
    if not text.strip():
        return {}
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {"_broken": True}
    return data if isinstance(data, dict) else {}
