"""npm, yarn, pnpm, bun and node.

`npm install` reads package.json in the tree; a folder of node_modules gets each package by name
and the rest as one entry.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import locks, node_install, node_listing
from simulator.docker.shellmodel.packages.node_scripts import read_manifest, run_script
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run


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
    if verb in ("install", "i", "add", *CLEAN):
        if run.has_flag("-g", "--global") or verbs[:2] == ["global", "add"]:
            return _global(run, verbs[1:])
        return _install(run, folder, verb, verbs[1:])
    if verb == "global":
        return _global(run, verbs[2:])
    if verb in ("run", "run-script", "test", "start", "build", "exec", "dlx") or (
        verb and run.name != "npm"
    ):
        return run_script(run, folder, verbs[1:] if verb.startswith("run") else verbs)
    if verb in ("ls", "list", "ll", "la"):
        return node_listing.listed(run, folder, verbs[1:])
    if verb == "prune":
        run.spend(900_000)
    return 0


def _option(run: Run, *names: str) -> str:
    for index, arg in enumerate(run.argv[:-1]):
        if arg in names:
            return run.argv[index + 1]
    return next((a.partition("=")[2] for a in run.argv for n in names if a.startswith(n + "=")), "")


def _install(run: Run, folder: str, verb: str, extra: list[str]) -> int:
    manifest = read_manifest(run, folder)
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
    try:
        return _fill(run, place, manifest, verb, extra)
    except node_install.Refused as refused:
        run.err(refused.words)
        return 1


def _fill(run: Run, place: str, manifest: dict[str, Any], verb: str, extra: list[str]) -> int:
    lock = locks.read(run, place, run.name)
    if run.name == "npm" and verb in CLEAN:
        _clean(run, place, manifest, lock)
    elif run.has_flag("--frozen-lockfile", "--immutable"):
        _frozen(run, manifest, lock)
    joined = " ".join(run.argv)
    production = bool(
        re.search(r"--omit[= ]dev|--production\b(?!=false)|--only[= ]prod|--prod\b", joined)
    ) or (run.env("NODE_ENV") == "production" and "--include=dev" not in joined)
    wanted = node_install.wishes(manifest, dev=not production)
    wanted.update(node_install.split(word) for word in extra)
    rows = node_install.plan(run, place, wanted, lock, production)
    rows = [replace(row, dev=_is_dev(manifest, row)) for row in rows]
    size = sum(row.package.fetch_kb // row.share for row in rows) * 1000
    if not run.download(size, 2 + len(rows) // 10):
        raise node_install.Refused(NO_NETWORK)
    files = 0
    if manifest.get("_unknown"):
        files += node_install.UNKNOWN_FILES
        node_install.lay_unknown(run, place)
    added, laid = node_install.lay(run, place, rows)
    # npm spends its time on many small files: about 4,000 a second (assumed)
    run.spend(900_000 + (files + laid) * 250)
    if extra and not run.has_flag("--no-save") and not manifest.get("_unknown"):
        dev = run.has_flag("-D", "--save-dev", "--dev")
        key = "devDependencies" if dev else "dependencies"
        manifest = node_install.save(run, place, manifest, rows, extra, key)
    if rows and run.name == "npm" and (lock is None or (extra and lock.known)):
        node_install.write_lock(run, place, manifest, rows)
    if run.name == "npm" and not run.has_flag("--no-cache"):
        run.put(
            run.env("HOME", "/root") + "/.npm/_cacache/*",
            tree.bundle_entry(size, len(rows) * 2, " ".join(wanted)),
        )
    _report(run, rows, added, lock)
    return 0


CLEAN = ("ci", "clean-install", "install-clean", "ic")
NO_NETWORK = (
    "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo\nnpm error request to "
    "https://registry.npmjs.org/ failed, reason: getaddrinfo EAI_AGAIN "
    "registry.npmjs.org\n"
)


def _clean(run: Run, place: str, manifest: dict[str, Any], lock: locks.Lock | None) -> None:
    """Check what `npm ci` checks, and remove what was installed before."""
    if lock is None:
        raise node_install.Refused(
            "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install "
            "with an existing package-lock.json or\nnpm error npm-shrinkwrap.json with "
            "lockfileVersion >= 1. Run an install with npm@5 or\nnpm error later to generate a "
            "package-lock.json file, then try again.\n"
        )
    wrong = node_install.in_step(lock, manifest) if lock.known else []
    if wrong:
        raise node_install.Refused(
            "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when "
            "your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please "
            "update your lock file with `npm install` before continuing.\nnpm error\n"
            + "".join(f"npm error {line}\n" for line in wrong)
            + "npm error\nnpm error Clean install a project\n"
        )
    if run.tree.is_dir(f"{place}/node_modules"):
        run.tree.remove(f"{place}/node_modules")


def _frozen(run: Run, manifest: dict[str, Any], lock: locks.Lock | None) -> None:
    """Check what `--frozen-lockfile` asks for."""
    if lock is None and run.name == "pnpm":
        raise node_install.Refused(
            ' ERR_PNPM_NO_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml '
            "is absent\n\nNote that in CI environments this setting is true by default. If you "
            'still need to run install in such cases, use "pnpm install --no-frozen-lockfile"\n'
        )
    if lock is None or not lock.known or not node_install.in_step(lock, manifest):
        return
    raise node_install.Refused(
        ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because '
        "pnpm-lock.yaml is not up to date with package.json\n"
        if run.name == "pnpm"
        else "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\n"
    )


def _is_dev(manifest: dict[str, Any], row: node_install.Put) -> bool:
    rows = manifest.get("devDependencies")
    return isinstance(rows, dict) and row.path.removeprefix("node_modules/") in rows


def _report(run: Run, rows: list[node_install.Put], added: int, lock: locks.Lock | None) -> None:
    """Say what was done, in the tool's words."""
    seconds = max(1, run.clock.us // 1_000_000)
    hidden = sum(row.package.count - 1 for row in rows if row.share == 1)
    count = len(rows) + hidden
    if run.name == "yarn":
        run.out(
            f"yarn install v{YARN}\n"
            + ("" if lock else "info No lockfile found.\n")
            + "[1/4] Resolving packages...\n[2/4] Fetching packages...\n[3/4] Linking "
            "dependencies...\n[4/4] Building fresh packages...\n"
            + ("" if lock else "success Saved lockfile.\n")
            + f"Done in {run.clock.us / 1e6:.2f}s.\n"
        )
        return
    if run.name == "pnpm":
        run.out(
            f"Progress: resolved {count}, reused 0, downloaded {count}, added {count}, done\n"
            + _asked(rows, dev=False)
            + _asked(rows, dev=True)
            + f"\nDone in {run.clock.us / 1e6:.1f}s using pnpm v{PNPM}\n"
        )
        return
    new = added + (hidden if added else 0)
    done = f"added {_packages(new)}, and" if added else "up to date,"
    run.out(f"\n{done} audited {_packages(count + 1)} in {seconds}s\n\nfound 0 vulnerabilities\n")


YARN, PNPM = "1.22.22", "10.24.0"


def _asked(rows: list[node_install.Put], *, dev: bool) -> str:
    lines = [f"+ {row.package.name} {row.package.version}\n" for row in rows
             if row.asked and row.dev is dev]  # fmt: skip
    title = "devDependencies" if dev else "dependencies"
    return f"\n{title}:\n" + "".join(sorted(lines)) if lines else ""


def _packages(count: int) -> str:
    return f"{count} package" + ("" if count == 1 else "s")


def _global(run: Run, names: list[str]) -> int:
    prefix = run.env("NPM_CONFIG_PREFIX") or run.env("npm_config_prefix") or "/usr/local"
    count = 0
    for name in names:
        if name.endswith((".tgz", ".tar.gz")):
            # The name of the package stands in the archive.
            unknown.mark(run.tree, f"{prefix}/lib/node_modules", name)
            continue
        bare, wish = node_install.split(name)
        try:
            package = node_install.pick(run, bare, wish)
        except node_install.Refused as refused:
            run.err(refused.words)
            return 1
        run.download(package.fetch_kb * 1000)
        base = f"{prefix}/lib/node_modules/{bare}"
        text = json.dumps({"name": bare, "version": package.version}, indent=2)
        run.put(f"{base}/package.json", tree.file_entry(text + "\n"))
        files = max(2, package.disk_kb // 9)
        run.bundle(base, package.disk_kb * 1000, files, f"npm {bare} {package.version}")
        for program in package.programs or (bare.rsplit("/", 1)[-1],):
            run.put(
                f"{prefix}/bin/{program}",
                tree.file_entry(size=900, mode=0o755, content=f"npm {program}"),
            )
        count += package.count
        run.spend(1_200_000)
    run.out(f"\nadded {_packages(count)} in {max(1, run.clock.us // 1_000_000)}s\n")
    return 0


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
