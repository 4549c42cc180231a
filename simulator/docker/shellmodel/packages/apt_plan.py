"""What an installation brings, and what nobody needs any more: APT's choices."""

from __future__ import annotations

import re

from simulator.docker.shellmodel.packages import debian
from simulator.docker.shellmodel.packages.apt_listing import STATES, autos
from simulator.docker.shellmodel.packages.debian import Deb, Release
from simulator.docker.shellmodel.process import Run


class Plan:
    """The packages that one `install` brings.

    asked: names on the command line, by the name that is installed; chosen: what is to be
    installed; notes: sentences about names that bring nothing, or another package.
    """

    def __init__(self, run: Run, where: Release, known: bool) -> None:
        """Begin with nothing.   known: there are package lists."""
        self.run, self.where, self.known = run, where, known
        self.here = debian.installed(run.tree, where)
        self.asked: dict[str, None] = {}
        self.chosen: dict[str, Deb] = {}
        self.notes: list[str] = []
        self.recommends = True

    def add(self, name: str) -> bool:
        """Take a package that was asked for; False when APT does not know it."""
        found = self.here.get(name) or self.here.get(debian.renamed(name, self.where))
        if found is not None:
            automatic(self.run, [found], False)
            self.notes.append(f"{found.name} is already the newest version ({found.version}).\n")
            return True
        deb = debian.find(name, self.where) if self.known else None
        if deb is None:
            return False
        if deb.name != name:
            self.notes.append(f"Note, selecting '{deb.name}' instead of '{name}'\n")
        self.asked[deb.name] = None
        self.chosen[deb.name] = deb
        if name == "nodejs" and self.run.tree.exists("/etc/apt/sources.list.d/nodesource.list"):
            self.add("npm")  # NodeSource's package holds both; Debian's does not
        return True

    def add_file(self, path: str) -> None:
        """Take a .deb that lies in the tree."""
        name = re.split(r"[_/]", path.removesuffix(".deb"))[-1] or path
        self.notes.append(f"Note, selecting '{name}' instead of '{path}'\n")
        deb = Deb(name, name, "1.0", self.where.arch, False, 3, False, 0, 20_000, (), (), ())
        self.asked[name] = None
        self.chosen[name] = deb

    def refusal(self, name: str) -> str:
        """Say why a package cannot be had."""
        if self.known and re.search(r"[^a-z0-9.+-]", name):
            return (
                f"E: Unable to locate package {name}\n"
                f"E: Couldn't find any package by glob '{name}'\n"
            )
        return f"E: Unable to locate package {name}\n"

    def complete(self, recommends: bool) -> None:
        """Add what the chosen ones need."""
        self.recommends = recommends
        todo = list(self.chosen.values())
        while todo:
            deb = todo.pop()
            for name in (*deb.needs, *(deb.recommends if recommends else ())):
                if name in self.chosen or name in self.here:
                    continue
                found = debian.find(name, self.where)
                if found is not None:
                    self.chosen[name] = found
                    todo.append(found)

    def suggested(self) -> list[str]:
        """List what the chosen ones suggest and nobody installs."""
        return self._others([s for d in self.chosen.values() for s in d.suggests])

    def left_out(self) -> list[str]:
        """List what is recommended and not installed."""
        return self._others([s for d in self.chosen.values() for s in d.recommends])

    def _others(self, names: list[str]) -> list[str]:
        def there(text: str) -> bool:
            return any(n in self.chosen or n in self.here for n in text.split(" | "))

        return sorted({n: None for n in names if not there(n)})


def automatic(run: Run, debs: list[Deb], auto: bool) -> None:
    """Note that packages came only because others needed them, or that they are wanted."""
    now = autos(run)
    for deb in debs:
        if auto:
            now[deb.name] = deb.architecture
        else:
            now.pop(deb.name, None)
    if now or run.tree.exists(STATES):
        rows = (f"Package: {n}\nArchitecture: {a}\nAuto-Installed: 1\n\n" for n, a in now.items())
        run.tree.write(STATES, "".join(rows))


def autoremovable(run: Run, where: Release, here: dict[str, Deb]) -> list[Deb]:
    """List packages that came for others and that no package here needs or recommends."""
    auto = autos(run)
    kept: dict[str, None] = {}
    todo = [n for n in here if n not in auto]
    while todo:
        name = todo.pop()
        if name in kept or name not in here:
            continue
        kept[name] = None
        todo += [*here[name].needs, *here[name].recommends]
    return [d for n, d in here.items() if n in auto and n not in kept and not d.base]
