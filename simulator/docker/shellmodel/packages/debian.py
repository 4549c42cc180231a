"""What Debian and Ubuntu packages are: names, versions, sizes and dependencies by release.

`deb.tsv` has Debian 12's packages: name, version, flags, bytes of the .deb, kilobytes installed,
what it depends on, recommends, suggests. `deb_suites.yaml` has what other releases call them.
Source: the indexes of Debian 12 (main and security, amd64), read 2026-11-28.

# Simplified: Dependencies and sizes of Debian and Ubuntu packages are those of Debian 12 in every
# release, and a package that the table lacks comes alone, with a size of the usual order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.tree import Tree

TYPICAL_KB = 2_500
RANKS = {"required": 0, "important": 1, "standard": 2}
RECORD = "/var/lib/dpkg/info/{}.list"
GNU = {"amd64": "x86-64", "arm64": "aarch64", "armhf": "arm"}
OWN_PROGRAMS = (
    *("dirmngr", "fakeroot", "gpg", "gpg-agent", "gpgconf", "gpgsm", "gpgv", "lsof", "m4", "rake"),
    *("socat", "strace", "tcpdump", "tmux", "traceroute", "xxd"),
)
"""Packages that bring one program of their own name and are not in apt.yaml."""
SHARES_A_PROGRAM = frozenset({"perl", "bash", "netcat", "redis"})
"""Packages whose program may be there without them: perl-base brings /usr/bin/perl, too."""
MORE_IN_BASE = {
    "trixie": ("libssl3",),
    "noble": ("libssl3", "procps", "libproc2-0", "libncursesw6"),
    "jammy": ("libssl3", "procps", "libproc2-0", "libncurses6", "libncursesw6"),
}
"""Packages, by their names in Debian 12, that other releases' images have besides."""
BUILDPACK = (
    "autoconf automake default-libmysqlclient-dev dpkg-dev file g++ gcc imagemagick "
    "libcurl4-openssl-dev libffi-dev libpq-dev libssl-dev libtool libxml2-dev libxslt1-dev "
    "libjpeg-dev libpng-dev libsqlite3-dev make patch zlib1g-dev"
)
BUILDPACK_MARK = "/usr/bin/mysql_config"
"""What buildpack-deps installs, known by a program that no package of this table brings."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Debian or Ubuntu on an architecture as dpkg calls it."""

    ubuntu: bool
    suite: str
    arch: str


@dataclass(frozen=True, slots=True)
class Deb:
    """A binary package of a release.

    origin: its name in Debian 12; same: it may be installed for several architectures at once;
    rank: 0 required ... 3 optional; base: the images of the release have it; fetch: bytes.
    """

    name: str
    origin: str
    version: str
    architecture: str
    same: bool
    rank: int
    base: bool
    fetch: int
    disk_kb: int
    needs: tuple[str, ...]
    recommends: tuple[str, ...]
    suggests: tuple[str, ...]

    @property
    def shown(self) -> str:
        """Its name as dpkg prints it."""
        return f"{self.name}:{self.architecture}" if self.same else self.name

    @property
    def bare(self) -> str:
        """Its version as it stands in a file's name."""
        return self.version.replace(":", "%3a")


def release(tree: Tree, arch: str) -> Release:
    """Tell which release a tree is of; arch as in a platform, "arm/v7"."""
    text = tree.text("/etc/os-release") or ""
    match = re.search(r"VERSION_CODENAME=(\w+)", text)
    debarch = {"arm/v7": "armhf"}.get(arch, arch or "amd64")
    return Release("ubuntu" in text.lower(), match[1] if match else "stable", debarch)


@lru_cache(maxsize=1)
def _suites() -> dict[str, Any]:
    text = (Path(__file__).parent / "deb_suites.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, Any] = yaml.load(text, Loader=loader)
    return rows


@lru_cache(maxsize=32)
def _rules(suite: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Give a release's renamings and versions: those of the nearest release that is listed."""
    near = {"focal": "jammy", "bionic": "jammy", "resolute": "noble", "forky": "trixie"}
    row = _suites().get(near.get(suite, suite)) or {"names": [], "versions": []}
    names: list[tuple[str, str]] = []
    for one in row["names"]:
        names += [tuple(o) for o in one] if isinstance(one[0], list) else [tuple(one)]
    return names, [tuple(one) for one in row["versions"]]


def renamed(name: str, where: Release) -> str:
    """Give the name that a package of Debian 12 has in a release."""
    for pattern, text in _rules(where.suite)[0]:
        match = re.fullmatch(pattern, name)
        if match:
            name = match.expand(text)
    return name.replace("x86-64-linux", f"{GNU.get(where.arch, where.arch)}-linux")


def _version(name: str, found: str, where: Release) -> str:
    for pattern, version in _rules(where.suite)[1]:
        if re.fullmatch(pattern, name):
            return version
    if where.suite in ("bookworm", "stable") and not where.ubuntu:
        return found
    return re.sub(r"[+~]deb\d+u\d+|\+b\d+", "", found)


@lru_cache(maxsize=16)
def table(where: Release) -> dict[str, Deb]:
    """Give the known packages of a release by name."""
    rows: dict[str, Deb] = {}
    text = (Path(__file__).parent / "deb.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, version, flags, fetch, disk, needs, recommends, suggests = line.split("\t")
        deb = _row(name, version, flags, where)
        rows[deb.name] = replace(
            deb,
            fetch=int(fetch),
            disk_kb=int(disk),
            needs=_names(needs, where),
            recommends=_names(recommends, where),
            suggests=tuple(renamed(one, where) for one in suggests.split(", ") if one),
        )
    return rows


def _row(name: str, version: str, flags: str, where: Release) -> Deb:
    here = renamed(name, where)
    marks = flags.split()
    rank = min([RANKS[m] for m in marks if m in RANKS], default=3)
    architecture = "all" if "all" in marks else where.arch
    number = _version(here, version, where)
    base = "base" in marks or name in MORE_IN_BASE.get(where.suite, ())
    return Deb(here, name, number, architecture, "same" in marks, rank, base, 0, 0, (), (), ())


def _names(text: str, where: Release) -> tuple[str, ...]:
    return tuple(dict.fromkeys(renamed(name, where) for name in text.split()))


def find(name: str, where: Release) -> Deb | None:
    """Return a package of a release by its name here or in Debian 12; None when there is none."""
    rows = table(where)
    found = rows.get(name) or rows.get(renamed(name, where))
    if found is not None:
        return found
    package = catalogue.find("apt", name, TYPICAL_KB)
    if package is None:
        return None
    number = _version(name, package.version, where)
    needs = tuple(n for n in _names(" ".join(package.needs), where))
    return Deb(
        name, name, number, where.arch, False, 3, False,
        package.fetch_kb * 1000, package.disk_kb, needs, (), (),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def files_of(deb: Deb) -> Package:
    """Give what a package lays into the tree: programs, named files, folder and size."""
    row = catalogue.table("apt").get(deb.origin)
    if row is None and deb.origin in OWN_PROGRAMS:
        row = Package(deb.name, deb.version, 0, 0, (f"/usr/bin/{deb.origin}",))
    elif row is None and deb.origin not in _listed():
        row = catalogue.find("apt", deb.name, TYPICAL_KB)
    if row is None:
        row = Package(deb.name, deb.version, 0, 0)
    return replace(
        row, name=deb.name, version=deb.version, fetch_kb=deb.fetch // 1000, disk_kb=deb.disk_kb
    )


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    text = (Path(__file__).parent / "deb.tsv").read_text(encoding="utf-8")
    return frozenset(line.partition("\t")[0] for line in text.splitlines())


def recorded(tree: Tree, name: str) -> bool:
    """Tell whether dpkg has a record of a package."""
    return tree.exists(RECORD.format(name))


@lru_cache(maxsize=16)
def _base(where: Release) -> tuple[dict[str, Deb], dict[str, None]]:
    """Give the packages that every image of a release has, and the programs that they bring."""
    found = {deb.name: deb for deb in table(where).values() if deb.base}
    return found, {p: None for deb in found.values() for p in files_of(deb).programs}


def installed(tree: Tree, where: Release) -> dict[str, Deb]:
    """Give the packages that a tree has, by name: its base, what dpkg laid there, what is found.

    An image of the catalogue has no records; a package counts whose programs are all there, with
    all that it depends on.
    """
    base, brought = _base(where)
    found, brought = dict(base), dict(brought)
    records = [
        path.removeprefix("/var/lib/dpkg/info/").removesuffix(".list")
        for path in tree.below("/var/lib/dpkg/info")
        if path.endswith(".list")
    ]
    for name in records:
        one = find(name, where)
        if one is not None:
            found[name] = one
            brought.update(dict.fromkeys(files_of(one).programs))
    todo = [
        name
        for name, row in catalogue.table("apt").items()
        if row.programs
        and name not in SHARES_A_PROGRAM
        and all(p not in brought and tree.exists(p) for p in row.programs)
    ]
    if tree.exists(BUILDPACK_MARK):
        todo += BUILDPACK.split()
    while todo:
        deb = find(todo.pop(), where)
        if deb is not None and deb.name not in found:
            found[deb.name] = deb
            todo += deb.needs
    return found


def in_order(debs: list[Deb]) -> list[Deb]:
    """Order packages as APT fetches and unpacks them: needs first, the more important first."""
    chosen = {deb.name: deb for deb in debs}
    done: dict[str, Deb] = {}

    def visit(deb: Deb) -> None:
        stack = [(deb, iter(deb.needs))]
        seen[deb.name] = None
        while stack:
            one, needs = stack[-1]
            name = next((n for n in needs if n in chosen and n not in seen), None)
            if name is None:
                stack.pop()
                done[one.name] = one
            else:
                seen[name] = None
                stack.append((chosen[name], iter(sorted(chosen[name].needs))))

    seen: dict[str, None] = {}
    for deb in sorted(debs, key=lambda d: (d.rank, d.name)):
        if deb.name not in seen:
            visit(deb)
    return list(done.values())


def by_depth(debs: list[Deb]) -> list[Deb]:
    """Order packages as dpkg sets them up: those that need none first, else as they are given."""
    chosen = {deb.name: deb for deb in debs}
    depth: dict[str, int] = {}
    for deb in debs:
        below = [depth.get(n, 0) for n in deb.needs if n in chosen]
        depth[deb.name] = 1 + max(below) if below else 0
    return sorted(debs, key=lambda d: depth[d.name])
