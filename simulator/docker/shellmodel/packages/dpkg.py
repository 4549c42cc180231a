"""dpkg and dpkg-query: what is installed, by the records that the package tools leave."""

from __future__ import annotations

import fnmatch
import re

from simulator.docker.shellmodel.packages import debian
from simulator.docker.shellmodel.packages.apt import quiet
from simulator.docker.shellmodel.packages.apt_listing import described, fields
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.packages.debian import Deb, Release
from simulator.docker.shellmodel.packages.placing import put_package
from simulator.docker.shellmodel.process import Run

TRIPLETS = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "arm"}
HEAD = """Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
"""


def dpkg(run: Run) -> int:
    """`dpkg -l|-s|-L|-S|-i|--print-architecture`, `dpkg-query -W`."""
    where = debian.release(run.tree, run.clock.arch)
    if run.has_flag("--print-architecture"):
        run.out(where.arch + "\n")
        return 0
    if run.has_flag("--version"):
        found = debian.find("dpkg", where)
        number = found.version.split("-")[0] if found else ""
        run.out(f"Debian 'dpkg' package management program version {number} ({where.arch}).\n")
        return 0
    if run.name == "dpkg" and run.has_flag("-i", "--install"):
        return _install(run)
    here = debian.installed(run.tree, where)
    names = run.operands(("-f", "--showformat"))
    for flags, model in QUERIES:
        if any(arg.split("=")[0] in flags for arg in run.argv[1:]):
            return model(run, names, here, where)
    return 0


def _install(run: Run) -> int:
    for name in run.operands():
        if run.get(name) is None:
            run.err(f"dpkg: error: cannot access archive '{name}': No such file or directory\n")
            return 2
        bare = re.split(r"[_/]", name.removesuffix(".deb"))[-1] or name
        put_package(run, Package(bare, "1.0", 0, 20_000), "deb")
        run.out(f"Selecting previously unselected package {bare}.\n")
        run.out(f"Preparing to unpack {name} ...\nUnpacking {bare} (1.0) ...\n")
        run.out(f"Setting up {bare} (1.0) ...\n")
    return 0


def _chosen(names: list[str], here: dict[str, Deb]) -> tuple[list[Deb], list[str]]:
    """Give the packages that names and patterns mean, and the names that mean none."""
    if not names:
        return [here[n] for n in sorted(here)], []
    found: dict[str, Deb] = {}
    missing = []
    for name in names:
        bare = name.split(":")[0]
        these = [n for n in sorted(here) if fnmatch.fnmatchcase(n, bare)]
        found.update({n: here[n] for n in these})
        if not these:
            missing.append(name)
    return list(found.values()), missing


def _list(run: Run, names: list[str], here: dict[str, Deb], _where: Release) -> int:
    debs, missing = _chosen(names, here)
    for name in missing:
        run.err(f"dpkg-query: no packages found matching {name}\n")
    if debs:
        rows = [(d.shown, d.version, d.architecture, described(d)) for d in debs]
        titles = ("Name", "Version", "Architecture", "Description")
        wide = [max(len(r[i]) for r in (titles, *rows)) for i in range(4)]
        run.out(HEAD)
        run.out("||/ " + " ".join(t.ljust(w) for t, w in zip(titles, wide, strict=True)) + "\n")
        run.out("+++-" + "-".join("=" * w for w in wide) + "\n")
        for row in rows:
            line = " ".join(t.ljust(w) for t, w in zip(row, wide, strict=True))
            run.out(f"ii  {line.rstrip()}\n")
    return 1 if missing else 0


def _show(run: Run, names: list[str], here: dict[str, Deb], _where: Release) -> int:
    debs, missing = _chosen(names, here)
    form = r"${binary:Package}\t${Version}\n"
    for index, arg in enumerate(run.argv):
        if arg in ("-f", "--showformat") and index + 1 < len(run.argv):
            form = run.argv[index + 1]
        elif arg.startswith(("-f=", "--showformat=", "-f$")):
            form = arg.partition("=")[2] or arg[2:]
    form = form.replace("\\n", "\n").replace("\\t", "\t")
    for deb in debs:
        run.out(_filled(form, deb))
    for name in missing:
        run.err(f"dpkg-query: no packages found matching {name}\n")
    return 1 if missing else 0


def _filled(form: str, deb: Deb) -> str:
    return re.sub(r"\$\{([\w:-]+)(?:;-?\d+)?\}", lambda m: _field(deb, m[1]), form)


def _field(deb: Deb, name: str) -> str:
    values = {
        "package": deb.name, "binary:package": deb.shown, "version": deb.version,
        "architecture": deb.architecture, "status": "install ok installed",
        "db:status-status": "installed", "db:status-abbrev": "ii ",
        "installed-size": str(deb.disk_kb), "binary:summary": described(deb),
        "description": described(deb), "source": deb.name,
    }  # fmt: skip
    return values.get(name.lower(), "")


def _status(run: Run, names: list[str], here: dict[str, Deb], where: Release) -> int:
    failed = 0
    for name in names:
        deb = here.get(name.split(":")[0])
        if deb is None:
            failed = 1
            run.err(
                f"dpkg-query: package '{name}' is not installed and no information is available\n"
                "Use dpkg --info (= dpkg-deb --info) to examine archive files.\n"
            )
        else:
            run.out(fields(deb, where, "install ok installed") + "\n")
    return failed


def _files(run: Run, names: list[str], here: dict[str, Deb], _where: Release) -> int:
    failed = 0
    for name in names:
        deb = here.get(name.split(":")[0])
        if deb is None:
            failed = 1
            run.err(f"dpkg-query: package '{name}' is not installed\n")
            continue
        files = debian.files_of(deb)
        run.out("/.\n" + "".join(f"{p}\n" for p in (*files.programs, *files.files)))
        run.out(f"/usr/share/doc/{deb.name}\n")
    return failed


def _owner(run: Run, names: list[str], here: dict[str, Deb], _where: Release) -> int:
    failed = 0
    for path in names:
        files = {d.shown: debian.files_of(d) for d in here.values()}
        owners = [n for n, f in files.items() if path in (*f.programs, *f.files)]
        if owners:
            run.out("".join(f"{owner}: {path}\n" for owner in owners))
        else:
            failed = 1
            run.err(f"dpkg-query: no path found matching pattern {path}\n")
    return failed


QUERIES = (
    (("-l", "--list"), _list),
    (("-W", "--show"), _show),
    (("-s", "--status"), _status),
    (("-L", "--listfiles"), _files),
    (("-S", "--search"), _owner),
)


def architecture(run: Run) -> int:
    """`dpkg-architecture [-qVARIABLE]`."""
    arch = debian.release(run.tree, run.clock.arch).arch
    triplet = f"{TRIPLETS.get(arch, arch)}-linux-gnu" + ("eabihf" if arch == "armhf" else "")
    wanted = run.argv[-1] if len(run.argv) > 1 else ""
    run.out((triplet if wanted.endswith(("_GNU_TYPE", "_MULTIARCH")) else arch) + "\n")
    return 0


MODELS = {
    "dpkg": dpkg,
    "dpkg-query": dpkg,
    "dpkg-architecture": architecture,
    "dpkg-buildflags": quiet,
    "dpkg-scanpackages": quiet,
    "dpkg-divert": quiet,
}
