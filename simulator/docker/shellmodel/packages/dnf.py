"""dnf, yum, microdnf, zypper and rpm: the package tools of rpm systems.

Fedora has dnf 5 since release 41, the enterprise distributions have dnf 4: they print different
tables. Source: dnf5 5.2 (libdnf5-cli/output/transaction_table.cpp), dnf 4.14 (cli/output.py).
# Simplified: Packages of rpm systems come with the needs of the best-known ones only, and one set
# of versions stands for all enterprise distributions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker import tree
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.packages.placing import RECORDS, put_package, remove_package
from simulator.docker.shellmodel.process import Run

TYPICAL_KB = 2_500
METADATA_BYTES = 24_000_000
MACHINES = {"arm64": "aarch64", "arm/v7": "armv7hl"}
NAMES = {"fedora": "Fedora", "rocky": "Rocky Linux", "almalinux": "AlmaLinux", "amzn": "Amazon "
         "Linux", "centos": "CentOS Linux"}  # fmt: skip
LINE = "=" * 80 + "\n"


@dataclass(frozen=True, slots=True)
class Rpm:
    """A package as it is in a distribution: its files, epoch, repository and architecture."""

    files: Package
    epoch: int
    arch: str

    @property
    def version(self) -> str:
        """Version and release, with the epoch where there is one."""
        return f"{self.epoch}:{self.files.version}" if self.epoch else self.files.version

    @property
    def full(self) -> str:
        """Name, version, release and architecture."""
        return f"{self.files.name}-{self.version}.{self.arch}"


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = (Path(__file__).parent / "rpm.yaml").read_text(encoding="utf-8")
    rows: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return rows


def _system(run: Run) -> tuple[str, str]:
    """Give a distribution's id and release: ("fedora", "42")."""
    text = run.tree.text("/etc/os-release") or ""
    family = re.search(r"^ID=\"?(\w+)", text, re.M)
    release = re.search(r"^VERSION_ID=\"?([\d.]+)", text, re.M)
    return family[1] if family else "fedora", release[1] if release else "42"


def _find(run: Run, name: str) -> Rpm | None:
    family, release = _system(run)
    major = release.split(".")[0]
    tag = (
        f"fc{major}" if family == "fedora" else f"amzn{major}" if family == "amzn" else f"el{major}"
    )
    machine = MACHINES.get(run.clock.arch, "x86_64")
    row = _table().get(name)
    like = catalogue.find("apt", str(row.get("like", "")) if row else name, TYPICAL_KB)
    if row is None:
        if like is None:
            return None
        plain = re.sub(r"^\d+:|[+~].*$", "", like.version).split("-")[0]
        return Rpm(replace(like, name=name, version=f"{plain}-1.{tag}", needs=()), 0, machine)
    fetch, disk = row["kb"]
    files = like if like is not None and row.get("like") else Package(name, "", 0, 0)
    version = f"{row['fc' if family == 'fedora' else 'el']}.{tag}"
    files = replace(
        files, name=name, version=version, fetch_kb=fetch, disk_kb=disk,
        needs=tuple(row.get("needs", ())),
    )  # fmt: skip
    return Rpm(files, int(row.get("epoch", 0)), str(row.get("arch", machine)))


def _installed(run: Run, rpm: Rpm) -> bool:
    files = rpm.files
    recorded = RECORDS["rpm"].format(files.name) in run.tree.files
    return recorded or bool(files.programs and all(run.tree.exists(p) for p in files.programs))


def _with_needs(run: Run, names: list[str]) -> list[Rpm]:
    found: dict[str, Rpm] = {}
    todo = list(reversed(names))
    while todo:
        name = todo.pop()
        rpm = _find(run, name) if name not in found else None
        if rpm is not None and not _installed(run, rpm):
            found[name] = rpm
            todo += reversed(rpm.files.needs)
    return list(found.values())


def _size(kb: int) -> str:
    """Write kilobytes as dnf 4 does: 52 k, 3.1 M, 39 M."""
    if kb < 1000:
        return f"{kb} k"
    return f"{kb / 1000:.1f} M" if kb < 10_000 else f"{kb / 1000:.0f} M"


def _size5(kb: int) -> str:
    """Write kilobytes as dnf 5 does: 52.0 KiB, 3.0 MiB."""
    return f"{kb:.1f} KiB" if kb < 1024 else f"{kb / 1024:.1f} MiB"


def dnf(run: Run) -> int:
    """`dnf`, `yum`, `microdnf`, `zypper`: install, remove, clean, update."""
    verbs = run.operands(("--setopt", "--releasever", "--installroot", "--enablerepo"))
    if not verbs:
        return 0
    if run.shell.uid and verbs[0] not in ("list", "info", "search", "repolist"):
        run.err(
            "Error: This command has to be run with superuser privileges (under the root user "
            "on most systems).\n"
        )
        return 1
    if verbs[0] in ("remove", "erase", "autoremove"):
        return _remove(run, verbs[1:])
    if verbs[0] not in ("install", "groupinstall", "reinstall", "localinstall"):
        return _other(run, verbs)
    return _install(run, [n for n in verbs[1:] if not n.startswith(("http", "@"))])


def _other(run: Run, verbs: list[str]) -> int:
    run.spend(800_000)
    if verbs[0] == "clean" and run.tree.is_dir("/var/cache/dnf"):
        gone = [p for p in run.tree.below("/var/cache/dnf") if p in run.tree.files]
        for path in gone:
            if path in run.tree.files:
                run.tree.remove(path)
        run.out(f"{len(gone)} files removed\n")
    elif verbs[0] in ("update", "upgrade", "check-update", "upgrade-minimal"):
        if not _metadata(run):
            return 1
        run.out("Nothing to do.\n" if _modern(run) else "Dependencies resolved.\nNothing to do.\n"
                "Complete!\n")  # fmt: skip
    return 0


def _modern(run: Run) -> bool:
    family, release = _system(run)
    return family == "fedora" and int(release.split(".")[0]) >= 41 and run.name != "microdnf"


def _metadata(run: Run) -> bool:
    """Fetch what the repositories hold; False without network."""
    family, release = _system(run)
    title = f"{NAMES.get(family, family)} {release}"
    machine = MACHINES.get(run.clock.arch, "x86_64")
    if not run.download(METADATA_BYTES, 6):
        repo = "fedora" if family == "fedora" else "baseos"
        run.err(
            f"Error: Failed to download metadata for repo '{repo}': Cannot prepare internal "
            "mirrorlist: Curl error (6): Couldn't resolve host name\n"
        )
        return False
    if _modern(run):
        run.out(
            f"Updating and loading repositories:\n {title} - {machine} - Updates\n "
            f"{title} - {machine}\nRepositories loaded.\n"
        )
    run.put("/var/cache/dnf/*", tree.bundle_entry(60_000_000, 30, "dnf metadata"))
    return True


def _install(run: Run, names: list[str]) -> int:
    if not _metadata(run):
        return 1
    bare = [n for n in names if not n.startswith("/") and not n.endswith(".rpm")]
    unknown = [n for n in bare if _find(run, n) is None]
    if unknown and _modern(run):
        run.err(
            "Failed to resolve the transaction:\n"
            + "".join(f"No match for argument: {n}\n" for n in unknown)
            + "You can try to add to command line:\n  --skip-unavailable to skip unavailable "
            "packages\n"
        )
        return 1
    if unknown:
        run.err(
            "".join(f"No match for argument: {n}\n" for n in unknown)
            + f"Error: Unable to find a match: {' '.join(unknown)}\n"
        )
        return 1
    rpms = _with_needs(run, bare)
    for name in bare:
        found = _find(run, name)
        if found is not None and found not in rpms:
            run.out(f'Package "{found.full}" is already installed.\n' if _modern(run)
                    else f"Package {found.full} is already installed.\n")  # fmt: skip
    if not rpms:
        run.out("\nNothing to do.\n" if _modern(run) else "Dependencies resolved.\nNothing to do.\n"
                "Complete!\n")  # fmt: skip
        return 0
    (_table5 if _modern(run) else _table4)(run, rpms, bare)
    if not run.has_flag("-y", "--assumeyes", "-qy", "-yq") and "assumeyes" not in str(run.argv):
        run.out("Is this ok [y/N]: Operation aborted.\n")
        return 1
    return _carry_out(run, rpms)


def _groups(rpms: list[Rpm], asked: list[str]) -> list[tuple[str, list[Rpm]]]:
    first = [r for r in rpms if r.files.name in asked]
    rest = sorted((r for r in rpms if r.files.name not in asked), key=lambda r: r.files.name)
    both = [("Installing:", first), ("Installing dependencies:", rest)]
    return [(title, rows) for title, rows in both if rows]


def _table4(run: Run, rpms: list[Rpm], asked: list[str]) -> None:
    run.out("Dependencies resolved.\n" + LINE)
    run.out(f" {'Package':26} {'Architecture':13} {'Version':20} {'Repository':10} {'Size':>5}\n")
    run.out(LINE)
    for title, rows in _groups(rpms, asked):
        run.out(title + "\n")
        for rpm in rows:
            files = rpm.files
            run.out(
                f" {files.name:26} {rpm.arch:13} {rpm.version:20} {'appstream':10} "
                f"{_size(files.fetch_kb):>5}\n"
            )
    fetch, disk = (sum(getattr(r.files, f) for r in rpms) for f in ("fetch_kb", "disk_kb"))
    run.out(
        f"\nTransaction Summary\n{LINE}Install  {len(rpms)} Package{'s' * (len(rpms) > 1)}\n\n"
        f"Total download size: {_size(fetch)}\nInstalled size: {_size(disk)}\n"
    )


def _table5(run: Run, rpms: list[Rpm], asked: list[str]) -> None:
    run.out(f"{'Package':22} {'Arch':7} {'Version':22} {'Repository':12} {'Size':>10}\n")
    for title, rows in _groups(rpms, asked):
        run.out(title + "\n")
        for rpm in rows:
            files = rpm.files
            run.out(
                f" {files.name:21} {rpm.arch:7} {rpm.epoch}:{files.version:20} {'updates':12} "
                f"{_size5(files.disk_kb):>10}\n"
            )
    fetch, disk = (sum(getattr(r.files, f) for r in rpms) for f in ("fetch_kb", "disk_kb"))
    run.out(
        f"\nTransaction Summary:\n Installing:      {len(rpms):4} package"
        f"{'s' * (len(rpms) > 1)}\n\n"
        f"Total size of inbound packages is {_size5(fetch)}. Need to download {_size5(fetch)}.\n"
        f"After this operation, {_size5(disk)} extra will be used (install {_size5(disk)}, "
        "remove 0 B).\n"
    )


def _carry_out(run: Run, rpms: list[Rpm]) -> int:
    count = len(rpms)
    modern = _modern(run)
    run.out("" if modern else "Downloading Packages:\n")
    for number, rpm in enumerate(rpms, start=1):
        run.download(rpm.files.fetch_kb * 1000, 1)
        if modern:
            name = f"{rpm.files.name}-{rpm.epoch}:{rpm.files.version}.{rpm.arch}"
            run.out(f"[{number}/{count}] {name} 100% | {_size5(rpm.files.fetch_kb)} |  00m00s\n")
        else:
            file = f"{rpm.files.name}-{rpm.files.version}.{rpm.arch}.rpm"
            run.out(f"({number}/{count}): {file}  {_size(rpm.files.fetch_kb)}B     00:00    \n")
    run.out("Running transaction\n" if modern else (
        "Running transaction check\nTransaction check succeeded.\nRunning transaction test\n"
        "Transaction test succeeded.\nRunning transaction\n"
        f"  Preparing        : {'1/1':>60} \n"))  # fmt: skip
    if modern:
        for number, step in enumerate(("Verify package files", "Prepare transaction"), start=1):
            run.out(f"[{number}/{count + 2}] {step} 100% |  00m00s\n")
    for number, rpm in enumerate(reversed(rpms), start=1):
        put_package(run, rpm.files, "rpm")
        if modern:
            name = f"{rpm.files.name}-{rpm.epoch}:{rpm.files.version}.{rpm.arch}"
            run.out(f"[{number + 2}/{count + 2}] Installing {name} 100% |  00m00s\n")
        else:
            run.out(f"  Installing       : {rpm.full:55} {number}/{count} \n")
    if not modern:
        for number, rpm in enumerate(rpms, start=1):
            run.out(f"  Verifying        : {rpm.full:55} {number}/{count} \n")
        run.out("\nInstalled:\n" + "".join(f"  {rpm.full}\n" for rpm in rpms) + "\n")
    run.out("Complete!\n")
    return 0


def _remove(run: Run, names: list[str]) -> int:
    found = [r for n in names if (r := _find(run, n)) is not None and _installed(run, r)]
    for name in names:
        if not any(r.files.name == name for r in found):
            run.out(f"No match for argument: {name}\n")
    for number, rpm in enumerate(found, start=1):
        remove_package(run, rpm.files, "rpm")
        run.out(f"  Erasing          : {rpm.full:55} {number}/{len(found)} \n")
    run.out("Complete!\n" if found else "No packages marked for removal.\nNothing to do.\n")
    run.spend(500_000)
    return 0


def rpm(run: Run) -> int:
    """`rpm -q NAME...`, `rpm -qa`: what the package tools have laid here."""
    asked = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-z]+", a))
    run.clock.us += 60_000
    if "q" not in asked:
        return 0
    folder = RECORDS["rpm"].format("")
    here = [p.removeprefix(folder) for p in run.tree.files if p.startswith(folder)]
    status = 0
    for name in sorted(here) if "a" in asked else run.operands():
        found = _find(run, name)
        if found is not None and _installed(run, found):
            run.out(f"{name}-{found.files.version}.{found.arch}\n")
        else:
            run.out(f"package {name} is not installed\n")
            status += 1
    return status


MODELS = {
    "dnf": dnf,
    "yum": dnf,
    "microdnf": dnf,
    "zypper": dnf,
    "tdnf": dnf,
    "rpm": rpm,
}
