"""Which releases pip chooses: the newest that all demands allow, with what they need in turn.

Sources: PEP 508 (requirements and markers), pip's documentation (dependency resolution) and words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.docker.shellmodel.packages import catalogue, versions
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.packages.versions import Wish

TYPICAL_KB = 900
ROUNDS = 40
"""How often demands are gone through, older releases tried included."""
REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*([^;]*)(;.*)?$", re.S)


class Unresolved(Exception):
    """Demands that no release meets, in pip's words."""

    def __init__(self, words: str) -> None:
        """Keep the words."""
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Demand:
    """What somebody asks for: a package's normal name, its extras, and the versions allowed.

    text: the requirement as written; where: "(from -r FILE (line N))"; by: who asks, "" the user.
    """

    name: str
    extras: str
    wish: Wish
    text: str
    where: str = ""
    by: str = ""


@dataclass(slots=True)
class Choice:
    """What was chosen: packages at their releases by name, and who asked first for each."""

    packages: dict[str, Package] = field(default_factory=dict)
    first: dict[str, Demand] = field(default_factory=dict)


def normal(name: str) -> str:
    """Give a distribution's normal name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def demand(text: str, where: str = "", by: str = "", tool: str = "pip") -> Demand | None:
    """Read a requirement; None for one that is not for this platform, or that is none.

    # Simplified: Of a requirement's marker only comparisons of python_version are looked at in the
    # choice of what is installed, and platforms other than Linux are left out.
    """
    match = REQUIREMENT.match(text.strip())
    if match is None:
        return None
    wish = versions.read(re.sub(r"\s*--hash=\S+", "", match[3]).strip("\\ "), tool)
    shown = text.partition(";")[0].strip()
    return Demand(normal(match[1]), match[2] or "", versions.ANY if wish is None else wish, shown,
                  where, by)  # fmt: skip


def applies(text: str, python: str) -> bool:
    """Tell whether a requirement's marker holds on Linux with a Python ("3.12")."""
    marker = text.partition(";")[2].strip()
    return not marker or any(
        all(_holds(one, python) for one in row.split(" and ")) for row in marker.split(" or ")
    )


def _holds(one: str, python: str) -> bool:
    match = re.match(r"\W*(\w+)\s*(==|!=|<=|>=|<|>|in|not in)\s*['\"]([^'\"]*)['\"]", one)
    if match is None:
        return True
    name, op, value = match.groups()
    if name in ("python_version", "python_full_version"):
        read = versions.read(f"{op}{value}", "pip") if op[0] in "=!<>" else None
        return read is None or versions.allows(read, python)
    here = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix",
            "platform_python_implementation": "CPython", "implementation_name": "cpython",
            "extra": ""}.get(name)  # fmt: skip
    if here is None or op not in ("==", "!="):
        return True
    return (here == value) is (op == "==")


def resolve(wanted: Iterable[Demand], python: str, have: dict[str, str],
            limits: Iterable[Demand] = (), needs: bool = True) -> Choice:  # fmt: skip
    """Choose releases; Unresolved when there are none.

    python: "3.12"; have: versions that are installed, by name; limits: demands of `-c` files and
    locks, which bring nothing themselves.
    """
    asked, bounds = list(wanted), list(limits)
    banned: dict[str, list[str]] = {}
    choice = Choice()
    first: list[Demand] = []
    for _ in range(ROUNDS):
        demands = [*asked, *_further(choice, needs)]
        made = Choice()
        clash: list[Demand] = []
        for name in dict.fromkeys(one.name for one in demands):
            mine = [one for one in [*demands, *bounds] if one.name == name]
            made.first[name] = mine[0]
            package = _pick(name, mine, python, have, banned.get(name, []))
            if package is None:
                clash = mine
                break
            made.packages[name] = package
        if clash:
            first = first or clash
            if not _back(clash, choice, banned):
                raise Unresolved(_words(first, python))
            choice = Choice()
        elif made.packages == choice.packages:
            return made
        else:
            choice = made
    return choice


def _further(choice: Choice, needs: bool) -> list[Demand]:
    found = []
    for name, package in choice.packages.items() if needs else ():
        by = f"{package.title or name} {package.version}"
        extras = catalogue.extras_of(name, choice.first[name].extras)
        for need in [*package.needs, *extras]:
            one = demand(need, by=by)
            if one is not None:
                found.append(one)
    return found


def _pick(name: str, demands: list[Demand], python: str, have: dict[str, str],
          banned: list[str]) -> Package | None:  # fmt: skip
    package = catalogue.find("pip", name, TYPICAL_KB)
    if package is None:
        return None
    wishes = [one.wish for one in demands]
    here = have.get(name)
    if here is not None and here not in banned and all(versions.allows(w, here) for w in wishes):
        return catalogue.at(package, here)
    known = [v for v in package.releases if fits(package, v, python) and v not in banned]
    if package.known and not known:
        return None
    chosen = versions.choose(known, wishes, 2) if package.known or any(w != versions.ANY
                                                                       for w in wishes) \
        else package.version  # fmt: skip
    if chosen is None and not package.known:
        chosen = package.version
    if chosen is None or chosen in banned or not fits(package, chosen, python):
        return None
    return catalogue.at(package, chosen)


def fits(package: Package, version: str, python: str) -> bool:
    """Tell whether a release runs on a Python."""
    return requires(package, version) == "" or versions.key(python) >= versions.key(
        requires(package, version)
    )


def requires(package: Package, version: str) -> str:
    """Give the oldest Python that a release runs on; "" when nothing is known of it."""
    limits = [one for one in package.python if versions.key(one) <= versions.key(version)]
    return package.python[max(limits, key=versions.key)] if limits else ""


def _back(clash: list[Demand], choice: Choice, banned: dict[str, list[str]]) -> bool:
    """Try an older release of a package that asks for too much; False when there is none."""
    for one in clash:
        name = normal(one.by.partition(" ")[0]) if one.by else ""
        package = choice.packages.get(name)
        if package is None or not package.known:
            continue
        row = banned.setdefault(name, [])
        if package.version in row:
            continue
        row.append(package.version)
        return True
    return False


def _words(clash: list[Demand], python: str) -> str:
    """Say why nothing fits: no such release, or demands that contradict each other."""
    first = clash[0]
    package = catalogue.find("pip", first.name, TYPICAL_KB)
    alone = [one for one in clash if package is None or _pick(first.name, [one], python, {}, [])
             is None]  # fmt: skip
    if alone or package is None:
        wrong = alone[0] if alone else first
        rows = sorted(package.releases, key=versions.key) if package else []
        late = [v for v in rows if package is not None and not fits(package, v, python)]
        there = ", ".join(v for v in rows if v not in late) or "none"
        text = ""
        if late and package is not None:
            ignored = "; ".join(f"{v} Requires-Python >={requires(package, v)}" for v in late)
            text = ("ERROR: Ignored the following versions that require a different python "
                    f"version: {ignored}\n")  # fmt: skip
        source = f" (from versions: {there})"
        return (f"{text}ERROR: Could not find a version that satisfies the requirement "
                f"{wrong.text}{source}\nERROR: No matching distribution found for {wrong.text}\n"
                )  # fmt: skip
    names = [one.text if not one.by else one.by.replace(" ", "==") for one in clash]
    lines = [
        f"    The user requested {one.text}" if not one.by else
        f"    {one.by} depends on {one.text}" for one in clash
    ]  # fmt: skip
    both = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return (
        f"ERROR: Cannot install {both} because these package versions have conflicting "
        "dependencies.\n\nThe conflict is caused by:\n" + "\n".join(lines) + "\n\nTo fix this you "
        "could try to:\n1. loosen the range of package versions you've specified\n2. remove "
        "package versions to allow pip to attempt to solve the dependency conflict\n\n"
        "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/"
        "dependency-resolution/#dealing-with-dependency-conflicts\n"
    )


def order(choice: Choice) -> list[Package]:
    """Order packages as pip installs them: what others need first."""
    left = {
        name: [normal(re.split(r"[^\w.-]", need)[0]) for need in package.needs]
        for name, package in choice.packages.items()
    }
    found: list[Package] = []
    while left:
        free = [n for n, needs in left.items() if not any(x in left and x != n for x in needs)]
        for name in sorted(free or list(left), reverse=True):
            found.append(choice.packages[name])
            del left[name]
    return found
