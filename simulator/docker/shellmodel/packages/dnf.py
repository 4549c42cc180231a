"""dnf, yum, microdnf, zypper: the package tools of rpm systems."""

from __future__ import annotations

from simulator.docker import tree
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.apt import quiet
from simulator.docker.shellmodel.packages.placing import put_package
from simulator.docker.shellmodel.process import Run

TYPICAL_KB = 2_500


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


MODELS = {
    "dnf": dnf,
    "yum": dnf,
    "microdnf": dnf,
    "zypper": dnf,
    "tdnf": dnf,
    "rpm": quiet,
}
