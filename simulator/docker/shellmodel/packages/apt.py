"""apt-get, apt, apt-mark and apt-cache: the verbs.

Packages of the index are known only after `apt-get update`, as the images of Debian and Ubuntu
come without package lists: that is why `apt-get install` alone fails in a Dockerfile.
Source: apt 2.6 (apt-private/private-install.cc, private-output.cc, apt-pkg/strutl.cc).
"""

from __future__ import annotations

import re

from simulator.docker.shellmodel.packages import apt_listing, apt_sources, debian
from simulator.docker.shellmodel.packages.apt_output import Output
from simulator.docker.shellmodel.packages.apt_plan import Plan, automatic, autoremovable
from simulator.docker.shellmodel.packages.apt_unpack import unpack
from simulator.docker.shellmodel.packages.debian import Deb
from simulator.docker.shellmodel.packages.placing import remove_package
from simulator.docker.shellmodel.process import Run

VALUED = ("-o", "-t", "-c", "--option", "--target-release", "-a", "--default-release")
FOR_ALL = ("list", "search", "show", "policy", "showmanual", "showauto", "madison", "depends")
LOCK = "/var/lib/dpkg/lock-frontend"
NO_CHANGE = "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"


def apt(run: Run) -> int:
    """`apt-get update|install|remove|purge|upgrade|clean|autoremove`, `apt list|show|policy`."""
    verbs = run.operands(VALUED)
    if run.has_flag("-v", "--version"):
        where = debian.release(run.tree, run.clock.arch)
        found = debian.find("apt", where)
        run.out(f"apt {found.version if found else ''} ({where.arch})\n")
        return 0
    if not verbs:
        return 0
    if run.name == "apt":
        run.err(
            "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
        )
    if run.shell.uid and verbs[0] not in FOR_ALL:
        return _locked(run, verbs[0])
    model = VERBS.get(verbs[0])
    if model is None:
        run.err(f"E: Invalid operation {verbs[0]}\n")
        return 100
    return model(run, verbs[1:])


def _locked(run: Run, verb: str) -> int:
    if verb == "update":
        run.out("Reading package lists...\n")
        run.err(
            "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\n"
            "E: Unable to lock directory /var/lib/apt/lists/\n"
        )
        return 100
    run.err(
        f"E: Could not open lock file {LOCK} - open (13: Permission denied)\n"
        f"E: Unable to acquire the dpkg frontend lock ({LOCK}), are you root?\n"
    )
    return 100


def _reading(out: Output) -> None:
    out.say("Reading package lists...\nBuilding dependency tree...\nReading state information...\n")


def _install(run: Run, names: list[str]) -> int:
    out, where = Output(run), debian.release(run.tree, run.clock.arch)
    plan = Plan(run, where, apt_sources.has_lists(run))
    _reading(out)
    for name in names:
        if name.endswith(".deb") or name.startswith("./"):
            if run.get(name) is None:
                run.err(f"E: Unsupported file {name} given on commandline\n")
                return 100
            plan.add_file(name)
            continue
        bare = re.sub(r"[+-]$", "", re.split(r"[=/:]", name)[0])
        if not plan.add(bare):
            run.err(plan.refusal(bare))
            return 100
    plan.complete(_with_recommends(run))
    for deb in plan.notes:
        out.say(deb)
    debs = debian.in_order(list(plan.chosen.values()))
    if not debs:
        out.say(NO_CHANGE)
        return 0
    _announce(out, plan, debs)
    if not _assumed(run):
        run.out("Do you want to continue? [Y/n] Abort.\n")
        return 1
    if not run.download(sum(d.fetch for d in debs), min(10, len(debs))):
        return _unreachable(run, debs, where)
    out.say("".join(apt_sources.got(debs, where)))
    unpack(run, out, debs, where)
    automatic(run, [d for d in debs if d.name not in plan.asked], True)
    automatic(run, [d for d in debs if d.name in plan.asked], False)
    return 0


def _announce(out: Output, plan: Plan, debs: list[Deb]) -> None:
    names = sorted(d.name for d in debs)
    extra = [n for n in names if n not in plan.asked]
    if extra:
        out.names("The following additional packages will be installed:", extra)
    out.names("Suggested packages:", plan.suggested(), "  ")
    out.names("Recommended packages:", plan.left_out(), "  ")
    out.names("The following NEW packages will be installed:", names)
    out.say(
        f"0 upgraded, {len(debs)} newly installed, 0 to remove and 0 not upgraded.\n"
        f"Need to get {out.size(sum(d.fetch for d in debs))} of archives.\n"
        f"After this operation, {out.size(sum(d.disk_kb for d in debs) * 1024)} of additional "
        "disk space will be used.\n"
    )


def _unreachable(run: Run, debs: list[Deb], where: debian.Release) -> int:
    host = apt_sources.host(where)
    for number, line in enumerate(apt_sources.got(debs, where), start=1):
        run.out(re.sub(r"^Get:\d+(.*?) \[.*", rf"Err:{number}\1", line.rstrip("\n")) + "\n")
        run.out(f"  Temporary failure resolving '{host}'\n")
    for deb in debs:
        run.err(
            f"E: Failed to fetch {apt_sources.pool(deb, where)}  Temporary failure resolving "
            f"'{host}'\n"
        )
    run.err(
        "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n"
    )
    return 100


def _with_recommends(run: Run) -> bool:
    conf = "".join(run.tree.text(p) or "" for p in run.tree.below("/etc/apt/apt.conf.d"))
    words = " ".join(run.argv) + " " + conf
    off = re.search(r'Install-Recommends"?[ =]*"?(0|false|no)\b', words, re.I)
    return not (run.has_flag("--no-install-recommends") or off)


def _assumed(run: Run) -> bool:
    short = any(re.fullmatch(r"-[a-z]*y[a-z]*|-qq+|-qq=?\d*", a) for a in run.argv[1:])
    return short or run.has_flag("--yes", "--assume-yes") or "Assume-Yes" in " ".join(run.argv)


def _remove(run: Run, names: list[str]) -> int:
    out, where = Output(run), debian.release(run.tree, run.clock.arch)
    here = debian.installed(run.tree, where)
    _reading(out)
    going: dict[str, Deb] = {}
    for name in names:
        bare = re.split(r"[=/:]", name)[0].rstrip("+-")
        found = here.get(bare) or here.get(debian.renamed(bare, where))
        if found is None:
            if debian.find(bare, where) is None or not apt_sources.has_lists(run):
                run.err(f"E: Unable to locate package {bare}\n")
                return 100
            out.say(f"Package '{bare}' is not installed, so not removed\n")
            continue
        going[found.name] = found
    grown = True
    while grown:
        more = [d for d in here.values() if d.name not in going and _broken(d, going)]
        going.update({d.name: d for d in more})
        grown = bool(more)
    auto = autoremovable(run, where, {n: d for n, d in here.items() if n not in going})
    if run.has_flag("--auto-remove", "--autoremove"):
        going.update({d.name: d for d in auto})
    elif auto:
        _tell_auto(out, auto)
    return _take_away(run, out, list(going.values()))


def _broken(deb: Deb, going: dict[str, Deb]) -> bool:
    return not deb.base and any(need in going for need in deb.needs)


def _tell_auto(out: Output, auto: list[Deb]) -> None:
    one = len(auto) == 1
    out.names(
        f"The following package{' was' if one else 's were'} automatically installed and "
        f"{'is' if one else 'are'} no longer required:",
        sorted(d.name for d in auto),
    )
    out.say(f"Use 'apt autoremove' to remove {'it' if one else 'them'}.\n")


def _autoremove(run: Run, names: list[str]) -> int:
    out, where = Output(run), debian.release(run.tree, run.clock.arch)
    if names:
        run.argv.append("--auto-remove")
        return _remove(run, names)
    _reading(out)
    return _take_away(run, out, autoremovable(run, where, debian.installed(run.tree, where)))


def _take_away(run: Run, out: Output, debs: list[Deb]) -> int:
    if not debs:
        out.say(NO_CHANGE)
        return 0
    purge = "purge" in run.argv or run.has_flag("--purge")
    star = "*" if purge else ""
    names = sorted(d.name for d in debs)
    out.names("The following packages will be REMOVED:", [n + star for n in names])
    freed = out.size(sum(d.disk_kb for d in debs) * 1024)
    out.say(
        f"0 upgraded, 0 newly installed, {len(debs)} to remove and 0 not upgraded.\n"
        f"After this operation, {freed} disk space will be freed.\n"
    )
    if not _assumed(run):
        run.out("Do you want to continue? [Y/n] Abort.\n")
        return 1
    out.database()
    for deb in reversed(debian.in_order(debs)):
        run.out(f"Removing {deb.shown} ({deb.version}) ...\n")
        remove_package(run, debian.files_of(deb), "deb")
    automatic(run, debs, False)
    run.spend(500_000)
    return 0


def _upgrade(run: Run, _names: list[str]) -> int:
    run.spend(700_000)
    out = Output(run)
    _reading(out)
    out.say("Calculating upgrade...\n" + NO_CHANGE)
    return 0


def _clean(run: Run, _names: list[str]) -> int:
    for path in run.tree.below("/var/cache/apt"):
        if run.tree.is_file(path):
            run.tree.remove(path)
    return 0


def _nothing(run: Run, _names: list[str]) -> int:
    run.spend(300_000)
    return 0


def mark(run: Run) -> int:
    """`apt-mark showmanual|showauto|auto|manual|hold`."""
    verbs = run.operands(VALUED)
    where = debian.release(run.tree, run.clock.arch)
    here = debian.installed(run.tree, where)
    auto = apt_listing.autos(run)
    if not verbs:
        return 0
    if verbs[0] in ("showmanual", "showauto"):
        wanted = verbs[0] == "showauto"
        run.out("".join(f"{n}\n" for n in sorted(here) if (n in auto) == wanted))
        return 0
    for pattern in verbs[1:]:
        names = [pattern] if pattern in here else _matching(pattern, sorted(here))
        if not names and verbs[0] in ("hold", "unhold") and debian.find(pattern, where):
            names = [pattern]  # what is not installed can be held as well
        if not names:
            run.err(f"E: Unable to locate package {pattern}\n")
            return 100
        if verbs[0] in ("auto", "manual"):
            automatic(run, [here[n] for n in names], verbs[0] == "auto")
            said = f"set to {'automatically' if verbs[0] == 'auto' else 'manually'} installed"
        else:
            said = "set on hold" if verbs[0] == "hold" else "was already not on hold"
        run.out("".join(f"{n} {said}.\n" for n in names))
    return 0


def _matching(pattern: str, names: list[str]) -> list[str]:
    """List names that hold a pattern of letters, dots and stars, as `apt-mark auto '.*'`."""
    if not re.fullmatch(r"[\w.*+^$-]{1,60}", pattern) or "*" not in pattern:
        return []
    parts = [p for p in re.split(r"\.?\*", pattern.strip("^$")) if p]
    return [n for n in names if all(p in n for p in parts)]


VERBS = {
    "update": apt_sources.update,
    "install": _install,
    "reinstall": _install,
    "remove": _remove,
    "purge": _remove,
    "autoremove": _autoremove,
    "autopurge": _autoremove,
    "upgrade": _upgrade,
    "dist-upgrade": _upgrade,
    "full-upgrade": _upgrade,
    "clean": _clean,
    "autoclean": _clean,
    "distclean": _clean,
    "list": apt_listing.listing,
    "policy": apt_listing.policy,
    "show": apt_listing.show,
    "search": _nothing,
    "build-dep": _nothing,
    "download": _nothing,
    "source": _nothing,
    "check": _nothing,
    "edit-sources": _nothing,
    "changelog": _nothing,
    "depends": _nothing,
    "madison": apt_listing.madison,
    "showpkg": _nothing,
    "pkgnames": _nothing,
    "satisfy": _nothing,
    "dselect-upgrade": _upgrade,
}


def quiet(run: Run) -> int:
    """Neighbours of apt without an effect on files."""
    run.clock.us += 60_000
    return 0


MODELS = {
    "apt-get": apt,
    "apt": apt,
    "aptitude": apt,
    "apt-mark": mark,
    "apt-cache": apt,
    "apt-config": quiet,
    "add-apt-repository": quiet,
    "lsb_release": quiet,
}
