"""What a package of a distribution lays into the tree, and what goes when it is removed."""

from __future__ import annotations

from simulator.docker import tree
from simulator.docker.shellmodel.packages.accounts import add_account
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.process import Run

UNPACK_KB_PER_S = 25_000
"""Rate at which dpkg, apk and rpm unpack and configure (assumed)."""
RECORDS = {
    "deb": "/var/lib/dpkg/info/{}.list",
    "apk": "/lib/apk/db/packages/{}",
    "rpm": "/var/lib/rpm/packages/{}",
}


def put_package(run: Run, package: Package, kind: str) -> None:
    """Lay a package's files out: its programs by name, the rest as one entry; add its account."""
    add_account(run, package.name)
    run.spend(package.disk_kb * 1_000_000 // UNPACK_KB_PER_S + 15_000)
    content = f"{kind} {package.name} {package.version} {run.clock.arch}"
    named = 0
    for program in package.programs:
        size = max(8, package.disk_kb * 600 // max(1, len(package.programs)))
        run.tree.put(
            program,
            tree.file_entry(
                size=size, mode=0o755, content=content + program, arch=run.clock.arch or None
            ),
        )
        named += size
    rest = max(500, package.disk_kb * 1000 - named)
    for path in package.files:
        run.tree.put(path, tree.file_entry(size=220_000, content=content + path))
    run.bundle(package.folder or f"/usr/share/{package.name}", rest, max(1, rest // 9000), content)
    paths = "".join(f"{path}\n" for path in (*package.programs, *package.files))
    record = f"/.\n{paths}/usr/share/doc/{package.name}\n"
    run.tree.write(RECORDS[kind].format(package.name), record)


def remove_package(run: Run, package: Package, kind: str) -> None:
    """Take a package's files away again."""
    for path in (*package.programs, *package.files):
        real = run.real(path, follow=False)
        if real in run.tree.files:
            run.tree.remove(real)
    folder = package.folder or f"/usr/share/{package.name}"
    for path in (folder, RECORDS[kind].format(package.name)):
        if run.tree.exists(path):
            run.tree.remove(run.real(path, follow=False))
