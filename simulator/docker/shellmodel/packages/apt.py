"""apt-get, apt, dpkg and (as yum and dnf) the package tools of rpm systems.

Packages of the index are known only after `apt-get update`, as the images of Debian and Ubuntu
come without package lists: that is why `apt-get install` alone fails in a Dockerfile.
"""

from __future__ import annotations

import re

from simulator.docker import tree
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.accounts import add_account
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.process import Run

LISTS = "/var/lib/apt/lists"
LIST_BYTES = 19_600_000
LIST_FETCH = 9_200_000
"""Package lists of Debian's main archive, unpacked and fetched (assumed, about 20 and 9 MB)."""
TYPICAL_KB = 2_500
GNU = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "arm"}
UNPACK_KB_PER_S = 25_000
"""Rate at which dpkg unpacks and configures (assumed)."""


def apt(run: Run) -> int:
    """`apt-get update|install|remove|purge|upgrade|clean|autoremove`."""
    verbs = run.operands(("-o", "-t", "-c", "--option", "--target-release"))
    if not verbs:
        return 0
    if run.shell.uid and verbs[0] not in ("list", "search", "show", "--version"):
        run.err(
            "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission "
            "denied)\nE: Unable to lock directory /var/lib/apt/lists/\n"
        )
        return 100
    if run.name == "apt":
        run.err(
            "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
        )
    if verbs[0] == "update":
        return _update(run)
    if verbs[0] == "install":
        return _install(run, verbs[1:])
    if verbs[0] in ("remove", "purge"):
        return _remove(run, verbs[1:])
    if verbs[0] == "clean":
        for path in run.tree.below("/var/cache/apt"):
            if run.tree.is_file(path):
                run.tree.remove(path)
        return 0
    run.spend(700_000)
    if verbs[0] in ("upgrade", "dist-upgrade", "full-upgrade"):
        if not _has_lists(run):
            return 0
        run.out(
            "Reading package lists...\nBuilding dependency tree...\nCalculating upgrade...\n"
            "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
        )
    return 0


def _has_lists(run: Run) -> bool:
    return any(run.tree.files[p]["type"] in ("bundle", "file") for p in run.tree.below(LISTS))


def _suite(run: Run) -> tuple[str, str]:
    text = run.tree.text("/etc/os-release") or ""
    match = re.search(r"VERSION_CODENAME=(\w+)", text)
    host = (
        "http://archive.ubuntu.com/ubuntu"
        if "ubuntu" in text.lower()
        else "http://deb.debian.org/debian"
    )
    return host, match[1] if match else "stable"


def _update(run: Run) -> int:
    host, suite = _suite(run)
    if not run.download(LIST_FETCH, 6):
        name = host.split("/")[2]
        run.err(
            f"Err:1 {host} {suite} InRelease\n  Temporary failure resolving '{name}'\n"
            "Reading package lists...\n"
            f"W: Failed to fetch {host}/dists/{suite}/InRelease  Temporary failure resolving "
            f"'{name}'\nW: Some index files failed to download. They have been ignored, or old "
            "ones used instead.\n"
        )
        return 0
    security = f"{host}-security" if "debian" in host else host
    arch = {"arm/v7": "armhf"}.get(run.clock.arch, run.clock.arch or "amd64")
    run.out(
        f"Get:1 {host} {suite} InRelease [151 kB]\n"
        f"Get:2 {security} {suite}-security InRelease [48.0 kB]\n"
        f"Get:3 {host} {suite}/main {arch} Packages [8791 kB]\n"
    )
    run.spend(1_600_000)
    run.put(f"{LISTS}/*", tree.bundle_entry(LIST_BYTES, 9, f"lists {suite} {arch}"))
    run.out(
        f"Fetched {LIST_FETCH // 1000} kB in {max(1, run.clock.us // 1_000_000)}s "
        f"({LIST_FETCH // 1000 // max(1, run.clock.us // 1_000_000)} kB/s)\n"
        "Reading package lists...\n"
    )
    return 0


def _install(run: Run, names: list[str]) -> int:
    wanted = []
    run.out("Reading package lists...\n")
    for name in names:
        if name.endswith(".deb") or name.startswith("./"):
            continue
        bare = name.split("=")[0].split("/")[0].split(":")[0].rstrip("+-")
        package = catalogue.find("apt", bare, TYPICAL_KB) if _has_lists(run) else None
        if package is None and not _installed(run, bare):
            run.err(
                "Building dependency tree...\nReading state information...\n"
                f"E: Unable to locate package {bare}\n"
            )
            return 100
        wanted.append(bare)
    if "nodejs" in wanted and run.tree.exists("/etc/apt/sources.list.d/nodesource.list"):
        wanted.append("npm")  # NodeSource's package holds both; Debian's does not
    run.out("Building dependency tree...\nReading state information...\n")
    packages = [
        p for p in catalogue.with_needs("apt", wanted, TYPICAL_KB) if not _installed(run, p.name)
    ]
    for name in wanted:
        if _installed(run, name):
            run.out(f"{name} is already the newest version.\n")
    if not packages:
        run.out("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")
        return 0
    extra = (
        0
        if run.has_flag("--no-install-recommends")
        or "APT::Install-Recommends=false" in " ".join(run.argv)
        else 1
    )
    fetch = sum(p.fetch_kb for p in packages) * (10 + 4 * extra) // 10
    disk = sum(p.disk_kb for p in packages) * (10 + 4 * extra) // 10
    run.out(
        "The following NEW packages will be installed:\n  "
        + " ".join(sorted(p.name for p in packages))
        + "\n"
        f"0 upgraded, {len(packages)} newly installed, 0 to remove and 0 not upgraded.\n"
        f"Need to get {_size(fetch)} of archives.\n"
        f"After this operation, {_size(disk)} of additional disk space will be used.\n"
    )
    if not (
        any(re.fullmatch(r"-[a-z]*[yq]*y[a-z]*|-qq|--yes|--assume-yes", a) for a in run.argv[1:])
        or "Assume-Yes" in " ".join(run.argv)
    ):
        run.out("Do you want to continue? [Y/n] Abort.\n")
        return 1
    if not run.download(fetch * 1000, len(packages)):
        run.err("E: Failed to fetch archives  Temporary failure resolving 'deb.debian.org'\n")
        return 100
    run.out(f"Fetched {_size(fetch)}\n")
    for package in packages:
        put_package(run, package, "deb")
        run.out(f"Setting up {package.name} ({package.version}) ...\n")
    if extra:
        run.bundle(
            "/usr/share",
            (disk - sum(p.disk_kb for p in packages)) * 1000,
            40 * len(packages),
            "recommended " + " ".join(p.name for p in packages),
        )
    run.out("Processing triggers for libc-bin ...\n")
    return 0


def _size(kb: int) -> str:
    return (
        f"{kb / 1000:.1f} MB"
        if kb >= 10_000
        else f"{kb / 1000:.2f} MB"
        if kb >= 1000
        else f"{kb} kB"
    )


def _installed(run: Run, name: str) -> bool:
    if run.tree.exists(f"/var/lib/dpkg/info/{name}.list"):
        return True
    package = catalogue.table("apt").get(name)
    return bool(package and package.programs and all(run.tree.exists(p) for p in package.programs))


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
    record = {
        "deb": "/var/lib/dpkg/info/{}.list",
        "apk": "/lib/apk/db/packages/{}",
        "rpm": "/var/lib/rpm/packages/{}",
    }[kind]
    run.tree.put(record.format(package.name), tree.file_entry(size=120, content=content))


def _remove(run: Run, names: list[str]) -> int:
    removed = []
    for name in names:
        if _installed(run, name.rstrip("+-")):
            remove_package(run, name, "/var/lib/dpkg/info/{}.list", "apt")
            removed.append(name)
        elif catalogue.find("apt", name, TYPICAL_KB) is None:
            run.err(f"E: Unable to locate package {name}\n")
            return 100
    run.out(
        "Reading package lists...\nBuilding dependency tree...\n"
        f"0 upgraded, 0 newly installed, {len(removed)} to remove and 0 not upgraded.\n"
    )
    run.spend(500_000)
    return 0


def remove_package(run: Run, name: str, record: str, ecosystem: str) -> None:
    """Take a package's files away again."""
    package = catalogue.find(ecosystem, name, TYPICAL_KB)
    for program in package.programs if package is not None else ():
        real = run.real(program, follow=False)
        if real in run.tree.files:
            run.tree.remove(real)
    if f"/usr/share/{name}" in run.tree.files:
        run.tree.remove(f"/usr/share/{name}")
    path = record.format(name)
    if path in run.tree.files:
        run.tree.remove(path)


def dpkg(run: Run) -> int:
    """`dpkg --print-architecture`, `dpkg -i FILE`, `dpkg-query`."""
    arch = {"arm/v7": "armhf"}.get(run.clock.arch, run.clock.arch or "amd64")
    if run.name == "dpkg-architecture":
        triplet = f"{GNU.get(arch, arch)}-linux-gnu" + ("eabihf" if arch == "armhf" else "")
        wanted = run.argv[-1] if len(run.argv) > 1 else ""
        run.out((triplet if wanted.endswith(("_GNU_TYPE", "_MULTIARCH")) else arch) + "\n")
    elif run.has_flag("--print-architecture"):
        run.out(arch + "\n")
    elif run.has_flag("-i", "--install"):
        for name in run.operands():
            if run.get(name) is None:
                run.err(f"dpkg: error: cannot access archive '{name}': No such file or directory\n")
                return 2
            put_package(
                run,
                Package(re.split(r"[_/]", name.removesuffix(".deb"))[-1] or name, "1.0", 0, 20_000),
                "deb",
            )
    return 0


def dnf(run: Run) -> int:
    """`dnf`, `yum`, `microdnf`, `zypper`: install, remove, clean, update."""
    verbs = run.operands(("--setopt", "--releasever", "--installroot"))
    if not verbs:
        return 0
    if run.shell.uid:
        run.err(
            "Error: This command has to be run with superuser privileges (under the root user "
            "on most systems).\n"
        )
        return 1
    if verbs[0] not in ("install", "groupinstall", "reinstall"):
        run.spend(800_000)
        if verbs[0] == "clean" and run.tree.is_dir("/var/cache/dnf"):
            for path in run.tree.below("/var/cache/dnf"):
                if path in run.tree.files:
                    run.tree.remove(path)
        return 0
    if not run.download(24_000_000, 6):
        run.err("Error: Failed to download metadata for repo\n")
        return 1
    run.put("/var/cache/dnf/*", tree.bundle_entry(60_000_000, 30, "dnf metadata"))
    names = [n for n in verbs[1:] if not n.startswith("http")]
    unknown = [n for n in names if catalogue.find("apt", n, TYPICAL_KB) is None]
    if unknown:
        run.err(
            "".join(f"No match for argument: {n}\n" for n in unknown)
            + f"Error: Unable to find a match: {' '.join(unknown)}\n"
        )
        return 1
    for package in catalogue.with_needs("apt", names, TYPICAL_KB):
        run.download(package.fetch_kb * 1000, 1)
        put_package(run, package, "rpm")
        run.out(f"Installing : {package.name}-{package.version}\n")
    run.out("Complete!\n")
    return 0


def quiet(run: Run) -> int:
    """Neighbours of apt without an effect on files."""
    run.clock.us += 60_000
    return 0


MODELS = {
    "apt-get": apt,
    "apt": apt,
    "aptitude": apt,
    "dpkg": dpkg,
    "dpkg-query": dpkg,
    "dpkg-architecture": dpkg,
    "dnf": dnf,
    "yum": dnf,
    "microdnf": dnf,
    "zypper": dnf,
    "tdnf": dnf,
    "dpkg-buildflags": quiet,
    "dpkg-scanpackages": quiet,
    "rpm": quiet,
    "apt-cache": quiet,
    "apt-mark": quiet,
    "apt-config": quiet,
    "add-apt-repository": quiet,
    "dpkg-divert": quiet,
    "lsb_release": quiet,
}
