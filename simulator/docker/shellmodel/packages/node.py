"""npm, yarn, pnpm, bun and node.

`npm install` reads package.json in the tree; a folder of node_modules gets each package by name
and the rest as one entry.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run

TYPICAL_KB = 400
UNKNOWN_BYTES, UNKNOWN_FILES = 180_000_000, 16_000
"""What a package.json installs that nobody can read (assumed)."""


def npm(run: Run) -> int:
    """`npm install|ci|run|...`, and the same of yarn and pnpm."""
    verbs = run.operands(
        (
            "--prefix",
            "-C",
            "--registry",
            "--cwd",
            "--filter",
            "-w",
            "--network-timeout",
            "--loglevel",
            "--omit",
            "--only",
            "--cache",
        )
    )
    folder = _option(run, "--prefix", "-C", "--cwd") or "."
    verb = verbs[0] if verbs else ("install" if run.name == "yarn" else "")
    if run.has_flag("--version", "-v") and not verbs:
        run.out("10.9.4\n")
        return 0
    if verb in ("install", "i", "ci", "add", "clean-install"):
        if run.has_flag("-g", "--global") or verbs[:2] == ["global", "add"]:
            return _global(run, verbs[1:])
        return _install(run, folder, verb, verbs[1:])
    if verb == "global":
        return _global(run, verbs[2:])
    if verb in ("run", "run-script", "test", "start", "build", "exec", "dlx") or (
        verb and run.name != "npm"
    ):
        return _script(run, folder, verbs[1:] if verb.startswith("run") else verbs)
    if verb == "prune":
        run.spend(900_000)
    return 0


def _option(run: Run, *names: str) -> str:
    for index, arg in enumerate(run.argv[:-1]):
        if arg in names:
            return run.argv[index + 1]
    return next((a.partition("=")[2] for a in run.argv for n in names if a.startswith(n + "=")), "")


def _manifest(run: Run, folder: str) -> dict[str, Any] | None:
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


def _install(run: Run, folder: str, verb: str, extra: list[str]) -> int:
    manifest = _manifest(run, folder)
    place = run.real(folder)
    if manifest is None:
        if extra:
            manifest = {}
        else:
            run.err(
                "npm error code ENOENT\nnpm error syscall open\n"
                f"npm error path {place}/package.json\nnpm error errno -2\n"
                f"npm error enoent Could not read package.json: Error: ENOENT: no such file or "
                f"directory, open '{place}/package.json'\n"
            )
            return 254
    if manifest.get("_broken"):
        run.err(
            "npm error code EJSONPARSE\n"
            f"npm error path {place}/package.json\nnpm error JSON.parse Failed to parse JSON "
            "data.\n"
        )
        return 1
    lock = any(
        run.need(posixpath.join(folder, n)) is not None
        for n in ("package-lock.json", "npm-shrinkwrap.json")
    )
    if run.name == "npm" and verb in ("ci", "clean-install") and not lock:
        run.err(
            "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install "
            "with an existing package-lock.json or\nnpm error npm-shrinkwrap.json with "
            "lockfileVersion >= 1. Run an install with npm@5 or\nnpm error later to generate a "
            "package-lock.json file, then try again.\n"
        )
        return 1
    return _fill(run, place, manifest, extra)


def _fill(run: Run, place: str, manifest: dict[str, Any], extra: list[str]) -> int:
    names = _names(manifest, "dependencies")
    joined = " ".join(run.argv)
    production = (
        re.search(r"--omit[= ]dev|--production|--only[= ]prod|--prod\b", joined)
        or run.env("NODE_ENV") == "production"
    )
    if not production:
        names += _names(manifest, "devDependencies")
    names += [re.sub(r"(?<=.)@[^/]*$", "", name) for name in extra]
    missing = next((n for n in names if catalogue.find("npm", n, TYPICAL_KB) is None), None)
    if missing is not None:
        run.err(
            "npm error code E404\nnpm error 404 Not Found - GET "
            f"https://registry.npmjs.org/{missing} - Not found\nnpm error 404\n"
            f"npm error 404  '{missing}@*' is not in this registry.\n"
        )
        return 1
    packages = catalogue.with_needs("npm", names, TYPICAL_KB)
    count = len(packages)
    if not run.download(sum(p.fetch_kb for p in packages) * 1000, 2 + count // 10):
        run.err(
            "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo\nnpm error request to "
            "https://registry.npmjs.org/ failed, reason: getaddrinfo EAI_AGAIN "
            "registry.npmjs.org\n"
        )
        return 1
    files = 0
    if manifest.get("_unknown"):
        files += UNKNOWN_FILES
        run.download(UNKNOWN_BYTES // 4, 40)
        run.bundle(f"{place}/node_modules", UNKNOWN_BYTES, UNKNOWN_FILES, f"npm {place}")
        unknown.mark(run.tree, f"{place}/node_modules", "package.json")
    for package in packages:
        base = f"{place}/node_modules/{package.name}"
        run.put(
            f"{base}/package.json",
            tree.file_entry(f'{{"name":"{package.name}","version":"{package.version}"}}\n'),
        )
        amount = max(2, package.disk_kb // 9)
        run.bundle(base, package.disk_kb * 1000, amount, f"npm {package.name} {package.version}")
        files += amount
        for program in package.programs:
            run.put(
                f"{place}/node_modules/.bin/{program}",
                tree.file_entry(size=1200, mode=0o755, content=f"npm {package.name} {program}"),
            )
    # npm spends its time on many small files: about 4,000 a second (assumed)
    run.spend(900_000 + files * 250)
    lock = f"{place}/package-lock.json"
    if packages and run.name == "npm" and not run.tree.exists(lock):
        run.write(
            lock,
            json.dumps(
                {"lockfileVersion": 3, "packages": {p.name: p.version for p in packages}}, indent=2
            )
            + "\n",
        )
    if run.name == "npm" and not run.has_flag("--no-cache"):
        run.put(
            run.env("HOME", "/root") + "/.npm/_cacache/*",
            tree.bundle_entry(sum(p.fetch_kb for p in packages) * 1000, count * 2, " ".join(names)),
        )
    run.out(
        f"\nadded {count} packages, and audited {count + 1} packages in "
        f"{max(1, run.clock.us // 1_000_000)}s\n\nfound 0 vulnerabilities\n"
    )
    return 0


def _names(manifest: dict[str, Any], key: str) -> list[str]:
    found = manifest.get(key)
    return [str(name) for name in found] if isinstance(found, dict) else []


def _global(run: Run, names: list[str]) -> int:
    for name in names:
        if name.endswith((".tgz", ".tar.gz")):
            # The name of the package stands in the archive.
            unknown.mark(run.tree, "/usr/local/lib/node_modules", name)
            continue
        bare = re.sub(r"(?<=.)@[^/]*$", "", name)
        package = catalogue.find("npm", bare, 4000)
        if package is None:
            run.err(
                f"npm error code E404\nnpm error 404 Not Found - GET "
                f"https://registry.npmjs.org/{bare} - Not found\n"
            )
            return 1
        run.download(package.fetch_kb * 1000)
        run.bundle(
            f"/usr/local/lib/node_modules/{bare}",
            package.disk_kb * 1000,
            max(2, package.disk_kb // 9),
            f"npm {bare}",
        )
        for program in package.programs or (bare.rsplit("/", 1)[-1],):
            run.put(
                f"/usr/local/bin/{program}",
                tree.file_entry(size=900, mode=0o755, content=f"npm {program}"),
            )
        run.spend(1_200_000)
    run.out(f"\nadded {len(names)} packages in {max(1, run.clock.us // 1_000_000)}s\n")
    return 0


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


def _script(run: Run, folder: str, words: list[str]) -> int:
    manifest = _manifest(run, folder)
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


def node(run: Run) -> int:
    """`node FILE`."""
    if run.has_flag("--version", "-v"):
        run.out(f"v{run.env('NODE_VERSION') or '22.23.3'}\n")
        return 0
    names = [] if run.has_flag("-e", "-p", "--eval") else run.operands()
    if names and run.get(names[0] + ".js") is None and run.need(names[0]) is None:
        run.err(
            f"node:internal/modules/cjs/loader:1404\n  throw err;\n  ^\n\nError: Cannot find "
            f"module '{run.real(names[0])}'\n"
        )
        return 1
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def corepack(run: Run) -> int:
    """`corepack enable` and `corepack prepare`: put pnpm and yarn in place."""
    for program in ("pnpm", "pnpx", "yarn"):
        if not run.tree.exists(f"/usr/local/bin/{program}"):
            run.put(
                f"/usr/local/bin/{program}", tree.file_entry(size=900, mode=0o755, content=program)
            )
    run.spend(300_000)
    return 0


MODELS = {
    "npm": npm,
    "yarn": npm,
    "pnpm": npm,
    "bun": npm,
    "npm-cli.js": npm,
    "node": node,
    "nodejs": node,
    "corepack": corepack,
}
