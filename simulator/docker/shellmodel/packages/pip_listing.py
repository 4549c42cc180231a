"""What pip says of the packages that are installed: `pip list`, `freeze`, `show`, `check`.

Sources: the output of pip 25 (commands/list.py, freeze.py, show.py, check.py).
# Simplified: `pip show` gives name, version, place and needs of a package, not its summary or
# licence.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from simulator.docker.shellmodel.packages import catalogue, versions
from simulator.docker.shellmodel.packages.pip_resolve import demand, normal
from simulator.docker.shellmodel.process import Run

QUESTIONS = ("list", "freeze", "show", "check")
INSTALLERS = ("pip", "setuptools", "wheel", "distribute")
"""What `pip freeze` leaves out."""
PIP = "25.0.1"


@dataclass(frozen=True, slots=True)
class Dist:
    """A distribution: its name as written, its version, its folder, what it requires."""

    title: str
    version: str
    place: str
    needs: tuple[str, ...] = ()


def installed(run: Run, folders: list[str]) -> dict[str, Dist]:
    """Find what is installed in folders of site-packages, by normal name."""
    found: dict[str, Dist] = {}
    for folder in folders:
        names = run.tree.children(folder) if run.tree.is_dir(folder) else ()
        for name in names:
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            base = f"{folder}/{name}"
            text = run.tree.text(f"{base}/METADATA") or run.tree.text(f"{base}/PKG-INFO") or ""
            title = re.search(r"^Name: (.+)$", text, re.M)
            version = re.search(r"^Version: (.+)$", text, re.M)
            if title and version:
                needs = tuple(re.findall(r"^Requires-Dist: (.+)$", text, re.M))
                found.setdefault(
                    normal(title[1]), Dist(title[1], version[1], run.real(folder), needs)
                )
    return found


def take_away(run: Run, folder: str, name: str) -> None:
    """Remove a distribution's files."""
    package = catalogue.table("pip").get(name)
    module = name.replace("-", "_")
    modules = (package.modules if package is not None else ()) or (module,)
    for one in run.tree.children(folder):
        info = one.removesuffix(".dist-info").rpartition("-")[0].lower().replace("-", "_")
        if one in modules or (one.endswith(".dist-info") and info == module):
            run.tree.remove(f"{folder}/{one}")


def answer(run: Run, command: str, names: list[str], folders: list[str]) -> int:
    """Answer a question; the status."""
    found = installed(run, folders)
    if run.tree.exists(f"{folders[0]}/pip") or run.tree.exists(run.path):
        found = {"pip": Dist("pip", PIP, folders[0]), **found}
    if command == "show":
        return _show(run, names, found)
    if command == "check":
        return _check(run, found)
    return _list(run, command, found)


def _list(run: Run, command: str, found: dict[str, Dist]) -> int:
    rows = sorted(found.values(), key=lambda row: row.title.lower())
    shape = next((a.partition("=")[2] for a in run.argv if a.startswith("--format=")), "")
    if command == "freeze" or shape == "freeze":
        hidden = INSTALLERS if command == "freeze" and not run.has_flag("--all") else ()
        run.out("".join(f"{row.title}=={row.version}\n" for row in rows
                        if row.title.lower() not in hidden))  # fmt: skip
        return 0
    if run.has_flag("-o", "--outdated"):
        _outdated(run, rows)
        return 0
    if shape == "json":
        run.out(json.dumps([{"name": r.title, "version": r.version} for r in rows]) + "\n")
        return 0
    if rows:
        _table(run, [("Package", "Version"), *((row.title, row.version) for row in rows)])
    return 0


def _outdated(run: Run, rows: list[Dist]) -> None:
    late = []
    for row in rows:
        package = catalogue.table("pip").get(normal(row.title))
        if package is not None and versions.key(package.version) > versions.key(row.version):
            late.append((row.title, row.version, package.version, "wheel"))
    if late:
        _table(run, [("Package", "Version", "Latest", "Type"), *late])


def _table(run: Run, rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns, as pip does: the last column is not filled up."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    rows.insert(1, tuple("-" * width for width in widths))
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        run.out(" ".join(cells).rstrip() + "\n")


def _show(run: Run, names: list[str], found: dict[str, Dist]) -> int:
    if not names:
        run.err("WARNING: ERROR: Please provide a package name or names.\n")
        return 1
    missing = [name for name in names if normal(name) not in found]
    if missing:
        run.err(f"WARNING: Package(s) not found: {', '.join(sorted(missing))}\n")
    texts = []
    for name in names:
        row = found.get(normal(name))
        if row is None:
            continue
        needs = sorted(_needed(row), key=str.lower)
        back = sorted((one.title for one in found.values() if normal(name) in _needed(one)),
                      key=str.lower)  # fmt: skip
        texts.append(
            f"Name: {row.title}\nVersion: {row.version}\nLocation: {row.place}\n"
            f"Requires: {', '.join(needs)}\nRequired-by: {', '.join(back)}\n"
        )
    run.out("---\n".join(texts))
    return 0 if texts else 1


def _needed(row: Dist) -> list[str]:
    found = [demand(need) for need in row.needs if "extra ==" not in need]
    return [one.name for one in found if one is not None]


def _check(run: Run, found: dict[str, Dist]) -> int:
    wrong = []
    for row in sorted(found.values(), key=lambda one: one.title.lower()):
        for need in row.needs:
            one = demand(need)
            have = found.get(one.name) if one is not None else None
            if one is None or "extra ==" in need:
                continue
            if have is None:
                wrong.append(f"{row.title} {row.version} requires {one.name}, which is not "
                             "installed.")  # fmt: skip
            elif not versions.allows(one.wish, have.version):
                wrong.append(f"{row.title} {row.version} has requirement {one.text}, but you have "
                             f"{have.title} {have.version}.")  # fmt: skip
    run.out("\n".join(wrong or ["No broken requirements found."]) + "\n")
    return 1 if wrong else 0
