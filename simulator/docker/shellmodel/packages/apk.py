"""apk, Alpine's package tool."""

from __future__ import annotations

import re

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.placing import put_package, remove_package
from simulator.docker.shellmodel.process import Run

RECORD = "/lib/apk/db/packages/{}"
INDEX_BYTES = 2_300_000
TYPICAL_KB = 1_200
VALUED = (
    *("-t", "--virtual", "-X", "--repository", "-p", "--root", "--repositories-file"),
    *("--keys-dir", "--arch", "--cache-dir", "--wait", "--progress-fd"),
)


def apk(run: Run) -> int:
    """`apk add|del|update|upgrade [--no-cache] [--virtual NAME]`."""
    verbs = run.operands(VALUED)
    if run.has_flag("--print-arch"):
        run.out({"arm64": "aarch64", "arm/v7": "armv7"}.get(run.clock.arch, "x86_64") + "\n")
        return 0
    if not verbs:
        return 0
    if run.shell.uid:
        run.err(
            "ERROR: Unable to lock database: Permission denied\n"
            "ERROR: Failed to open apk database: Permission denied\n"
        )
        return 99
    root = _value(run, "-p", "--root")
    if root:
        # Another root file system gets the packages, of which only the name of the folder is kept.
        run.download(INDEX_BYTES + 4_000_000)
        run.bundle(root, 9_000_000, 400, " ".join(verbs))
        unknown.mark(run.tree, run.real(root), "apk")
        return 0
    if verbs[0] == "add":
        return _add(run, verbs[1:])
    if verbs[0] == "del":
        return _delete(run, verbs[1:])
    if verbs[0] in ("update", "upgrade", "fix"):
        return 0 if _index(run) else 1
    return 0


def _index(run: Run) -> bool:
    release = (run.tree.text("/etc/alpine-release") or "3.24.0").strip()
    branch = "v" + ".".join(release.split(".")[:2])
    arch = {"arm64": "aarch64", "arm/v7": "armv7"}.get(run.clock.arch, "x86_64")
    for part in ("main", "community"):
        url = f"https://dl-cdn.alpinelinux.org/alpine/{branch}/{part}"
        if not run.download(INDEX_BYTES // 2, 2):
            run.err(
                f"WARNING: fetching {url}/{arch}/APKINDEX.tar.gz: temporary error (try again "
                "later)\n"
            )
            return False
        run.out(f"fetch {url}/{arch}/APKINDEX.tar.gz\n")
    if not run.has_flag("--no-cache"):
        run.put("/var/cache/apk/*", tree.bundle_entry(INDEX_BYTES, 2, "apkindex " + branch))
    return True


def _add(run: Run, names: list[str]) -> int:
    has_index = "/var/cache/apk/*" in run.tree.files
    online = has_index and not run.has_flag("--no-cache", "-U", "--update", "--update-cache")
    online = not (not online and not _index(run))
    bare = [re.split(r"[=<>~@]", name)[0] for name in names if not name.endswith(".apk")]
    missing = [n for n in bare if not online or catalogue.find("apk", n, TYPICAL_KB) is None]
    if missing:
        run.err(
            "ERROR: unable to select packages:\n"
            + "".join(f"  {n} (no such package):\n    required by: world[{n}]\n" for n in missing)
        )
        return len(missing)
    packages = [
        p
        for p in catalogue.with_needs("apk", bare, TYPICAL_KB)
        if RECORD.format(p.name) not in run.tree.files
    ]
    virtual = _value(run, "-t", "--virtual")
    for number, package in enumerate(packages, start=1):
        run.download(package.fetch_kb * 1000, 1)
        put_package(run, package, "apk")
        run.out(f"({number}/{len(packages)}) Installing {package.name} ({package.version})\n")
    if virtual:
        run.put(RECORD.format(virtual), tree.file_entry(" ".join(p.name for p in packages) + "\n"))
    run.out("Executing busybox-1.37.0-r30.trigger\n")
    total = sum(1 for p in run.tree.files if p.startswith("/lib/apk/db/packages/")) + 16
    size = tree.total_size(run.tree.files) // 1_048_576
    run.out(f"OK: {size} MiB in {total} packages\n")
    return 0


def _value(run: Run, short: str, long: str) -> str:
    for index, arg in enumerate(run.argv):
        if arg in (short, long) and index + 1 < len(run.argv):
            return run.argv[index + 1]
        if arg.startswith(long + "="):
            return arg.partition("=")[2]
    return ""


def _delete(run: Run, names: list[str]) -> int:
    for name in names:
        path = RECORD.format(name)
        if path not in run.tree.files:
            continue
        text = run.tree.text(path) or ""
        group = [] if text.startswith("/.") else text.split()
        for one in group or [name]:
            run.out(f"Purging {one}\n")
            found = catalogue.find("apk", one, TYPICAL_KB)
            if found is not None:
                remove_package(run, found, "apk")
        if path in run.tree.files:
            run.tree.remove(path)
    run.spend(200_000)
    return 0


MODELS = {"apk": apk}
