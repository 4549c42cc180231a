"""What `npm ls` says of the packages that are installed.

Source: npm's documentation (npm-ls) and its output.
# Simplified: `npm ls` shows no extraneous packages, and `npm ls --all` no deeper levels.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.docker.shellmodel.packages import node_install, versions
from simulator.docker.shellmodel.packages.node_scripts import read_manifest
from simulator.docker.shellmodel.process import Run


def listed(run: Run, folder: str, names: list[str]) -> int:
    """Carry `npm ls [NAME...]` out, with `-g`, `--depth 0`, `--json` and `--all`; its status."""
    if run.has_flag("-g", "--global"):
        prefix = run.env("NPM_CONFIG_PREFIX") or "/usr/local"
        base, manifest = f"{prefix}/lib", {}
        found = _folders(run, f"{base}/node_modules")
    else:
        base, manifest = run.real(folder), read_manifest(run, folder) or {}
        found = _folders(run, f"{base}/node_modules")
    dev = run.env("NODE_ENV") != "production" and not run.has_flag("--omit=dev", "--production")
    wanted = node_install.wishes(manifest, dev=dev)
    shown = found if run.has_flag("-g", "--global", "-a", "--all") else {}
    rows: dict[str, tuple[str | None, str]] = {name: (found[name], "") for name in shown}
    rows.update({name: (found.get(name), wish) for name, wish in wanted.items()})
    if names:
        rows = {name: row for name, row in {**{n: (v, "") for n, v in found.items()}, **rows}
                .items() if name in names}  # fmt: skip
    problems = _problems(rows, manifest)
    if run.has_flag("--json"):
        run.out(_json(manifest, rows))
    else:
        run.out(_tree(base, manifest, rows))
    if problems:
        run.err("npm error code ELSPROBLEMS\n")
        run.err("".join(f"npm error {line}\n" for line in problems))
    return 1 if problems or (names and not rows) else 0


def _folders(run: Run, place: str) -> dict[str, str]:
    """Give the versions of what lies in a node_modules folder."""
    found = {}
    for name in run.tree.children(place) if run.tree.is_dir(place) else ():
        inner = [f"{name}/{one}" for one in run.tree.children(f"{place}/{name}")] \
            if name.startswith("@") else [name]  # fmt: skip
        for one in inner:
            version = node_install.said_version(run, f"{place}/{one}")
            if version is not None:
                found[one] = str(version)
    return found


def _problems(rows: dict[str, tuple[str | None, str]], manifest: dict[str, Any]) -> list[str]:
    found = []
    of = f"{manifest.get('name', '')}@{manifest.get('version', '')}"
    for name, (version, wish) in sorted(rows.items()):
        read = versions.read(wish, "npm") if wish else None
        if version is None:
            found.append(f"missing: {name}@{wish}, required by {of}")
        elif read is not None and not versions.allows(read, version):
            found.append(f"invalid: {name}@{version} node_modules/{name}")
    return found


def _tree(base: str, manifest: dict[str, Any], rows: dict[str, tuple[str | None, str]]) -> str:
    name, version = manifest.get("name"), manifest.get("version")
    text = f"{name}@{version} {base}\n" if name and version else f"{name or base}\n" \
        if not name else f"{name}@ {base}\n"  # fmt: skip
    for at, one in enumerate(sorted(rows)):
        mark = "`--" if at == len(rows) - 1 else "+--"
        have, wish = rows[one]
        read = versions.read(wish, "npm") if wish else None
        if have is None:
            text += f"{mark} UNMET DEPENDENCY {one}@{wish}\n"
        elif read is not None and not versions.allows(read, have):
            text += f'{mark} {one}@{have} invalid: "{wish}" from the root project\n'
        else:
            text += f"{mark} {one}@{have}\n"
    return text + ("\n" if rows else "`-- (empty)\n\n")


def _json(manifest: dict[str, Any], rows: dict[str, tuple[str | None, str]]) -> str:
    head = {key: manifest[key] for key in ("version", "name") if key in manifest}
    deps = {name: {"version": have, "overridden": False}
            for name, (have, _) in sorted(rows.items()) if have is not None}  # fmt: skip
    return json.dumps({**head, **({"dependencies": deps} if deps else {})}, indent=2) + "\n"
