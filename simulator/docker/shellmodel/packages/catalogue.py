"""The catalogue of packages: sizes, programs and dependencies by ecosystem.

A package that the catalogue does not list still installs, with a size that depends on its name
only, unless its name is one slip of the keyboard away from a well-known one: then it is not found,
as it would be. Sizes are of the usual order (assumed), in kilobytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker import digest as digests
from simulator.docker.shellmodel.packages import versions


@dataclass(frozen=True, slots=True)
class Package:
    """One package: kilobytes to fetch and on disk, programs it brings, what it needs.

    folder: where most of it lies; files: plain files that others look for by name; native: it
    holds compiled code, other for each platform; extras: what `name[extra]` needs besides. was:
    earlier releases, the last of each line; before: what releases older than a version have other;
    python: the Python that releases from a version on ask for; title: the name as its author
    writes it; brings: (name, version) of what npm puts beside it; count: packages with all these.
    """

    name: str
    version: str
    fetch_kb: int
    disk_kb: int
    programs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    modules: tuple[str, ...] = field(default=())
    known: bool = True
    folder: str = ""
    files: tuple[str, ...] = ()
    native: bool = False
    extras: dict[str, tuple[str, ...]] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    title: str = ""
    brings: tuple[tuple[str, str], ...] = ()
    count: int = 1

    @property
    def releases(self) -> tuple[str, ...]:
        """Versions that can be chosen from, the newest first; none of an unknown package."""
        return (self.version, *self.was) if self.known else ()


def at(package: Package, version: str) -> Package:
    """Give a package as it is in one of its releases."""
    number = versions.key(version)
    package = replace(package, version=version)
    limits = [limit for limit in package.before if number < versions.key(limit)]
    if not limits:
        return package
    row = package.before[min(limits, key=versions.key)]
    if "brings" in row:
        brings = _brought(row["brings"])
        package = replace(package, brings=brings, count=1 + len(brings))
    return replace(package, needs=tuple(row.get("needs", package.needs)))


def _brought(text: str) -> tuple[tuple[str, str], ...]:
    words = [word.rpartition("@") for word in str(text).split()]
    return tuple((name, version) for name, _, version in words)


@lru_cache(maxsize=8)
def table(ecosystem: str) -> dict[str, Package]:
    """Read an ecosystem's packages."""
    text = (Path(__file__).parent / f"{ecosystem}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, Any] = yaml.load(text, Loader=loader)
    return {str(name): _package(str(name), row or {}) for name, row in rows.items()}


def _package(name: str, row: dict[str, Any]) -> Package:
    fetch, disk = row.get("kb", [200, 800])
    brings = _brought(row.get("brings", ""))
    return Package(
        name,
        str(row.get("v", "1.0")),
        int(fetch),
        int(disk),
        tuple(row.get("bin", ())),
        tuple(row.get("needs", ())),
        tuple(row.get("mod", ())),
        folder=str(row.get("dir", "")),
        files=tuple(row.get("files", ())),
        native=bool(row.get("native")),
        extras={str(key): tuple(needs) for key, needs in (row.get("extras") or {}).items()},
        was=tuple(str(one) for one in row.get("was", ())),
        before={str(key): dict(other) for key, other in (row.get("before") or {}).items()},
        python={str(key): str(least) for key, least in (row.get("py") or {}).items()},
        title=str(row.get("name", "")),
        brings=brings,
        count=int(row.get("n", 1 + len(brings))),
    )


def find(ecosystem: str, name: str, typical_kb: int) -> Package | None:
    """Return a package; None when no such package would be found."""
    rows = table(ecosystem)
    found = rows.get(name)
    if found is not None:
        return found
    if (
        not name
        or not name.replace("-", "")
        .replace("_", "")
        .replace(".", "")
        .replace("+", "")
        .replace("/", "")
        .replace("@", "")
        .replace(":", "")
        .isalnum()
    ):
        return None
    if any(_one_slip(name, known) for known in rows if len(known) > 3):
        return None
    luck = digests.fraction(ecosystem, name)
    programs = _programs(name) if ecosystem in ("apt", "apk") else ()
    disk = int(typical_kb * (0.2 + 3 * luck * luck))
    major = 1 + int(luck * 9)
    return Package(
        name,
        f"{major}.{int(luck * 100) % 10}.{int(luck * 1000) % 10}",
        max(4, disk * 10 // 32),
        disk,
        programs,
        known=False,
    )


_VERSIONED = (
    (r"php(\d\.\d)-cli", "php php{0}"),
    (r"python(\d\.\d+)", "python{0}"),
    (r"python3?-(virtualenv|pip)", "{0}"),
    (r"postgresql-client-\d+", "psql pg_dump"),
    (
        r"postgresql-common|postgresql-\d+",
        "psql pg_dump pg_createcluster pg_dropcluster pg_ctlcluster"
        " pg_lsclusters pg_upgradecluster pg_conftool",
    ),
    (r"openjdk-?\d+-(?:jdk|jre)(?:-headless)?|openjdk\d+(?:-jre|-jdk)?", "java javac jar keytool"),
    (r"(gcc|g\+\+|clang|llvm)-(\d+)", "{0}-{1}"),
    (r"mysql-client|mariadb-client", "mysql mysqldump"),
)
_NO_PROGRAM = re.compile(r"lib.*|(?:ttf|fonts?)-.*|.*-(?:dev|dbg|doc|data|common|locales?|headers)")


def _programs(name: str) -> tuple[str, ...]:
    """Name the programs of a package that the tables do not have.

    # Simplified: It brings one program of its own name, unless the name says library, headers,
    # fonts or data.
    """
    for pattern, names in _VERSIONED:
        match = re.fullmatch(pattern, name)
        if match:
            return tuple(f"/usr/bin/{n}" for n in names.format(*match.groups()).split())
    if _NO_PROGRAM.fullmatch(name) or "/" in name:
        return ()
    return (f"/usr/bin/{name}",)


def _one_slip(a: str, b: str) -> bool:
    """Tell whether one letter is missing, added, changed, or swapped with its neighbour.

    Names that differ in a digit or a separator only are versions or flavours, not slips.
    """
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    at = 0
    while at < min(len(a), len(b)) and a[at] == b[at]:
        at += 1
    first, second = a[at:], b[at:]
    letters = (first[:1] or "x") + (second[:1] or "x")
    if not letters.isalpha() or at == 0:
        return False
    if len(a) == len(b):
        swapped = first[:2] == second[:2][::-1] and first[2:] == second[2:]
        return swapped or (first[1:] == second[1:] and len(a) > 5 and at < len(a) - 1)
    longer, shorter = (first, second) if len(first) > len(second) else (second, first)
    plural = longer == "s" or longer == "d"
    return longer[1:] == shorter and not plural and len(shorter) + at > 3


def with_needs(ecosystem: str, names: list[str], typical_kb: int) -> list[Package]:
    """List packages with all they need, each once, needs after those that need them."""
    found: dict[str, Package] = {}
    todo = list(reversed(names))
    while todo:
        name = todo.pop()
        if name in found:
            continue
        package = find(ecosystem, name, typical_kb)
        if package is not None:
            found[name] = package
            todo += [n for n in reversed(package.needs) if n not in found]
    return list(found.values())


def extras_of(name: str, extras: str | None) -> list[str]:
    """List what the extras of a requirement ("redis,yaml") need besides the package itself."""
    package = table("pip").get(name)
    wanted = [one.strip().lower() for one in (extras or "").split(",")]
    known = package.extras if package is not None else {}
    return [need for one in wanted for need in known.get(one, ())]
