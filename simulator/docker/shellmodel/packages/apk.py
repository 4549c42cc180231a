"""apk, Alpine's package tool."""

from __future__ import annotations

import re

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import apk_index, catalogue
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.packages.placing import put_package, remove_package
from simulator.docker.shellmodel.process import Run

RECORD = "/lib/apk/db/packages/{}"
WORLD = "/etc/apk/world"
INDEX_BYTES = 2_300_000
TYPICAL_KB = 1_200
VIRTUAL_VERSION = "20251128.090000"
"""Version of a virtual package: when it was made, which the model does not know."""
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
    if run.shell.uid and verbs[0] not in ("info", "list", "search"):
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
    if verbs[0] in ("info", "list"):
        return _info(run, verbs[1:])
    if verbs[0] in ("update", "upgrade", "fix"):
        return 0 if _index(run) else 1
    return 0


def _index(run: Run) -> bool:
    branch = "v" + apk_index.branch(run.tree)
    arch = {"arm64": "aarch64", "arm/v7": "armv7"}.get(run.clock.arch, "x86_64")
    for part in ("main", "community"):
        url = f"https://dl-cdn.alpinelinux.org/alpine/{branch}/{part}"
        if not run.download(INDEX_BYTES // 2, 2):
            run.err(
                f"WARNING: fetching {url}/{arch}/APKINDEX.tar.gz: temporary error (try again "
                "later)\n"
            )
            return False
        if not run.has_flag("-q", "--quiet"):
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
    branch = apk_index.branch(run.tree)
    packages = [
        apk_index.of_branch(p, branch)
        for p in apk_index.needs_first(catalogue.with_needs("apk", bare, TYPICAL_KB))
        if RECORD.format(p.name) not in run.tree.files and p.name not in apk_index.base(branch)
    ]
    virtual = _value(run, "-t", "--virtual")
    count = len(packages) + bool(virtual)
    # From 3.23 on it is apk-tools 3, which aligns the numbers.
    width = len(str(count)) if _modern(branch) else 1
    said = []
    for number, package in enumerate(packages, start=1):
        run.download(package.fetch_kb * 1000, 1)
        put_package(run, package, "apk")
        said.append(f"({number:{width}}/{count}) Installing {package.name} ({package.version})\n")
    if virtual:
        run.put(RECORD.format(virtual), tree.file_entry(" ".join(p.name for p in packages) + "\n"))
        said.append(f"({count}/{count}) Installing {virtual} ({VIRTUAL_VERSION})\n")
    asked = [virtual] if virtual else bare
    world = [*_world(run), *(n for n in asked if n not in _world(run))]
    run.tree.write(WORLD, "".join(f"{name}\n" for name in world))
    _tell(run, branch, said)
    return 0


def _tell(run: Run, branch: str, said: list[str], removed: bool = False) -> None:
    """Write what was done, the triggers and the sum; nothing with -q."""
    if run.has_flag("-q", "--quiet"):
        return
    run.out("".join(said))
    if said:
        run.out(f"Executing busybox-{apk_index.base(branch)['busybox']}.trigger\n")
    for line in said:
        name, version = line.split()[-2:]
        if name == "ca-certificates" and not removed:
            run.out(f"Executing {name}-{version.strip('()')}.trigger\n")
    total = len(apk_index.base(branch))
    total += sum(1 for p in run.tree.files if p.startswith("/lib/apk/db/packages/"))
    size = tree.total_size(run.tree.files) / 1_048_576
    run.out(f"OK: {size:.1f} MiB" if _modern(branch) else f"OK: {int(size)} MiB")
    run.out(f" in {total} packages\n")


def _modern(branch: str) -> bool:
    return tuple(int(n) for n in branch.split(".")) >= (3, 23)


def _info(run: Run, names: list[str]) -> int:
    """`apk info [-e] [-v] [NAME...]`, `apk list -I`: what is installed."""
    branch = apk_index.branch(run.tree)
    rows = dict(apk_index.base(branch))
    rows.update({name: p.version for name, p in _records(run, branch).items()})
    wanted = [n for n in names if n in rows] if names else sorted(rows)
    full = run.has_flag("-v", "-vv", "-I", "--installed", "-vvI")
    run.out("".join(f"{n}-{rows[n]}\n" if full else f"{n}\n" for n in wanted))
    return 0 if not names or len(wanted) == len(names) else 1


def _value(run: Run, short: str, long: str) -> str:
    for index, arg in enumerate(run.argv):
        if arg in (short, long) and index + 1 < len(run.argv):
            return run.argv[index + 1]
        if arg.startswith(long + "="):
            return arg.partition("=")[2]
    return ""


def _world(run: Run) -> list[str]:
    """List what was asked for: /etc/apk/world, of which a base image's own part is not known."""
    return (run.tree.text(WORLD) or "").split()


def _records(run: Run, branch: str) -> dict[str, Package]:
    """Give the installed packages; a virtual one needs those that it was made for."""
    folder = RECORD.format("")
    rows: dict[str, Package] = {}
    for path in [p for p in run.tree.files if p.startswith(folder)]:
        name, text = path.removeprefix(folder), run.tree.text(path) or ""
        if not text.startswith("/."):
            rows[name] = Package(name, VIRTUAL_VERSION, 0, 0, needs=tuple(text.split()))
        elif (found := catalogue.find("apk", name, TYPICAL_KB)) is not None:
            rows[name] = apk_index.of_branch(found, branch)
    return rows


def _delete(run: Run, names: list[str]) -> int:
    """Take names out of the world, and all that nothing in the world needs any more."""
    branch = apk_index.branch(run.tree)
    rows = _records(run, branch)
    world = [name for name in _world(run) if name not in names]
    kept: dict[str, None] = {}
    todo = [name for name in world if name in rows]
    while todo:
        name = todo.pop()
        if name not in kept and name in rows:
            kept[name] = None
            todo += rows[name].needs
    run.tree.write(WORLD, "".join(f"{name}\n" for name in world))
    held = [name for name in names if name in kept]
    if held:
        run.out("World updated, but the following packages are not removed due to:\n")
        for name in held:
            users = sorted(n for n in kept if name in rows[n].needs)
            run.out(f"  {name}: {' '.join(users)}\n")
        run.out("\n")
    going = list(reversed(apk_index.needs_first([p for n, p in rows.items() if n not in kept])))
    width = len(str(len(going))) if _modern(branch) else 1
    said = []
    for number, package in enumerate(going, start=1):
        said.append(f"({number:{width}}/{len(going)}) Purging {package.name} ({package.version})\n")
        remove_package(run, package, "apk")
    run.spend(200_000)
    _tell(run, branch, said, removed=True)
    return 0


MODELS = {"apk": apk}
