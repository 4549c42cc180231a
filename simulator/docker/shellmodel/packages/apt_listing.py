"""What APT tells about packages: list, policy, show, madison; which came only for others."""

from __future__ import annotations

import fnmatch
import re

from simulator.docker.shellmodel.packages import apt_sources, debian
from simulator.docker.shellmodel.packages.apt_output import Output
from simulator.docker.shellmodel.packages.debian import Deb, Release
from simulator.docker.shellmodel.process import Run

STATES = "/var/lib/apt/extended_states"
SUITES = {"trixie": "stable", "bookworm": "oldstable", "bullseye": "oldoldstable"}


def autos(run: Run) -> dict[str, str]:
    """Give the packages that came only because others needed them, with their architecture."""
    text = run.tree.text(STATES) or ""
    rows = re.findall(r"Package: (\S+)\nArchitecture: (\S+)\nAuto-Installed: 1", text)
    return {str(name): str(arch) for name, arch in rows}


def listing(run: Run, patterns: list[str]) -> int:
    """`apt list [--installed] [PATTERN...]`."""
    where = debian.release(run.tree, run.clock.arch)
    here = debian.installed(run.tree, where)
    auto, lists = autos(run), apt_sources.has_lists(run)
    rows = dict(here)
    if not run.has_flag("--installed") and lists:
        rows = {**debian.table(where), **here}
    if run.has_flag("--upgradable", "--upgradeable"):
        rows = {}
    run.out("Listing...\n")
    for name in sorted(rows):
        if patterns and not any(fnmatch.fnmatchcase(name, p) for p in patterns):
            continue
        deb, there = rows[name], name in here
        known = lists and name in debian.table(where)
        suites = ([_suite(deb, where)] if known else []) + (["now"] if there else [])
        state = "installed" + (",automatic" if name in auto else "" if known else ",local")
        tail = f" [{state}]" if there else ""
        run.out(f"{name}/{','.join(suites)} {deb.version} {deb.architecture}{tail}\n")
    return 0


def _suite(deb: Deb, where: Release) -> str:
    if not where.ubuntu:
        return SUITES.get(where.suite, where.suite)
    return apt_sources.place(deb, where).split("/")[0]


def policy(run: Run, names: list[str]) -> int:
    """`apt-cache policy NAME...`."""
    where = debian.release(run.tree, run.clock.arch)
    here = debian.installed(run.tree, where)
    lists = apt_sources.has_lists(run)
    for name in names:
        deb = here.get(name) or (debian.find(name, where) if lists else None)
        if deb is None:
            run.err(f"N: Unable to locate package {name}\n")
            continue
        there = name in here
        run.out(
            f"{name}:\n  Installed: {deb.version if there else '(none)'}\n"
            f"  Candidate: {deb.version}\n  Version table:\n"
            f" {'***' if there else '   '} {deb.version} {500 if lists else 100}\n"
        )
        if lists:
            at = f"{apt_sources.root(where)} {apt_sources.place(deb, where)} {where.arch}"
            run.out(f"        500 {at} Packages\n")
        if there:
            run.out("        100 /var/lib/dpkg/status\n")
    return 0


def madison(run: Run, names: list[str]) -> int:
    """`apt-cache madison NAME...`."""
    where = debian.release(run.tree, run.clock.arch)
    for name in names:
        deb = debian.find(name, where) if apt_sources.has_lists(run) else None
        if deb is None:
            run.err(f"N: Unable to locate package {name}\n")
            continue
        at = f"{apt_sources.root(where)} {apt_sources.place(deb, where)} {where.arch} Packages"
        run.out(f"{name:>10} | {deb.version:>10} | {at}\n")
    return 0


def show(run: Run, names: list[str]) -> int:
    """`apt show NAME...`: the fields that follow from the catalogue."""
    where = debian.release(run.tree, run.clock.arch)
    here = debian.installed(run.tree, where)
    status = 0
    for name in names:
        deb = here.get(name)
        if deb is None and apt_sources.has_lists(run):
            deb = debian.find(name, where)
        if deb is None:
            run.err("E: No packages found\n" if len(names) == 1 else f"N: No such package {name}\n")
            status = 100
            continue
        run.out(fields(deb, where))
        run.out(f"Download-Size: {Output.size(deb.fetch)}\n\n")
    return status


def fields(deb: Deb, where: Release, status: str = "") -> str:
    """Give a package's fields as in dpkg's database."""
    rank = ("required", "important", "standard", "optional")[deb.rank]
    text = f"Package: {deb.name}\n" + (f"Status: {status}\n" if status else "")
    text += f"Priority: {rank}\nInstalled-Size: {deb.disk_kb}\n"
    text += f"Architecture: {deb.architecture}\n" + ("Multi-Arch: same\n" if deb.same else "")
    text += f"Version: {deb.version}\n"
    for title, names in (
        ("Depends", deb.needs),
        ("Recommends", deb.recommends),
        ("Suggests", deb.suggests),
    ):
        text += f"{title}: {', '.join(names)}\n" if names else ""
    return text + f"Description: {described(deb)}\n"


def described(deb: Deb) -> str:
    """Say in a few words what a package is.

    # Simplified: dpkg and APT describe a package by its kind, not by the words of its maintainers.
    """
    name = deb.name
    if name.startswith("lib") and name.endswith("-dev"):
        return f"development files of {name.removesuffix('-dev')}"
    if name.startswith("lib") and deb.same:
        return f"shared library {name}"
    for ending, words in (
        ("-common", "files common to the packages of"), ("-doc", "documentation of"),
        ("-data", "data files of"), ("-dev", "development files of"),
        ("-client", "client programs of"), ("-server", "server of"), ("-perl", "Perl module"),
    ):  # fmt: skip
        if name.endswith(ending):
            return f"{words} {name.removesuffix(ending)}"
    return f"package {name}"
